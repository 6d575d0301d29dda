"""A meter's history whose samples are made up, and its file."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from custom_components.rion_nl43.acoustics.hours import HourLevels
from custom_components.rion_nl43.acoustics.stretches import Span, Stretch
from custom_components.rion_nl43.monitor.feed.sample import Sample
from custom_components.rion_nl43.monitor.history.history import MeterHistory
from custom_components.rion_nl43.nl43 import RunState, SlotLevels
from tests.acoustics import seconds
from tests.acoustics.seconds import close
from tests.monitor.rows import channel, levels


def done[T](work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of work that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    work.close()
    raise AssertionError("it waits")


async def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run a function here and now, in the place of a thread."""
    return function(*arguments)


def polled(ended: float, lp: float | None, duration_s: float = 1.0) -> Sample:
    """Make a sample of the polled feed."""
    return Sample(datetime.fromtimestamp(ended, UTC), duration_s, levels(channel(lp)), RunState.START, held=False)


def streamed(ended: float, leq: float, lmax: float, lmin: float, lp: float) -> Sample:
    """Make a sample of the streamed feed."""
    slot = SlotLevels(lp, leq, lmax, lmin, None, None, None, None)
    at = datetime.fromtimestamp(ended, UTC)
    return Sample(at, 0.1, levels(channel(lp)), RunState.START, held=False, slot=(slot,))


class Ear:
    """A history with its file, that can be closed and opened anew as by a restart of the program."""

    listening: list[Ear] = []

    def __init__(self, path: Path, zone: tzinfo = UTC) -> None:
        """Open it."""
        self.path = path
        self.zone = zone
        self.kept = 0
        self.memory: object = None
        self.run: Callable[..., Awaitable[Any]] = at_once
        self.listening.append(self)
        self.restart()

    def restart(self) -> None:
        """Begin with what an earlier run left."""
        self.history = MeterHistory(self.zone, self.memory, self._keep)
        self.told: list[Span] = []
        self.history.on_hours(self.told.append)
        done(self.history.open(self.path, self.run))

    def end(self) -> None:
        """Close it."""
        done(self.history.close())
        self.memory = self.history.memory

    def reopen(self) -> None:
        """Close it and open it anew."""
        self.end()
        self.restart()

    def hear(self, began: int, lps: Iterable[float | None]) -> None:
        """Let a sample come each second, with these levels; None is a row without one."""
        for number, lp in enumerate(lps):
            self.history.take_sample(polled(began + number + 1, lp))

    def hours(self, began: int, ended: int) -> dict[int, HourLevels]:
        """Return the hours of a span in s."""
        return done(self.history.hours(span(began, ended)))

    def hour(self, began: int) -> HourLevels:
        """Return an hour in which something counts."""
        return self.hours(began, began + 3600)[1000 * began]

    def stretches(self, began: int, ended: int) -> tuple[Stretch, ...]:
        """Return what counts in a span in s."""
        return done(self.history.stretches(span(began, ended)))

    def add(self, *records: Stretch, holes_s: float | None = 60, weighting: str | None = None) -> Span | None:
        """Add records of the meter."""
        return done(self.history.add_records(records, only_holes_s=holes_s, weighting=weighting))

    def exclude(self, began: int, ended: int) -> None:
        """Let a span in s count nowhere."""
        done(self.history.exclude(span(began, ended), "calibration"))

    def holes(self, began: int, ended: int, *, repaired: bool = False) -> list[tuple[float, float]]:
        """Return the holes of a span, all in s."""
        found = done(self.history.holes(span(began, ended), repaired=repaired))
        return [(hole.began_ms / 1000, hole.ended_ms / 1000) for hole in found]

    def _keep(self) -> None:
        self.kept += 1


def span(began: float, ended: float) -> Span:
    """Return a span in s."""
    return Span(round(1000 * began), round(1000 * ended))


def second(at: int, lp: float) -> Stretch:
    """Return the sound of one second of the polled feed."""
    return seconds.stretch(at, 1, lp, lmax=lp, lmin=lp, classes={round(10 * lp): 1})


def assert_tells(told: HourLevels | None, heard: seconds.Seconds, *, from_meter_s: float = 0) -> None:
    """Compare an hour with its seconds."""
    if not heard:
        assert told is None
        return
    assert told is not None
    lmax, lmin = seconds.extremes(heard)
    assert close(told.coverage, seconds.covered_s(heard) / 3600)
    assert close(told.leq, seconds.leq(heard))
    assert (told.lmax, told.lmin) == (lmax, lmin)
    assert (told.l10, told.l90) == (seconds.exceeded(heard, 10), seconds.exceeded(heard, 90))
    assert close(told.exposure_pa2h, 4e-10 * seconds.energy_s(heard) / 3600)
    assert close(told.meter_share, from_meter_s / seconds.covered_s(heard))
