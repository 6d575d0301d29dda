"""What a live view begins with: the latest samples and seconds, and what the measurement did meanwhile."""
