"""The alert rules of one meter, judged with each sample."""
