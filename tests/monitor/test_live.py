"""What a live view begins with, made of the samples of a meter."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from custom_components.rion_nl43.acoustics import PERCENTAGES, WindowKind, WindowSpec
from custom_components.rion_nl43.alerts import Metric, Quantity
from custom_components.rion_nl43.monitor import (
    HISTORY_S,
    TRACE_S,
    MeasurementState,
    MetricLevels,
    Sample,
    known_metrics,
)
from custom_components.rion_nl43.monitor.live.meter_live import MeterLive
from tests.fixtures import MeterFactory

from .rows import channel, levels
from .watching import STREAMED, watching

MINUTE = WindowSpec(WindowKind.RUNNING, 60)


async def test_samples_of_the_polled_feed(emulated_meter: MeterFactory) -> None:
    """Each is kept for five minutes, and its level for an hour in the seconds it covers."""
    async with watching(await emulated_meter()) as watch:
        await asyncio.sleep(400)
        told = watch.monitor.live.history(HISTORY_S)
        now = datetime.now(UTC).timestamp()
        recent = [sample for sample in watch.samples if sample.at.timestamp() > now - TRACE_S + 1]
        times, lp = told.samples
        assert times[-len(recent) :] == [round(1000 * sample.at.timestamp()) for sample in recent]
        assert lp[-len(recent) :] == [sample.levels.main.lp for sample in recent]
        assert 0 <= len(times) - len(recent) <= 1
        assert told.seconds
        assert told.seconds.began + len(told.seconds.leq) == pytest.approx(now - TRACE_S, abs=1)
        assert all(level is not None for level in told.seconds.leq[-90:])
        assert told.seconds.leq[:3000] == [None] * 3000


async def test_what_is_not_asked_for(emulated_meter: MeterFactory) -> None:
    """Who wants five minutes gets no seconds, and who wants nothing no samples."""
    async with watching(await emulated_meter()) as watch:
        await watch.until_rows(5)
        told = watch.monitor.live.history(TRACE_S)
        assert (len(told.samples.lp), told.seconds) == (5, None)
        assert watch.monitor.live.history(0).samples.lp == []


async def test_samples_of_the_streamed_feed(emulated_meter: MeterFactory) -> None:
    """Ten of them a second; a second has the highest Lmax of its slots."""
    async with watching(await emulated_meter(scene="calibrator"), feed=STREAMED) as watch:
        await watch.streams()
        await asyncio.sleep(400)
        slots = [sample for sample in watch.samples if sample.slot]
        told = watch.monitor.live.history(HISTORY_S)
        assert told.seconds
        split = told.seconds.began + len(told.seconds.leq)
        second = [sample for sample in slots if split - 10 < sample.at.timestamp() - 0.001 <= split - 9]
        assert len(second) == 10
        assert told.seconds.lmax[-10] == max(sample.slot[0].lmax or 0 for sample in second if sample.slot)
        assert len(told.samples.lp) == pytest.approx(10 * TRACE_S, abs=100)


async def test_a_row_without_lp() -> None:
    """It is a sample, and no sound."""
    live = MeterLive()
    live.take_sample(Sample(datetime.now(UTC), 1.0, levels(channel(None)), None, held=True))
    await asyncio.sleep(600)
    told = live.history(HISTORY_S)
    assert told.seconds
    assert told.seconds.leq == [None] * (HISTORY_S - TRACE_S)
    live.take_sample(Sample(datetime.now(UTC), 1.0, levels(channel(None)), None, held=True))
    await asyncio.sleep(1)
    assert live.history(HISTORY_S).samples.lp == [None]


async def test_runs(emulated_meter: MeterFactory) -> None:
    """Measurement, pause and end are there with their times."""
    async with watching(await emulated_meter()) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        started = datetime.now(UTC).timestamp()
        await asyncio.sleep(10)
        await watch.monitor.commands.pause()
        await asyncio.sleep(10)
        await watch.monitor.commands.stop()
        told = watch.monitor.live.history(HISTORY_S).runs
        assert [run.state for run in told] == [
            None,
            MeasurementState.STOPPED,
            MeasurementState.MEASURING,
            MeasurementState.PAUSED,
            MeasurementState.STOPPED,
        ]
        assert told[2].since == pytest.approx(started, abs=3)


async def test_a_clock_that_is_set_back(emulated_meter: MeterFactory, virtual_clock: Callable[[float], None]) -> None:
    """What was kept has times that are still to come, so it is forgotten."""
    async with watching(await emulated_meter()) as watch:
        await watch.until_rows(20)
        virtual_clock(-3600)
        await watch.until_rows(3)
        told = watch.monitor.live.history(HISTORY_S)
        assert 3 <= len(told.samples.lp) <= 4
        assert len(told.runs) == 1
        assert told.runs[0].state is not None


async def test_metrics(emulated_meter: MeterFactory) -> None:
    """All levels of the meter and of its windows can be had, by their keys."""
    async with watching(await emulated_meter(scene="calibrator")) as watch:
        watch.monitor.windows.configure([MINUTE])
        await asyncio.sleep(90)
        known = known_metrics(watch.monitor.windows.specs)
        assert len(known) == 10 + 3 + len(PERCENTAGES)
        assert watch.monitor.sample
        found = MetricLevels(watch.monitor.sample.levels.main, watch.monitor.windows)
        told = {key: found.level(metric) for key, metric in known.items()}
        assert told["lp"] == watch.monitor.sample.levels.main.lp
        assert told["window_leq_60_running"] == watch.monitor.windows.levels(MINUTE).leq
        assert told["window_ln_60_running_90"] == watch.monitor.windows.levels(MINUTE).percentiles[90]
        gone = Metric.over(Quantity.WINDOW_LEQ, 300, WindowKind.RUNNING)
        assert found.level(gone) is None


async def test_a_monitor_after_another_one(emulated_meter: MeterFactory) -> None:
    """It goes on with what the first one kept, and what the measurement did is no news."""
    meter = await emulated_meter()
    async with watching(meter) as first:
        await first.settled()
        kept = first.monitor.live
        runs, samples = kept.history(HISTORY_S).runs, kept.history(TRACE_S).samples.lp
    # The meter frees its only connection slowly.
    await asyncio.sleep(10)
    async with watching(meter, live=kept) as second:
        await second.settled()
        told = second.monitor.live.history(HISTORY_S)
        assert told.runs == runs
        assert told.samples.lp[: len(samples)] == samples
        assert len(told.samples.lp) > len(samples)
