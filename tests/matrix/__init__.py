"""The fault matrix: each fault that a client of the control port may meet, alone and in pairs, in both feeds."""
