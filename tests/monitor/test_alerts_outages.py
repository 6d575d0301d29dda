"""What outages and restarts make of alerts: nothing false, and nothing is lost."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from custom_components.rion_nl43.alerts import EndReason, Grade, TransitionKind, Verdict
from custom_components.rion_nl43.monitor import UNREACHABLE
from tests.fixtures import MeterFactory

from .alerting import SCENE, Alerted, alerted, loud_rule
from .watching import STREAMED

ONSET, CLEARED, NO_DATA, REOPENED, ACKNOWLEDGED = (
    TransitionKind.ONSET,
    TransitionKind.CLEARED,
    TransitionKind.NO_DATA,
    TransitionKind.REOPENED,
    TransitionKind.ACKNOWLEDGED,
)
# How long this program is not there while it restarts.
DOWN_S = 60.0


def now() -> float:
    """Seconds since the epoch."""
    return datetime.now(UTC).timestamp()


async def outage(alert: Alerted, lasts_s: float) -> None:
    """Let the meter be off for a while, and come back."""
    await alert.watch.meter.power_off()
    await asyncio.sleep(lasts_s)
    await alert.watch.meter.power_on()
    await alert.watch.until(lambda: alert.watch.monitor.available, 60)


async def test_an_outage_drops_what_was_pending(emulated_meter: MeterFactory) -> None:
    """Nobody knows how loud it was meanwhile: the duration begins anew."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(duration_s=30.0)) as alert:
        await alert.watch.settled()
        with alert.tone():
            await asyncio.sleep(25)
            assert alert.alerts.state("loud").pending
            await outage(alert, 20)
            back_at = alert.watch.now
            await alert.until_told(1, 60)
        assert alert.watch.now - back_at >= 29
    assert alert.kinds == [ONSET]


async def test_an_outage_ends_no_episode(emulated_meter: MeterFactory) -> None:
    """It stays open without data, however long, and clears with the evidence of a whole duration."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(duration_s=10.0)) as alert:
        await alert.watch.settled()
        alert.alerts.unreachable_after_s = 3600.0
        with alert.tone():
            await alert.until_told(1, 20)
            await asyncio.sleep(20)
        heard_at = alert.watch.now
        await meter.power_off()
        told = await alert.until_told(2, 15)
        assert (told.kind, told.episode.no_data) == (NO_DATA, True)
        assert alert.watch.now - heard_at <= 12
        await asyncio.sleep(600)
        state = alert.alerts.state("loud")
        assert (state.grade, state.no_data) == (Grade.ALARM, True)
        assert alert.alerts.explain("loud").verdict is Verdict.ACTIVE
        await meter.power_on()
        await alert.watch.until(lambda: alert.watch.monitor.available, 60)
        back_at = alert.watch.now
        cleared = await alert.until_told(3, 30)
        assert alert.watch.now - back_at >= 9
        assert (cleared.kind, cleared.episode.end_reason) == (CLEARED, EndReason.CLEARED)
        assert cleared.episode.coverage_percent < 10
    assert alert.kinds == [ONSET, NO_DATA, CLEARED]


@pytest.mark.parametrize("feed", [None, STREAMED], ids=["polled", "streamed"])
async def test_a_short_loss_of_the_connection_is_no_more_than_a_hole(
    emulated_meter: MeterFactory, feed: object
) -> None:
    """The link is back within seconds, and evidence goes on."""
    meter = await emulated_meter(scene=SCENE)
    options = {} if feed is None else {"feed": feed}
    async with alerted(meter, loud_rule(duration_s=60.0), **options) as alert:
        await alert.watch.settled()
        began = alert.watch.now
        with alert.tone():
            await asyncio.sleep(30)
            await meter.power_off()
            await meter.power_on()
            await alert.until_told(1, 60)
        assert 60 < alert.watch.now - began < 75


async def _nothing(_: Alerted) -> None:
    """Leave it as it is."""


async def _acknowledge(alert: Alerted) -> None:
    alert.alerts.acknowledge("loud", by="somebody", note="seen")


async def _snooze(alert: Alerted) -> None:
    alert.alerts.snooze("loud", now() + 900)


@pytest.mark.parametrize("meanwhile", [_nothing, _acknowledge, _snooze], ids=["open", "acknowledged", "snoozed"])
async def test_an_open_episode_outlives_a_restart(
    emulated_meter: MeterFactory, meanwhile: Callable[[Alerted], Awaitable[None]]
) -> None:
    """It is the same one, with what people said of it; nothing is told twice, and it clears in the end."""
    meter = await emulated_meter(scene=SCENE)
    rule = loud_rule(duration_s=10.0)
    async with alerted(meter, rule) as alert:
        await alert.watch.settled()
        with alert.tone():
            episode = (await alert.until_told(1, 20)).episode
            await meanwhile(alert)
            await asyncio.sleep(5)
            before, known = alert.alerts.state("loud"), alert.alerts.episode(episode.id)
            kept = alert.kept()
    assert known is not None
    await asyncio.sleep(DOWN_S)
    async with alerted(meter, rule, **kept) as again:
        restored = again.alerts.state("loud")
        assert (restored.grade, restored.snoozed_until) == (before.grade, before.snoozed_until)
        assert restored.episode is not None
        assert (restored.episode.id, restored.episode.acknowledged) == (episode.id, known.acknowledged)
        with again.tone():
            await asyncio.sleep(60)
            assert set(again.kinds) <= {NO_DATA}
        cleared = await again.until_told(len(again.told) + 1, 30)
        assert (cleared.kind, cleared.episode.id) == (CLEARED, episode.id)
        assert cleared.episode.onset == episode.onset
        assert again.alerts.state("loud").snoozed_until == before.snoozed_until
        assert [each.id for each in again.alerts.episodes()] == [episode.id]


async def test_what_was_pending_begins_anew_after_a_restart(emulated_meter: MeterFactory) -> None:
    """A restart is an outage."""
    meter = await emulated_meter(scene=SCENE)
    rule = loud_rule(duration_s=30.0)
    async with alerted(meter, rule) as alert:
        await alert.watch.settled()
        with alert.tone():
            await asyncio.sleep(25)
        kept = alert.kept()
        assert not alert.told
    await asyncio.sleep(DOWN_S)
    async with alerted(meter, rule, **kept) as again:
        await again.watch.until_rows(1)
        with again.tone():
            await asyncio.sleep(25)
            assert not again.told
            await again.until_told(1, 10)
    assert again.kinds == [ONSET]


async def test_a_snooze_outlives_a_restart(emulated_meter: MeterFactory) -> None:
    """What holds at its end is raised then."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        await alert.watch.settled()
        until = now() + 300
        alert.alerts.snooze("loud", until)
        kept = alert.kept()
    await asyncio.sleep(DOWN_S)
    async with alerted(meter, loud_rule(), **kept) as again:
        with again.tone():
            onset = await again.until_told(1, 320)
            assert until <= now() <= until + 2.5
            assert onset.kind is ONSET


async def test_a_cooldown_outlives_a_restart(emulated_meter: MeterFactory) -> None:
    """A breach soon after the restart opens the last episode again."""
    meter = await emulated_meter(scene=SCENE)
    rule = loud_rule(cooldown_s=600.0)
    async with alerted(meter, rule) as alert:
        await alert.watch.settled()
        with alert.tone():
            await asyncio.sleep(5)
        ended = await alert.until_told(2, 10)
        alert.alerts.acknowledge("loud", by="somebody")
        kept = alert.kept()
    await asyncio.sleep(DOWN_S)
    async with alerted(meter, rule, **kept) as again:
        await asyncio.sleep(30)
        with again.tone():
            opened = await again.until_told(1, 10)
    assert (opened.kind, opened.episode.id, opened.episode.reopened) == (REOPENED, ended.episode.id, 1)
    assert opened.episode.acknowledged is not None


async def test_history_outlives_a_restart(emulated_meter: MeterFactory) -> None:
    """Episodes come back with their traces, the newest first."""
    meter = await emulated_meter(scene=SCENE)
    rule = loud_rule()
    async with alerted(meter, rule) as alert:
        await alert.watch.settled()
        for number in range(3):
            with alert.tone():
                await alert.until_told(2 * number + 1, 10)
            await alert.until_told(2 * number + 2, 10)
            await asyncio.sleep(100)
        episodes = alert.alerts.episodes()
        kept = alert.kept()
    assert len(episodes) == 3
    assert episodes[0].began > episodes[1].began > episodes[2].began
    await asyncio.sleep(DOWN_S)
    async with alerted(meter, rule, **kept) as again:
        assert again.alerts.episodes() == episodes
        trace = episodes[0].trace
        assert trace is not None
        assert max(level for level in trace.levels_db if level is not None) == pytest.approx(90, abs=0.5)
        await asyncio.sleep(60)
        assert not again.told


@pytest.mark.parametrize("nonsense", [None, 7, "text", [], [[]], {"a": 1}, [1, {"id": 3}], {"snoozes": 5, "open": 7}])
async def test_nonsense_is_no_memory(emulated_meter: MeterFactory, nonsense: object) -> None:
    """Rules are judged all the same."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(), restored={"alerts": nonsense}, episodes=nonsense) as alert:
        await alert.watch.settled()
        assert alert.alerts.episodes() == ()
        with alert.tone():
            await alert.until_told(1, 10)
    assert alert.kinds == [ONSET]


async def test_the_clock_is_set_back(emulated_meter: MeterFactory, virtual_clock: Callable[[float], None]) -> None:
    """Evidence begins anew, an open episode goes on, and ends in time."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(duration_s=20.0)) as alert:
        await alert.watch.settled()
        with alert.tone():
            await asyncio.sleep(15)
            virtual_clock(-3600)
            put_at = alert.watch.now
            await alert.until_told(1, 40)
            assert alert.watch.now - put_at > 19
            virtual_clock(-3600)
            await asyncio.sleep(60)
            assert alert.kinds == [ONSET]
        await alert.until_told(2, 40)
    assert alert.kinds == [ONSET, CLEARED]
    assert UNREACHABLE not in {transition.episode.rule_id for transition in alert.told}
