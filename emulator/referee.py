"""The referee: watches what a client does to a meter, and names what it must not do."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
import math
from typing import Literal

from .ftp_log import FtpLog
from .instrument import Parsed

SPACING_S = 1.0
SPACING_AFTER_CONNECT_S = 0.2
RECONNECT_S = 5.0
ANSWER_LIMIT_S = 3.0
"""A meter answers within this time; a client that waited longer may try again."""
CHARACTER_GAP_S = 0.1
# Sums of floats, and the time from one side's socket to the other's clock.
TOLERANCE_S = 0.001
HISTOGRAM_STEP_S = 0.1
HISTOGRAM_TOP_S = 3.0

CUTS_THE_LINK = frozenset(
    {
        "Ethernet",
        "Ethernet DHCP",
        "Ethernet IP",
        "Ethernet Subnet",
        "Ethernet Gateway",
        "IO Func",
        "USB Class",
    }
)


class Kind(StrEnum):
    """What a client must not do."""

    SPACING = "spacing"
    """Sent a command less than 1 s after the meter's last byte."""
    PIPELINING = "pipelining"
    """Sent bytes while a command was being processed or a stream was running."""
    SECOND_CONNECTION = "second connection"
    """Connected while a connection was open."""
    RECONNECT = "reconnect"
    """Connected less than 5 s after the end of the last connection."""
    NO_COMMAND = "no command"
    """Sent bytes that are no command."""
    FORBIDDEN = "forbidden command"
    """Sent a setting that cuts the link."""
    PROMPT = "prompt sent"
    """Sent the `$` that is the meter's alone."""
    AFTER_SUB = "bytes after SUB"
    """Sent bytes after SUB before the stream had come to rest."""
    CHARACTER_GAP = "character gap"
    """Paused more than 100 ms inside a command."""
    SECOND_FTP_SESSION = "second FTP session"
    """Opened an FTP session while another one was open."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing a client must not do, and when it did it (loop time, s)."""

    kind: Kind
    at: float
    detail: str


@dataclass(slots=True)
class CommandRecord:
    """One command: `at` is the loop time of its first byte, `gap_s` counts to it from the meter's last byte.

    `answer` is what was sent of the answer, without prompts and without the rows of a stream; `answered_at` is the loop
    time of its last byte.
    """

    line: str
    at: float
    gap_s: float | None
    connection: int
    answer: bytes = b""
    answered_at: float | None = None


@dataclass(slots=True)
class ConnectionRecord:
    """One connection; `served` is false if another one had the slot. Times are loop times."""

    number: int
    opened_at: float
    served: bool
    closed_at: float | None = None
    commands: int = 0
    stream_rows: int = 0
    subs: int = 0
    bytes_received: int = 0
    bytes_sent: int = 0
    last_sent_at: float | None = None
    last_command_at: float | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Sight:
    """Something that the referee saw at a loop time: bytes, a connection's begin or end.

    Of violations, and of the commands and replies of FTP, `text` tells; `connection` is then the FTP session.
    """

    kind: Literal["opened", "closed", "received", "sent", "violation", "ftp"]
    at: float
    connection: int | None = None
    data: bytes = b""
    text: str = ""


class Referee:
    """Records commands and connections, and judges them. `watchers` are told all it sees, while it happens."""

    def __init__(self, keep: int | None = None) -> None:
        """Begin; remember so many commands, connections and violations in full (None: all), and count all of them."""
        self.watchers: list[Callable[[Sight], None]] = []
        self._commands: deque[CommandRecord] = deque(maxlen=keep)
        self._connections: deque[ConnectionRecord] = deque(maxlen=keep)
        self._violations: deque[Violation] = deque(maxlen=keep)
        self._open: dict[int, ConnectionRecord] = {}
        self._last_closed_at = -math.inf
        self._counts: Counter[str] = Counter()
        self._by_kind: Counter[Kind] = Counter()
        self._gaps: Counter[int] = Counter()
        self._smallest_gap = math.inf
        self._connected = self._served = self._swallowed = 0
        self._needed_s = self._used_s = 0.0
        self._expected: set[Kind] = set()
        self.ftp = FtpLog(keep, lambda at, detail: self._violate(Kind.SECOND_FTP_SESSION, at, detail))
        self.ftp.watch = lambda at, session, text: self._tell(Sight("ftp", at, session, text=text))

    @property
    def commands(self) -> Sequence[CommandRecord]:
        """The commands, oldest first."""
        return list(self._commands)

    @property
    def connections(self) -> Sequence[ConnectionRecord]:
        """The connections, oldest first; also those that got no slot."""
        return list(self._connections)

    @property
    def violations(self) -> Sequence[Violation]:
        """The violations, oldest first."""
        return list(self._violations)

    @property
    def open_connections(self) -> int:
        """How many connections are open, served or not."""
        return len(self._open)

    @property
    def violation_count(self) -> int:
        """How many violations there were, also those that are not remembered any more."""
        return self._by_kind.total()

    def expect(self, kind: Kind | str) -> None:
        """Let this kind of violation pass in `assert_clean`."""
        self._expected.add(Kind(kind))

    def assert_clean(self) -> None:
        """Raise AssertionError that names the violations, but for those that are expected."""
        bad = [violation for violation in self._violations if violation.kind not in self._expected]
        if bad:
            shown = "\n".join(f"  {violation.at:.3f} s: {violation.kind}: {violation.detail}" for violation in bad[:20])
            raise AssertionError(f"the client broke {len(bad)} rules:\n{shown}")

    def opened(self, at: float, *, served: bool) -> ConnectionRecord:
        """Note a new connection."""
        if self._open:
            self._violate(Kind.SECOND_CONNECTION, at, f"connection {min(self._open)} is open")
        elif at - self._last_closed_at < RECONNECT_S - TOLERANCE_S:
            self._violate(Kind.RECONNECT, at, f"{at - self._last_closed_at:.3f} s after the last connection's end")
        self._connected += 1
        self._served += served
        record = ConnectionRecord(self._connected, at, served)
        self._open[record.number] = record
        self._connections.append(record)
        self._tell(Sight("opened", at, record.number, text="" if served else "not served"))
        return record

    def closed(self, connection: ConnectionRecord, at: float) -> None:
        """Note the end of a connection."""
        connection.closed_at = self._last_closed_at = at
        del self._open[connection.number]
        self._tell(Sight("closed", at, connection.number))

    def received(self, connection: ConnectionRecord, at: float, data: bytes) -> None:
        """Note bytes from the client."""
        connection.bytes_received += len(data)
        self._tell(Sight("received", at, connection.number, data))

    def sent(self, connection: ConnectionRecord, at: float, data: bytes) -> None:
        """Note bytes from the meter."""
        connection.last_sent_at = at
        connection.bytes_sent += len(data)
        self._tell(Sight("sent", at, connection.number, data))

    def command(self, connection: ConnectionRecord, line: bytes, at: float, parsed: Parsed | None) -> CommandRecord:
        """Note and judge a whole line from the client; `at` is the time of its first byte."""
        text = line.decode("ascii", "backslashreplace")
        gap_s = None if connection.last_sent_at is None else at - connection.last_sent_at
        if gap_s is not None and gap_s < 0:
            # The command crossed an answer that was late on its way.
            gap_s = None
        if gap_s is not None:
            self._judge_gap(connection, gap_s, at, text)
        connection.commands += 1
        connection.last_command_at = at
        self._judge_line(text, at, parsed)
        self._counts[_counted(parsed)] += 1
        record = CommandRecord(text, at, gap_s, connection.number)
        self._commands.append(record)
        return record

    def too_early(self, connection: ConnectionRecord, data: bytes, at: float) -> None:
        """Note bytes that a strict meter did not take because they came too soon after an answer."""
        self._swallowed += len(data)
        gap_s = math.nan if connection.last_sent_at is None else at - connection.last_sent_at
        self._violate(Kind.SPACING, at, f"{data[:40]!r} {gap_s:.3f} s after the meter's last byte")

    def swallowed(self, connection: ConnectionRecord, data: bytes, at: float, *, after_sub: bool = False) -> None:
        """Note bytes that came while the meter took none."""
        self._swallowed += len(data)
        if after_sub:
            self._violate(Kind.AFTER_SUB, at, repr(data[:40]))
        elif connection.served:
            self.held(connection, data, at)

    def held(self, connection: ConnectionRecord, data: bytes, at: float) -> None:
        """Note bytes that came while an answer was on its way, and that the meter will take afterwards."""
        waited_s = math.inf if connection.last_command_at is None else at - connection.last_command_at
        if waited_s < ANSWER_LIMIT_S:
            self._violate(Kind.PIPELINING, at, f"{data[:40]!r} {waited_s:.3f} s after the last command")

    def in_stream(self, data: bytes, at: float) -> None:
        """Note bytes that came while a stream was running and are no SUB."""
        self._swallowed += len(data)
        self._violate(Kind.PIPELINING, at, f"{data[:40]!r} in a stream")

    def character_gap(self, at: float, gap_s: float) -> None:
        """Note and judge a pause inside a command."""
        if gap_s > CHARACTER_GAP_S + TOLERANCE_S:
            self._violate(Kind.CHARACTER_GAP, at, f"{gap_s:.3f} s")

    def report(self) -> dict[str, object]:
        """Return all counts, fit for JSON; `slots_used` is 1.0 for a client that is as fast as the spacing allows."""
        return {
            "commands": self._counts.total(),
            "by_command": dict(self._counts.most_common()),
            "connections": {"total": self._connected, "served": self._served, "open": len(self._open)},
            "gap_s": {
                "minimum": None if math.isinf(self._smallest_gap) else round(self._smallest_gap, 4),
                "histogram": {f"{step * HISTOGRAM_STEP_S:.1f}": count for step, count in sorted(self._gaps.items())},
            },
            "slots_used": round(self._needed_s / self._used_s, 4) if self._used_s else None,
            "swallowed_bytes": self._swallowed,
            "ftp": self.ftp.report(),
            "violations": {str(kind): count for kind, count in self._by_kind.most_common()},
            "last_violations": [f"{violation.kind}: {violation.detail}" for violation in self.violations[-20:]],
        }

    def _judge_gap(self, connection: ConnectionRecord, gap_s: float, at: float, text: str) -> None:
        if connection.last_command_at is not None and connection.last_sent_at is not None:
            answering_s = max(0.0, connection.last_sent_at - connection.last_command_at)
            self._needed_s += SPACING_S + answering_s
            self._used_s += at - connection.last_command_at
            self._smallest_gap = min(self._smallest_gap, gap_s)
            self._gaps[math.floor(min(gap_s, HISTOGRAM_TOP_S) / HISTOGRAM_STEP_S + TOLERANCE_S)] += 1
        limit_s = SPACING_S if connection.commands else SPACING_AFTER_CONNECT_S
        if gap_s < limit_s - TOLERANCE_S:
            self._violate(Kind.SPACING, at, f"{text} {gap_s:.3f} s after the meter's last byte")

    def _judge_line(self, text: str, at: float, parsed: Parsed | None) -> None:
        if text.startswith("$"):
            self._violate(Kind.PROMPT, at, text)
        elif parsed is None:
            self._violate(Kind.NO_COMMAND, at, text)
        elif parsed.is_setting and _is_forbidden(parsed):
            self._violate(Kind.FORBIDDEN, at, text)

    def _violate(self, kind: Kind, at: float, detail: str) -> None:
        self._by_kind[kind] += 1
        self._violations.append(Violation(kind, at, detail))
        self._tell(Sight("violation", at, text=f"{kind}: {detail}"))

    def _tell(self, sight: Sight) -> None:
        for watcher in tuple(self.watchers):
            watcher(sight)


def _is_forbidden(parsed: Parsed) -> bool:
    name, value = parsed.command.name, parsed.values[0].lower()
    return name in CUTS_THE_LINK or (name, value) in {("TCP", "off"), ("Web", "on")}


def _counted(parsed: Parsed | None) -> str:
    if parsed is None:
        return "(no command)"
    name, accepts = parsed.command.name, parsed.command.argument
    if parsed.is_setting:
        return f"{name},…"
    if not parsed.argument:
        return f"{name}?"
    # Whatever else stands behind the mark is counted as one, so that the report stays short.
    return f"{name}?{(accepts and accepts.canonical(parsed.argument)) or '…'}"
