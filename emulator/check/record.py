"""What a check has recorded: every byte and its moment. Times are seconds since the connection was made."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
import re
from typing import NamedTuple

from .errors import Ending

SUB = b"\x1a"
CRLF = b"\r\n"

_RESULT = re.compile(rb"(?P<before>(?:\$ ?(?:\r\n)?)*)(?P<echo>[^\r\n$]*\r\n)??R\+(?P<code>\d{4})\r\n")
_LEADING_PROMPT = re.compile(rb"\A\$ ?(?:\r\n)?")
_PROMPT = re.compile(rb"\$ ?(?:\r\n)?\Z")


class Piece(NamedTuple):
    """Bytes that arrived together, and when."""

    at: float
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer taken to pieces: `data` is the line after an accepted request, `rest` what comes behind it."""

    code: int
    before: bytes
    echo: bytes
    data: str | None
    rest: bytes


@dataclass(slots=True)
class Exchange:
    """What was sent, and all that arrived until the next command."""

    sent: bytes
    at: float
    received: list[Piece] = field(default_factory=list)
    sub_at: float | None = None
    """When SUB was sent to end the stream that this command began."""

    @property
    def line(self) -> str:
        """The command as text."""
        return self.sent.decode("latin-1")

    @property
    def raw(self) -> bytes:
        """All bytes that arrived."""
        return b"".join(piece.data for piece in self.received)

    @property
    def reply(self) -> Reply | None:
        """The answer, as far as it is one: a result line, and after a request that was accepted a data line."""
        raw = self.raw
        if not (match := _RESULT.search(raw)):
            return None
        code, rest = int(match["code"]), raw[match.end() :]
        data = None
        if code == 0 and b"?" in self.sent and not self.is_stream:
            text, end, behind = _LEADING_PROMPT.sub(b"", rest).partition(CRLF)
            if not end:
                return None
            data, rest = text.decode("latin-1"), behind
        return Reply(code, match["before"], match["echo"] or b"", data, rest)

    @property
    def is_stream(self) -> bool:
        """Whether it asks for a stream."""
        return self.sent.upper().startswith(b"DRD?")

    @property
    def data(self) -> str | None:
        """The data line, if there is one."""
        return None if (reply := self.reply) is None else reply.data

    @property
    def code(self) -> int | None:
        """The result code, if there is one."""
        return None if (reply := self.reply) is None else reply.code

    @property
    def rows(self) -> list[tuple[float, str]]:
        """The rows of the stream, each with the moment at which its last byte came."""
        reply = self.reply
        if reply is None or not self.is_stream:
            return []
        end = len(self.raw) - len(reply.rest)
        rows = []
        for text in reply.rest.split(CRLF)[:-1]:
            end += len(text) + len(CRLF)
            row = _LEADING_PROMPT.sub(b"", text)
            if b"," in row:
                rows.append((self.moment(end), row.decode("latin-1")))
        return rows

    @property
    def latency_s(self) -> float | None:
        """The time from the command to the first byte of its answer."""
        return self.received[0].at - self.at if self.received else None

    @property
    def prompt(self) -> Piece | None:
        """The prompt behind the answer, with the time from the answer's last byte to it."""
        raw = self.raw
        if self.reply is None or not (match := _PROMPT.search(raw)):
            return None
        delay_s = self.moment(match.start() + 1) - self.moment(match.start())
        return Piece(delay_s, match[0])

    def moment(self, count: int) -> float:
        """Return when so many bytes had arrived."""
        for piece in self.received:
            count -= len(piece.data)
            if count <= 0:
                return piece.at
        raise ValueError("fewer bytes arrived")


@dataclass(slots=True)
class Record:
    """One check: when it began by the computer's clock, what came before the first command, and all exchanges."""

    began: datetime
    greeting: list[Piece] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    ended: Ending = "complete"

    def find(self, line: str) -> Exchange | None:
        """Return the first exchange of this command."""
        return next((exchange for exchange in self.exchanges if exchange.line == line), None)

    def data(self, line: str) -> str | None:
        """Return the data line that answered this command."""
        return None if (exchange := self.find(line)) is None else exchange.data

    def code(self, line: str) -> int | None:
        """Return the result code that answered this command."""
        return None if (exchange := self.find(line)) is None else exchange.code


_ADDRESS = re.compile(rb"\d{1,3}(?:\.\d{1,3}){3}")
_OCTET = re.compile(rb"(0*)(\d+)")
_DIGIT = re.compile(rb"\d")
# A shorter one would be found where it is none.
_SHORTEST_SERIAL = 4


def redacted(record: Record) -> Record:
    """Return the record without what tells whose meter it is: serial number and network addresses.

    Others of the same form stand in their place.
    """
    serial = (record.data("Serial Number?") or "").strip().encode("latin-1")

    def clean(data: bytes) -> bytes:
        if len(serial) >= _SHORTEST_SERIAL:
            data = data.replace(serial, _DIGIT.sub(b"0", serial))
        return _ADDRESS.sub(_no_address, data)

    exchanges = [
        replace(exchange, sent=clean(exchange.sent), received=_cleaned(exchange.received, clean))
        for exchange in record.exchanges
    ]
    return replace(record, greeting=_cleaned(record.greeting, clean), exchanges=exchanges)


def _no_address(match: re.Match[bytes]) -> bytes:
    return _OCTET.sub(lambda octet: octet[1] + b"1" * len(octet[2]), match[0])


def _cleaned(pieces: Sequence[Piece], clean: Callable[[bytes], bytes]) -> list[Piece]:
    """Return the pieces with the same lengths: what is to be cleaned may be spread over several."""
    data = clean(b"".join(piece.data for piece in pieces))
    result = []
    for piece in pieces:
        result.append(Piece(piece.at, data[: len(piece.data)]))
        data = data[len(piece.data) :]
    return result
