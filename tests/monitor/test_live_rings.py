"""The rings behind a live view, beside an oracle that keeps everything."""

import itertools
import math
from typing import NamedTuple

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import SoundPiece
from custom_components.rion_nl43.monitor import MeasurementState
from custom_components.rion_nl43.monitor.live.pace import AT_ONCE, PER_S, Pace
from custom_components.rion_nl43.monitor.live.runs import Run, Runs
from custom_components.rion_nl43.monitor.live.samples import SampleRing
from custom_components.rion_nl43.monitor.live.seconds import SecondRing

BEGAN = 1_772_438_400
CAPACITY = 7
LEVEL = st.integers(-50, 1400).map(lambda tenths: tenths / 10)
STOPPED, MEASURING, PAUSED = MeasurementState.STOPPED, MeasurementState.MEASURING, MeasurementState.PAUSED


class Stretch(NamedTuple):
    """A silence of so many ms, and then so many ms of a sound; a negative one reaches back before the last sound."""

    silence_ms: int
    sound_ms: int
    leq: float
    above: float
    below: float


STRETCHES = st.lists(
    st.builds(
        Stretch,
        st.one_of(st.just(0), st.integers(-300, 2500), st.integers(0, 30_000)),
        st.one_of(st.integers(0, 1200), st.integers(0, 9000)),
        LEVEL,
        st.integers(0, 200).map(lambda tenths: tenths / 10),
        st.integers(0, 200).map(lambda tenths: tenths / 10),
    ),
    max_size=25,
)


class EveryMillisecond:
    """The oracle: what was heard in each millisecond."""

    def __init__(self) -> None:
        """Have heard nothing."""
        self._heard: dict[int, tuple[float, float, float]] = {}
        self._ended = 0

    def add(self, began: int, ended: int, leq: float, lmax: float, lmin: float) -> None:
        """Hear it, but for what was heard before."""
        for ms in range(max(began, self._ended), ended):
            self._heard[ms] = leq, lmax, lmin
        self._ended = max(self._ended, ended)

    def second(self, second: int) -> tuple[float, float, float] | None:
        """Return Lmax, Lmin and Leq of a second."""
        heard = [self._heard[ms] for ms in range(1000 * second, 1000 * (second + 1)) if ms in self._heard]
        if not heard:
            return None
        mean = math.fsum(math.exp(leq * math.log(10) / 10) for leq, _, _ in heard) / len(heard)
        return max(lmax for _, lmax, _ in heard), min(lmin for _, _, lmin in heard), 10 * math.log10(mean)


@given(STRETCHES)
def test_seconds(stretches: list[Stretch]) -> None:
    """Each second that is kept has the levels of its milliseconds, whatever it was asked for in between."""
    ring, oracle, now = SecondRing(CAPACITY), EveryMillisecond(), 1000 * BEGAN
    for silence_ms, sound_ms, leq, above, below in stretches:
        began, now = now + silence_ms, max(now, now + silence_ms + sound_ms)
        ended = began + sound_ms
        sound = leq, leq + above, leq - below
        ring.add(SoundPiece(began / 1000, ended / 1000, *sound, leq, streamed=True))
        oracle.add(began, ended, *sound)
        last = (oracle._ended - 1) // 1000
        told = ring.between(last - CAPACITY + 1, last + 3)
        for number, lmax, lmin, mean in zip(itertools.count(told.began), told.lmax, told.lmin, told.leq, strict=False):
            expected = oracle.second(number) or (None, None, None)
            assert (lmax, lmin) == tuple(level and pytest.approx(level, abs=0.001) for level in expected[:2]) or (
                (lmax, lmin) == expected[:2]
            )
            assert (mean is None) is (expected[2] is None)
            assert mean is None or expected[2] is None or abs(mean - expected[2]) < 0.0501


def test_seconds_that_are_not_kept() -> None:
    """They are not covered, nor are those to come; and so it is after everything was forgotten."""
    ring = SecondRing(CAPACITY)
    nothing = [None] * 30
    assert ring.between(0, 30) == (0, nothing, nothing, nothing)
    ring.add(SoundPiece(BEGAN, BEGAN + 20, 60.0, 65.0, 55.0, 60.0, streamed=True))
    told = ring.between(BEGAN, BEGAN + 30)
    assert told.leq == [None] * 13 + [60.0] * 7 + [None] * 10
    ring.clear()
    assert ring.between(BEGAN, BEGAN + 30).leq == nothing
    ring.add(SoundPiece(BEGAN, BEGAN + 1, 60.0, 65.0, 55.0, 60.0, streamed=True))
    assert ring.between(BEGAN, BEGAN + 1) == (BEGAN, [65.0], [55.0], [60.0])


@given(st.lists(st.tuples(st.integers(-2, 5), st.none() | LEVEL), max_size=40), st.integers(-5, 100))
def test_samples(steps: list[tuple[int, float | None]], after: int) -> None:
    """The latest are kept, in ascending time."""
    ring, kept, now = SampleRing(CAPACITY), list[tuple[int, float | None]](), BEGAN
    for step_ms, lp in steps:
        now += step_ms
        ring.add(now, lp)
        if not kept or now > kept[-1][0]:
            kept.append((now, lp))
    told = ring.after(BEGAN + after)
    assert list(zip(*told, strict=True)) == [each for each in kept[-CAPACITY:] if each[0] > BEGAN + after]


def test_samples_that_are_forgotten() -> None:
    """Earlier ones may come then."""
    ring = SampleRing(CAPACITY)
    for ms in range(10):
        ring.add(BEGAN + ms, 60.0)
    ring.clear()
    assert ring.after(0) == ([], [])
    ring.add(BEGAN - 5, 50.0)
    assert ring.after(0) == ([BEGAN - 5], [50.0])


def test_runs() -> None:
    """The changes since a time come after the state that there was; those older than the length are dropped."""
    runs = Runs(100, 0.0)
    runs.take(None, 5.0)
    assert runs.since(50) == [Run(0.0, None)]
    for at, state in ((10, MEASURING), (20, MEASURING), (30, PAUSED), (40, MEASURING)):
        runs.take(state, at)
    assert runs.since(0) == [Run(0, None), Run(10, MEASURING), Run(30, PAUSED), Run(40, MEASURING)]
    assert runs.since(35) == [Run(30, PAUSED), Run(40, MEASURING)]
    runs.take(STOPPED, 132)
    assert runs.since(0) == [Run(30, PAUSED), Run(40, MEASURING), Run(132, STOPPED)]
    runs.clear(90)
    assert runs.since(100) == [Run(90, STOPPED)]


@given(st.lists(st.sampled_from([0.0, 0.01, 0.1, 5.0]), max_size=200))
def test_pace(steps_s: list[float]) -> None:
    """Never more than ten a second, but for what may come at once; and so much is allowed indeed."""
    pace, now, allowed = Pace(), 1000.0, list[float]()
    for step_s in steps_s:
        now += step_s
        if pace.allows(now):
            allowed.append(now)
        else:
            assert sum(at > now - 2.0 for at in allowed) >= AT_ONCE
    for number, at in enumerate(allowed):
        for later, until in enumerate(allowed[number:], 1):
            assert later <= AT_ONCE + PER_S * (until - at) + 1e-6


def test_a_feed_at_its_full_rate() -> None:
    """It is not held up."""
    pace = Pace()
    assert all(pace.allows(slot / 10) for slot in range(10_000))


def test_too_much_at_once() -> None:
    """It is left out, until some time has passed."""
    pace = Pace()
    assert [pace.allows(0.0) for _ in range(50)] == [True] * AT_ONCE + [False] * 30
    assert [pace.allows(1.0) for _ in range(50)].count(True) == int(PER_S)
