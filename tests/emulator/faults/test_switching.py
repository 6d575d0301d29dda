"""Faults switched on by name: their terms, their parameters, and how they meet."""

import asyncio
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest

from emulator import CutAnswer, EmulatedMeter, Faults, Latency, MeterConfig, Prompt
from emulator.faults import FAULTS, ROW, ActiveFault, Terms

from .witness import Witness


@pytest.fixture
async def client(virtual_time: None) -> AsyncIterator[Witness]:
    """Return the connected client of a meter."""
    witness = await Witness.of()
    await witness.connect()
    yield witness
    await witness.done()


async def codes(client: Witness, line: str, times: int) -> list[int]:
    """Return the result codes of a command sent so many times; -1 for no answer."""
    return [int((await client.ask(line))[2:6] or b"-1") for _ in range(times)]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, [4, 4, 4, 4]),
        ({"times": 1}, [4, 0, 0, 0]),
        ({"times": 2, "skip": 1}, [0, 4, 4, 0]),
        ({"skip": 3}, [0, 0, 0, 4]),
        ({"command": "type?"}, [4, 4, 4, 4]),
        ({"command": "Clock?"}, [0, 0, 0, 0]),
        ({"probability": 0.0}, [0, 0, 0, 0]),
        # One command each 1.5 s, the first after 1 s.
        ({"for_s": 3}, [4, 4, 0, 0]),
    ],
)
async def test_terms(client: Witness, terms: dict[str, Any], expected: list[int]) -> None:
    client.meter.faults.switch_on("busy", **terms)
    assert await codes(client, "Type?", 4) == expected


async def test_what_lasts_begins_with_its_command_and_may_come_again(client: Witness) -> None:
    faults = client.meter.faults
    number = faults.switch_on("echo-on", command="Clock?", times=2, skip=1, for_s=3)
    assert not (await client.ask("Clock?")).startswith(b"Clock?")
    assert [fault.lasting for fault in faults.active()] == [False]
    assert (await client.ask("Clock?")).startswith(b"Clock?")
    assert faults.active() == [
        ActiveFault(
            number, "echo-on", Terms(command="Clock?", times=2, skip=1, for_s=3), {}, struck=1, lasting=True, detail=""
        )
    ]
    assert (await client.ask("Type?")).startswith(b"Type?")
    await asyncio.sleep(3)
    assert not (await client.ask("Type?")).startswith(b"Type?")
    assert (await client.ask("Clock?")).startswith(b"Clock?")
    await asyncio.sleep(3)
    assert faults.active() == []
    assert not (await client.ask("Clock?")).startswith(b"Clock?")


async def test_what_lasts_does_not_begin_twice(client: Witness) -> None:
    client.meter.faults.switch_on("echo-on", command="Clock?", times=2)
    await client.ask("Clock?")
    await client.ask("Clock?")
    assert [fault.struck for fault in client.meter.faults.active()] == [1]
    client.meter.faults.switch_off("echo-on")
    assert client.meter.instrument.settings["Echo"] == "Off"


async def test_by_id_by_name_and_all(client: Witness) -> None:
    faults = client.meter.faults
    first, second, third = (faults.switch_on("busy", command=line) for line in ("Type?", "Clock?", "Measure?"))
    faults.switch_on("echo-on")
    assert [fault.id for fault in faults.active()][:3] == [first, second, third]
    faults.switch_off(second)
    assert await client.ask("Clock?") == b"Clock?\r\nR+0000\r\n2026/03/02 08:00:01\r\n$"
    faults.switch_off("busy")
    assert [fault.name for fault in faults.active()] == ["echo-on"]
    faults.clear()
    assert faults.active() == []
    assert client.meter.instrument.settings["Echo"] == "Off"
    for gone in (second, "busy", "echo-on"):
        with pytest.raises(KeyError):
            faults.switch_off(gone)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("wegde", {}, "there is no fault 'wegde'; perhaps wedge?"),
        ("#", {}, "there is no fault '#'"),
        ("busy", {"codes": 4}, "busy has no parameter codes; it has code"),
        ("echo-on", {"loud": True}, "echo-on has no parameter loud; it has none"),
        ("busy", {"code": 5}, "busy: code is a whole number from 1 to 4, not 5"),
        ("busy", {"code": 4.0}, "busy: code is a whole number from 1 to 4, not 4.0"),
        ("busy", {"code": True}, "busy: code is a whole number from 1 to 4, not True"),
        ("slow-answer", {"delay_s": -1}, "slow-answer: delay_s is a number of at least 0, not -1"),
        ("slow-answer", {"delay_s": float("nan")}, "slow-answer: delay_s is a number of at least 0, not nan"),
        ("slow-answer", {"delay_s": "2"}, "slow-answer: delay_s is a number of at least 0, not '2'"),
        ("slow-answer", {"delay_s": None}, "slow-answer: delay_s is a number of at least 0, not None"),
        ("no-answer", {"acts": 1}, "no-answer: acts is true or false, not 1"),
        ("garbled-line", {"text": "ä"}, "garbled-line: text is a text in ASCII, not 'ä'"),
        ("second-client", {"fate": "ignored"}, "second-client: fate is one of timeout, silent, refused, close"),
        ("operator", {}, "operator: either a key or a setting is needed"),
        ("operator", {"setting": "Colour"}, "operator: there is no setting 'Colour'"),
        ("operator", {"setting": "Store Name", "value": "1"}, "operator: Store Name cannot be '1'"),
        ("option-missing", {"options": "EX,XY"}, "option-missing: there is no option XY"),
        ("busy", {"times": 0}, "times is at least 1"),
        ("busy", {"probability": 1.5}, "probability is from 0 to 1"),
        ("busy", {"skip": -1}, "skip is at least 0"),
        ("busy", {"for_s": 0}, "for_s is more than 0"),
        ("half-open", {"command": "Type?"}, "half-open strikes connections, not commands"),
        ("slot-not-freed", {"command": "Type?"}, "slot-not-freed strikes ends of connections, not commands"),
        ("wedge", {"times": 2}, "wedge begins at once: to come 2 times it needs something to wait for"),
    ],
)
async def test_what_does_not_fit_is_refused(
    client: Witness, name: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message.replace("?", r"\?")):
        client.meter.faults.switch_on(name, **arguments)
    assert client.meter.faults.active() == []


async def test_a_page_that_finds_its_port_taken(client: Witness) -> None:
    with pytest.raises(OSError, match="in use"):
        client.meter.faults.switch_on("web-app", page_port=client.meter.port)
    assert client.meter.faults.active() == []
    assert client.meter.instrument.settings["Web"] == "Off"


def test_what_lasts_needs_a_meter() -> None:
    faults = Faults(Random(1))
    with pytest.raises(ValueError, match="needs a meter"):
        faults.switch_on("echo-on")
    assert faults.active() == []


@pytest.mark.parametrize("name", FAULTS)
def test_every_default_fits(name: str) -> None:
    fault = FAULTS[name]
    for parameter in fault.parameters:
        assert parameter.checked(parameter.default) == parameter.default
        assert parameter.description
        assert parameter.expected
    assert fault.title[0].isupper()
    assert fault.description.endswith(".")


async def _strikes(seed: int) -> list[int]:
    config = MeterConfig(seed=seed, latency=Latency.none(), prompt=Prompt(delay_s=(0, 0)))
    async with EmulatedMeter(config) as meter:
        client = Witness(meter)
        await client.connect()
        meter.faults.switch_on("busy", probability=0.5)
        meter.faults.switch_on("garbled-line", probability=0.3, how="truncate")
        answers = [await client.ask("Type?") for _ in range(40)]
        await client.hang_up()
        return [len(answer) for answer in answers]


async def test_chance_is_of_the_meters_seed() -> None:
    first = await _strikes(1)
    assert first == await _strikes(1)
    assert first != await _strikes(2)
    assert 10 <= sum(length < len("R+0000\r\nNL-43\r\n$") for length in first) <= 35


async def test_faults_meet(client: Witness) -> None:
    """One answer may be wrong, late and in pieces; and the port wedged behind it."""
    faults = client.meter.faults
    faults.switch_on("garbled-line", command="Type?", how="replace", text="NL-34")
    faults.switch_on("split-segments", command="Type?", how="line")
    faults.switch_on("slow-answer", command="Type?", delay_s=2)
    faults.switch_on("wedge", command="Type?")
    assert await client.ask("Type?") == b"R+0000\r\nNL-34\r\n$"
    assert client.times[:2] == pytest.approx([2.0, 2.5], abs=0.01)
    await client.hang_up()
    assert await client.connect() == "refused"


async def test_rows_of_a_stream_can_be_struck(client: Witness) -> None:
    faults = client.meter.faults
    faults.switch_on("garbled-line", command=ROW, how="truncate", skip=1, times=1)
    faults.switch_on("no-answer", command=ROW, acts=True, skip=2, times=1)
    await client.send(b"DRD?\r\n")
    await asyncio.sleep(0.45)
    await client.send(b"\x1a")
    data = await client.hear("rows")
    _, *rows, _ = data.split(b"\r\n")
    # Of five rows the second is cut in half, and the third does not come.
    assert [len(row) for row in rows] == [len(rows[0]), len(rows[0]) // 2, len(rows[0]), len(rows[0])]
    assert [int(row[:3]) for row in rows] == [1, 2, 4, 5]


@pytest.mark.parametrize("then", ["close", "reset", "stall"])
async def test_a_stream_can_end_in_a_row(client: Witness, then: Any) -> None:
    client.meter.faults.add(CutAnswer(ROW, after_bytes=20, then=then, skip=2))
    await client.send(b"DRD?\r\n")
    data = await client.hear("rows")
    assert [len(row) for row in data.split(b"\r\n")[1:]][2] == 20
    assert len(data.split(b"\r\n")) == 4
    assert client.notes[-1].endswith({"close": "closed", "reset": "reset", "stall": "`"}[then])


async def test_no_command_strikes_a_row(client: Witness) -> None:
    client.meter.faults.switch_on("no-answer", times=1)
    await client.send(b"DRD?\r\n")
    assert await client.hear("nothing") == b""
    await client.send(b"DRD?\r\n")
    await asyncio.sleep(1)
    client.meter.faults.switch_on("no-answer", times=1)
    await client.send(b"\x1a")
    rows = (await client.hear("rows")).split(b"\r\n")[1:-1]
    assert len(rows) == 11
    assert await client.ask("Type?") == b""


async def test_the_end_of_the_meter_is_the_end_of_its_faults() -> None:
    client = await Witness.of()
    faults = client.meter.faults
    for name in ("wedge", "echo-on", "power-cycle", "half-open", "connect-timeout", "ftp-not-ready", "sleep"):
        faults.switch_on(name)
    await client.meter.stop()
    assert faults.active() == []
    assert not client.meter.instrument.powered
    await client.meter.start()
    assert await client.connect() == "accepted"
    await client.ask("Type?")
    assert client.notes[-1] == "`Type?`: `R+0000[CR][LF]NL-43[CR][LF]$`"
    await client.done()
