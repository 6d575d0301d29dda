"""From bytes to lines, in bounded memory."""

from dataclasses import dataclass

LF = b"\n"
CR = b"\r"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end, and when its first byte came (loop time, s); `whole` unless it was too long or torn."""

    text: bytes
    at: float
    whole: bool


class LineReader:
    """Collects the bytes of one line. A line longer than the limit is thrown away up to its end."""

    def __init__(self, limit: int) -> None:
        """Begin with nothing; `limit` counts the bytes before CR LF."""
        self._limit = limit
        self._text = b""
        self._too_long = False
        self._began_at: float | None = None
        self.last_byte_at = 0.0

    @property
    def in_line(self) -> bool:
        """Whether a line has begun."""
        return self._began_at is not None

    def feed(self, data: bytes, at: float) -> tuple[Line | None, bytes]:
        """Take bytes up to the end of a line; return the line, if it is complete, and what follows it."""
        if self._began_at is None:
            self._began_at = at
        self.last_byte_at = at
        text, end, rest = data.partition(LF)
        # The CR may come in a later piece than the end of the text.
        room = self._limit + len(CR) - len(self._text)
        self._too_long |= len(text) > room
        self._text += text[: max(room, 0)]
        if not end:
            return None, b""
        whole = not self._too_long and self._text.endswith(CR)
        line = Line(self._text.removesuffix(CR), self._began_at, whole)
        self.clear()
        return line, rest

    def clear(self) -> None:
        """Forget the line that has begun."""
        self._text = b""
        self._too_long = False
        self._began_at = None
