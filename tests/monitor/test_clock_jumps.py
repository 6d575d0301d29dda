"""The wall clock of the computer is put right while meters are watched: nothing follows from that but other times."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from custom_components.rion_nl43.acoustics import WindowKind, WindowSpec
from custom_components.rion_nl43.monitor import FeedOptions, MeasurementState
from tests.fixtures import MeterFactory

from .watching import STREAMED, watching

RUNNING, ALIGNED = WindowSpec(WindowKind.RUNNING, 60), WindowSpec(WindowKind.ALIGNED, 60)

type Put = Callable[[float], None]


@pytest.mark.parametrize("feed", [FeedOptions(), STREAMED], ids=["polled", "streamed"])
@pytest.mark.parametrize("by_s", [-3600, -5, 0.5, 3600])
async def test_the_clock_is_put_right(
    emulated_meter: MeterFactory, virtual_clock: Put, by_s: float, feed: FeedOptions
) -> None:
    """Samples and windows are told by the new time soon, the measurement goes on, and the meter stays available."""
    meter = await emulated_meter(scene="construction")
    async with watching(meter, feed=feed) as watch:
        watch.monitor.windows.configure([RUNNING, ALIGNED])
        await (watch.streams() if feed is STREAMED else watch.settled())
        began = watch.now
        await watch.monitor.commands.start()
        await asyncio.sleep(70)
        assert watch.monitor.windows.levels(RUNNING).leq is not None
        virtual_clock(by_s)
        await asyncio.sleep(130)
        now = datetime.now(UTC)
        assert watch.monitor.sample is not None
        # A slot of a stream is timed by a clock that does not follow each step of less than a second.
        assert -1.0 < (now - watch.monitor.sample.at).total_seconds() < 2.3
        for spec in (RUNNING, ALIGNED):
            levels = watch.monitor.windows.levels(spec)
            assert levels.coverage_percent > 90
            assert levels.leq is not None
            assert now.timestamp() - 63 < levels.ended <= now.timestamp() + 1.1
        measurement = watch.monitor.measurement
        assert measurement.state is MeasurementState.MEASURING
        assert measurement.elapsed_s == pytest.approx(watch.now - began, abs=3)
        assert measurement.started_at is not None
        assert (now - measurement.started_at).total_seconds() == pytest.approx(watch.now - began, abs=3)
        assert watch.availability == [(True, None)]
        assert {told.state for told in watch.measurements[1:]} <= {MeasurementState.MEASURING, None}


async def test_a_released_meter_is_taken_back_though_the_clock_was_put_forward(
    emulated_meter: MeterFactory, virtual_clock: Put
) -> None:
    """By the new time, within a minute."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.until_rows(3)
        await watch.monitor.standby.release(datetime.fromtimestamp(datetime.now(UTC).timestamp() + 1800, UTC))
        await asyncio.sleep(100)
        assert watch.monitor.standby.active
        virtual_clock(3600)
        await watch.until(lambda: watch.monitor.available, 75)
