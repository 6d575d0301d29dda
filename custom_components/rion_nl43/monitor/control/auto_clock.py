"""Puts the meter's clock right by itself, between measurements and nowhere else."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
import logging
from typing import Any, Final

from ...nl43 import NL43Error
from ..kept import kept_mapping, kept_time
from ..measurement.measurement import MeasurementState
from ..state import MeterState
from .command import Asked, Command
from .commands import Commands

_LOGGER = logging.getLogger(__name__)

ASKED: Final = Asked(reason="auto_clock")
# The meter tells whole seconds, and over a slow link it is not known when it told them.
OFF_BY_MORE_THAN_S: Final = 2.0
NOT_AGAIN_WITHIN: Final = timedelta(hours=1)
# So near a change of local time an hour may come twice, or not at all.
AROUND_CHANGE: Final = timedelta(hours=1)
# Who stops a measurement may be about to start the next one, or to fetch its results.
STOPPED_FOR_S: Final = 30.0
LOOK_EVERY_S: Final = 30.0
# A program of the meter's own begins by its clock.
TIMER: Final = "Timer Auto"


class AutoClock:
    """Sets the clock where it is off by more than 2 s, at most once an hour.

    It does so only while the meter says that it is stopped, and no command is under way; never in the store mode Timer
    Auto, and never within an hour of a change of local time, which the meter does not follow: afterwards it does. It is
    switched off at first.
    """

    def __init__(
        self,
        state: MeterState,
        commands: Commands,
        restored: object = None,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the parts; `restored` is `memory` of an earlier run, and `keep` is called when `memory` has changed."""
        self._state = state
        self._commands = commands
        self._keep = keep
        self._loop = asyncio.get_running_loop()
        self._enabled = False
        self._tried_at = kept_time(kept_mapping(restored).get("tried_at"))
        self._under_way: set[str] = set()
        self._stopped_at: float | None = None
        self._setting = False
        self._news = asyncio.Event()
        commands.on_change(self._take_command)
        state.facts_changes.connect(lambda _: self._news.set())

    @property
    def enabled(self) -> bool:
        """Whether it may."""
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        self._enabled = enabled
        self._news.set()

    @property
    def pending(self) -> bool:
        """Whether a clock that is off is about to be set, so that nobody need be told that it is."""
        return self._setting or (self._enabled and self._may(datetime.now(UTC)))

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart."""
        return {"tried_at": self._tried_at and self._tried_at.isoformat()}

    async def run(self) -> None:
        """Set the clock whenever it may be, until cancelled."""
        while True:
            self._news.clear()
            if self._due(datetime.now(UTC)):
                await self._set()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._news.wait()

    def _due(self, now: datetime) -> bool:
        if not self._stopped_long_enough() or not self._enabled or self._under_way:
            return False
        offset_s = self._state.facts.clock_offset_s
        if offset_s is None or abs(offset_s) <= OFF_BY_MORE_THAN_S or near_change(now, self._state.time_zone):
            return False
        return self._may(now)

    def _may(self, now: datetime) -> bool:
        """Whether the meter is in the right state, and it has not been tried lately."""
        state = self._state
        if not state.availability.available or state.measurement.state is not MeasurementState.STOPPED:
            return False
        if state.facts.store_mode in (None, TIMER):
            return False
        # Where our clock was put back, nothing was tried in the future.
        return self._tried_at is None or not timedelta() <= now - self._tried_at < NOT_AGAIN_WITHIN

    def _stopped_long_enough(self) -> bool:
        state = self._state
        if not state.availability.available or state.measurement.state is not MeasurementState.STOPPED:
            self._stopped_at = None
            return False
        now = self._loop.time()
        if self._stopped_at is None:
            self._stopped_at = now
        return now - self._stopped_at >= STOPPED_FOR_S

    async def _set(self) -> None:
        self._tried_at = datetime.now(UTC)
        self._keep()
        self._setting = True
        try:
            await self._commands.sync_clock(ASKED)
        except NL43Error as error:
            _LOGGER.debug("The clock of a meter was not set: %s", error)
        finally:
            self._setting = False

    def _take_command(self, command: Command) -> None:
        if command.state.final:
            self._under_way.discard(command.id)
        else:
            self._under_way.add(command.id)


def near_change(now: datetime, time_zone: tzinfo) -> bool:
    """Return whether local time changes within an hour, or has changed within the last."""
    return (now - AROUND_CHANGE).astimezone(time_zone).utcoffset() != (now + AROUND_CHANGE).astimezone(
        time_zone
    ).utcoffset()
