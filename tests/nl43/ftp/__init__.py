"""The FTP client: against the emulator, a server of others, and servers that misbehave."""
