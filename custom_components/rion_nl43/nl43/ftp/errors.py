"""What can go wrong in a session that was opened."""
# ruff: noqa: N818 # as in the tree that these belong to

from ..errors import FtpError


class FtpLost(FtpError):
    """The session or a transfer ended before its time; what has arrived of a file is not the file."""


class FtpDataBlocked(FtpError):
    """The login works, but no data connection comes about."""

    def __init__(self, timeout_s: float, *, passive: bool) -> None:
        """Say who waited for whom, and what stands between them most of the time."""
        way = "this computer could not open one to the meter" if passive else "the meter could not open one to here"
        super().__init__(
            f"no data connection within {timeout_s:g} s: {way}. A firewall, a container's network or a router with "
            "address translation (NAT) lies between; let the data ports through, in both directions"
        )


class FtpModeRefused(FtpError):
    """Data connections cannot be had in this mode: the meter knows active mode alone, and that knows IPv4 alone."""


class FtpPortsTaken(FtpError):
    """None of the ports is free that the meter may open data connections to."""


class FtpFileRefused(FtpError):
    """The meter does not give this file or folder: it is not there, or is being written. The session goes on."""


class FtpTooLarge(FtpError):
    """More than was allowed or announced."""


class FtpUnusable(FtpError):
    """The answer is none that can be understood."""


class UnsafeName(FtpError):
    """A name on the card that may not become a name on this computer."""
