"""Notices that somebody else changed what the levels mean: main weightings, percentiles or the clock."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import logging
import math
from typing import Any

from ..feed.facts import Facts
from ..signal import Signal
from ..state import MeterState

_LOGGER = logging.getLogger(__name__)

# The meter tells whole seconds, and over a slow link it is not known when it told them.
CLOCK_JUMP_S = 5.0
# By so much a clock may gain or lose by itself, in parts of the time since it was read last.
CLOCK_DRIFT = 20e-6
CLOCK = "Clock"
# Units know the main weightings by one of two names.
_NAMES = {"Frequency Weighting": "Frequency Weighting (Main)", "Time Weighting": "Time Weighting (Main)"}
SETTINGS = (*_NAMES.values(), *(f"Percentile {number}" for number in range(1, 6)))


@dataclass(frozen=True, slots=True)
class Drift:
    """A setting that is not as it was: its name, what was expected and what was found.

    Those of `Clock` are seconds that the meter's clock is ahead of local time.
    """

    name: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class _Reading:
    """The meter's clock when it was read last, against UTC, which may be put right, and against the loop's clock.

    Against UTC, not local time: the meter does not follow summer time, and is not to blame for that.
    """

    ahead_of_utc_s: float
    ahead_of_loop_s: float | None
    at: datetime

    def jump_s(self, last: _Reading) -> float:
        """By how much the meter's clock went on too far since; if one of our clocks denies it, the other has jumped."""
        jump_s = self.ahead_of_utc_s - last.ahead_of_utc_s
        if self.ahead_of_loop_s is None or last.ahead_of_loop_s is None:
            return jump_s
        return min(jump_s, self.ahead_of_loop_s - last.ahead_of_loop_s, key=abs)


class Baseline:
    """How the meter was set when somebody last agreed to it: at first, by an own command, or by `accept`."""

    def __init__(self, state: MeterState, restored: Any, keep: Callable[[], None]) -> None:
        """Compare with what is `restored`, which may be anything; `keep` is called when there is news to keep."""
        self._state = state
        self._keep = keep
        self._loop = asyncio.get_running_loop()
        self._changes = Signal[tuple[Drift, ...]]("baseline")
        self._expected: dict[str, str] = {}
        self._found: dict[str, str] = {}
        self._own: set[str] = set()
        self._clock: _Reading | None = None
        self._clock_drift: tuple[float, float] | None = None
        self._clock_offset_s: float | None = None
        try:
            self._restore(restored)
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            _LOGGER.debug("No use could be made of the kept settings: %r", error)
        self._told = self.drifts
        self._kept = self._to_keep()
        state.facts_changes.connect(self._take)

    @property
    def drifts(self) -> tuple[Drift, ...]:
        """What differs now, as far as it has been read."""
        drifts = [
            Drift(name, self._expected[name], found)
            for name, found in self._found.items()
            if self._expected[name] != found
        ]
        if self._clock_drift is not None:
            expected_s, found_s = self._clock_drift
            drifts.append(Drift(CLOCK, f"{expected_s:.0f}", f"{found_s:.0f}"))
        return tuple(drifts)

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart."""
        clock = self._clock
        return {
            "expected": dict(self._expected),
            "clock": None if clock is None else {"ahead_of_utc_s": clock.ahead_of_utc_s, "at": clock.at.isoformat()},
            "clock_drift": None if self._clock_drift is None else list(self._clock_drift),
        }

    def on_change(self, callback: Callable[[tuple[Drift, ...]], None]) -> Callable[[], None]:
        """Be told when the drifts change."""
        return self._changes.connect(callback)

    def accept(self) -> None:
        """Take the meter as it is now for right."""
        self._expected |= self._found
        self._clock_drift = None
        self._tell()

    def own(self, name: str) -> None:
        """An own command may have changed this: if it is read with another value next, that is right."""
        self._own.add(_NAMES.get(name, name))

    def settled(self, name: str) -> None:
        """What an own command did to this has been read."""
        self._own.discard(_NAMES.get(name, name))

    def _take(self, facts: Facts) -> None:
        percentiles = [None if value is None else f"{value:g}" for value in facts.percentiles]
        values = (facts.frequency_weighting, facts.time_weighting, *percentiles)
        for name, value in zip(SETTINGS, values, strict=True):
            if value is not None:
                self._take_setting(name, value)
        if facts.clock_offset_s is not None and facts.clock_offset_s != self._clock_offset_s:
            self._clock_offset_s = facts.clock_offset_s
            self._take_clock(facts.clock_offset_s)
        self._tell()

    def _take_setting(self, name: str, value: str) -> None:
        self._found[name] = value
        expected = self._expected.setdefault(name, value)
        if value != expected and name in self._own:
            self._own.discard(name)
            self._expected[name] = value

    def _take_clock(self, offset_s: float) -> None:
        now = datetime.now(UTC)
        zone_s = now.astimezone(self._state.time_zone).utcoffset()
        ahead_s = offset_s + (0.0 if zone_s is None else zone_s.total_seconds())
        last = self._clock
        self._clock = reading = _Reading(ahead_s, ahead_s + now.timestamp() - self._loop.time(), now)
        if last is None or CLOCK in self._own:
            self._own.discard(CLOCK)
            self._clock_drift = None
            return
        jump_s = reading.jump_s(last)
        expected_s = offset_s - jump_s if self._clock_drift is None else self._clock_drift[0]
        if abs(jump_s) > CLOCK_JUMP_S + CLOCK_DRIFT * abs((now - last.at).total_seconds()):
            self._clock_drift = (expected_s, offset_s)
        if abs(offset_s - expected_s) <= CLOCK_JUMP_S:
            self._clock_drift = None

    def _tell(self) -> None:
        drifts = self.drifts
        kept = self._to_keep()
        if kept != self._kept:
            self._kept = kept
            self._keep()
        if drifts != self._told:
            self._told = drifts
            self._changes.send(drifts)

    def _to_keep(self) -> tuple[object, ...]:
        """What makes it worth while to keep the memory anew; that the clock was read once more does not."""
        return self._clock is None, dict(self._expected), self._clock_drift

    def _restore(self, kept: Mapping[str, Any] | None) -> None:
        if kept is None:
            return
        expected = {name: kept["expected"][name] for name in SETTINGS if name in kept["expected"]}
        if not all(isinstance(value, str) for value in expected.values()):
            raise TypeError("a setting that is no text")
        clock, drift = kept["clock"], kept["clock_drift"]
        reading = None if clock is None else _Reading(_seconds(clock["ahead_of_utc_s"]), None, _time(clock["at"]))
        clock_drift = None if drift is None else (_seconds(drift[0]), _seconds(drift[1]))
        self._expected, self._clock, self._clock_drift = expected, reading, clock_drift


def _seconds(kept: Any) -> float:
    seconds = float(kept)
    if not math.isfinite(seconds):
        raise ValueError("no seconds")
    return seconds


def _time(kept: Any) -> datetime:
    at = datetime.fromisoformat(kept)
    if at.tzinfo is None:
        raise ValueError("a naive time")
    return at
