"""The meter's card, as it is reached by FTP."""
