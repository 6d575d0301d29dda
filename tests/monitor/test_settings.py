"""Settings: changed once, read back, refused with the reason, blocked before the wire, and watched on wish."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.rion_nl43.monitor import (
    Asked,
    BlockReason,
    CommandBlocked,
    ControlRefused,
    MeasurementState,
    NotConfirmed,
    RefusalReason,
    StartOrigin,
)
from custom_components.rion_nl43.monitor.control.sender import NOT_READ_BACK
from custom_components.rion_nl43.nl43 import (
    CommandExpired,
    CommandUnknown,
    InvalidCommand,
    ParameterRefused,
)
from custom_components.rion_nl43.nl43.commands import COMMANDS
from emulator import RefuseWith, ReplaceAnswer
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
    begin,
    longest_gap_s,
    settings_sent,
    states,
    two_slots_s,
)
from .watching import watching

ASKED = Asked("user-7", "setting")
SETTINGS = [
    ("Frequency Weighting (Main)", "C"),
    ("Time Weighting (Main)", "S"),
    ("Percentile 1", "1"),
    ("Index Number", "0123"),
    ("Store Mode", "Auto"),
    ("Backlight", "On"),
    ("Lp Store Interval", "1s"),
    ("FTP", "On"),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
async def test_a_setting_is_changed_and_read_back(emulated_meter: MeterFactory, name: str, value: str) -> None:
    """The meter has it, the facts know it at once, and the samples go on."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        unwatch = watch.monitor.watch_setting(name)
        await watch.settled()
        await watch.until_rows(3)
        told, since, before = begin(watch), len(watch.samples) - 1, len(watch.lines)
        await watch.monitor.commands.set_setting(name, value.lower(), ASKED)
        assert meter.instrument.settings[name] == value
        assert watch.monitor.facts.settings == {name: value}
        assert states(told) == [QUEUED, SENT, CONFIRMED, COMPLETED]
        assert (told[-1].name, told[-1].detail, told[-1].asked) == ("set", f"{name},{value.lower()}", ASKED)
        assert [line for line in watch.lines[before:] if line != "DOD?"] == [f"{name},{value}", f"{name}?"]
        await watch.until_rows(2)
        assert longest_gap_s(watch, since) <= two_slots_s(0.06)
        unwatch()


async def test_facts_of_the_table_follow_a_setting(emulated_meter: MeterFactory) -> None:
    """Also those that nobody watches by name."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.set_setting("Percentile 2", "7")
        await watch.monitor.commands.set_setting("Frequency Weighting (Sub1)", "Z")
        await watch.monitor.commands.set_setting("time weighting (main)", "s")
        facts = watch.monitor.facts
        assert facts.percentiles[1] == 7
        assert facts.frequency_weightings[1] == "Z"
        assert facts.time_weighting == "S"
        assert facts.settings == {}


@pytest.mark.parametrize(("answer", "fits"), [("007.0", True), ("7 %", True), ("8", False), ("LN", False)])
async def test_what_is_read_back_may_be_written_otherwise(
    emulated_meter: MeterFactory, answer: str, fits: bool
) -> None:
    """The same number is the same value; another one is not."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(ReplaceAnswer("Percentile 3?", data=answer))
        if fits:
            await watch.monitor.commands.set_setting("Percentile 3", "7")
            return
        with pytest.raises(NotConfirmed) as failure:
            await watch.monitor.commands.set_setting("Percentile 3", "7")
        assert failure.value.found == answer


async def test_refused_while_measuring(emulated_meter: MeterFactory) -> None:
    """With the reason, and nothing changed; what is possible at any time still is."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        told = begin(watch)
        with pytest.raises(ControlRefused) as refused:
            await watch.monitor.commands.set_setting("Frequency Weighting (Main)", "C")
        assert refused.value.reason is RefusalReason.WHILE_MEASURING
        assert states(told) == [QUEUED, SENT, FAILED]
        assert meter.instrument.settings["Frequency Weighting (Main)"] == "A"
        await watch.monitor.commands.set_setting("Backlight", "On")
        assert meter.instrument.settings["Backlight"] == "On"


async def test_accepted_while_measuring(emulated_meter: MeterFactory) -> None:
    """Some meters may be more liberal: then it counts."""
    meter = await emulated_meter(refuse_settings_while_measuring=False)
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await watch.monitor.commands.set_setting("Frequency Weighting (Main)", "C")
        assert watch.monitor.facts.frequency_weighting == "C"
        assert watch.monitor.baseline.drifts == ()


async def test_busy(emulated_meter: MeterFactory) -> None:
    """Refused although it does not measure."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(RefuseWith("Index Number,0002", 4))
        with pytest.raises(ControlRefused) as refused:
            await watch.monitor.commands.set_setting("Index Number", "0002")
        assert refused.value.reason is RefusalReason.BUSY


@pytest.mark.parametrize("took_effect", [True, False])
async def test_the_answer_is_lost(emulated_meter: MeterFactory, took_effect: bool) -> None:
    """The meter is asked what became of it; it is not sent again."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add((Unanswered if took_effect else Ignored)("Index Number,0002"))
        if took_effect:
            await watch.monitor.commands.set_setting("Index Number", "0002")
        else:
            with pytest.raises(NotConfirmed) as failure:
                await watch.monitor.commands.set_setting("Index Number", "0002")
            assert failure.value.found == "0001"
        assert watch.monitor.facts.index_number == ("0002" if took_effect else "0001")
        assert_sent_once(watch)


@pytest.mark.parametrize("answered", [True, False])
async def test_it_cannot_be_read_back(emulated_meter: MeterFactory, answered: bool) -> None:
    """Accepted counts; else the outcome is not known."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        if not answered:
            meter.faults.add(Unanswered("Index Number,0002"))
        meter.faults.add(ReplaceAnswer("Index Number?", data="??", times=2))
        if answered:
            await watch.monitor.commands.set_setting("Index Number", "0002")
            assert watch.monitor.commands.recent[-1].reason == NOT_READ_BACK
            assert watch.monitor.facts.index_number == "0002"
        else:
            with pytest.raises(NotConfirmed) as failure:
                await watch.monitor.commands.set_setting("Index Number", "0002")
            assert failure.value.found is None


FORBIDDEN = [name for name, command in COMMANDS.items() if command.forbidden]


@pytest.mark.parametrize("name", FORBIDDEN)
async def test_what_would_cut_the_link_is_blocked(emulated_meter: MeterFactory, name: str) -> None:
    """Before the wire, by whichever way."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        told, before = begin(watch), len(watch.lines)
        actions: list[Callable[[], Awaitable[object]]] = [
            lambda: watch.monitor.commands.set_setting(name, "Off"),
            lambda: watch.monitor.commands.send(f"{name.upper()},Off"),
            lambda: watch.monitor.commands.send(f"{name}, Off"),
        ]
        for action in actions:
            with pytest.raises(CommandBlocked) as blocked:
                await action()
            assert blocked.value.reason is BlockReason.FORBIDDEN
        assert states(told) == [QUEUED, BLOCKED] * 3
        assert watch.lines[before:] == []


BAD = [
    "Index Number,0002\r\nTCP,Off",
    "Index Number,0002\n",
    "\x1aType?",
    "Type?\r\nTCP,Off",
    "Type?\x00",
    "Index Number,\x1a",
    "Index Number,0002,3",
    "Index Number",
    "$Type?",
    "",
    "No Such Thing,1",
    "DRD?",
    "drd?status",
    "Index Number,12",
    "Type,NL-43",
    "Type?é",
]


@pytest.mark.parametrize("line", BAD)
async def test_no_bad_line_reaches_the_wire(emulated_meter: MeterFactory, line: str) -> None:
    """It fails at once, and what is shown of it is fit to be shown."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        told, before, asked = begin(watch), len(watch.lines), watch.now
        with pytest.raises(InvalidCommand):
            await watch.monitor.commands.send(line)
        assert watch.now == asked
        assert states(told) == [QUEUED, FAILED]
        assert told[-1].detail.isprintable()
        name, comma, value = line.partition(",")
        if comma:
            with pytest.raises(InvalidCommand):
                await watch.monitor.commands.set_setting(name, value)
        assert watch.lines[before:] == []
        await watch.until_rows(2)
        assert set(watch.lines[before:]) <= {"DOD?", "Measure?"}


async def test_any_request_may_be_sent(emulated_meter: MeterFactory) -> None:
    """Known or not; what the meter refuses is raised."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        told = begin(watch)
        assert await watch.monitor.commands.send("Store Name?", ASKED) == meter.instrument.settings["Store Name"]
        assert (told[-1].name, told[-1].detail, told[-1].asked) == ("send", "Store Name?", ASKED)
        assert states(told) == [QUEUED, SENT, COMPLETED]
        meter.referee.expect("no command")
        with pytest.raises(CommandUnknown):
            await watch.monitor.commands.send("Elapsed Time?")
        assert told[-1].state is FAILED


async def test_a_setting_may_be_sent_as_a_line(emulated_meter: MeterFactory) -> None:
    """It is read back like any other; a control is carried out as its button would."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        assert await watch.monitor.commands.send("index number, 0009") is None
        assert watch.monitor.facts.index_number == "0009"
        await watch.monitor.commands.send("measure,start")
        assert watch.monitor.measurement.origin is StartOrigin.COMMAND
        found = [watch.monitor.measurement.state]
        await watch.monitor.commands.send("Pause,On")
        found.append(watch.monitor.measurement.state)
        await watch.monitor.commands.send("Pause,Off")
        await watch.monitor.commands.set_setting("Measure", "Stop")
        found.append(watch.monitor.measurement.state)
        assert found == [MeasurementState.MEASURING, MeasurementState.PAUSED, MeasurementState.STOPPED]
        await watch.monitor.commands.send("Manual Store,Start")
        assert watch.monitor.commands.recent[-1].state is COMPLETED
        with pytest.raises(ControlRefused):
            await watch.monitor.commands.send("Manual Store,Start")


async def test_the_clock_as_a_line(emulated_meter: MeterFactory) -> None:
    """Any time may be set, and is read back as it goes on."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        later = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=5)
        line = f"Clock,{later:%Y/%m/%d %H:%M:%S}"
        await watch.monitor.commands.send(line)
        assert watch.monitor.facts.clock_offset_s == pytest.approx(5 * 3600, abs=2.5)
        assert watch.monitor.baseline.drifts == ()
        meter.faults.add(Ignored("Clock,"))
        with pytest.raises(NotConfirmed):
            await watch.monitor.commands.send("Clock,2030/01/01 00:00:00")
        meter.faults.add(ReplaceAnswer("Clock?", data="noon", times=2))
        await watch.monitor.commands.send("Clock,2031/01/01 00:00:00")
        assert watch.monitor.commands.recent[-1].reason == NOT_READ_BACK


async def test_another_refusal_is_handed_on(emulated_meter: MeterFactory) -> None:
    """A value that the meter does not take after all."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        with pytest.raises(ParameterRefused):
            await watch.monitor.commands.set_setting("Delay Time", "2h")


async def test_a_setting_expires(emulated_meter: MeterFactory) -> None:
    """Like every command."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        told = begin(watch)
        await meter.power_off()
        await watch.until(lambda: not watch.monitor.available, 10)
        with pytest.raises(CommandExpired):
            await watch.monitor.commands.set_setting("Index Number", "0002")
        with pytest.raises(CommandExpired):
            await watch.monitor.commands.send("Type?")
        assert states(told) == [QUEUED, EXPIRED] * 2
        await meter.power_on()
        await watch.until(lambda: watch.monitor.available, 60)
        await watch.until_rows(20)
        assert settings_sent(watch) == []
