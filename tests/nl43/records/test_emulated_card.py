"""What the emulator has written on its card, read byte by byte."""

from collections.abc import Iterator
from typing import Any

import pytest

from custom_components.rion_nl43.nl43.records import (
    Channel,
    Layout,
    Quantity,
    Record,
    RecordKind,
    RecordReader,
    StoredKind,
    parse_name,
    read_store_header,
)
from emulator.card import CardFiles, StoreFormat
from tests.emulator.bench import Bench
from tests.emulator.card.reading import auto_bench, files_of, leq_records, lp_rows, records, tree

KINDS = {
    StoredKind.LEQ: RecordKind.LEQ,
    StoredKind.LP: RecordKind.LP,
    StoredKind.MANUAL: RecordKind.MANUAL,
}
SWITCHES: list[dict[str, Any]] = [
    {"csv_line": False},
    {"line_end": "lf"},
    {"surplus_comma": True},
    {"csv_line": False, "line_end": "lf", "surplus_comma": True},
    {"milliseconds": "always"},
    {"milliseconds": "never"},
]
FORMS = [StoreFormat(), *(StoreFormat(layout=layout.value, **switches) for layout in Layout for switches in SWITCHES)]


def bytes_of(files: CardFiles, path: str) -> Iterator[bytes]:
    """Yield a file byte by byte."""
    for offset in range(files.size(path)):
        yield files.read(path, offset, 1)


def stored(files: CardFiles, kind: StoredKind) -> list[Record]:
    """Return all records of a kind that are on the card, in the order of their files."""
    found: list[Record] = []
    for path in sorted(tree(files)):
        name = parse_name(path.rstrip("/").rpartition("/")[2])
        if name and name.kind is kind:
            reader = RecordReader(KINDS[kind])
            found += reader.read(bytes_of(files, path))
            assert reader.torn is None
            assert reader.header is None or reader.header.kind is KINDS[kind]
    return found


def measured(form: StoreFormat, **config: Any) -> Bench:
    """Return a meter that has measured in Auto mode: two whole Leq records, and one that was broken off."""
    bench = auto_bench(
        "Leq Calculation Interval Preset,10s", "Lp Store Interval,100ms", "Measure,Start", store_format=form, **config
    )
    bench.wait(23.4)
    bench.do("Measure,Stop")
    return bench


def test_every_name_is_known() -> None:
    """All that a measurement writes has a name that says what it is."""
    files = files_of(measured(StoreFormat()))
    names = [parse_name(path.rstrip("/").rpartition("/")[2]) for path in tree(files, "/NL-43")]
    assert [name.kind for name in names if name] == [
        StoredKind.AUTO_FOLDER,
        StoredKind.LEQ_FOLDER,
        StoredKind.LEQ,
        StoredKind.LP_FOLDER,
        StoredKind.LP,
        StoredKind.HEADER,
    ]
    assert {name.store_name for name in names if name} == {"0020", None}


def test_records_are_what_an_independent_reader_finds() -> None:
    """Every level, time and flag."""
    bench = measured(StoreFormat())
    expected, found = leq_records(bench), stored(files_of(bench), StoredKind.LEQ)
    assert [record.duration_s for record in found] == [10.0, 10.0, 3.4]
    for record, row in zip(found, expected, strict=True):
        assert (record.address, record.start, record.duration_s) == (row.address, row.start, row.seconds)
        for level in record.columns.levels:
            text = row.values[f"{level.quantity}({level.channel})"].strip()
            assert record.levels[level] == (None if text == "-.-" else float(text))
        assert record.over() is (row.values["Over(Main)"] == "1")
        assert record.under() is (row.values["Under(Main)"] == "1")
        assert len(record.levels) + len(record.flags) == len(row.values) - 3
    rows = stored(files_of(bench), StoredKind.LP)
    assert [(row.start, row.level(Quantity.LP)) for row in rows] == lp_rows(bench)
    assert {row.duration_s for row in rows} == {0.1}


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_form_says_the_same(form: StoreFormat) -> None:
    """The same sound, measured at the same time; of blocks those levels that they have room for."""
    expected, found = (files_of(measured(each)) for each in (StoreFormat(), form))
    for kind in (StoredKind.LEQ, StoredKind.LP):
        for record, same in zip(stored(found, kind), stored(expected, kind), strict=True):
            start = same.start if form.milliseconds != "never" else same.start.replace(microsecond=0)
            assert (record.address, record.start, record.duration_s) == (same.address, start, same.duration_s)
            assert record.levels == {level: same.levels[level] for level in record.levels}
            assert len(record.levels) == (9 if form.layout == "block" and kind is StoredKind.LEQ else len(same.levels))


@pytest.mark.parametrize("layout", [*Layout])
def test_a_manual_store(layout: Layout) -> None:
    """Each record is in the order of its address."""
    bench = Bench(settings={"Store Name": "0019"}, store_format=StoreFormat(layout=layout.value))
    for address, seconds in ((7, 12.5), (2, 3)):
        bench.do(f"Manual Address,{address}", "Measure,Start")
        bench.wait(seconds)
        bench.do("Measure,Stop", "Manual Store,Start")
    found = stored(files_of(bench), StoredKind.MANUAL)
    assert [(record.address, record.duration_s) for record in found] == [(2, 3.0), (7, 12.5)]
    if layout is Layout.FLAT:
        starts = [row.start for row in records(files_of(bench), "/NL-43/Manual_0019")]
        assert [record.start for record in found] == starts


@pytest.mark.parametrize("layout", [*Layout])
def test_the_file_of_the_running_hour(layout: Layout) -> None:
    """Whatever part of it was copied, records are those of the whole file."""
    files = files_of(measured(StoreFormat(layout=layout.value)))
    for path in tree(files):
        name = parse_name(path.rpartition("/")[2])
        if name and name.kind in KINDS:
            data = files.read(path)
            whole = list(RecordReader().read([data]))
            for size in range(0, len(data), 7):
                reader = RecordReader()
                part = [(record.start, record.values) for record in reader.read([data[:size]])]
                assert part == [(record.start, record.values) for record in whole[: len(part)]]
                # Between two lines a cut cannot be seen.
                assert reader.torn or size == 0 or {*data[size - 1 : size + 1]} & {*b"\r\n"}


def test_the_header_of_an_auto_store() -> None:
    """It says the settings that the meter had."""
    bench = measured(StoreFormat(), serial="00998877", settings={})
    (path,) = [path for path in tree(files_of(bench)) if path.endswith(".rnh")]
    header = read_store_header(bytes_of(files_of(bench), path))
    assert (header.model, header.serial, header.store_name) == ("NL-43", "00998877", "0020")
    assert header.index == bench.ask("Index Number?")
    assert header.percentiles == {slot: float(bench.ask(f"Percentile {slot}?")) for slot in range(1, 6)}
    assert header.frequency_weightings[Channel.MAIN] == bench.ask("Frequency Weighting?")
    assert header.time_weightings[Channel.MAIN] == bench.ask("Time Weighting?")
