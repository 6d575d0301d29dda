"""What is known of the meter's measurement: its state, its start and the clock."""
