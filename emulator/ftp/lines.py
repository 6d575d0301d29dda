"""From bytes to command lines, in bounded memory."""

CR, LF = b"\r", b"\n"


class CommandLines:
    """Collects command lines; one that is too long counts as one that says nothing."""

    def __init__(self, limit: int) -> None:
        """Begin with nothing; `limit` counts the bytes before CR LF."""
        self._limit = limit
        self._text = b""

    def feed(self, data: bytes) -> list[str]:
        """Take bytes; return the lines they complete, without their ends."""
        *ends, rest = data.split(LF)
        lines = [self._line(end) for end in ends]
        self._collect(rest)
        return lines

    def _line(self, end: bytes) -> str:
        self._collect(end)
        text, self._text = self._text.removesuffix(CR), b""
        return text.decode("ascii", "backslashreplace") if len(text) <= self._limit else ""

    def _collect(self, piece: bytes) -> None:
        # Two bytes more than the limit are enough to know that it was passed.
        self._text += piece[: self._limit + 2 - len(self._text)]
