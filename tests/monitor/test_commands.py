"""The life of a command: sent once or not at all, in time or not at all, and its outcome is told."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import (
    Asked,
    BlockReason,
    Command,
    CommandBlocked,
    ControlRefused,
    Diagnosis,
    MeasurementState,
    NotConfirmed,
    NotSentInTime,
    ProbePorts,
)
from custom_components.rion_nl43.monitor.control.sender import NOT_READ_BACK
from custom_components.rion_nl43.nl43 import CommandExpired, LinkClosed, LinkState, WrongMeter
from emulator import CutAnswer, DropAnswer, Latency, ReplaceAnswer
from tests.fixtures import MeterFactory

from .commanding import (
    BLOCKED,
    COMPLETED,
    CONFIRMED,
    EXPIRED,
    FAILED,
    QUEUED,
    SENT,
    Ignored,
    Unanswered,
    assert_sent_once,
    longest_gap_s,
    on_the_wire,
    settings_sent,
    states,
    two_slots_s,
)
from .watching import Watching, watching

# Each control, what must be done before it is possible, and the line that it sends.
CONTROLS = {
    "start": ([], "Measure,Start"),
    "stop": (["start"], "Measure,Stop"),
    "pause": (["start"], "Pause,On"),
    "resume": (["start", "pause"], "Pause,Off"),
    "store": (["start", "stop"], "Manual Store,Start"),
    "sync_clock": ([], "Clock"),
}
NAMES = {name: name for name in CONTROLS} | {"sync_clock": "set_clock"}
ASKED = Asked("user-7", "button")


async def prepare(watch: Watching, name: str) -> list[Command]:
    """Get the meter into the state in which the control is possible; returns where its life will be told."""
    await watch.settled()
    for earlier in CONTROLS[name][0]:
        await getattr(watch.monitor.commands, earlier)()
    await watch.until_rows(2)
    told: list[Command] = []
    watch.monitor.commands.on_change(told.append)
    return told


@pytest.mark.parametrize("name", CONTROLS)
async def test_a_command_completes(emulated_meter: MeterFactory, name: str) -> None:
    """Its states are told in order, with who asked and why; the samples go on."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, name)
        since = len(watch.samples) - 1
        before = datetime.now(UTC)
        await getattr(watch.monitor.commands, name)(ASKED)
        await watch.until_rows(3)
        assert states(told) == [QUEUED, SENT, CONFIRMED, COMPLETED]
        last = told[-1]
        assert (last.name, last.detail, last.asked) == (NAMES[name], CONTROLS[name][1], ASKED)
        assert (last.error, last.reason) == (None, "")
        assert len({command.id for command in told}) == 1
        assert before <= last.asked_at <= last.changed_at <= datetime.now(UTC)
        assert watch.monitor.commands.recent[-1] is last
        assert longest_gap_s(watch, since) <= two_slots_s(0.63 if name != "sync_clock" else 0.06)
        assert_sent_once(watch)


@pytest.mark.parametrize("name", [name for name in CONTROLS if name != "sync_clock"])
async def test_a_command_is_refused(emulated_meter: MeterFactory, name: str) -> None:
    """It failed, for the reason that its caller is raised."""
    meter = await emulated_meter(settings={"Store Mode": "Auto"} if name == "store" else {})
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        if name == "start":
            meter.instrument.press_start()
        with pytest.raises(ControlRefused) as refused:
            await getattr(watch.monitor.commands, name)()
        assert states(told) == [QUEUED, SENT, FAILED]
        assert told[-1].error is refused.value
        assert told[-1].reason == str(refused.value)


@pytest.mark.parametrize("name", CONTROLS)
async def test_an_answer_is_lost_and_the_command_took_effect(emulated_meter: MeterFactory, name: str) -> None:
    """What the meter says when read back counts; where nothing can be read back, the outcome is not known."""
    meter = await emulated_meter(clock_offset_s=500)
    line = CONTROLS[name][1]
    async with watching(meter) as watch:
        told = await prepare(watch, name)
        meter.faults.add(Unanswered(line))
        if name == "store":
            with pytest.raises(NotConfirmed):
                await watch.monitor.commands.store()
        else:
            await getattr(watch.monitor.commands, name)()
        assert states(told) == [QUEUED, SENT, FAILED if name == "store" else COMPLETED]
        await watch.until_rows(5)
        assert_sent_once(watch)


@pytest.mark.parametrize("name", CONTROLS)
async def test_an_answer_is_lost_and_the_command_did_not_take_effect(emulated_meter: MeterFactory, name: str) -> None:
    """It failed, and is not tried again."""
    meter = await emulated_meter(clock_offset_s=500)
    line = CONTROLS[name][1]
    async with watching(meter) as watch:
        told = await prepare(watch, name)
        meter.faults.add(Ignored(line))
        with pytest.raises(NotConfirmed) as failure:
            await getattr(watch.monitor.commands, name)()
        assert states(told) == [QUEUED, SENT, FAILED]
        assert told[-1].error is failure.value
        await watch.until_rows(30)
        assert len([sent for sent in settings_sent(watch) if sent.startswith(line)]) == 1


@pytest.mark.parametrize("then", ["close", "reset"])
@pytest.mark.parametrize("after_bytes", [0, 8])
async def test_the_connection_ends_over_a_command(emulated_meter: MeterFactory, then: Any, after_bytes: int) -> None:
    """Before or within its answer: once connected again, the meter is asked what became of it."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        meter.faults.add(CutAnswer("Measure,Start", after_bytes, then))
        await watch.monitor.commands.start()
        assert states(told)[-1] is COMPLETED
        assert watch.monitor.measurement.state is MeasurementState.MEASURING
        assert meter.referee.report()["connections"] == {"total": 2, "served": 2, "open": 1}
        assert_sent_once(watch)


async def test_the_connection_ends_over_a_command_and_stays_away(emulated_meter: MeterFactory) -> None:
    """Nobody can say what became of it; it is said so after a while, and not sent again."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        meter.faults.add(CutAnswer("Measure,Start", 0, "reset"))
        command = asyncio.create_task(watch.monitor.commands.start())
        await watch.until(lambda: states(told)[-1:] == [SENT], 3)
        await meter.power_off()
        with pytest.raises(NotConfirmed) as failure:
            await command
        assert failure.value.found is None
        assert states(told) == [QUEUED, SENT, FAILED]
        await meter.power_on()
        await watch.until(lambda: watch.monitor.available, 60)
        await watch.until_rows(5)
        assert settings_sent(watch) == ["Measure,Start"]


async def test_accepted_but_not_read_back(emulated_meter: MeterFactory) -> None:
    """The meter's word counts, and that it was not read back is noted."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        meter.faults.add(ReplaceAnswer("Measure?", data="?", times=2))
        await watch.monitor.commands.start()
        assert states(told) == [QUEUED, SENT, CONFIRMED, COMPLETED]
        assert told[-1].reason == NOT_READ_BACK


@pytest.mark.parametrize("fault", ["off", "silent"])
@pytest.mark.parametrize("expiry_s", [4.0, 10.0])
async def test_a_command_expires(emulated_meter: MeterFactory, fault: str, expiry_s: float) -> None:
    """While the meter is off, or has just fallen silent: on time, and never sent later."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        watch.monitor.commands.expiry_s = expiry_s
        meter.faults.add(DropAnswer(None, times=None))
        await watch.until(lambda: watch.link.status.state is LinkState.TIMEOUT, 15)
        if fault == "off":
            await meter.power_off()
            await watch.until(lambda: watch.link.status.state is LinkState.REFUSED, 30)
        asked = watch.now
        with pytest.raises(CommandExpired):
            await watch.monitor.commands.start()
        assert watch.now - asked == pytest.approx(expiry_s, abs=0.01)
        assert states(told) == [QUEUED, EXPIRED]
        assert isinstance(told[-1].error, CommandExpired)
        if fault == "off":
            await meter.power_on()
        meter.faults.clear()
        await watch.until(lambda: watch.monitor.available, 120)
        await watch.until_rows(20)
        assert settings_sent(watch) == []


@pytest.mark.parametrize("latency", [Latency.lan(), Latency.lte()])
async def test_ten_requests_at_once(emulated_meter: MeterFactory, latency: Latency) -> None:
    """A question does no harm later: it waits until all before it have been answered, and the samples go on."""
    meter = await emulated_meter(latency=latency)
    async with watching(meter) as watch:
        await watch.settled()
        since = len(watch.samples) - 1
        answers = await asyncio.gather(*(watch.monitor.commands.send("Type?") for _ in range(10)))
        assert answers == ["NL-43"] * 10
        assert longest_gap_s(watch, since) <= two_slots_s(0.33)


async def test_too_many_requests_at_once(emulated_meter: MeterFactory) -> None:
    """What has no turn within a minute is not asked, and says so."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        requests = (watch.monitor.commands.send("Type?") for _ in range(40))
        outcomes = await asyncio.gather(*requests, return_exceptions=True)
    answered = [outcome for outcome in outcomes if outcome == "NL-43"]
    expired = [outcome for outcome in outcomes if isinstance(outcome, NotSentInTime)]
    assert len(answered) + len(expired) == 40
    assert 25 <= len(answered) <= 32


async def test_a_request_waits_for_the_meter_but_not_for_ever(emulated_meter: MeterFactory) -> None:
    """A minute is enough."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await meter.power_off()
        await watch.until(lambda: not watch.monitor.available, 10)
        request = asyncio.create_task(watch.monitor.commands.send("Type?"))
        await asyncio.sleep(20)
        await meter.power_on()
        assert await request == "NL-43"
        await meter.power_off()
        asked = watch.now
        with pytest.raises(NotSentInTime):
            await watch.monitor.commands.send("Type?")
        assert watch.now - asked == pytest.approx(60, abs=0.1)


@pytest.mark.parametrize(
    ("fault", "parameters", "diagnosis", "why"),
    [
        ("wedge", {"connection": "reset"}, Diagnosis.WEDGED, "its control port hangs"),
        ("unreachable", {}, Diagnosis.TIMEOUT, "nothing answers"),
        ("unreachable", {"seen": "refused", "connection": "reset"}, Diagnosis.REFUSED, "it refuses the connection"),
    ],
)
async def test_why_a_command_expired(
    emulated_meter: MeterFactory, fault: str, parameters: dict[str, Any], diagnosis: Diagnosis, why: str
) -> None:
    """It says in plain words what is wrong with the link, also to who waits for another command."""
    meter = await emulated_meter(ftp_port=0, settings={"FTP": "On" if diagnosis is Diagnosis.WEDGED else "Off"})
    async with watching(meter) as watch:
        watch.monitor.probe_ports = ProbePorts(meter.ftp_port or meter.port, ())
        await watch.settled()
        meter.faults.switch_on(fault, **parameters)
        await watch.until(lambda: watch.monitor.diagnosis.current.diagnosis is diagnosis, 120)
        commands = watch.monitor.commands
        outcomes = await asyncio.gather(commands.start(), commands.stop(), return_exceptions=True)
        for outcome in outcomes:
            assert isinstance(outcome, NotSentInTime)
            assert outcome.diagnosis is diagnosis
            assert why in str(outcome)
        assert why in commands.recent[-1].reason


async def test_other_commands_are_why_one_expired(emulated_meter: MeterFactory) -> None:
    """There is nothing wrong with the link then."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        watch.monitor.commands.expiry_s = 2.0
        names = [f"Percentile {number}" for number in range(1, 6)]
        settings = (watch.monitor.commands.set_setting(name, "7") for name in names)
        *_, last = await asyncio.gather(*settings, return_exceptions=True)
        assert isinstance(last, NotSentInTime)
        assert last.diagnosis is Diagnosis.CONNECTED
        assert "others went before it" in str(last)


async def test_a_command_outlives_a_short_loss(emulated_meter: MeterFactory) -> None:
    """The connection is back before it expires: then it is sent."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        watch.monitor.commands.expiry_s = 20.0
        meter.control.lose("reset")
        await watch.until(lambda: not watch.monitor.available, 10)
        await watch.monitor.commands.start()
        assert states(told)[-1] is COMPLETED
        assert settings_sent(watch) == ["Measure,Start"]


async def test_the_connection_ends_before_a_command_has_its_turn(emulated_meter: MeterFactory) -> None:
    """It was not sent, so it waits for the next connection."""
    meter = await emulated_meter(latency=Latency(usual_s=(0.8, 0.8), slow_s=(0.8, 0.8)))
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        watch.monitor.commands.expiry_s = 20.0
        command = asyncio.create_task(watch.monitor.commands.start())
        request = asyncio.create_task(watch.monitor.commands.send("Type?"))
        await watch.until(lambda: states(told) == [QUEUED, QUEUED], 1)
        meter.control.lose("reset")
        await command
        assert await request == "NL-43"
        assert settings_sent(watch) == ["Measure,Start"]


async def test_a_meter_in_standby_is_not_commanded(emulated_meter: MeterFactory) -> None:
    """Blocked at once: its only connection is somebody else's now."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        await watch.link.close()
        asked = watch.now
        for action in (
            watch.monitor.commands.start,
            watch.monitor.commands.start_cycle,
            lambda: watch.monitor.commands.set_setting("Index Number", "0002"),
            lambda: watch.monitor.commands.send("Type?"),
        ):
            with pytest.raises(CommandBlocked) as blocked:
                await action()
            assert blocked.value.reason is BlockReason.STANDBY
            assert "standby" in str(blocked.value)
        assert watch.now == asked
        assert states(told) == [QUEUED, BLOCKED] * 4
        assert settings_sent(watch) == []


async def test_standby_begins_while_a_command_waits(emulated_meter: MeterFactory) -> None:
    """It is not sent any more."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        await meter.power_off()
        await watch.until(lambda: not watch.monitor.available, 10)
        command = asyncio.create_task(watch.monitor.commands.start())
        await asyncio.sleep(1)
        await watch.link.close()
        with pytest.raises(CommandBlocked):
            await command
        assert states(told) == [QUEUED, BLOCKED]


async def test_another_meter_gets_no_command(emulated_meter: MeterFactory) -> None:
    """Neither while that is being found out nor afterwards."""
    meter = await emulated_meter()
    async with watching(meter, serial="00999999") as watch:
        told: list[Command] = []
        watch.monitor.commands.on_change(told.append)
        await watch.until(lambda: watch.link.status.state is LinkState.CONNECTED, 10)
        for _ in range(2):
            with pytest.raises(WrongMeter):
                await watch.monitor.commands.start()
        assert states(told) == [QUEUED, FAILED] * 2
        assert watch.lines == ["Serial Number?"]


async def test_a_monitor_that_does_not_run_sends_nothing(emulated_meter: MeterFactory) -> None:
    """The meter may be another one, and nobody would find out."""
    meter = await emulated_meter()
    watch = Watching(meter)
    watch.link.open()
    await watch.link.connected()
    with pytest.raises(LinkClosed):
        await watch.monitor.commands.start()
    assert watch.monitor.commands.recent[-1].state is FAILED
    await watch.link.close()
    assert watch.lines == []


@pytest.mark.parametrize("after_s", [0.0, 0.3, 0.6, 0.9])
async def test_the_power_row_gives_way(emulated_meter: MeterFactory, after_s: float) -> None:
    """As long as it is not on the wire: it is read after the command and a row, and the samples go on."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.until(lambda: "DRD?status" in watch.lines, 120)
        before_power = watch.lines[watch.lines.index("DRD?status") - 2]
        await watch.until_rows(10)
        refreshing = asyncio.create_task(watch.monitor.refresh_facts())
        await on_the_wire(watch, before_power)
        await watch.until_rows(1)
        count, since = len(watch.lines), len(watch.samples) - 1
        await asyncio.sleep(after_s)
        await watch.monitor.commands.start()
        await refreshing
        await watch.until_rows(2)
        assert watch.lines[count : count + 2] == ["Measure,Start", "DOD?"]
        assert "DRD?status" in watch.lines[count + 2 :]
        assert longest_gap_s(watch, since) <= two_slots_s(0.63)


async def test_persons_take_turns(emulated_meter: MeterFactory) -> None:
    """One after the other; whoever would have to wait too long expires."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        commands = watch.monitor.commands
        commands.expiry_s = 6.0
        outcomes = await asyncio.gather(
            commands.start(), commands.pause(), commands.resume(), commands.stop(), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [type(None)] * 2 + [NotSentInTime] * 2
        assert {command.detail: command.state for command in told} == {
            "Measure,Start": COMPLETED,
            "Pause,On": COMPLETED,
            "Pause,Off": EXPIRED,
            "Measure,Stop": EXPIRED,
        }
        assert settings_sent(watch) == ["Measure,Start", "Pause,On"]


@pytest.mark.parametrize("sent", [False, True])
async def test_whoever_asked_gives_up(emulated_meter: MeterFactory, sent: bool) -> None:
    """Before it is sent it never will be; afterwards its outcome is left to the feed to find out."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        told = await prepare(watch, "start")
        command = asyncio.create_task(watch.monitor.commands.start())
        await watch.until(lambda: states(told)[-1:] == [SENT if sent else QUEUED], 3)
        command.cancel()
        await asyncio.wait({command})
        assert states(told) == ([QUEUED, SENT, FAILED] if sent else [QUEUED, EXPIRED])
        await watch.until_rows(5)
        expected = MeasurementState.MEASURING if sent else MeasurementState.STOPPED
        assert watch.monitor.measurement.state is expected
        assert settings_sent(watch) == ["Measure,Start"] * sent
