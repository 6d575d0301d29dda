"""What is asked of a meter in one exchange."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum


class Priority(IntEnum):
    """Who goes first when the link is free again."""

    PERSON = 0
    POLL = 1


@dataclass(frozen=True, slots=True)
class Request[T]:
    """One command line and what its answer means.

    `parse` turns the data line into a value and raises UnusableAnswer if it is not of the expected shape; a setting has
    no data line and no `parse`. A `stream` is taken its first row and then stopped.
    """

    line: str
    parse: Callable[[str], T] | None = None
    stream: bool = False

    @property
    def is_setting(self) -> bool:
        """Whether it changes the meter, and so is never sent twice."""
        return self.parse is None
