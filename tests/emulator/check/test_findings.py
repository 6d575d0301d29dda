"""What is made of answers that no emulated meter gives."""

import pytest

from emulator.check.expected import differences_of
from emulator.check.findings import findings_of
from emulator.check.likeness import likeness_of
from emulator.check.record import Exchange, Piece, Record
from emulator.check.traits import Traits
from tests.fixtures import MeterFactory

from .checking import new_record


def record_of(**answers: bytes) -> Record:
    """Return a record of a Type and of these requests, `_` standing for a space."""
    record = new_record()
    record.exchanges = [Exchange(b"Type?", 1.0, [Piece(1.1, b"R+0000\r\nNL-43\r\n$")])]
    for name, answer in answers.items():
        line = name.replace("_", " ").encode("ascii") + b"?"
        record.exchanges.append(Exchange(line, 2.0, [Piece(2.1, answer)] if answer else []))
    return record


def answers_of(record: Record) -> dict[str, str]:
    """Return what was found, by question."""
    return {finding.question: finding.answer for finding in findings_of(record)}


def test_unusual_answers_are_differences() -> None:
    """Silence, a command that is not known, and a row that is too short."""
    accepted = b"R+0000\r\n"
    record = record_of(
        Pause=b"", No_Such_Command=accepted + b"7\r\n$", DOD=accepted + b"1,2\r\n$", Store_Name=accepted + b"42"
    )
    assert differences_of(record) == [
        "Pause? has no answer, the emulator's is R+0000",
        "No Such Command? answers R+0000, the emulator R+0001",
        "Store Name? has no answer, the emulator's is R+0000",
        "DOD? has 2 fields, the emulator's 64",
    ]
    assert answers_of(record)["Commands without an answer that is one"] == "Pause?, Store Name?"


def test_a_prompt_of_another_form_is_a_difference() -> None:
    """Its place, its bytes, and its coming on connect."""
    record = record_of()
    record.greeting = [Piece(0.1, b"$ ")]
    record.exchanges[0].received = [Piece(1.1, b"R+0000\r\nNL-43\r\n"), Piece(1.3, b"$\r\n")]
    assert differences_of(record) == [
        "the prompt is $[CR][LF], the emulator's $",
        "a prompt comes on connect, not so the emulator's",
    ]
    assert list(Traits(record).prompt.delays_s) == [pytest.approx(0.2)]
    assert answers_of(record)["What comes on connect, before any command?"] == "$·"
    record.exchanges[0].received = [Piece(1.1, b"$R+0000\r\nNL-43\r\n")]
    assert differences_of(record)[0] == "the prompt's place is 'before', the emulator's 'after'"


@pytest.mark.parametrize("status", ["2026/03/02 08:00:00,E,F,100,Q", "2026/03/02 08:00:00,E,F,100"])
def test_a_status_that_is_not_understood_is_quoted(status: str) -> None:
    """Fields that fit no order, and too few of them."""
    row = ",".join(["  1", *["  -.-"] * 32, status])
    record = record_of()
    exchange = Exchange(b"DRD?status", 2.0, [Piece(2.1, f"R+0000\r\n{row}\r\n$".encode())], sub_at=2.2)
    record.exchanges.append(exchange)
    assert answers_of(record)["Fields that DRD?status adds"] == f"not understood: {status!r}"


def test_a_stream_without_an_answer_has_no_rows() -> None:
    """Neither rows nor moments where nothing came."""
    exchange = Exchange(b"DRD?", 1.0)
    assert exchange.rows == []
    assert exchange.prompt is None
    assert exchange.latency_s is None
    with pytest.raises(ValueError, match="fewer bytes"):
        exchange.moment(1)


def test_an_echo_that_was_cut_off_is_nothing() -> None:
    """The connection ended before the request that would have been echoed."""
    record = record_of()
    record.exchanges.append(Exchange(b"Echo,On", 2.0, [Piece(2.1, b"R+0000\r\n$")]))
    assert answers_of(record)["What does Echo,On put before the answer to Type?"] == "nothing"


async def test_a_battery_that_was_not_told_stays_as_it_is(emulated_meter: MeterFactory) -> None:
    """What a record does not tell is not taken over."""
    likeness = likeness_of(record_of())
    meter = await emulated_meter(likeness.config)
    likeness.apply(meter)
    assert meter.instrument.battery == "Full"
