"""Command lines to bytes, bytes to answers. No I/O.

The meter answers a command line with, in this order, each line ended by CR LF (a bare LF is taken too):

    an echo of the command        only if its setting Echo is on; perhaps without a line end
    the result, R+0000 .. R+0004
    one data line                 only for a request that was accepted; one each 100 ms for a stream

In between and around stand prompts, `$`, with or without a line end; they are no data. A line without its line end is
nothing yet, and becomes nothing if the end never comes. The first thing that does not fit ends the answer: Garbage.
"""

from dataclasses import dataclass
import re

from .errors import InvalidCommand, ResultCode

SUB = b"\x1a"
MAX_LINE = 16_384
LOGGED_BYTES = 60

_PROMPT = " $"
_RESULT = re.compile(r"R\+([0-9]{4})")
_COMMAND = re.compile(r"[A-Za-z0-9()/-]+(?: [A-Za-z0-9()/-]+)*(?:\?[!-~]*|,[!-~](?:[ -~]*[!-~])?)")


@dataclass(frozen=True, slots=True)
class Result:
    """The result line."""

    code: ResultCode


@dataclass(frozen=True, slots=True)
class Data:
    """A data line, without prompt and line end."""

    text: str


@dataclass(frozen=True, slots=True)
class Garbage:
    """Bytes that no answer to this command has; nothing after them is to be trusted."""

    raw: bytes


type Event = Result | Data | Garbage


def setting(name: str, value: str) -> str:
    """Return the line that sets `name` to `value`; raises InvalidCommand."""
    line = f"{name},{value}"
    if "," in value:
        raise InvalidCommand(f"a comma in the value {value[:40]!r}")
    encode(line)
    return line


def encode(line: str) -> bytes:
    """Return the bytes of a command line with its CR LF.

    Raises InvalidCommand unless it is a name with `?` or with one `,` and a value, in printable ASCII without `$`.
    """
    if "$" in line or line.count(",") > 1 or not _COMMAND.fullmatch(line):
        raise InvalidCommand(f"{line[:40]!r} is no command line")
    return line.encode("ascii") + b"\r\n"


def excerpt(raw: bytes) -> str:
    """Return foreign bytes cut short and escaped, fit for a log line."""
    shown = ascii(raw[:LOGGED_BYTES])[1:]
    return shown if len(raw) <= LOGGED_BYTES else f"{shown}... ({len(raw)} bytes)"


class LineBuffer:
    """Splits bytes into lines, however they are cut into segments."""

    def __init__(self, received: bytes = b"") -> None:
        """Begin with bytes that are there already."""
        self._buffer = bytearray(received)

    def receive(self, data: bytes) -> None:
        """Take bytes as they came."""
        self._buffer += data

    def next_line(self) -> str | Garbage | None:
        """Return the next complete line that is not empty, None if there is none yet; Garbage if it is no text."""
        while (end := self._buffer.find(b"\n", 0, MAX_LINE)) >= 0:
            raw = self.take(end + 1).removesuffix(b"\n").removesuffix(b"\r")
            text = raw.decode("ascii", errors="replace")
            body = text.lstrip(_PROMPT)
            if not body:
                continue
            # Blanks without a prompt are the padding of the first value.
            text = body if "$" in text else text
            return text if text.isascii() and text.isprintable() else Garbage(raw)
        return Garbage(self.take(MAX_LINE)) if len(self._buffer) >= MAX_LINE else None

    def take(self, count: int | None = None) -> bytes:
        """Remove and return that many bytes, or all."""
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken


class AnswerDecoder:
    """Reads the answer to one command: bytes in, events out."""

    def __init__(self, command: str, *, stream: bool = False) -> None:
        """Expect the answer to that command line; a stream has data lines without end."""
        self._buffer = LineBuffer()
        self._echo = command.casefold()
        self._has_data = "," not in command
        self._stream = stream
        self._result: ResultCode | None = None
        self.complete = False

    @property
    def answered(self) -> bool:
        """Whether the meter has said what becomes of the command."""
        return self._result is not None

    def receive(self, data: bytes) -> list[Event]:
        """Return the events that these bytes complete; bytes beyond the answer wait in `rest`."""
        self._buffer.receive(data)
        events: list[Event] = []
        while not self.complete and (line := self._buffer.next_line()) is not None:
            if isinstance(line, str) and not (line := self._without_echo(line)):
                continue
            event = self._interpret(line)
            self.complete = isinstance(event, Garbage) or self._is_last(event)
            events.append(event)
        return events

    def rest(self) -> bytes:
        """Remove and return what came after the answer."""
        return self._buffer.take()

    def _without_echo(self, line: str) -> str:
        """Take the echo off the first line: whether it has a line end of its own is not known."""
        echo, self._echo = self._echo, ""
        body = line.lstrip()
        return body[len(echo) :].lstrip(_PROMPT) if echo and body.casefold().startswith(echo) else line

    def _interpret(self, line: str | Garbage) -> Event:
        if isinstance(line, Garbage):
            return line
        if self._result is None:
            return self._interpret_result(line)
        # Neither can be part of a value: a prompt or the next answer ran into a torn line.
        if "$" in line or "R+" in line:
            return Garbage(line.encode())
        return Data(line)

    def _interpret_result(self, line: str) -> Event:
        result = _RESULT.fullmatch(line.lstrip())
        if result is None or int(result[1]) not in ResultCode:
            return Garbage(line.encode())
        self._result = ResultCode(int(result[1]))
        return Result(self._result)

    def _is_last(self, event: Result | Data) -> bool:
        if isinstance(event, Result):
            return event.code is not ResultCode.ACCEPTED or not self._has_data
        return not self._stream
