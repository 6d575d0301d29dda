"""Manual stores: one record for each address, in one file for each Store Name."""

from datetime import datetime, timedelta

import pytest

from emulator.card import StoreFormat
from tests.emulator.bench import Bench
from tests.emulator.card.reading import check_sizes, files_of, lines_of, records, tree

BEGIN = datetime(2026, 3, 2, 9)
FOLDER = "/NL-43/Manual_0019"
FILE = f"{FOLDER}/NL_0001_SLM_MAN_0019_0000.rnd"


def measure(bench: Bench, seconds: float) -> list[str]:
    """Measure, and store the result; return what DLC tells of it."""
    bench.do("Measure,Start")
    bench.wait(seconds)
    bench.do("Measure,Stop", "Manual Store,Start")
    return bench.fields("DLC?")


def test_a_store_writes_one_record() -> None:
    """A store writes one record, which is what DLC tells; nothing is written before."""
    bench = Bench(settings={"Store Name": "0019"})
    bench.do("Measure,Start")
    bench.wait(3)
    bench.do("Measure,Stop")
    assert list(tree(files_of(bench), "/NL-43")) == []
    bench.wait(40)
    told = measure(bench, 12.5)
    assert list(tree(files_of(bench), "/NL-43")) == [f"{FOLDER}/", FILE]
    (row,) = records(files_of(bench), FOLDER)
    assert (row.address, row.start, row.seconds) == (1, BEGIN + timedelta(seconds=43), 12.5)
    assert [row.values[f"{name}(Main)"] for name in ("Leq", "LE", "Lmax", "Lmin", "LN1")] == told[1:6]
    assert row.values["Lpeak(Main)"] == told[10]
    assert files_of(bench).entries(FOLDER)[0].modified == BEGIN + timedelta(seconds=55.5)
    check_sizes(files_of(bench))


def test_addresses_are_in_order_and_may_be_overwritten() -> None:
    """Records stand in the order of their addresses; a store on an address that has one writes over it."""
    bench = Bench(settings={"Store Name": "0019", "Manual Address": "7"})
    for seconds in (1, 2, 3):
        measure(bench, seconds)
    bench.do("Manual Address,3")
    measure(bench, 4)
    bench.do("Manual Address,8")
    assert bench.ask("Overwrite?") == "Exist"
    size = files_of(bench).size(FILE)
    free = files_of(bench).free
    measure(bench, 5)
    assert [(row.address, row.seconds) for row in records(files_of(bench), FOLDER)] == [(3, 4), (7, 1), (8, 5), (9, 3)]
    assert files_of(bench).size(FILE) == size
    assert files_of(bench).free == free
    assert bench.instrument.card.manual_records == {("0019", address) for address in (3, 7, 8, 9)}
    assert bench.instrument.card.auto_folders == set()


def test_another_name_or_index_has_another_file() -> None:
    """Another Store Name has another folder, another Index Number another file in it."""
    bench = Bench(settings={"Store Name": "0019"})
    measure(bench, 1)
    bench.do("Index Number,0002")
    measure(bench, 1)
    bench.do("Store Name,0020")
    measure(bench, 1)
    assert [path for path in tree(files_of(bench), "/NL-43") if not path.endswith("/")] == [
        FILE,
        f"{FOLDER}/NL_0002_SLM_MAN_0019_0000.rnd",
        "/NL-43/Manual_0020/NL_0002_SLM_MAN_0020_0000.rnd",
    ]
    assert bench.instrument.card.manual_records == {("0019", 1), ("0019", 2), ("0020", 3)}


def test_records_of_other_channels_begin_the_file_anew() -> None:
    """A file has the columns of its records; records of other channels begin it anew."""
    bench = Bench(settings={"Store Name": "0019"})
    measure(bench, 1)
    bench.do("Measure Display Sub Channel 1,On")
    measure(bench, 1)
    (row,) = records(files_of(bench), FOLDER)
    assert row.address == 2
    assert "Leq(Sub1)" in row.values
    assert check_sizes(files_of(bench)) == 512 + files_of(bench).size(FILE)


def test_a_removed_file_leaves_no_records() -> None:
    """When the file is gone, its addresses are free; other files in the folder are none of the meter's."""
    bench = Bench(settings={"Store Name": "0019"})
    measure(bench, 1)
    bench.do("Manual Address,1")
    assert bench.ask("Overwrite?") == "Exist"
    files_of(bench).remove(FILE)
    assert bench.ask("Overwrite?") == "None"
    bench.instrument.press_screenshot()
    (picture,) = files_of(bench).entries("/NL-43/Screenshot")
    content = files_of(bench).content(f"/NL-43/Screenshot/{picture.name}")
    assert content is not None
    files_of(bench).put(f"{FOLDER}/notes.txt", content, BEGIN)
    assert bench.instrument.card.manual_records == set()


def test_blocks() -> None:
    """Manual stores come in blocks if the form says so."""
    bench = Bench(settings={"Store Name": "0019"}, store_format=StoreFormat(layout="block"))
    measure(bench, 1)
    measure(bench, 2)
    lines = lines_of(files_of(bench).read(FILE))
    assert len(lines) == 1 + 2 * 13
    assert lines[1] == "Address,     1"
    assert lines[14:17] == ["Address,     2", "Start Time,2026/03/02 09:00:01", "Measurement Time,000d 00:00:02.0"]
    check_sizes(files_of(bench))


@pytest.mark.parametrize("free_bytes", [0, 300])
def test_a_full_card_takes_no_record(free_bytes: int) -> None:
    """A store that has no room is refused, nothing is changed, and the result can be stored when there is room."""
    bench = Bench(settings={"Store Name": "0019"})
    bench.do("Measure,Start")
    bench.wait(1)
    bench.do("Measure,Stop")
    files_of(bench).free = free_bytes
    assert bench.code("Manual Store,Start") == 4
    assert list(tree(files_of(bench), "/NL-43")) == []
    assert (files_of(bench).free, bench.ask("Manual Address?")) == (free_bytes, "1")
    bench.instrument.card.free_mb = 1
    assert bench.code("Manual Store,Start") == 0
    files_of(bench).free = 100
    assert bench.code("Measure,Start") == 0
    bench.wait(1)
    bench.do("Measure,Stop")
    assert bench.code("Manual Store,Start") == 4
    assert len(records(files_of(bench), FOLDER)) == 1
