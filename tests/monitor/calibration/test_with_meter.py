"""A calibrator on a meter's microphone alarms nobody and counts nowhere, and is seen live all the same."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun import freeze_time
import pytest

from custom_components.rion_nl43.acoustics import WindowKind, WindowSpec
from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.alerts import EndReason, Metric, Quantity, TransitionKind, Verdict
from custom_components.rion_nl43.monitor import CalibrationReadings, FeedOptions, HeardTone, MeasurementState
from custom_components.rion_nl43.monitor.coverage import DayCoverage
from tests.fixtures import MeterFactory

from ...conftest import START
from ..alerting import SCENE, Alerted, alerted, loud_rule
from ..watching import STREAMED, Watching, watching
from .calibrating import sample

LAST_HOUR = WindowSpec(WindowKind.RUNNING, 3600)
FIVE_MINUTES = WindowSpec(WindowKind.ALIGNED, 300)
ONSET, CLEARED, NO_DATA = TransitionKind.ONSET, TransitionKind.CLEARED, TransitionKind.NO_DATA
FEEDS = pytest.mark.parametrize("feed", [FeedOptions(), STREAMED], ids=["polled", "streamed"])


@asynccontextmanager
async def calibrator(watch: Watching) -> AsyncIterator[None]:
    """Put one on the microphone meanwhile."""
    watch.meter.change_scene("calibrator")
    try:
        yield
    finally:
        watch.meter.change_scene(SCENE)


def heard(watch: Watching) -> tuple[HeardTone, ...]:
    """Return the calibrators that were heard."""
    return watch.monitor.calibration.heard


async def quiet(watch: Watching) -> None:
    """Wait until the level is that of the scene again."""
    await watch.until(lambda: (watch.samples[-1].levels.main.lp or 0) < 60, 10)


@FEEDS
async def test_it_alarms_nobody_and_counts_nowhere(emulated_meter: MeterFactory, feed: FeedOptions) -> None:
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(), feed=feed) as alert:
        watch, monitor = alert.watch, alert.watch.monitor
        monitor.windows.configure([LAST_HOUR, FIVE_MINUTES])
        await watch.settled()
        await asyncio.sleep(400)
        monitor.calibration.begin()
        async with calibrator(watch):
            await asyncio.sleep(60)
            seen = watch.samples[-1].levels.main.lp
            ring = monitor.live.history(30).samples
            assert alert.alerts.explain("loud").verdict is Verdict.NO_SAMPLES
        await quiet(watch)
        entry = monitor.calibration.end(CalibrationReadings(94.0, 93.9))
        await asyncio.sleep(400)
        hour, minutes = (monitor.windows.levels(spec) for spec in (LAST_HOUR, FIVE_MINUTES))
        percent = monitor.coverage.percent
    assert entry
    assert seen == pytest.approx(94.0, abs=0.1)
    assert max(lp for lp in ring.lp if lp is not None) == pytest.approx(94.0, abs=0.1)
    assert alert.told == []
    assert minutes.lmax is None or minutes.lmax < 60
    monitor.windows.min_coverage_percent = 0
    hour = monitor.windows.levels(LAST_HOUR)
    assert hour.lmax is not None
    assert hour.lmax < 60
    assert percent is not None
    assert percent == pytest.approx(100 * (1 - (entry.ended - entry.began) / (datetime.now(UTC) - START)), abs=3)
    assert monitor.calibration.heard == ()


async def test_an_open_episode_stays_open_and_says_no_data(emulated_meter: MeterFactory) -> None:
    """What is heard meanwhile neither ends it nor makes it worse."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        await alert.watch.settled()
        with alert.tone():
            await alert.until_told(1, 10)
            alert.watch.monitor.calibration.begin()
        # It is quiet now, but that is no evidence.
        await alert.until_told(2, 20)
        await asyncio.sleep(60)
        assert alert.kinds == [ONSET, NO_DATA]
        assert alert.told[-1].episode.no_data
        alert.watch.monitor.calibration.end()
        await alert.until_told(3, 20)
        assert (alert.kinds[-1], alert.told[-1].episode.end_reason) == (CLEARED, EndReason.CLEARED)


async def test_a_measurement_that_heard_it_alarms_nobody(emulated_meter: MeterFactory) -> None:
    """Its own Lmax is that of the calibrator until it ends; the next one is judged again."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(metric=Metric(Quantity.LMAX))) as alert:
        watch, monitor = alert.watch, alert.watch.monitor
        await watch.settled()
        await monitor.commands.start()
        monitor.calibration.begin()
        async with calibrator(watch):
            await asyncio.sleep(30)
        await quiet(watch)
        monitor.calibration.end()
        await asyncio.sleep(120)
        assert watch.samples[-1].levels.main.lmax == pytest.approx(94.0, abs=0.5)
        assert alert.told == []
        await monitor.commands.stop()
        await monitor.commands.start()
        await watch.until(lambda: monitor.measurement.state is MeasurementState.MEASURING, 30)
        with alert.tone():
            await alert.until_told(1, 20)
        assert alert.kinds == [ONSET]


@FEEDS
async def test_one_that_nobody_told_of_is_recognised(emulated_meter: MeterFactory, feed: FeedOptions) -> None:
    """And marked afterwards for exactly as long as it sounded: nothing of it is left."""
    meter = await emulated_meter(scene=SCENE)
    async with watching(meter, feed=feed) as watch:
        monitor = watch.monitor
        monitor.windows.configure([LAST_HOUR, FIVE_MINUTES])
        await watch.settled()
        await asyncio.sleep(30)
        began = datetime.now(UTC)
        async with calibrator(watch):
            await asyncio.sleep(60)
            assert heard(watch) == ()
        ended = datetime.now(UTC)
        await quiet(watch)
        await watch.until(lambda: heard(watch), 15)
        (tone,) = heard(watch)
        assert tone.nominal_db == 94.0
        assert tone.level_db == pytest.approx(94.0, abs=0.1)
        assert tone.span.began_ms / 1000 == pytest.approx(began.timestamp() - 0.5, abs=1.5)
        assert tone.span.ended_ms / 1000 == pytest.approx(ended.timestamp() + 1.5, abs=1.5)
        monitor.windows.min_coverage_percent = 0
        loud = monitor.windows.levels(LAST_HOUR)
        assert loud.lmax == pytest.approx(94.0, abs=0.1)
        before = monitor.coverage.percent
        monitor.calibration.record_heard()
        await watch.until_rows(3)
        left = monitor.windows.levels(LAST_HOUR)
        assert left.lmax is not None
        assert left.lmax < 60
        assert loud.coverage_percent - left.coverage_percent == pytest.approx(
            (tone.span.ended_ms - tone.span.began_ms) / 36_000, abs=0.15
        )
        assert before is not None
        assert monitor.coverage.percent is not None
        assert before - monitor.coverage.percent > 20


async def test_it_is_kept_over_a_restart(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        await alert.watch.settled()
        alert.watch.monitor.calibration.begin("me")
        kept = alert.kept()
    # The meter's only slot rests between two programs.
    await asyncio.sleep(30)
    async with alerted(meter, loud_rule(), **kept) as alert:
        await alert.watch.settled()
        async with calibrator(alert.watch):
            await asyncio.sleep(30)
        await quiet(alert.watch)
        assert isinstance(alert, Alerted)
        assert alert.told == []
        entry = alert.watch.monitor.calibration.end()
        assert entry
        assert entry.by == "me"


def test_less_of_today_is_covered() -> None:
    """By what was counted of it, and not less than nothing."""
    with freeze_time(START) as frozen:
        kept: list[bool] = []
        coverage = DayCoverage(ZoneInfo("UTC"), None, lambda: kept.append(True))
        for _ in range(200):
            frozen.tick(1)
            coverage.take_sample(sample(datetime.now(UTC)))
        assert coverage.percent == 100

        def exclude(from_s: float, to_s: float) -> float | None:
            began, ended = (round(1000 * (START + timedelta(seconds=each)).timestamp()) for each in (from_s, to_s))
            coverage.exclude(Span(began, ended))
            return coverage.percent

        assert exclude(-100, 50) == pytest.approx(75)
        assert exclude(-100, -50) == pytest.approx(75)
        assert exclude(190, 500) == pytest.approx(70)
        assert len(kept) == 3
        assert exclude(-100, 500) == 0
