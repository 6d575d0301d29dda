"""What persons and automations want of the meter: commands, cycles and settings."""
