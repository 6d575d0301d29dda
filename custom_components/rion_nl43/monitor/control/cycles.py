"""The safe sequences around Measure,Start and Measure,Stop (protocol.md 8.2, 8.3)."""

from collections.abc import Callable
import contextlib
from dataclasses import dataclass
from datetime import datetime
from functools import partial
import logging

from ...nl43 import (
    AnswerError,
    CommandRefused,
    CommandUnknown,
    DesignationRefused,
    Levels,
    Meter,
    NL43Error,
    Priority,
    RunState,
)
from ..errors import ControlRefused, NoFreeStoreName, NotConfirmed, RefusalReason
from ..measurement.measurement import MeasurementState
from ..state import MeterState
from .controls import Control, Controls
from .life import Step
from .sender import Sender
from .settings import Settings

_LOGGER = logging.getLogger(__name__)

NAMES_TRIED = 100
NAMES = 10_000
# In the others the meter chooses the name itself, or there is none.
MODES_WITH_NAME = ("Auto", "Manual")


@dataclass(frozen=True, slots=True)
class StartedCycle:
    """What a start cycle brought about; `store_name` is None where none was chosen, `started_at` is aware UTC."""

    store_name: str | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoppedCycle:
    """The measurement that a stop cycle ended, if there was one; `results` are None where the meter did not tell them.

    `stored`: this cycle stored them by hand; in mode Auto the meter has stored them itself.
    """

    started_at: datetime | None
    elapsed_s: float | None
    results: Levels | None
    stored: bool


class Cycles:
    """Carries out one cycle at a time; every step may be one more exchange between those of the feed.

    `new_step` gives a setting of a cycle its time to be sent in. Raises what `Controls` and `Settings` raise.
    """

    def __init__(
        self,
        meter: Meter,
        state: MeterState,
        sender: Sender,
        controls: Controls,
        settings: Settings,
    ) -> None:
        """Work with the controls and the settings of one meter."""
        self._meter = meter
        self._state = state
        self._sender = sender
        self._controls = controls
        self._settings = settings
        self._left_name: str | None = None

    async def start(
        self, new_step: Callable[[str], Step], *, sleep_off: bool, set_clock: bool, find_name: bool
    ) -> StartedCycle:
        """Switch sleep off, set the clock, find a free store name, start and confirm.

        What a meter does not know is left out. Raises NoFreeStoreName. The store name is put back if it comes to no
        start; after a cancellation that is left to `stop_started`.
        """
        self._left_name = None
        if await self._sender.read("Measure?", self._controls.read_run) is RunState.START:
            raise ControlRefused(Control.START, RefusalReason.ALREADY_MEASURING)
        if sleep_off:
            with contextlib.suppress(CommandUnknown, DesignationRefused):
                if await self._word("Sleep Mode") == "On":
                    await self._set(new_step, "Sleep Mode,Off")
        if set_clock:
            with contextlib.suppress(CommandUnknown, DesignationRefused):
                await self._controls.sync_clock(new_step(Control.CLOCK))
        found = await self._store_name() if find_name else None
        tried: list[str] = []
        try:
            if found is not None:
                self._left_name = found
                await self._choose_free_name(new_step, found, tried)
            await self._controls.start(new_step(Control.START))
        except NL43Error as error:
            if found is not None and tried and not _may_measure(error):
                await self._put_back(new_step, found)
            self._left_name = None
            raise
        self._left_name = None
        measurement = self._state.measurement
        is_this = measurement.state is MeasurementState.MEASURING
        return StartedCycle(tried[-1] if tried else None, measurement.started_at if is_this else None)

    async def stop_started(self, new_step: Callable[[str], Step]) -> bool:
        """Stop what a cancelled start cycle has started, or else put its store name back; whether it had started."""
        run = None
        with contextlib.suppress(AnswerError, CommandRefused):
            run = await self._sender.read("Measure?", self._controls.read_run)
        if run is not RunState.STOP:
            await self._controls.stop(new_step(Control.STOP))
            return True
        if self._left_name is not None:
            await self._put_back(new_step, self._left_name)
        return False

    async def stop(self, new_step: Callable[[str], Step], *, store: bool, starting: bool) -> StoppedCycle:
        """Stop and confirm, read the results, and store them where that is to be done by hand.

        `starting`: a start cycle has been cancelled for this, and perhaps there is nothing to stop.
        """
        if not starting:
            await self._controls.stop(new_step(Control.STOP))
        elif not await self.stop_started(new_step):
            return StoppedCycle(None, None, None, stored=False)
        measurement = self._state.measurement
        results = None
        with contextlib.suppress(AnswerError, CommandRefused):
            results = await self._sender.read("DLC?", partial(self._meter.results, priority=Priority.PERSON))
        stored = store and await self._word("Store Mode") == "Manual"
        if stored:
            await self._controls.store(new_step(Control.STORE))
        return StoppedCycle(measurement.started_at, measurement.elapsed_s, results, stored)

    async def _word(self, name: str) -> str:
        return await self._sender.read(f"{name}?", partial(self._meter.setting, name, priority=Priority.PERSON))

    async def _set(self, new_step: Callable[[str], Step], line: str) -> None:
        await self._settings.set(new_step(line), line, trust=True)

    async def _store_name(self) -> str | None:
        """Read the store name, if there is one to be chosen."""
        with contextlib.suppress(CommandUnknown, DesignationRefused):
            if await self._word("Store Mode") in MODES_WITH_NAME:
                return await self._word("Store Name")
        return None

    async def _choose_free_name(self, new_step: Callable[[str], Step], found: str, tried: list[str]) -> None:
        """Choose the next name without data on the card, which is the next of all if the meter cannot tell."""
        overwrites = partial(self._meter.overwrites, priority=Priority.PERSON)
        for _ in range(NAMES_TRIED):
            tried.append(_next_name(tried[-1] if tried else found))
            await self._set(new_step, f"Store Name,{tried[-1]}")
            try:
                if not await self._sender.read("Overwrite?", overwrites):
                    return
            except CommandUnknown, DesignationRefused:
                return
        raise NoFreeStoreName(tried[0], tried[-1])

    async def _put_back(self, new_step: Callable[[str], Step], name: str) -> None:
        try:
            await self._set(new_step, f"Store Name,{name}")
        except NL43Error as error:
            _LOGGER.debug("The store name could not be put back to %s: %s", name, error)


def _next_name(name: str) -> str:
    return f"{(int(name) + 1) % NAMES:04}"


def _may_measure(error: NL43Error) -> bool:
    """Whether the meter measures after this, or may do so: its store name is in use then."""
    if isinstance(error, NotConfirmed):
        return error.command == Control.START and error.found is None
    return isinstance(error, ControlRefused) and error.reason is not RefusalReason.BUSY
