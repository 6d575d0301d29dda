"""What is said of a stored file that cannot be read."""
# ruff: noqa: N818 # the names say what happened, as those of all errors of the driver

from ..errors import NL43Error

_SHOWN = 20


class UnreadableFile(NL43Error):
    """A stored file is not what it should be; `line` and `column`, a cell between commas, count from 1."""

    def __init__(self, line: int, column: int, problem: str) -> None:
        """Say where, and what is wrong in words for a user."""
        super().__init__(line, column, problem)
        self.line = line
        self.column = column
        self.problem = problem

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.problem}"


class UnreadableCell(ValueError):
    """A cell is not what its column needs; who knows where it stands makes an UnreadableFile of it."""


def shown(text: str) -> str:
    """Return the beginning of a text in quotes, fit for a message: nobody knows what a bad file contains."""
    return ascii(text[:_SHOWN]) + ("…" if len(text) > _SHOWN else "")
