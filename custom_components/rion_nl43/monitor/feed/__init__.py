"""What the meter tells, sample by sample, and in which order it is asked."""
