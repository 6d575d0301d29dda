"""Rules of a meter while it is watched: they come, change and go, are acknowledged and snoozed, and explain."""

import asyncio
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.acoustics import WindowKind
from custom_components.rion_nl43.alerts import (
    EndReason,
    Grade,
    Helper,
    Metric,
    Quantity,
    TransitionKind,
    Verdict,
    Weekly,
)
from custom_components.rion_nl43.monitor import UNREACHABLE, AlertError, AlertRefusal
from tests.fixtures import MeterFactory

from .alerting import SCENE, alerted, loud_rule

ONSET, CLEARED, ACKNOWLEDGED = TransitionKind.ONSET, TransitionKind.CLEARED, TransitionKind.ACKNOWLEDGED


def now() -> float:
    """Seconds since the epoch."""
    return datetime.now(UTC).timestamp()


async def test_rules_come_and_go(emulated_meter: MeterFactory) -> None:
    """By difference and at once; the state of a rule that is none is not to be had."""
    meter = await emulated_meter(scene=SCENE)
    changes = 0

    def count() -> None:
        nonlocal changes
        changes += 1

    async with alerted(meter, loud_rule("a")) as alert:
        await alert.watch.settled()
        alert.alerts.on_change(count)
        assert set(alert.alerts.rules) == {"a"}
        with alert.tone():
            await alert.until_told(1, 5)
            assert changes == 1
            a, b = loud_rule("a"), loud_rule("b")
            alert.alerts.configure([a, b])
            assert changes == 2
            assert set(alert.alerts.rules) == {"a", "b"}
            assert (await alert.until_told(2, 5)).episode.rule_id == "b"
            assert len(alert.alerts.open_episodes) == 2
            alert.alerts.configure([b])
            assert (alert.told[2].kind, alert.told[2].episode.end_reason) == (CLEARED, EndReason.REMOVED)
            with pytest.raises(KeyError):
                alert.alerts.state("a")
            alert.alerts.configure([loud_rule("b", alarm_db=75.0)])
            assert (alert.told[3].kind, alert.told[3].episode.end_reason) == (CLEARED, EndReason.EDITED)
            assert (await alert.until_told(5, 5)).kind is ONSET
            alert.alerts.configure([loud_rule("b", alarm_db=75.0, enabled=False)])
            assert (alert.told[5].kind, alert.told[5].episode.end_reason) == (CLEARED, EndReason.DISABLED)
            await asyncio.sleep(60)
        assert len(alert.told) == 6


async def test_a_change_of_rules_begins_no_window_anew(emulated_meter: MeterFactory) -> None:
    """Those in use go on, whoever asked for them first."""
    meter = await emulated_meter(scene=SCENE)
    minute = Metric.over(Quantity.WINDOW_LEQ, 60, WindowKind.RUNNING)
    assert minute.window
    async with alerted(meter, loud_rule("a", minute)) as alert:
        windows = alert.watch.monitor.windows
        await asyncio.sleep(90)
        assert windows.levels(minute.window).coverage_percent > 90
        windows.configure([minute.window])
        alert.alerts.configure([])
        alert.alerts.configure([loud_rule("b", minute)])
        windows.configure([])
        assert windows.levels(minute.window).coverage_percent > 90
        alert.alerts.configure([])
        with pytest.raises(KeyError):
            windows.levels(minute.window)


async def test_a_helper_opens_and_closes(emulated_meter: MeterFactory) -> None:
    """What was gathered before is raised as it opens, and an episode ends as it closes."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(duration_s=10.0, schedule=Helper("site"))) as alert:
        await alert.watch.settled()
        with alert.tone():
            began = now()
            await asyncio.sleep(30)
            assert alert.alerts.state("loud").in_schedule is None
            assert alert.alerts.explain("loud").verdict is Verdict.SCHEDULE_UNKNOWN
            alert.alerts.set_schedule("site", False)
            assert alert.alerts.state("loud").in_schedule is False
            assert alert.alerts.explain("loud").verdict is Verdict.OUTSIDE_SCHEDULE
            assert not alert.told
            alert.alerts.set_schedule("site", True)
            (onset,) = alert.told
            assert onset.kind is ONSET
            assert onset.at == pytest.approx(now(), abs=2)
            assert onset.episode.began == pytest.approx(began, abs=2.5)
            alert.alerts.set_schedule("site", None)
            await asyncio.sleep(30)
            assert alert.alerts.state("loud").in_schedule is True
            await meter.power_off()
            await asyncio.sleep(30)
            alert.alerts.set_schedule("site", False)
            assert alert.told[-1].episode.end_reason is EndReason.SCHEDULE_ENDED


async def test_a_schedule_ends_without_samples(emulated_meter: MeterFactory) -> None:
    """By the clock alone, in the time zone of the monitor."""
    meter = await emulated_meter(scene=SCENE)
    rule = loud_rule(schedule=Weekly(time(7), time(8, 10)))
    async with alerted(meter, rule) as alert:
        alert.alerts.unreachable_after_s = 3600.0
        await alert.watch.settled()
        with alert.tone():
            await alert.until_told(1, 5)
        await meter.power_off()
        ended = await alert.until_told(3, 900)
        assert ended.episode.end_reason is EndReason.SCHEDULE_ENDED
        eight_ten = datetime(2026, 3, 2, 8, 10, tzinfo=UTC).timestamp()
        assert now() == pytest.approx(eight_ten, abs=0.1)
        assert ended.at == pytest.approx(eight_ten, abs=0.1)
        assert alert.alerts.state("loud").in_schedule is False


async def test_hours_are_those_of_the_time_zone(emulated_meter: MeterFactory) -> None:
    """Which may change at any time."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule(schedule=Weekly(time(9), time(10)))) as alert:
        await alert.watch.settled()
        with alert.tone():
            await alert.watch.until_rows(5)
            assert not alert.told
            alert.watch.monitor.time_zone = ZoneInfo("Europe/Berlin")
            assert alert.kinds == [ONSET]
            alert.watch.monitor.time_zone = ZoneInfo("Asia/Tokyo")
            assert alert.told[-1].episode.end_reason is EndReason.SCHEDULE_ENDED


async def test_what_there_is_to_keep(emulated_meter: MeterFactory) -> None:
    """Whoever writes it down is told of each change, and once more when the trace is complete; not of the level."""
    meter = await emulated_meter(scene=SCENE)
    news: list[str] = []
    async with alerted(meter, loud_rule(duration_s=2.0)) as alert:
        await alert.watch.settled()
        alert.watch.monitor.on_memory(lambda: news.append("memory"))
        unsubscribe = alert.alerts.on_episodes(lambda: news.append("episodes"))
        with alert.tone():
            await alert.until_told(1, 10)
            await asyncio.sleep(20)
        assert news == ["memory", "episodes"]
        await alert.until_told(2, 10)
        assert news == ["memory", "episodes"] * 2
        await asyncio.sleep(55)
        assert len(news) == 4
        await asyncio.sleep(10)
        assert news[4:] == ["episodes"]
        (kept,) = alert.alerts.episodes_memory
        trace = kept["trace"]
        assert len(trace["levels_db"]) >= 60 + 20 + 60
        alert.alerts.snooze("loud", now() + 60)
        alert.alerts.unsnooze("loud")
        alert.alerts.configure([loud_rule(duration_s=2.0)])
        assert news[5:] == ["memory"] * 2
        alert.alerts.configure([loud_rule(duration_s=3.0)])
        assert news[7:] == ["memory"]
        unsubscribe()
        alert.alerts.acknowledge("loud")
        assert "episodes" not in news[7:]


async def test_a_snooze(emulated_meter: MeterFactory) -> None:
    """Nothing is raised until it ends, and it can be ended."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        await alert.watch.settled()
        until = now() + 100
        alert.alerts.snooze("loud", until)
        assert alert.alerts.state("loud").snoozed_until == pytest.approx(until, abs=0.001)
        with alert.tone():
            await asyncio.sleep(50)
            assert alert.alerts.explain("loud").verdict is Verdict.SNOOZED
            assert not alert.told
            await alert.until_told(1, 55)
            assert now() == pytest.approx(until, abs=1.5)
        await alert.until_told(2, 5)
        alert.alerts.snooze("loud", now() + 1000)
        with alert.tone():
            await asyncio.sleep(10)
            alert.alerts.unsnooze("loud")
            assert alert.alerts.state("loud").snoozed_until is None
            await alert.until_told(3, 2)
        assert alert.told[2].kind is ONSET


async def test_the_end_of_a_snooze_is_told_without_samples(emulated_meter: MeterFactory) -> None:
    """Who shows how long it lasts is told when it is over."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        alert.alerts.unreachable_after_s = 3600.0
        await alert.watch.settled()
        await meter.power_off()
        await asyncio.sleep(30)
        alert.alerts.snooze("loud", now() + 100)
        took_s = await alert.watch.until(lambda: alert.alerts.state("loud").snoozed_until is None, 101)
        assert took_s == pytest.approx(100, abs=0.1)


async def test_an_episode_is_acknowledged(emulated_meter: MeterFactory) -> None:
    """Once, open or ended; who asks for more is refused in words."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        await alert.watch.settled()
        with alert.tone():
            onset = await alert.until_told(1, 5)
            acknowledged = alert.alerts.acknowledge("loud", by="anna", note="I know")
            assert acknowledged.id == onset.episode.id
            assert acknowledged.acknowledged is not None
            told = acknowledged.acknowledged
            assert (told.by, told.note) == ("anna", "I know")
            assert told.at == pytest.approx(now(), abs=1)
            assert alert.told[1].kind is ACKNOWLEDGED
            with pytest.raises(AlertError) as refused:
                alert.alerts.acknowledge("loud")
            assert refused.value.refusal is AlertRefusal.ALREADY_ACKNOWLEDGED
        await alert.until_told(3, 5)
        with alert.tone():
            await alert.until_told(4, 5)
        ended = await alert.until_told(5, 5)
        assert alert.alerts.acknowledge_episode(ended.episode.id).acknowledged is not None
        assert alert.told[5].kind is ACKNOWLEDGED
        assert alert.alerts.episodes()[0].acknowledged is not None


async def test_what_cannot_be_done(emulated_meter: MeterFactory) -> None:
    """Is refused with the reason."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        alerts = alert.alerts
        for refused, reason in (
            (lambda: alerts.acknowledge("nobody"), AlertRefusal.UNKNOWN_RULE),
            (lambda: alerts.snooze("nobody", now() + 5), AlertRefusal.UNKNOWN_RULE),
            (lambda: alerts.unsnooze("nobody"), AlertRefusal.UNKNOWN_RULE),
            (lambda: alerts.explain("nobody"), AlertRefusal.UNKNOWN_RULE),
            (lambda: alerts.acknowledge("loud"), AlertRefusal.NO_EPISODE),
            (lambda: alerts.acknowledge_episode("none"), AlertRefusal.NO_EPISODE),
            (lambda: alerts.snooze("loud", now() - 5), AlertRefusal.TIME_NOT_AHEAD),
        ):
            with pytest.raises(AlertError) as error:
                refused()
            assert error.value.refusal is reason
            assert str(error.value).endswith(reason.value.replace("_", " "))
        assert alerts.episode("none") is None
        alerts.unsnooze("loud")
        assert not alert.told


async def test_a_defect_of_the_rules_leaves_the_feed_alone(
    emulated_meter: MeterFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """Samples come, and whoever else wants them gets them; rules are judged again when it is over."""
    meter = await emulated_meter(scene=SCENE)

    def fail(_: Metric) -> str:
        raise ZeroDivisionError

    async with alerted(meter, loud_rule()) as alert:
        await alert.watch.settled()
        alert.alerts.symbol_of = fail
        with alert.tone():
            await alert.watch.until_rows(20)
            assert alert.watch.availability == [(True, None)]
            assert caplog.text.count("A subscriber of the samples failed") == 1
            alert.alerts.symbol_of = lambda metric: f"symbol of {metric.key}"
            assert (await alert.until_told(1, 2)).episode.symbol == "symbol of lp"


async def test_one_listener_does_not_disturb_another(
    emulated_meter: MeterFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """Nor the rules."""
    meter = await emulated_meter(scene=SCENE)

    def fail(*_: object) -> None:
        raise ZeroDivisionError

    async with alerted(meter, loud_rule()) as alert:
        alert.alerts.on_transition(fail)
        alert.alerts.on_change(fail)
        await alert.watch.settled()
        with alert.tone():
            await alert.until_told(1, 5)
        await alert.until_told(2, 5)
    assert alert.kinds == [ONSET, CLEARED]
    assert caplog.text.count("A subscriber of the") == 2


async def test_alerts_come_before_other_listeners(emulated_meter: MeterFactory) -> None:
    """Who gets a sample finds the grade that goes with it."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        found: list[tuple[bool, Grade]] = []
        alert.watch.monitor.on_sample(
            lambda sample: found.append(((sample.levels.main.lp or 0) > 70, alert.alerts.state("loud").grade))
        )
        await alert.watch.settled()
        with alert.tone():
            await alert.watch.until_rows(10)
        await alert.watch.until_rows(10)
    assert {(over, grade) for over, grade in found} == {(False, Grade.OK), (True, Grade.ALARM)}


async def test_nothing_is_left_behind(emulated_meter: MeterFactory) -> None:
    """A monitor that has ended tells nothing more."""
    meter = await emulated_meter(scene=SCENE)
    async with alerted(meter, loud_rule()) as alert:
        await alert.watch.settled()
        with alert.tone():
            await alert.until_told(1, 5)
    await asyncio.sleep(3600)
    assert alert.kinds == [ONSET]
    assert UNREACHABLE not in alert.alerts.rules
