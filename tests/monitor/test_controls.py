"""Control commands: sent at once, once, and read back."""

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.monitor import (
    ControlRefused,
    MeasurementState,
    NotConfirmed,
    RefusalReason,
    StartOrigin,
)
from custom_components.rion_nl43.nl43 import CommandExpired, CommandRefused, LinkState, WrongMeter
from emulator import DropAnswer, Latency, RefuseWith, ReplaceAnswer
from tests.fixtures import MeterFactory

from .commanding import Ignored, Refused
from .watching import Watching, watching

MEASURING, PAUSED, STOPPED = MeasurementState.MEASURING, MeasurementState.PAUSED, MeasurementState.STOPPED


LINES = {
    "start": "Measure,Start",
    "stop": "Measure,Stop",
    "pause": "Pause,On",
    "resume": "Pause,Off",
    "store": "Manual Store,Start",
    "sync_clock": "Clock,",
}


async def command(watch: Watching, name: str) -> float:
    """Give a command; returns how long it took to reach the meter."""
    pressed = watch.now
    before = len(watch.meter.referee.commands)
    await getattr(watch.monitor.commands, name)()
    return next(record.at for record in watch.meter.referee.commands[before:] if "," in record.line) - pressed


@pytest.mark.parametrize("wait_s", [0, 0.3, 0.6, 0.9])
async def test_start_while_polling(emulated_meter: MeterFactory, wait_s: float) -> None:
    """On the wire within a pacing slot, read back at once, the labels read anew; the sample after it is live."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await asyncio.sleep(wait_s)
        meter.instrument.settings["Percentile 1"] = "1"
        rows = len(watch.samples)
        before = len(watch.lines)
        assert await command(watch, "start") <= 1.1
        sent = next(record for record in meter.referee.commands if record.line == "Measure,Start")
        assert watch.lines[before:][-3:] == ["Measure,Start", "DOD?", "Measure?"]
        measurement = watch.monitor.measurement
        assert (measurement.state, measurement.origin) == (MEASURING, StartOrigin.COMMAND)
        assert measurement.started_at
        age_s = (datetime.now(UTC) - measurement.started_at).total_seconds()
        assert age_s == pytest.approx(watch.now - sent.at, abs=1e-3)
        assert watch.measurements[-1].state is MEASURING
        await watch.until_rows(len(watch.samples) - rows + 2)
        assert not watch.samples[-1].held
        await watch.until(lambda: watch.monitor.facts.percentiles[0] == 1, 30)
        await watch.until_rows(12)
        assert {"Percentile 5?", "Time Weighting (Main)?", "Store Name?"} <= {*watch.lines[before:]}


async def test_the_whole_life_of_a_measurement(emulated_meter: MeterFactory) -> None:
    """Start, pause, resume, stop, store: states, elapsed time and held samples."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await asyncio.sleep(100)
        await watch.monitor.commands.pause()
        assert watch.monitor.measurement.state is PAUSED
        paused_s = watch.monitor.measurement.elapsed_s
        await asyncio.sleep(200)
        held = [watch.samples[-1].held]
        assert watch.monitor.measurement.elapsed_s == paused_s
        await watch.monitor.commands.resume()
        states = [watch.monitor.measurement.state]
        await asyncio.sleep(100)
        held.append(watch.samples[-1].held)
        started_at = watch.monitor.measurement.started_at
        await watch.monitor.commands.stop()
        states.append(watch.monitor.measurement.state)
        await watch.monitor.commands.store()
        await asyncio.sleep(100)
        held.append(watch.samples[-1].held)
        assert held == [True, False, True]
        assert states == [MEASURING, STOPPED]
        measurement = watch.monitor.measurement
        assert measurement.started_at == started_at
        assert measurement.elapsed_s == pytest.approx(meter.instrument.results[0].duration_s, abs=1.5)
        assert [told.state for told in watch.measurements] == [STOPPED, MEASURING, PAUSED, MEASURING, STOPPED]
        assert watch.availability == [(True, None)]
    settings = [line for line in (record.line for record in meter.referee.commands) if "," in line]
    assert settings == ["Measure,Start", "Pause,On", "Pause,Off", "Measure,Stop", "Manual Store,Start"]


@pytest.mark.parametrize("reason", RefusalReason)
def test_a_refusal_says_in_plain_words_why(reason: RefusalReason) -> None:
    said = str(ControlRefused("Pause,Off", reason))
    assert said == f"the meter refused Pause,Off: {reason.sentence}"
    assert "_" not in said


@pytest.mark.parametrize(
    ("prepare", "name", "reason"),
    [
        (["start"], "start", RefusalReason.ALREADY_MEASURING),
        ([], "stop", RefusalReason.NOT_MEASURING),
        ([], "pause", RefusalReason.NOT_MEASURING),
        ([], "resume", RefusalReason.NOT_MEASURING),
        (["start", "pause"], "pause", RefusalReason.ALREADY_PAUSED),
        (["start"], "resume", RefusalReason.NOT_PAUSED),
        (["start"], "store", RefusalReason.WHILE_MEASURING),
        (["start"], "sync_clock", RefusalReason.WHILE_MEASURING),
        ([], "store", RefusalReason.NOTHING_TO_STORE),
        (["start", "stop", "store"], "store", RefusalReason.NOTHING_TO_STORE),
    ],
)
async def test_a_refusal_tells_the_state_that_explains_it(
    emulated_meter: MeterFactory, prepare: list[str], name: str, reason: RefusalReason
) -> None:
    """R+0004 alone would not say why; what is read to explain it is known afterwards."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.until(lambda: watch.samples, 10)
        for earlier in prepare:
            await getattr(watch.monitor.commands, earlier)()
            await asyncio.sleep(1.5)
        with pytest.raises(ControlRefused) as refused:
            await getattr(watch.monitor.commands, name)()
        assert refused.value.reason is reason
        assert reason.sentence in str(refused.value)
        assert watch.availability == [(True, None)]


async def test_an_operator_was_faster(emulated_meter: MeterFactory) -> None:
    """Started at the meter a moment ago: refused, and known to be measuring from then on."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.instrument.press_start()
        with pytest.raises(ControlRefused) as refused:
            await watch.monitor.commands.start()
        assert refused.value.reason is RefusalReason.ALREADY_MEASURING
        assert watch.monitor.measurement.state is MEASURING
        await watch.until_rows(3)
        assert watch.monitor.measurement.origin is StartOrigin.DERIVED


async def test_a_result_cannot_be_stored_by_hand_in_auto_mode(emulated_meter: MeterFactory) -> None:
    """The meter stores by itself then."""
    meter = await emulated_meter(settings={"Store Mode": "Auto"})
    async with watching(meter) as watch:
        await watch.until(lambda: watch.samples, 10)
        with pytest.raises(ControlRefused) as refused:
            await watch.monitor.commands.store()
        assert refused.value.reason is RefusalReason.NOT_IN_MANUAL_MODE


@pytest.mark.parametrize("name", ["start", "store", "pause", "resume", "sync_clock"])
async def test_a_refusal_without_a_reason_is_called_busy(emulated_meter: MeterFactory, name: str) -> None:
    """Either the state does not explain it, or it cannot be read."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        if name in {"pause", "resume"}:
            await watch.monitor.commands.start()
        if name == "resume":
            await watch.monitor.commands.pause()
        meter.faults.add(Refused(LINES[name]))
        if name == "store":
            meter.faults.add(ReplaceAnswer("Measure?", data="??", times=None))
        with pytest.raises(ControlRefused) as refused:
            await getattr(watch.monitor.commands, name)()
        assert refused.value.reason is RefusalReason.BUSY


async def test_other_refusals_are_handed_on(emulated_meter: MeterFactory) -> None:
    """A meter that does not know the command has no state to explain it."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.until(lambda: watch.samples, 10)
        meter.faults.add(RefuseWith("Measure,Start", 1))
        with pytest.raises(CommandRefused):
            await watch.monitor.commands.start()


@pytest.mark.parametrize(("name", "state"), [("start", MEASURING), ("stop", STOPPED), ("pause", PAUSED)])
async def test_a_command_whose_answer_is_lost_is_read_back_not_repeated(
    emulated_meter: MeterFactory, name: str, state: MeasurementState
) -> None:
    """The meter did it: that counts, and the start is still known from the command."""
    meter = await emulated_meter()
    line = LINES[name]
    async with watching(meter) as watch:
        await watch.settled()
        if name != "start":
            await watch.monitor.commands.start()
        meter.faults.add(DropAnswer(line))
        await getattr(watch.monitor.commands, name)()
        measurement = watch.monitor.measurement
        assert (measurement.state, measurement.origin) == (state, StartOrigin.COMMAND)
        assert watch.lines.count(line) == 1


async def test_a_lost_refusal_of_a_start(emulated_meter: MeterFactory) -> None:
    """It measures, as was wished; but not since this command."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        started_at = watch.monitor.measurement.started_at
        await asyncio.sleep(60)
        meter.faults.add(Ignored("Measure,Start"))
        await watch.monitor.commands.start()
        assert watch.monitor.measurement.started_at == started_at


async def test_a_resume_whose_answer_is_lost(emulated_meter: MeterFactory) -> None:
    """Read back as well."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await watch.monitor.commands.pause()
        meter.faults.add(DropAnswer("Pause,Off"))
        await watch.monitor.commands.resume()
        assert watch.monitor.measurement.state is MEASURING


@pytest.mark.parametrize("name", ["start", "stop", "pause", "resume", "store", "sync_clock"])
async def test_a_command_that_was_not_carried_out_is_not_confirmed(emulated_meter: MeterFactory, name: str) -> None:
    """Neither accepted nor to be seen in what is read back."""
    meter = await emulated_meter(clock_offset_s=1000)
    found = {"start": "Stop", "stop": "Start", "pause": "False", "resume": "True", "store": None, "sync_clock": "2026-"}
    async with watching(meter) as watch:
        await watch.settled()
        if name in {"stop", "pause", "resume"}:
            await watch.monitor.commands.start()
        if name == "resume":
            await watch.monitor.commands.pause()
        meter.faults.add(Ignored(LINES[name]))
        with pytest.raises(NotConfirmed) as failure:
            await getattr(watch.monitor.commands, name)()
        assert (failure.value.found or "")[:5] == (found[name] or "")


async def test_lost_answer_and_no_reading_back(emulated_meter: MeterFactory) -> None:
    """The outcome is unknown, and said to be so; what was accepted counts all the same."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(ReplaceAnswer("Measure?", data="?", times=2))
        await watch.monitor.commands.start()
        await watch.until(lambda: watch.monitor.measurement.state is MEASURING, 30)
        assert watch.monitor.measurement.origin is StartOrigin.COMMAND
        meter.faults.add(DropAnswer("Measure,Stop"))
        meter.faults.add(ReplaceAnswer("Measure?", data="?", times=2))
        with pytest.raises(NotConfirmed) as failure:
            await watch.monitor.commands.stop()
        assert failure.value.found is None
        assert "nothing" in str(failure.value)


async def test_commands_without_a_connection(emulated_meter: MeterFactory) -> None:
    """They wait for one, but not for long, and are never sent later."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await meter.power_off()
        await watch.until(lambda: not watch.monitor.available, 10)
        for name in LINES:
            pressed = watch.now
            with pytest.raises(CommandExpired):
                await getattr(watch.monitor.commands, name)()
            assert watch.now - pressed == pytest.approx(10)
        await meter.power_on()
        await watch.until(lambda: watch.monitor.available, 60)
        await watch.until_rows(30)
        assert not [line for line in watch.lines if "," in line]


async def test_a_command_right_after_a_connect_waits_for_the_identity(emulated_meter: MeterFactory) -> None:
    """No command goes to a meter that may be another one."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.until(lambda: watch.link.status.state is LinkState.CONNECTED, 10)
        await watch.monitor.commands.start()
        assert watch.lines[:2] == ["Serial Number?", "Measure,Start"]
    other = await emulated_meter()
    async with watching(other, serial="00999999") as watch:
        await watch.until(lambda: watch.link.status.state is LinkState.CONNECTED, 10)
        with pytest.raises(WrongMeter):
            await watch.monitor.commands.start()
        assert watch.lines == ["Serial Number?"]


@pytest.mark.parametrize("latency", [Latency.lan(), Latency.lte()])
@pytest.mark.parametrize("wait_s", [0, 0.35, 0.7])
async def test_the_clock_is_set_to_the_second(emulated_meter: MeterFactory, latency: Latency, wait_s: float) -> None:
    """Far off before, right to a fraction of a second afterwards, and known to be."""
    zone = ZoneInfo("Asia/Tokyo")
    meter = await emulated_meter(clock_offset_s=-12_345.6, latency=latency)
    async with watching(meter, time_zone=zone) as watch:
        await watch.settled()
        await asyncio.sleep(wait_s)
        pressed = watch.now
        await watch.monitor.commands.sync_clock()
        assert watch.now - pressed < 9
        right = datetime.now(zone).replace(tzinfo=None)
        assert abs(meter.instrument.clock - right) < timedelta(seconds=0.3)
        assert watch.monitor.facts.clock_offset_s == pytest.approx(0, abs=0.9)
        assert watch.availability == [(True, None)]
        watch.monitor.time_zone = UTC
        assert watch.monitor.time_zone is UTC
        await watch.monitor.refresh_facts()
        assert watch.monitor.facts.clock_offset_s == pytest.approx(9 * 3600, abs=0.9)


async def test_an_accepted_clock_that_cannot_be_read_back(emulated_meter: MeterFactory) -> None:
    """Accepted is accepted."""
    meter = await emulated_meter(clock_offset_s=100)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(ReplaceAnswer("Clock?", data="noon", times=2))
        await watch.monitor.commands.sync_clock()
        assert abs(meter.instrument.clock - datetime.now(UTC).replace(tzinfo=None)) < timedelta(seconds=0.3)


async def test_whoever_gives_up_leaves_the_reading_back_to_the_feed(emulated_meter: MeterFactory) -> None:
    """Cancelled while the command is on its way: the monitor learns of it all the same, soon."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        start = asyncio.create_task(watch.monitor.commands.start())
        await watch.until(lambda: "Measure,Start" in watch.lines, 3)
        start.cancel()
        await watch.until(lambda: watch.monitor.measurement.state is MEASURING, 5)
        assert watch.lines.count("Measure,Start") == 1


async def test_two_persons_at_once(emulated_meter: MeterFactory) -> None:
    """One after the other: the second is refused for the state that the first has brought about."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        start = watch.monitor.commands.start
        outcomes = await asyncio.gather(start(), start(), return_exceptions=True)
        assert outcomes[0] is None
        assert isinstance(outcomes[1], ControlRefused)
        assert outcomes[1].reason is RefusalReason.ALREADY_MEASURING
