"""Reports: what they hold, what they do not hold, and what cannot be read."""

from datetime import UTC, datetime
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from hypothesis import given, strategies as st
import pytest

from emulator.check.errors import ReportError
from emulator.check.expected import differences_of
from emulator.check.findings import findings_of
from emulator.check.record import Exchange, Piece, Record, redacted
from emulator.check.report import read_report, write_report
from tests.fixtures import MeterFactory

from .checking import checked

BEGAN = datetime(2026, 3, 2, 8, tzinfo=UTC)


def pieces(data: bytes, *cuts: int) -> list[Piece]:
    """Return bytes as they arrive in pieces."""
    ends = [*sorted(cuts), len(data)]
    return [Piece(end / 10, data[begin:end]) for begin, end in zip([0, *ends], ends, strict=False)]


def small_record() -> Record:
    """Return a record with all that is private."""
    return Record(
        BEGAN,
        [Piece(0.1, b"Meter 12345678 at 10.1.2.3\r\n")],
        [
            Exchange(b"Serial Number?", 1.0, pieces(b"R+0000\r\n12345678\r\n$", 10, 13)),
            Exchange(b"Ethernet IP?", 2.0, pieces(b"R+0000\r\n192.168.010.0\r\n$", 12)),
            Exchange(b"Clock?", 3.0, pieces(b"R+0000\r\n2026/03/02 08:00:03\r\n$")),
            Exchange(b"DRD?", 4.0, pieces(b"R+0000\r\n  1,12345678\r\n"), sub_at=4.5),
        ],
        "lost",
    )


async def test_a_report_is_read_as_it_was_written(emulated_meter: MeterFactory, tmp_path: Path) -> None:
    """Nothing but what is private gets lost, and nobody finds that in the file."""
    meter = await emulated_meter(serial="87654321", settings={"Ethernet IP": "10.20.30.40"})
    record = await checked(meter)
    path = tmp_path / "report.json"
    write_report(path, record, findings_of(record), differences_of(record))
    text = path.read_text(encoding="utf-8")
    for private in ("87654321", "10.20.30.40", meter.host, str(meter.port)):
        assert private not in text
    assert read_report(path) == redacted(record)
    assert json.loads(text)["findings"][0]["answer"] == "NL-43, 01.02.0304"


def test_what_is_private_is_replaced_in_its_form() -> None:
    """Lengths, pieces and the clock stay."""
    record = small_record()
    clean = redacted(record)
    assert clean.greeting == [Piece(0.1, b"Meter 00000000 at 11.1.1.1\r\n")]
    assert clean.data("Serial Number?") == "00000000"
    assert clean.data("Ethernet IP?") == "111.111.011.1"
    assert clean.data("Clock?") == "2026/03/02 08:00:03"
    assert clean.exchanges[3].raw == b"R+0000\r\n  1,00000000\r\n"
    for before, after in zip(record.exchanges, clean.exchanges, strict=True):
        assert [(piece.at, len(piece.data)) for piece in before.received] == [
            (piece.at, len(piece.data)) for piece in after.received
        ]


@given(cuts=st.lists(st.integers(0, 20), max_size=8))
def test_a_serial_number_in_pieces_is_found(cuts: list[int]) -> None:
    """However the answer arrived, no part of the number stays."""
    record = Record(BEGAN, [], [Exchange(b"Serial Number?", 1.0, pieces(b"R+0000\r\n98765432\r\n$", *cuts))])
    assert redacted(record).exchanges[0].raw == b"R+0000\r\n00000000\r\n$"


def test_differences_do_not_tell_what_is_private() -> None:
    """A serial number or an address of an unusual form is not quoted."""
    record = small_record()
    record.exchanges[0].received = pieces(b"R+0000\r\nSN-777\r\n$")
    differences = differences_of(record)
    assert "Serial Number? answers in a form which the emulator never does" in differences
    assert not [text for text in differences if "777" in text or "192" in text]


def test_a_short_serial_number_is_not_looked_for() -> None:
    """One digit is everywhere."""
    record = small_record()
    record.exchanges[0].received = pieces(b"R+0000\r\n2\r\n$")
    assert redacted(record).data("Clock?") == "2026/03/02 08:00:03"


def test_a_report_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    """The report that was there stays, and no part of the new one."""
    path = tmp_path / "report.json"
    path.write_text("before")
    with patch("os.fsync", side_effect=OSError(28, "No space left on device")), pytest.raises(OSError, match="space"):
        write_report(path, small_record(), [], [])
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def good() -> dict[str, Any]:
    """Return the content of a report."""
    return {
        "format": "nl43-check",
        "version": 1,
        "began": "2026-03-02T08:00:00+00:00",
        "ended": "complete",
        "greeting": [],
        "exchanges": [{"sent": "Type?", "at": 1.0, "received": [[1.1, "R+0000\r\n"]], "sub_at": None}],
    }


def test_the_good_one_is_good(tmp_path: Path) -> None:
    """So that the bad ones are bad for their own reason."""
    path = tmp_path / "report.json"
    path.write_text(json.dumps(good()))
    assert read_report(path) == Record(BEGAN, [], [Exchange(b"Type?", 1.0, [Piece(1.1, b"R+0000\r\n")])])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "photo"}, "is not a report of a check"),
        ({"version": 2}, "of another version"),
        ({"began": "yesterday"}, "expected date and time .*at began"),
        ({"began": 7}, "expected date and time .*at began"),
        ({"ended": "well"}, "at ended"),
        ({"exchanges": []}, "at exchanges"),
        ({"exchanges": [{"sent": "Type?"}]}, r"required key not provided .*exchanges\[0\]"),
        ({"greeting": [[1.0, "\u20ac"]]}, r"expected bytes as characters .*greeting\[0\]"),
        ({"greeting": [[-1.0, "$"]]}, r"at greeting\[0\]"),
        ({"more": 1}, "at more"),
    ],
)
def test_a_damaged_report(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    """What is wrong is told in words, with its place."""
    path = tmp_path / "report.json"
    path.write_text(json.dumps(good() | change))
    with pytest.raises(ReportError, match=told):
        read_report(path)


@pytest.mark.parametrize("content", [b"\xff", b"{", b"[" * 100_000])
def test_a_file_that_is_no_json(tmp_path: Path, content: bytes) -> None:
    """Any file may be given by mistake."""
    path = tmp_path / "report.json"
    path.write_bytes(content)
    with pytest.raises(ReportError, match="it is no JSON"):
        read_report(path)


def test_files_that_cannot_be_reports(tmp_path: Path) -> None:
    """None at all, a list, and one that is far too long."""
    with pytest.raises(ReportError, match="cannot be read: No such file"):
        read_report(tmp_path / "none.json")
    path = tmp_path / "long.json"
    path.write_text("[]")
    with pytest.raises(ReportError, match="not a report of a check"):
        read_report(path)
    with path.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(ReportError, match="too long"):
        read_report(path)
