"""Faults of the FTP server, to switch on and off while it runs."""

from collections.abc import Callable
from typing import Literal

type FtpFault = Literal["login_fails", "data_blocked", "cut_after"]
type CutThen = Literal["told", "unnoticed", "lost"]

# So long a client was seen to wait for a list where data connections were blocked.
BLOCKED_S = 130.0


class FtpFaults:
    """What goes wrong. All may be written at any time; what is under way when they change goes on as it began.

    Whenever one of them could strike, `strikes` is asked with its name: so they can be counted, or left to chance.
    """

    login_fails: bool
    """`530 Login Fail` whatever the password."""
    data_blocked: bool
    """No data connection comes about: login works, LIST and RETR hang."""
    data_blocked_s: float | None
    """For so long they hang, until `425`; None: until the session ends."""
    active_only: bool
    """`502` for PASV and EPSV, even if the meter has them."""
    cut_after: int | None
    """Of a file no more than so many bytes arrive."""
    cut_then: CutThen
    """A cut is followed by `426`, by `226` as if nothing had been, or by the loss of the session, too."""
    session_release_s: float
    """For so long after the end of a session there is no room for another one."""
    strikes: Callable[[FtpFault], bool]

    def __init__(self, on_change: Callable[[], None]) -> None:
        """Begin without any; `on_change` is called when the port must open or close its door."""
        self._on_change = on_change
        self.clear()

    @property
    def not_ready(self) -> bool:
        """Whether the port refuses although FTP is on. A session that is open goes on."""
        return self._not_ready

    @not_ready.setter
    def not_ready(self, value: bool) -> None:
        self._not_ready = value
        self._on_change()

    def clear(self) -> None:
        """Switch all off."""
        self.login_fails = self.data_blocked = self.active_only = False
        self.data_blocked_s = BLOCKED_S
        self.cut_after = None
        self.cut_then = "told"
        self.session_release_s = 0.0
        self.strikes = lambda fault: True
        self.not_ready = False
