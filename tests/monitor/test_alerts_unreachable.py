"""The rule that every meter has: somebody is told when it cannot be reached."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from custom_components.rion_nl43.alerts import EndReason, Grade, TransitionKind, Verdict
from custom_components.rion_nl43.monitor import UNREACHABLE, UNREACHABLE_AFTER_S, AlertError
from emulator import DropAnswer
from tests.fixtures import MeterFactory

from .alerting import alerted

ONSET, CLEARED = TransitionKind.ONSET, TransitionKind.CLEARED


async def test_a_meter_that_is_lost_and_comes_back(emulated_meter: MeterFactory) -> None:
    """A minute after its values are not to be had any more, until they are again."""
    meter = await emulated_meter()
    async with alerted(meter) as alert:
        await alert.watch.settled()
        assert alert.alerts.rules == {}
        assert alert.alerts.unreachable_after_s == UNREACHABLE_AFTER_S
        assert alert.alerts.explain(UNREACHABLE).verdict is Verdict.WITHIN_LIMITS
        await meter.power_off()
        await alert.watch.until(lambda: not alert.watch.monitor.available, 10)
        lost_at = datetime.now(UTC).timestamp()
        assert alert.alerts.state(UNREACHABLE).pending
        assert alert.alerts.explain(UNREACHABLE).verdict is Verdict.PENDING
        onset = await alert.until_told(1, 61)
        assert onset.at == pytest.approx(lost_at + UNREACHABLE_AFTER_S, abs=0.1)
        assert (onset.kind, onset.episode.grade) == (ONSET, Grade.ALARM)
        assert onset.episode.began == pytest.approx(lost_at, abs=0.01)
        assert alert.alerts.state(UNREACHABLE).grade is alert.alerts.worst is Grade.ALARM
        assert alert.alerts.explain(UNREACHABLE).verdict is Verdict.ACTIVE
        await meter.power_on()
        cleared = await alert.until_told(2, 60)
        assert alert.watch.monitor.available
        assert (cleared.kind, cleared.episode.end_reason) == (CLEARED, EndReason.REACHABLE)
        assert alert.alerts.episodes() == alert.alerts.episodes(UNREACHABLE) == (cleared.episode,)


async def test_a_short_loss_is_none(emulated_meter: MeterFactory) -> None:
    """Nobody is told of less than a minute; how long is for the user to say."""
    meter = await emulated_meter()
    async with alerted(meter) as alert:
        await alert.watch.settled()
        for _ in range(3):
            await meter.power_off()
            await asyncio.sleep(30)
            await meter.power_on()
            await alert.watch.until(lambda: alert.watch.monitor.available, 60)
            await asyncio.sleep(60)
        assert not alert.told
        alert.alerts.unreachable_after_s = 15.0
        await meter.power_off()
        await alert.until_told(1, 25)


async def test_the_time_changes_while_it_runs(emulated_meter: MeterFactory) -> None:
    """What has passed counts."""
    meter = await emulated_meter()
    async with alerted(meter) as alert:
        await alert.watch.settled()
        await meter.power_off()
        await asyncio.sleep(40)
        alert.alerts.unreachable_after_s = 30.0
        await alert.until_told(1, 1)
    assert alert.kinds == [ONSET]


@pytest.mark.parametrize("by_s", [-36000.0, 36000.0])
async def test_our_clock_is_put_meanwhile(
    emulated_meter: MeterFactory, virtual_clock: Callable[[float], None], by_s: float
) -> None:
    """As on a computer that knows the time only when it has found a time server: no meter is missed longer by that."""
    meter = await emulated_meter()
    async with alerted(meter) as alert:
        await alert.watch.settled()
        await meter.power_off()
        await alert.watch.until(lambda: not alert.watch.monitor.available, 10)
        lost_at = alert.watch.now
        await asyncio.sleep(30)
        virtual_clock(by_s)
        onset = await alert.until_told(1, 90)
        assert UNREACHABLE_AFTER_S - 1 <= alert.watch.now - lost_at <= UNREACHABLE_AFTER_S + 30
        assert onset.episode.onset - onset.episode.began == pytest.approx(UNREACHABLE_AFTER_S, abs=1)
        await meter.power_on()
        await alert.until_told(2, 60)
    assert alert.kinds == [ONSET, CLEARED]


async def test_a_meter_that_was_never_there(emulated_meter: MeterFactory) -> None:
    """It may be off when this program starts."""
    meter = await emulated_meter()
    await meter.power_off("timeout")
    async with alerted(meter) as alert:
        await alert.until_told(1, 61)
    assert alert.kinds == [ONSET]


async def test_a_meter_that_says_nothing_of_use(emulated_meter: MeterFactory) -> None:
    """A connection alone is no meter."""
    meter = await emulated_meter()
    async with alerted(meter) as alert:
        await alert.watch.settled()
        meter.faults.add(DropAnswer("DOD?", times=None))
        await alert.until_told(1, 80)
    assert alert.kinds == [ONSET]


async def test_a_meter_that_was_given_away_is_not_missed(emulated_meter: MeterFactory) -> None:
    """Not even an alert that was there already; it is missed once it was taken back and does not come."""
    meter = await emulated_meter()
    async with alerted(meter) as alert:
        await alert.watch.settled()
        await alert.watch.monitor.standby.release()
        await asyncio.sleep(600)
        assert not alert.told
        await meter.power_off()
        await alert.watch.monitor.standby.take_back()
        await alert.until_told(1, 70)
        await alert.watch.monitor.standby.release()
        ended = await alert.until_told(2, 1)
        assert (ended.kind, ended.episode.end_reason) == (CLEARED, EndReason.DISABLED)
        await asyncio.sleep(600)
    assert alert.kinds == [ONSET, CLEARED]


async def test_standby_outlives_a_restart(emulated_meter: MeterFactory) -> None:
    """A meter that is given away is not missed after it, either."""
    meter = await emulated_meter()
    async with alerted(meter) as alert:
        await alert.watch.settled()
        await alert.watch.monitor.standby.release()
        kept = alert.kept()
    await asyncio.sleep(60)
    async with alerted(meter, **kept) as again:
        await asyncio.sleep(600)
    assert not again.told


async def test_an_open_one_outlives_a_restart(emulated_meter: MeterFactory) -> None:
    """It is told once, and ends when the meter is back."""
    meter = await emulated_meter()
    async with alerted(meter) as alert:
        await alert.watch.settled()
        await meter.power_off()
        onset = await alert.until_told(1, 80)
        kept = alert.kept()
    await asyncio.sleep(60)
    async with alerted(meter, **kept) as again:
        await asyncio.sleep(600)
        assert not again.told
        assert again.alerts.state(UNREACHABLE).episode == onset.episode
        await meter.power_on()
        ended = await again.until_told(1, 60)
    assert (ended.episode.id, ended.episode.end_reason) == (onset.episode.id, EndReason.REACHABLE)


async def test_one_is_acknowledged_and_snoozed_like_any_other(emulated_meter: MeterFactory) -> None:
    """What still holds at the end of a snooze is told then."""
    meter = await emulated_meter()
    async with alerted(meter) as alert:
        await alert.watch.settled()
        with pytest.raises(AlertError):
            alert.alerts.acknowledge(UNREACHABLE)
        until = datetime.now(UTC).timestamp() + 300
        alert.alerts.snooze(UNREACHABLE, until)
        await meter.power_off()
        onset = await alert.until_told(1, 310)
        assert onset.at == pytest.approx(until, abs=0.1)
        acknowledged = alert.alerts.acknowledge(UNREACHABLE, by="somebody", note="on my way")
        assert acknowledged.acknowledged is not None
        assert alert.kinds == [ONSET, TransitionKind.ACKNOWLEDGED]
        assert alert.alerts.state(UNREACHABLE).episode == acknowledged
