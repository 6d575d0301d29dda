"""From a sound at the meter to an alert, over a real connection in both feeds."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

import pytest

from custom_components.rion_nl43.acoustics import Basis, WindowKind
from custom_components.rion_nl43.alerts import EndReason, Grade, Metric, Quantity, TransitionKind
from custom_components.rion_nl43.monitor import FeedMode, FeedOptions, MeasurementState
from tests.fixtures import MeterFactory

from .alerting import SCENE, alerted, loud_rule
from .watching import STREAMED

WITHOUT_BREAKS = FeedOptions(FeedMode.STREAMED, None)
LATEST_S = {"polled": 1.2, "streamed": 0.25}
FEEDS = pytest.mark.parametrize("feed", [FeedOptions(), WITHOUT_BREAKS], ids=["polled", "streamed"])
ONSET, CLEARED, NO_DATA = TransitionKind.ONSET, TransitionKind.CLEARED, TransitionKind.NO_DATA


@FEEDS
@pytest.mark.parametrize("duration_s", [0.0, 5.0])
async def test_a_level_that_goes_up_is_told_in_time(
    emulated_meter: MeterFactory, feed: FeedOptions, duration_s: float
) -> None:
    """Within a quarter of a second while streamed, 1.2 s while polled, and the duration."""
    rng = Random(1)
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(duration_s=duration_s), feed=feed) as alert:
        await alert.watch.settled()
        await alert.watch.until(lambda: alert.watch.monitor.basis.value == feed.mode.value, 120)
        for number in range(5):
            await asyncio.sleep(rng.uniform(20, 30))
            began = alert.watch.now
            with alert.tone():
                onset = await alert.until_told(2 * number + 1, 20)
                assert onset.kind is ONSET
                late_s = alert.watch.now - began - duration_s
                # A sample stands for the time before it, and what else the feed asks for puts a row off by a slot.
                slack_s = 1.1 if feed.mode is FeedMode.POLLED else 0.1
                assert (-slack_s if duration_s else 0) < late_s <= LATEST_S[feed.mode.value] + slack_s
            assert (await alert.until_told(2 * number + 2, 20)).kind is CLEARED
    assert {transition.episode.rule_id for transition in alert.told} == {"loud"}


@FEEDS
async def test_an_episode_tells_of_the_sound(emulated_meter: MeterFactory, feed: FeedOptions) -> None:
    """When it began, how loud it was, and what became of it; whoever asks is told the same."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(duration_s=3.0), feed=feed) as alert:
        await alert.watch.settled()
        await asyncio.sleep(30)
        began = datetime.now(UTC).timestamp()
        with alert.tone():
            onset = await alert.until_told(1, 10)
            assert [episode.id for episode in alert.alerts.open_episodes] == [onset.episode.id]
            assert (alert.alerts.worst, alert.alerts.state("loud").grade) == (Grade.ALARM, Grade.ALARM)
            await asyncio.sleep(20)
        ended = datetime.now(UTC).timestamp()
        episode = (await alert.until_told(2, 10)).episode
        assert not alert.alerts.open_episodes
        assert (alert.alerts.worst, alert.alerts.state("loud").grade) == (Grade.OK, Grade.OK)
        assert alert.alerts.episodes() == alert.alerts.episodes("loud") == (alert.alerts.episode(episode.id),)
    assert episode.id == onset.episode.id
    assert episode.began == pytest.approx(began, abs=2.5)
    assert episode.ended == pytest.approx(ended + 3, abs=2.5)
    assert episode.end_reason is EndReason.CLEARED
    assert episode.peak_db == pytest.approx(90, abs=0.5)
    assert episode.leq_db == pytest.approx(89, abs=1.5)
    assert episode.coverage_percent > 85


async def test_breaks_of_the_stream_are_no_outages(emulated_meter: MeterFactory) -> None:
    """What is not streamed is not counted, and nothing of what was is dropped."""
    meter = await emulated_meter(scene=SCENE)
    feed = FeedOptions(FeedMode.STREAMED, 30)
    async with alerted(meter, loud_rule(duration_s=120.0), feed=feed) as alert:
        await alert.watch.streams()
        await asyncio.sleep(20)
        began = alert.watch.now
        with alert.tone():
            await alert.until_told(1, 200)
            lasted_s = alert.watch.now - began
            assert alert.watch.lines.count("DRD?") > 4
            await asyncio.sleep(60)
        await alert.until_told(2, 200)
    ended = [sample.at.timestamp() for sample in alert.watch.samples if sample.slot is not None]
    holes = [later - earlier for earlier, later in pairwise(ended) if later - earlier > 0.15]
    assert max(holes) < 10
    assert 125 < lasted_s < 150
    assert alert.kinds == [ONSET, CLEARED]


async def test_rules_of_a_measurement_end_with_it(emulated_meter: MeterFactory) -> None:
    """What it leaves behind is held: nobody is told of that."""
    meter = await emulated_meter(scene=SCENE)
    rule = loud_rule(metric=Metric(Quantity.LMAX))
    async with alerted(meter, rule) as alert:
        await alert.watch.settled()
        assert not alert.told
        await alert.watch.monitor.commands.start()
        await asyncio.sleep(5)
        with alert.tone():
            await alert.until_told(1, 5)
        await asyncio.sleep(20)
        assert alert.kinds == [ONSET]
        await alert.watch.monitor.commands.pause()
        await asyncio.sleep(60)
        assert alert.kinds == [ONSET, NO_DATA]
        await alert.watch.monitor.commands.resume()
        await asyncio.sleep(10)
        assert alert.kinds == [ONSET, NO_DATA]
        assert not alert.alerts.state("loud").no_data
        await alert.watch.monitor.commands.stop()
        ended = await alert.until_told(3, 10)
        assert ended.episode.end_reason is EndReason.MEASUREMENT_ENDED
        await asyncio.sleep(120)
        assert alert.watch.samples[-1].levels.main.lmax == pytest.approx(90, abs=0.5)
    assert alert.kinds == [ONSET, NO_DATA, CLEARED]


async def test_results_of_the_last_measurement_are_none_of_the_next_one(emulated_meter: MeterFactory) -> None:
    """Though a stream shows them until the next row."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(metric=Metric(Quantity.LMAX)), feed=STREAMED) as alert:
        await alert.watch.streams()
        await alert.watch.monitor.commands.start()
        with alert.tone():
            await asyncio.sleep(10)
        await alert.watch.monitor.commands.stop()
        await alert.watch.until(lambda: alert.watch.monitor.measurement.state is MeasurementState.STOPPED, 20)
        await asyncio.sleep(30)
        before = len(alert.told)
        await alert.watch.monitor.commands.start()
        await asyncio.sleep(60)
        assert alert.watch.monitor.basis is Basis.STREAMED
        assert alert.told[before:] == []


async def test_a_window_that_no_option_asks_for(emulated_meter: MeterFactory) -> None:
    """A rule has the windows it looks at, in any case."""
    meter = await emulated_meter(scene=SCENE)
    laeq_30 = Metric.over(Quantity.WINDOW_LEQ, 30, WindowKind.RUNNING)
    clock_minute = Metric.over(Quantity.WINDOW_LMAX, 60, WindowKind.ALIGNED)
    rules = loud_rule("running", laeq_30), loud_rule("aligned", clock_minute)
    async with alerted(meter, *rules) as alert:
        await asyncio.sleep(100)
        alert.watch.monitor.windows.configure([])
        assert not alert.told
        with alert.tone():
            await asyncio.sleep(20)
        onset = await alert.until_told(2, 60)
        assert [transition.episode.rule_id for transition in alert.told] == ["running", "aligned"]
        assert onset.at % 60 < 2.5
        assert alert.alerts.state("running").level_db == pytest.approx(
            alert.watch.monitor.windows.levels(laeq_30.window).leq  # type: ignore[arg-type] # it has one
        )


async def test_an_overload_is_noted(emulated_meter: MeterFactory) -> None:
    """The levels of such an episode are to be read with care."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        await alert.watch.settled()
        meter.instrument.add_sound(alert, 139.0)
        await alert.until_told(1, 5)
        await asyncio.sleep(5)
        assert alert.watch.samples[-1].levels.main.over
        (episode,) = alert.alerts.open_episodes
        assert episode.overload
