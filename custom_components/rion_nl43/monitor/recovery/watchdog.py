"""Sees to it that a meter that should be measuring does."""

import asyncio
from collections.abc import Awaitable, Callable
import contextlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
import logging
from typing import Any

from ...nl43 import AnswerError, CommandRefused, Levels, LinkError, LinkState, Meter, NL43Error
from ..control.command import Asked, Command, CommandState
from ..control.commands import Commands
from ..kept import kept_flag, kept_mapping
from ..measurement.measurement import MeasurementState
from ..measurement.start_time import Span, measured_span
from ..signal import Signal
from ..state import MeterState
from .restart_rule import RestartRule, WatchdogState
from .stop_reason import Ending, StopReason, preset_s, stop_reason

__all__ = ["Watchdog", "WatchdogState"]

_LOGGER = logging.getLogger(__name__)

ASKED = Asked(reason="watchdog")
STOPS = ("stop", "stop_cycle")
# A restart that has to wait, for the lockout or after one in vain, is looked at as often as this.
LOOK_EVERY_S = 10.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """A measurement seen to run: over which connection, and how much it had measured by then."""

    connection: int
    at: float
    elapsed_s: float | None
    uncertainty_s: float = 0.0
    paused: bool = False


class Watchdog:
    """Restarts what stopped by itself, at most 3 times in 15 minutes, and respects a Stop of a person.

    It acts on what the meter said of its run state over the present connection, and on nothing else.
    """

    def __init__(
        self,
        meter: Meter,
        state: MeterState,
        commands: Commands,
        restored: object = None,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the parts; `restored` is `memory` of an earlier run, and `keep` is called when `memory` has changed."""
        kept = kept_mapping(restored)
        self._meter = meter
        self._state = state
        self._commands = commands
        self._keep = keep
        self._changes = Signal[WatchdogState]("watchdog")
        self._stops = Signal[StopReason]("end of a measurement")
        self._rule = RestartRule(kept)
        last_stop = kept.get("last_stop")
        self._last_stop = StopReason(last_stop) if last_stop in list(StopReason) else None
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()
        self._asked_on = -1
        self._seen = _Seen(-1, self._loop.time(), None) if kept_flag(kept.get("measuring")) else None
        self._stop_commanded = False
        self._told = (self._rule.state, self.memory)

    @property
    def expected(self) -> bool | None:
        """Whether the meter should be measuring now; None: the watchdog is off."""
        return self._rule.expected

    @expected.setter
    def expected(self, expected: bool | None) -> None:
        self._rule.expect(expected)
        self._changed()

    @property
    def state(self) -> WatchdogState:
        """What it does now."""
        return self._rule.state

    @property
    def last_stop(self) -> StopReason | None:
        """Why the last measurement that was watched ended; None before one did."""
        return self._last_stop

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart."""
        return {
            **self._rule.to_json(),
            "last_stop": self._last_stop and self._last_stop.value,
            "measuring": self._seen is not None,
        }

    def on_change(self, callback: Callable[[WatchdogState], None]) -> Callable[[], None]:
        """Be told every change of `state`."""
        return self._changes.connect(callback)

    def on_stop(self, callback: Callable[[StopReason], None]) -> Callable[[], None]:
        """Be told why a measurement ended that was seen to run, once that is found out; also while it is off."""
        return self._stops.connect(callback)

    def acknowledge(self) -> None:
        """A person has seen that it gave up: it goes on trying as the lockout allows."""
        self._rule.acknowledge()
        self._changed()

    async def run(self) -> None:
        """Watch until cancelled."""
        unsubscribe = (self._state.words.connect(self._take_word), self._commands.on_change(self._take_command))
        try:
            while True:
                self._news.clear()
                await self._step()
                self._changed(news=False)
                waiting = self._rule.state is WatchdogState.RESTARTING
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_EVERY_S if waiting else None):
                        await self._news.wait()
        finally:
            for end in unsubscribe:
                end()

    @property
    def _connection(self) -> int:
        return self._meter.link.statistics.connects

    @property
    def _told_lately(self) -> bool:
        """Whether the meter has told its run state over this connection."""
        return self._meter.link.status.state is LinkState.CONNECTED and self._asked_on == self._connection

    @property
    def _maybe_paused(self) -> bool:
        return self._state.tracker.maybe_paused and "Pause" not in self._state.facts.unsupported

    def _known(self) -> MeasurementState | None:
        """The measurement's state, if the meter has told it over this connection and it may not be a pause instead."""
        return self._state.measurement.state if self._told_lately and not self._maybe_paused else None

    def _take_word(self) -> None:
        """Note at once what the meter says: the next word may say otherwise before anything is done."""
        self._asked_on = self._connection
        if (known := self._known()) in (MeasurementState.MEASURING, MeasurementState.PAUSED):
            measurement = self._state.measurement
            self._seen = _Seen(
                self._connection,
                self._loop.time(),
                measurement.elapsed_s,
                measurement.uncertainty_s or 0.0,
                known is MeasurementState.PAUSED,
            )
            self._stop_commanded = False
            self._rule.started()
        self._changed()

    def _take_command(self, command: Command) -> None:
        """Notice that somebody asks for a stop."""
        if command.name not in STOPS and command.detail.replace(" ", "").lower() != "measure,stop":
            return
        if command.state is CommandState.SENT:
            self._stop_commanded = True
        elif command.state.final and self._known() is MeasurementState.STOPPED and self._seen is None:
            # Nothing was there to stop; what is about to be started is not wanted.
            self._rule.stopped(StopReason.COMMAND)
            self._changed()

    async def _step(self) -> None:
        """Act on what is certain."""
        if self._rule.expected and self._told_lately and self._maybe_paused:
            await self._ask_whether_paused()
        if self._known() is not MeasurementState.STOPPED:
            return
        if (seen := self._seen) is None:
            self._rule.stopped(None)
        else:
            try:
                reason = stop_reason(await self._ending(seen))
            except LinkError:
                return
            if self._seen is not seen or self._known() is not MeasurementState.STOPPED:
                return
            self._seen = None
            self._last_stop = reason
            self._rule.stopped(reason)
            self._stops.send(reason)
        now = datetime.now(UTC)
        if self._rule.due(now):
            await self._restart(now)

    async def _ask_whether_paused(self) -> None:
        """Ask at once, not in the feed's good time, which asks anew if this comes to nothing."""
        with contextlib.suppress(LinkError):
            if (paused := await self._optional(self._meter.is_paused())) is not None:
                self._state.take_paused(paused, self._loop.time())

    async def _restart(self, now: datetime) -> None:
        self._rule.note_restart(now)
        self._changed(news=False)
        try:
            await self._commands.start_cycle(ASKED)
        except NL43Error as error:
            _LOGGER.debug("The measurement could not be restarted: %s", error)

    async def _ending(self, seen: _Seen) -> Ending:
        """Find out how the measurement ended; raises LinkError."""
        if self._stop_commanded:
            return Ending(commanded=True)
        results = await self._optional(self._meter.results()) or await self._optional(self._meter.levels())
        ending = Ending(
            watched=seen.connection == self._connection,
            results_left=None if results is None else results.main.le is not None,
            measured=self._measured(seen, results),
        )
        if stop_reason(ending) is StopReason.OUTAGE:
            return ending
        ending = replace(ending, preset_s=await self._preset_s())
        if stop_reason(ending) is StopReason.PRESET:
            return ending
        card_free = await self._optional(self._meter.setting("SD Card Free Size")) or ""
        return replace(
            ending,
            card_free_mb=float(card_free) if card_free.strip().isdecimal() else None,
            battery=await self._optional(self._meter.setting("Battery Level")),
        )

    def _measured(self, seen: _Seen, results: Levels | None) -> tuple[Span, ...]:
        """How long it measured: by the clock, and by its results."""
        spans = []
        if seen.elapsed_s is not None:
            longest_s = seen.elapsed_s if seen.paused else seen.elapsed_s + self._loop.time() - seen.at
            spans.append(Span(seen.elapsed_s - seen.uncertainty_s, longest_s + seen.uncertainty_s))
        if results is not None and results.main.leq is not None and results.main.le is not None:
            spans.append(measured_span(results.main.leq, results.main.le))
        return tuple(spans)

    async def _preset_s(self) -> float | None:
        """How long it was to measure, if the meter says so in its store mode."""
        mode = await self._optional(self._meter.setting("Store Mode"))
        if mode not in ("Manual", "Auto"):
            return None
        preset = await self._optional(self._meter.setting(f"Measurement Time Preset {mode}"))
        if preset != "Manual":
            return preset_s(preset or "")
        number = await self._optional(self._meter.setting(f"Measurement Time {mode} (Num)"))
        unit = await self._optional(self._meter.setting(f"Measurement Time {mode} (Unit)"))
        return preset_s(f"{number}{unit}")

    async def _optional[T](self, answer: Awaitable[T]) -> T | None:
        """Ask for something that need not be known."""
        try:
            return await answer
        except (AnswerError, CommandRefused) as error:
            _LOGGER.debug("Why the measurement ended will be told without this: %s", error)
            return None

    def _changed(self, *, news: bool = True) -> None:
        """Tell and keep what is new."""
        told, self._told = self._told, (self._rule.state, self.memory)
        if news:
            self._news.set()
        if told[1] != self._told[1]:
            self._keep()
        if told[0] is not self._told[0]:
            self._changes.send(self._rule.state)
