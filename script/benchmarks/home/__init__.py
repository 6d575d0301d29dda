"""Home Assistant with many meters: what it costs, and what the recorder keeps."""
