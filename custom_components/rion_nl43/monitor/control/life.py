"""A command on its way from one state to the next."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ...nl43 import NL43Error
from .command import Command, CommandState

_ORDER = (CommandState.QUEUED, CommandState.SENT, CommandState.CONFIRMED)


class Life:
    """One command; `tell` is called with each of its states, none of them twice and none backwards.

    `note` is what there is to say of it when it has completed.
    """

    def __init__(self, command: Command, tell: Callable[[Command], None]) -> None:
        """It is queued."""
        self.command = command
        self.note = ""
        self._tell = tell
        tell(command)

    @property
    def was_sent(self) -> bool:
        """Whether a part of it that changes the meter was on the wire."""
        return self.command.state is not CommandState.QUEUED

    def reach(self, state: CommandState) -> None:
        """It has got as far as this, if not further already."""
        if _ORDER.index(state) > _ORDER.index(self.command.state):
            self._move(state)

    def end(self, state: CommandState, reason: str = "", error: NL43Error | None = None) -> None:
        """It ends so."""
        self._move(state, reason, error)

    def _move(self, state: CommandState, reason: str = "", error: NL43Error | None = None) -> None:
        self.command = replace(self.command, state=state, changed_at=datetime.now(UTC), reason=reason, error=error)
        self._tell(self.command)


@dataclass(slots=True)
class Step:
    """One setting that a command sends: by when (loop time) it must be on the wire, and when it was.

    `reach` is told how far the command has got by it; `note` is what there is to say of a step that went well.
    """

    name: str
    deadline: float
    reach: Callable[[CommandState], None]
    sent_at: float | None = None
    note: str = ""

    def on_sent(self, at: float) -> None:
        """Its bytes were written."""
        self.sent_at = at
        self.reach(CommandState.SENT)

    def accepted(self) -> None:
        """The meter accepted it."""
        self.reach(CommandState.CONFIRMED)
