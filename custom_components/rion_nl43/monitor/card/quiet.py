"""Waits for a moment in which a session with the FTP server disturbs nobody."""

import asyncio
from collections.abc import Callable
import copy

from ...nl43 import LinkState, Meter, WrongMeter
from ..control.command import Command
from ..control.commands import Commands
from ..errors import CardNotQuiet, Unquiet
from ..feed.feed import Feed
from ..recovery.diagnosis import Diagnosis, Diagnostician
from ..recovery.standby import Standby
from ..state import MeterState

LOOK_EVERY_S = 0.5


class Quiet:
    """Knows whether commands are under way, and how the link is."""

    def __init__(
        self,
        meter: Meter,
        state: MeterState,
        feed: Feed,
        commands: Commands,
        *,
        diagnosis: Diagnostician,
        standby: Standby,
        on_command: Callable[[Command], None],
    ) -> None:
        """Listen to the commands, and hand them on to `on_command`."""
        self._link = meter.link
        self._state = state
        self._feed = feed
        self._diagnosis = diagnosis
        self._standby = standby
        self._on_command = on_command
        self._under_way: set[str] = set()
        commands.on_change(self._take_command)

    @property
    def wedged(self) -> bool:
        """Whether the control port hangs: FTP goes on then, but cannot be switched."""
        return self._diagnosis.current.diagnosis is Diagnosis.WEDGED

    async def wait(self, deadline: float, *, settled: bool) -> None:
        """Return in a quiet moment, if `settled` not before all has been read that is read after a connect.

        Raises CardNotQuiet when it is not quiet by then, and at once in standby; WrongMeter.
        """
        while (reason := self.trouble(settled=settled)) is not None:
            if reason is Unquiet.STANDBY or asyncio.get_running_loop().time() >= deadline:
                raise CardNotQuiet(reason, self._diagnosis.current.diagnosis)
            await asyncio.sleep(LOOK_EVERY_S)

    def trouble(self, *, settled: bool) -> Unquiet | None:
        """Return what keeps this from being a quiet moment; raises WrongMeter."""
        wrong = self._state.availability.reason
        if isinstance(wrong, WrongMeter):
            raise copy.copy(wrong)
        if self._standby.active:
            return Unquiet.STANDBY
        if self._under_way:
            return Unquiet.COMMANDS
        if self.wedged:
            return None
        if self._link.status.state is not LinkState.CONNECTED:
            return Unquiet.NOT_CONNECTED
        if not self._state.availability.available or (settled and not self._feed.schedule.settled):
            return Unquiet.NOT_SETTLED
        return None

    def _take_command(self, command: Command) -> None:
        if command.state.final:
            self._under_way.discard(command.id)
        else:
            self._under_way.add(command.id)
        self._on_command(command)
