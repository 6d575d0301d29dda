"""What can go wrong with a check; each error says it in words for the user."""

from typing import Literal

type Ending = Literal["complete", "interrupted", "lost", "silent", "noisy"]


class CheckError(Exception):
    """The meter cannot be checked, or not any further."""


class ReportError(Exception):
    """A file is not a report that can be used."""


class BrokenOffError(Exception):
    """The meter does not answer any more; what was recorded is worth keeping."""

    def __init__(self, ending: Ending) -> None:
        """Tell how the check ended."""
        super().__init__(ending)
        self.ending: Ending = ending
