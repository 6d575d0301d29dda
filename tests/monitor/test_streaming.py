"""The streamed feed over a real connection, while nothing is wrong."""

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.monitor import FeedMode, FeedOptions, MeasurementState
from custom_components.rion_nl43.nl43 import RunState
from emulator import DelayAnswer, EmulatedMeter, Latency
from emulator.faults import ROW
from tests.fixtures import MeterFactory

from .watching import STREAMED, Watching, watching

WITHOUT_BREAKS = FeedOptions(FeedMode.STREAMED, None)


def slots(watch: Watching) -> list[float]:
    """Return when the slots ended that were handed on, in seconds since the epoch."""
    return [sample.at.timestamp() for sample in watch.samples if sample.slot is not None]


def rows_sent(meter: EmulatedMeter) -> int:
    """Return how many rows of streams the meter has sent."""
    return sum(connection.stream_rows for connection in meter.referee.connections)


async def test_an_hour_loses_nothing(emulated_meter: MeterFactory) -> None:
    """Every row that the meter sends becomes a sample, but for those on their way when a stream ends."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        before, first = len(watch.samples), rows_sent(meter)
        await asyncio.sleep(3600)
        commands = Counter(watch.lines)
        told = [sample for sample in watch.samples[before:] if sample.slot is not None]
        covered_s = sum(sample.duration_s for sample in watch.samples[before:])
        assert rows_sent(meter) - first - len(told) <= commands["DRD?"]
        assert watch.monitor.lost_slots == 0
    assert all(sample.duration_s == 0.1 for sample in told)
    assert covered_s == pytest.approx(3600 - 12 * 6, abs=25)
    assert commands["DRD?"] == pytest.approx(12, abs=1)
    assert len(meter.referee.connections) == 1
    assert watch.availability == [(True, None)]
    assert watch.bases == [Basis.STREAMED]


async def test_within_a_stream_slots_follow_each_other(emulated_meter: MeterFactory) -> None:
    """For ten minutes without a break, over every wrap of the counter, on a way that holds rows up."""
    meter = await emulated_meter(latency=Latency.lte())
    meter.faults.add(DelayAnswer(ROW, 0.05, probability=0.2, times=None))
    meter.faults.add(DelayAnswer(ROW, 0.4, probability=0.02, times=None))
    async with watching(meter, feed=WITHOUT_BREAKS) as watch:
        await watch.streams()
        await asyncio.sleep(600)
        ended = slots(watch)
        assert watch.monitor.lost_slots == 0
    assert len(ended) >= 5990
    steps = [later - earlier for earlier, later in pairwise(ended[20:])]
    assert min(steps) >= -1e-5
    assert sum(abs(step - 0.1) < 1e-4 for step in steps) > 0.99 * len(steps)
    assert Counter(watch.lines)["DRD?"] == 1


async def test_a_slot_is_shown_beside_the_last_results(emulated_meter: MeterFactory) -> None:
    """Lp and flags are those of the stream, Leq, Lmax and all else those of the measurement by `DOD?`."""
    meter = await emulated_meter(scene="construction", settings={"Measure Display Sub Channel 1": "On"})
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        await watch.until_rows(50)
        streamed = [sample for sample in watch.samples if sample.slot is not None]
        row = [sample for sample in watch.samples if sample.slot is None][-1]
    assert row.basis is Basis.POLLED
    for sample in streamed:
        assert sample.slot is not None
        assert sample.basis is Basis.STREAMED
        assert [level.lp for level in sample.levels.channels] == [slot.lp for slot in sample.slot]
        assert sample.levels.channels[1].lp is not None
        assert sample.levels.main.leq == row.levels.main.leq
        assert sample.levels.main.lmax == row.levels.main.lmax
    assert len({sample.levels.main.lp for sample in streamed}) > 10
    assert len({sample.slot[0].leq for sample in streamed if sample.slot}) > 10


async def test_a_break(emulated_meter: MeterFactory) -> None:
    """Results and run state, one or two slow facts, and back; the hole stays one, and is short."""
    meter = await emulated_meter()
    async with watching(meter, feed=FeedOptions(FeedMode.STREAMED, 300)) as watch:
        await watch.streams()
        before = len(watch.lines)
        await watch.until(lambda: "DRD?" in watch.lines[before:], 400)
        await watch.until_rows(5)
        asked = watch.lines[before:]
        ended = slots(watch)
    assert asked[:2] == ["DOD?", "Measure?"]
    assert asked[-1] == "DRD?"
    assert len(asked) == 5
    hole_s = max(later - earlier for earlier, later in pairwise(ended))
    assert hole_s < 6.5
    broken = [sample for sample in watch.samples if sample.slot is None][-1]
    assert broken.duration_s == 0


async def test_the_run_state_is_seen_in_a_break(emulated_meter: MeterFactory) -> None:
    """Somebody starts and stops at the meter while a stream runs."""
    meter = await emulated_meter()
    async with watching(meter, feed=FeedOptions(FeedMode.STREAMED, 60)) as watch:
        await watch.streams()
        await asyncio.sleep(20)
        meter.instrument.press_start()
        pressed_at = watch.now
        await watch.until(lambda: watch.monitor.measurement.state is MeasurementState.MEASURING, 80)
        await asyncio.sleep(150)
        assert watch.monitor.measurement.elapsed_s == pytest.approx(watch.now - pressed_at, abs=10)
        measuring = watch.samples[-1]
        meter.instrument.press_stop()
        await watch.until(lambda: watch.monitor.measurement.state is MeasurementState.STOPPED, 80)
        await watch.until_rows(1)
        stopped = watch.samples[-1]
    assert [(sample.run, sample.held) for sample in (measuring, stopped)] == [
        (RunState.START, False),
        (RunState.STOP, True),
    ]
    assert watch.bases == [Basis.STREAMED]
