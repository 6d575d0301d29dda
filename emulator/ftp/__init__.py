"""The FTP server of the meter: reads what is on the SD card. Small, and made for the instrument's habits.

It is our own: aioftp's server ties LIST and RETR to passive connections and has its replies inside the code, so that of
its commands, its dispatcher and its file access nothing would have been left to inherit.
"""

from .faults import FtpFaults
from .port import FtpPort

__all__ = ["FtpFaults", "FtpPort"]
