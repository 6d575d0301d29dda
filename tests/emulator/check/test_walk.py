"""A whole check, and what can break it off."""

import asyncio
import errno
import socket
from unittest.mock import patch

import pytest

from emulator import CutAnswer, DropAnswer
from emulator.check.errors import CheckError
from emulator.check.plan import LINES, SETTING_ONLY
from emulator.check.walk import Walk
from emulator.instrument.command import Kind
from emulator.instrument.table import COMMANDS
from tests.fixtures import MeterFactory

from .checking import checked, new_record, quiet
from .scripted import scripted


async def test_a_check_only_reads(emulated_meter: MeterFactory) -> None:
    """A check sends requests only, over one connection, and each request of the command list."""
    meter = await emulated_meter(settings={"Echo": "Off", "Web": "Off"})
    assert meter.instrument.press_start()
    before = dict(meter.instrument.settings)
    record = await checked(meter)
    assert record.ended == "complete"
    assert dict(meter.instrument.settings) == before
    assert meter.instrument.run.measuring
    sent = [command.line for command in meter.referee.commands]
    assert not [line for line in sent if "," in line]
    assert {f"{command.name}?" for command in COMMANDS if Kind.REQUEST in command.kind} <= set(sent)
    assert f"{SETTING_ONLY[:-1]}," not in "".join(sent)
    (connection,) = meter.referee.connections
    assert connection.subs == 2
    assert min(command.gap_s for command in meter.referee.commands if command.gap_s is not None) >= 0.999


async def test_what_arrives_is_kept_with_its_moment(emulated_meter: MeterFactory) -> None:
    """Bytes and moments are those that the referee saw."""
    meter = await emulated_meter()
    record = await checked(meter)
    begin = meter.referee.connections[0].opened_at
    for exchange, command in zip(record.exchanges, meter.referee.commands, strict=True):
        assert exchange.line == command.line
        assert exchange.raw.startswith(command.answer)
        assert exchange.at == pytest.approx(command.at - begin, abs=0.01)
        reply = exchange.reply
        assert reply is not None
        assert exchange.is_stream or exchange.moment(len(command.answer)) == pytest.approx(
            (command.answered_at or 0.0) - begin, abs=0.01
        )


async def test_settings_where_they_are_allowed_change_nothing(emulated_meter: MeterFactory) -> None:
    """With settings allowed, the meter is afterwards as it was."""
    meter = await emulated_meter()
    before = dict(meter.instrument.settings)
    record = await checked(meter, allow_settings=True)
    assert dict(meter.instrument.settings) == before
    set_lines = [exchange.line for exchange in record.exchanges if "," in exchange.line]
    assert set_lines == [
        "Backlight Brightness,3",
        "Backlight Brightness, 3",
        "backlight brightness,3",
        "Backlight Brightness,99",
        "Type,NL-43",
        "Echo,On",
        "Echo,Off",
    ]
    assert [record.code(line) for line in set_lines] == [0, 0, 0, 2, 3, 0, 0]


async def test_settings_that_the_meter_does_not_tell_are_left_alone(emulated_meter: MeterFactory) -> None:
    """What is not known is not set."""
    meter = await emulated_meter(settings={"Echo": "On"})
    meter.faults.add(DropAnswer("Backlight Brightness?", times=None))
    record = await checked(meter, allow_settings=True)
    assert not [exchange.line for exchange in record.exchanges if "," in exchange.line]


async def test_who_interrupts_a_check_finds_the_echo_off(emulated_meter: MeterFactory) -> None:
    """The echo is switched off even if the check is interrupted meanwhile."""
    meter = await emulated_meter()
    meter.referee.expect("no command")
    record = new_record()
    task = asyncio.create_task(Walk(record, quiet, allow_settings=True).go(meter.host, meter.port))
    while not meter.instrument.settings.is_on("Echo"):  # noqa: ASYNC110 # time is virtual
        await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert record.ended == "interrupted"
    assert len(record.exchanges) > len(LINES)
    assert meter.instrument.settings["Echo"] == "Off"


async def test_a_connection_that_ends(emulated_meter: MeterFactory) -> None:
    """What was recorded until the connection ended is kept."""
    meter = await emulated_meter()
    meter.faults.add(CutAnswer("Clock?", after_bytes=3, then="close"))
    record = new_record()
    await Walk(record, quiet).go(meter.host, meter.port)
    assert record.ended == "lost"
    assert record.exchanges[-1].line == "Clock?"
    assert record.exchanges[-1].raw == b"R+0"
    assert record.exchanges[-1].reply is None


async def test_a_connection_that_ends_between_two_commands(emulated_meter: MeterFactory) -> None:
    """The end is noticed before the next command too."""
    meter = await emulated_meter()
    record = new_record()

    def progress(number: int, total: int, line: str) -> None:
        if line == "Clock?":
            walk._wire.connection_lost(None)

    walk = Walk(record, progress)
    await walk.go(meter.host, meter.port)
    assert record.ended == "lost"
    assert record.exchanges[-1].received == []


async def test_a_meter_that_falls_silent(emulated_meter: MeterFactory) -> None:
    """After three commands without an answer the check ends; one or two are nothing but remarkable."""
    meter = await emulated_meter()
    meter.faults.add(DropAnswer("Clock?", times=None))
    for name in ("LCD", "LCD Auto Off", "Backlight Brightness"):
        meter.faults.add(DropAnswer(f"{name}?", times=None))
    record = new_record()
    await Walk(record, quiet).go(meter.host, meter.port)
    assert record.ended == "silent"
    assert [exchange.line for exchange in record.exchanges if exchange.reply is None] == [
        "Clock?",
        "LCD?",
        "LCD Auto Off?",
        "Backlight Brightness?",
    ]


async def test_a_meter_that_does_not_stop_sending(emulated_meter: MeterFactory) -> None:
    """A stream that SUB does not end ends the check."""
    meter = await emulated_meter(rows_after_sub=10_000)
    meter.referee.expect("no command")
    record = new_record()
    await Walk(record, quiet).go(meter.host, meter.port)
    assert record.ended == "noisy"
    assert len(record.exchanges[-1].rows) > 150


async def test_a_refused_stream_gets_no_sub(emulated_meter: MeterFactory) -> None:
    """SUB is for streams that run."""
    meter = await emulated_meter(options=frozenset())
    record = await checked(meter)
    assert record.code("DRD?") == 3
    assert meter.referee.connections[0].subs == 0


@pytest.mark.parametrize(("off", "told"), [("refused", "refuses connections"), ("timeout", "does not answer")])
async def test_a_meter_that_cannot_be_connected_to(emulated_meter: MeterFactory, off: str, told: str) -> None:
    """Refused and unanswered are told apart."""
    meter = await emulated_meter()
    await meter.power_off(connects="refused" if off == "refused" else "timeout")
    with pytest.raises(CheckError, match=told):
        await Walk(new_record(), quiet).go(meter.host, meter.port)


async def test_a_host_that_is_none() -> None:
    """A name without an address."""
    loop = asyncio.get_running_loop()
    with (
        patch.object(loop, "getaddrinfo", side_effect=socket.gaierror(socket.EAI_NONAME, "unknown")),
        pytest.raises(CheckError, match="there is no host meter"),
    ):
        await Walk(new_record(), quiet).go("meter", 2255)


async def test_other_reasons_are_told_in_the_systems_words() -> None:
    """Whatever else keeps from connecting is told as the system tells it."""
    loop = asyncio.get_running_loop()
    error = OSError(errno.EHOSTUNREACH, "No route to host")
    with (
        patch.object(loop, "create_connection", side_effect=error),
        pytest.raises(CheckError, match=r"127\.0\.0\.1 cannot be reached: .*No route to host"),
    ):
        await Walk(new_record(), quiet).go("127.0.0.1", 2255)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "not as an NL-43 does"),
        (b"R+0001\r\n", "not as an NL-43 does"),
        (b"", "not as an NL-43 does"),
        (b"R+0000\r\nVM-56\r\n$", "of the type 'VM-56'"),
    ],
)
async def test_what_is_no_nl_43(answer: bytes, told: str) -> None:
    """Something else at the address is told so."""
    async with scripted(lambda line: answer) as port:
        with pytest.raises(CheckError, match=told):
            await Walk(new_record(), quiet).go("127.0.0.1", port)


async def test_a_greeting_is_kept() -> None:
    """Bytes that come unasked are kept apart from the first answer."""
    record = new_record()
    async with scripted(lambda line: b"R+0000\r\nVM-55\r\n", greeting=b"hello\r\n") as port:
        with pytest.raises(CheckError):
            await Walk(record, quiet).go("127.0.0.1", port)
    assert b"".join(piece.data for piece in record.greeting) == b"hello\r\n"
    assert record.exchanges[0].raw == b"R+0000\r\nVM-55\r\n"


@pytest.mark.parametrize("allow_settings", [False, True])
async def test_progress_counts_up_to_the_end(emulated_meter: MeterFactory, allow_settings: bool) -> None:
    """The last number is the total, with settings and without."""
    meter = await emulated_meter()
    meter.referee.expect("no command")
    told: list[tuple[int, int]] = []

    def progress(number: int, total: int, line: str) -> None:
        told.append((number, total))

    await Walk(new_record(), progress, allow_settings=allow_settings).go(meter.host, meter.port)
    numbers, totals = zip(*told, strict=True)
    assert list(numbers) == list(range(1, len(told) + 1))
    assert set(totals) == {len(told)}
