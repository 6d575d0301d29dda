"""What was measured, kept for more than a year: by hours, days and periods, repaired with the meter's own records."""
