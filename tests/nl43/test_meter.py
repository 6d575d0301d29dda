"""What one can ask of a meter."""

import ast
from datetime import UTC, datetime
from pathlib import Path
import sys

import pytest

from custom_components.rion_nl43 import nl43
from custom_components.rion_nl43.nl43 import (
    CommandUnknown,
    DesignationRefused,
    Identity,
    InvalidCommand,
    LinkState,
    NL43Error,
    NotAMeter,
    PowerSource,
    RunState,
    StateRefused,
    UnusableAnswer,
    WrongMeter,
)
from emulator import RefuseWith, ReplaceAnswer

from .conftest import Connect
from .oracle import flat, sent

MAIN_ROW = " 46.2, 43.7, 53.7, 44.1, 43.4, 44.2, 44.2, 43.7, 43.4, 43.3, 59.0,  -.-,  -.-,  -.-,0,0"


@pytest.mark.parametrize("model", ["NL-43", "NL-53", "NL-63"])
async def test_identity(connect: Connect, model: str) -> None:
    """Model, serial number and firmware."""
    _, meter = await connect(model=model, serial="00012345")
    assert await meter.identity() == Identity(model, "00012345", "01.02.0304")
    assert await meter.serial_number() == "00012345"


@pytest.mark.parametrize(("code", "answer"), [(1, None), (4, None), (None, "1,2")])
async def test_a_meter_need_not_tell_its_firmware(connect: Connect, code: int | None, answer: str | None) -> None:
    """The identity is model and serial number."""
    emulated, meter = await connect()
    if code:
        emulated.faults.add(RefuseWith("System Version?", code))
    if answer:
        emulated.faults.add(ReplaceAnswer("System Version?", answer, times=None))
    assert await meter.identity() == Identity("NL-43", "00830001", None)


@pytest.mark.parametrize(
    "fault",
    [
        ReplaceAnswer("Type?", "NL-42", times=None),
        ReplaceAnswer("Type?", "VM-56", times=None),
        RefuseWith("Type?", 1, times=None),
        ReplaceAnswer("Serial Number?", "83", times=None),
        RefuseWith("Serial Number?", 1, times=None),
    ],
)
async def test_another_instrument_is_not_a_meter(connect: Connect, fault: ReplaceAnswer | RefuseWith) -> None:
    """Whatever else it can do."""
    emulated, meter = await connect()
    emulated.faults.add(fault)
    with pytest.raises(NotAMeter):
        await meter.identity()


async def test_measure_pause_resume_stop(connect: Connect) -> None:
    """Every step is answered, and refused where it makes no sense."""
    _, meter = await connect()
    assert await meter.run_state() is RunState.STOP
    for refused in (meter.stop, meter.pause, meter.resume):
        with pytest.raises(StateRefused):
            await refused()
    await meter.start()
    assert await meter.run_state() is RunState.START
    with pytest.raises(StateRefused):
        await meter.start()
    assert not await meter.is_paused()
    await meter.pause()
    assert await meter.is_paused()
    await meter.resume()
    assert not await meter.is_paused()
    await meter.stop()
    assert await meter.run_state() is RunState.STOP


async def test_store_once(connect: Connect) -> None:
    """A result can be stored once."""
    _, meter = await connect(settings={"Store Mode": "Manual"})
    await meter.start()
    await meter.stop()
    await meter.store()
    with pytest.raises(StateRefused):
        await meter.store()


async def test_levels_and_results(connect: Connect) -> None:
    """Results have no live level."""
    emulated, meter = await connect()
    await meter.start()
    assert flat(await meter.levels()) == sent(emulated.referee.commands[-1].answer)
    await meter.stop()
    results = await meter.results()
    assert flat(results) == sent(emulated.referee.commands[-1].answer)
    assert results.main.lp is None
    assert results.main.leq is not None


async def test_rows_with_bands(connect: Connect) -> None:
    """Fields of the option RT are passed over."""
    _, meter = await connect(options=frozenset({"EX", "RT"}), band_fields=36)
    assert len((await meter.levels()).channels) == 4


async def test_a_row_keeps_its_channels(connect: Connect) -> None:
    """One that is short of some has lost them, as long as the connection lasts."""
    emulated, meter = await connect()
    await meter.levels()
    emulated.faults.add(ReplaceAnswer("DOD?", MAIN_ROW))
    assert len((await meter.levels()).channels) == 4
    assert meter.link.statistics.retries == 1
    await meter.link.close()
    meter.link.open()
    await meter.link.connected()
    emulated.faults.add(ReplaceAnswer("DOD?", MAIN_ROW, times=2))
    assert len((await meter.levels()).channels) == 1
    assert len((await meter.levels()).channels) == 1


async def test_clock(connect: Connect) -> None:
    """Local to the meter, to the second."""
    _, meter = await connect()
    await meter.set_clock(datetime(2031, 12, 24, 18, 30, 59, 999_999))
    assert (await meter.clock()).replace(second=0) == datetime(2031, 12, 24, 18, 31)
    await meter.start()
    with pytest.raises(StateRefused):
        await meter.set_clock(datetime(2031, 12, 24))
    for wrong in (datetime(2031, 12, 24, tzinfo=UTC), datetime(2022, 12, 31), datetime(2080, 1, 1)):
        with pytest.raises(InvalidCommand):
            await meter.set_clock(wrong)


@pytest.mark.parametrize("answer", ["2026/02/30 08:00:00", "2026/03/02", "26/03/02 08:00:00", "2026/03/02 08:00:0"])
async def test_no_clock(connect: Connect, answer: str) -> None:
    """What is no time is no time."""
    emulated, meter = await connect()
    emulated.faults.add(ReplaceAnswer("Clock?", answer, times=None))
    with pytest.raises(UnusableAnswer):
        await meter.clock()
    assert meter.link.status.state is LinkState.CONNECTED


async def test_settings(connect: Connect) -> None:
    """By the names of the guide, in any case of letters."""
    _, meter = await connect()
    await meter.set_setting("store name", "0123")
    assert await meter.setting("Store Name") == "0123"
    assert await meter.setting("frequency weighting (main)") == "A"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("TCP", "Off"), ("TCP", "On"), ("Web", "On"), ("Ethernet", "Off"), ("Ethernet IP", "10.0.0.1")),
        *(("USB Class", "CDC"), ("IO Func", "x"), ("Type", "NL-43"), ("Nonsense", "1"), ("Store Name", "12")),
        *(
            ("Store Name", "0001\r\nTCP,Off"),
            ("Back Erase", "1,2"),
            ("Back Erase", "ä"),
            ("Back Erase", "$"),
            ("DOD", "1"),
        ),
    ],
)
async def test_invalid_settings_reach_no_wire(connect: Connect, name: str, value: str) -> None:
    """They would cut the link, or cannot be."""
    emulated, meter = await connect()
    with pytest.raises(InvalidCommand):
        await meter.set_setting(name, value)
    assert not emulated.referee.commands


@pytest.mark.parametrize("name", ["Nonsense", "Manual Store", "Percentile 6"])
async def test_invalid_requests_reach_no_wire(connect: Connect, name: str) -> None:
    """There is no such thing to ask for."""
    emulated, meter = await connect()
    with pytest.raises(InvalidCommand):
        await meter.setting(name)
    assert not emulated.referee.commands


@pytest.mark.parametrize(("code", "error"), [(1, CommandUnknown), (3, DesignationRefused)])
async def test_what_a_meter_cannot_do_is_asked_once_a_connection(
    connect: Connect, code: int, error: type[NL43Error]
) -> None:
    """Options do not change while it runs."""
    emulated, meter = await connect(options=frozenset(), missing_option_code=code)
    for _ in range(3):
        with pytest.raises(error):
            await meter.percentile(1)
        with pytest.raises(error):
            await meter.status_row()
    assert [record.line for record in emulated.referee.commands] == ["Percentile 1?", "DRD?status"]
    await meter.link.close()
    meter.link.open()
    await meter.link.connected()
    with pytest.raises(error):
        await meter.percentile(1)
    assert len(emulated.referee.commands) == 3


async def test_a_refusal_of_the_moment_is_not_remembered(connect: Connect) -> None:
    """R+0004 may be otherwise the next time."""
    emulated, meter = await connect()
    emulated.faults.add(RefuseWith("Percentile 1?", 4))
    with pytest.raises(StateRefused):
        await meter.percentile(1)
    assert await meter.percentile(1) == 5


@pytest.mark.parametrize(
    ("answer", "percentage"),
    [
        *(
            ("5", 5),
            (" 5", 5),
            ("5.0", 5),
            ("99.9", 99.9),
            ("5%", 5),
            ("5 %", 5),
            ("L10", 10),
            ("LN 50", 50),
            ("95", 95),
        ),
        *(("0", None), ("Off", None), ("NL-43", None), ("1 2", None), ("100", None), ("L", None), ("2026/03/02", None)),
    ],
)
async def test_percentiles_are_read_leniently(connect: Connect, answer: str, percentage: float | None) -> None:
    """Their form is not documented; what is not understood is None."""
    emulated, meter = await connect()
    emulated.faults.add(ReplaceAnswer("Percentile 3?", answer))
    assert await meter.percentile(3) == percentage
    assert meter.link.statistics.resyncs == 0


async def test_status_row(connect: Connect) -> None:
    """One row of a stream, and the link is free again."""
    emulated, meter = await connect(card_free_mb=12345)
    await meter.start()
    row = await meter.status_row()
    assert (row.power, row.battery, row.card_free_mb, row.measuring) == (PowerSource.EXTERNAL, "F", 12345, True)
    assert row.at is not None
    await meter.levels()
    assert emulated.referee.connections[0].subs == 1


def test_errors_tell_what_they_know() -> None:
    """For logs and for people."""
    assert str(StateRefused("Measure,Start")) == "the meter cannot do this in its present state: Measure,Start (R+0004)"
    wrong = WrongMeter("00000001", "00000002")
    assert (wrong.expected, wrong.found) == ("00000001", "00000002")
    assert "00000001" in str(wrong)
    assert "00000002" in str(wrong)


def test_the_driver_stands_on_the_standard_library_alone() -> None:
    """No Home Assistant, no other package of this integration; but for FTP."""
    for path in Path(nl43.__file__).parent.glob("*.py"):
        allowed = {*sys.stdlib_module_names, *(["aioftp"] if path.name == "ftp.py" else [])}
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                assert all(alias.name.partition(".")[0] in allowed for alias in node.names)
            if isinstance(node, ast.ImportFrom) and node.module:
                assert node.level == 1 or node.module.partition(".")[0] in allowed


async def test_overwrites(connect: Connect) -> None:
    """What is on the card under the store name that is set."""
    _, meter = await connect(settings={"Store Mode": "Auto", "Store Name": "0005"}, auto_folders=frozenset({"0005"}))
    assert await meter.overwrites()
    await meter.set_setting("Store Name", "0006")
    assert not await meter.overwrites()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        *(("Type?", "NL-43"), ("store name?", "0007"), ("System Version?NX-43EX", "01.02.0304")),
        *(("Store Name,0008", None), ("store name, 0008", None), ("Measure,Start", None)),
    ],
)
async def test_send(connect: Connect, line: str, answer: str | None) -> None:
    """Any request and any setting, as a person writes them."""
    emulated, meter = await connect(settings={"Store Name": "0007"})
    assert await meter.send(line) == answer
    assert emulated.referee.commands[-1].line.casefold() == line.replace(", ", ",").casefold()
    assert "," not in line or emulated.referee.commands[-1].answer == b"R+0000\r\n"


async def test_send_what_the_driver_does_not_know(connect: Connect) -> None:
    """The meter says what it thinks of it."""
    emulated, meter = await connect()
    emulated.referee.expect("no command")
    with pytest.raises(CommandUnknown):
        await meter.send("Reset?")
    assert len((await meter.send("DOD?") or "").split(",")) == 64


@pytest.mark.parametrize(
    "line",
    [
        *("DRD?", "drd?status", "DRD", "Measure", "", "?", ",", "Type?\r\n", "Type?\nTCP,Off", "\x1a", "Type?\x1a"),
        *("TCP,Off", "tcp, off", "Web,On", "Ethernet IP,10.0.0.1", "USB Class,CDC", "IO Func,x", "Reset,Now"),
        *("Measure,Run", "Measure,", "Store Name,0001\r\nTCP,Off", "Store Name,0001\n", "Back Erase,1,2"),
        *("Back Erase,\x1b[0m", "Back Erase,ä", "$Measure?", " Measure?", "Measure ?", "DOD?,x", "Store  Name?"),
    ],
)
async def test_what_cannot_be_sent(connect: Connect, line: str) -> None:
    """Streams, what would cut the link, and what is no command."""
    emulated, meter = await connect()
    with pytest.raises(InvalidCommand):
        await meter.send(line)
    assert not emulated.referee.commands
