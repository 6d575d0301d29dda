"""What is wrong with the link, and what is done about it: standby, power-cycling, the watchdog."""
