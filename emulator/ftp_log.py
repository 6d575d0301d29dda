"""What the referee notes of FTP: sessions, logins and commands."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class FtpSessionRecord:
    """One session; `served` is false if another one was open. Times are loop times; `bytes_sent` counts data alone."""

    number: int
    opened_at: float
    served: bool
    closed_at: float | None = None
    user: str | None = None
    """Who logged in."""
    failed_logins: int = 0
    commands: int = 0
    transfers: int = 0
    bytes_sent: int = 0


@dataclass(slots=True)
class FtpCommandRecord:
    """One command, a password left out, and its final reply; `replied_at` is None if there was none."""

    line: str
    at: float
    session: int
    reply: str = ""
    replied_at: float | None = None


class FtpLog:
    """Records sessions and commands; `on_second` is told the time and the detail of a session beside an open one."""

    def __init__(self, keep: int | None, on_second: Callable[[float, str], None]) -> None:
        """Begin; remember so many sessions and commands in full (None: all), and count all of them."""
        self.watch: Callable[[float, int, str], None] = lambda at, session, text: None
        """Told the time, the session and what happens in it, while it happens."""
        self._sessions: deque[FtpSessionRecord] = deque(maxlen=keep)
        self._commands: deque[FtpCommandRecord] = deque(maxlen=keep)
        self._on_second = on_second
        self._open: set[int] = set()
        self._counts: Counter[str] = Counter()
        self._by_command: Counter[str] = Counter()

    @property
    def sessions(self) -> Sequence[FtpSessionRecord]:
        """The sessions, oldest first; also those that were sent away."""
        return list(self._sessions)

    @property
    def commands(self) -> Sequence[FtpCommandRecord]:
        """The commands, oldest first."""
        return list(self._commands)

    def opened(self, at: float, *, served: bool) -> FtpSessionRecord:
        """Note a new session."""
        if self._open:
            self._on_second(at, f"FTP session {min(self._open)} is open")
        self._counts["total"] += 1
        self._counts["served"] += served
        session = FtpSessionRecord(self._counts["total"], at, served)
        self._open.add(session.number)
        self._sessions.append(session)
        self.watch(at, session.number, "session opened" if served else "session refused")
        return session

    def closed(self, session: FtpSessionRecord, at: float) -> None:
        """Note the end of a session."""
        session.closed_at = at
        self._open.discard(session.number)
        self.watch(at, session.number, "session closed")

    def command(self, session: FtpSessionRecord, line: str, at: float, *, verb: str | None) -> FtpCommandRecord:
        """Note a command; `verb` is None if there is no such command."""
        session.commands += 1
        self._by_command[verb or "(no command)"] += 1
        record = FtpCommandRecord("PASS" if verb == "PASS" else line, at, session.number)
        self._commands.append(record)
        self.watch(at, session.number, record.line)
        return record

    def said(self, session: FtpSessionRecord, reply: str, at: float) -> None:
        """Note a reply, final or not."""
        self.watch(at, session.number, reply)

    def logged_in(self, session: FtpSessionRecord, user: str) -> None:
        """Note a login."""
        session.user = user
        self._counts["logins"] += 1

    def login_failed(self, session: FtpSessionRecord) -> None:
        """Note a login that failed."""
        session.failed_logins += 1
        self._counts["failed logins"] += 1

    def transferred(self, session: FtpSessionRecord, size: int) -> None:
        """Note a data connection that has been used, and the bytes handed over to it."""
        session.transfers += 1
        session.bytes_sent += size
        self._counts["transfers"] += 1
        self._counts["bytes"] += size

    def report(self) -> dict[str, object]:
        """Return all counts, fit for JSON."""
        counts = self._counts
        return {
            "sessions": {"total": counts["total"], "served": counts["served"], "open": len(self._open)},
            "logins": {"accepted": counts["logins"], "failed": counts["failed logins"]},
            "by_command": dict(self._by_command.most_common()),
            "transfers": {"total": counts["transfers"], "bytes": counts["bytes"]},
        }
