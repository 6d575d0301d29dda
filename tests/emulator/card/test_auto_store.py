"""Auto stores: what is written, when, and that it is what the meter measured."""

from datetime import datetime, timedelta
import itertools
import math
from typing import Any

import pytest

from emulator.card import StoreFormat
from tests.emulator.bench import Bench
from tests.emulator.card.reading import (
    auto_bench,
    check_sizes,
    energy_mean,
    files_of,
    leq_records,
    lines_of,
    lp_rows,
    records,
    tree,
)

# The meter stands one hour east of where it is 8 o'clock.
BEGIN = datetime(2026, 3, 2, 9)
STORE = "/NL-43/Auto_0020"
LEQ_FILE = f"{STORE}/Auto_Leq/NL_0001_SLM_Leq_0020_0001.rnd"
LP_FILE = f"{STORE}/Auto_Lp_01/NL_0001_SLM_Lp _0020_0001.rnd"
HEADER = f"{STORE}/NL_0001_SLM_Hdr_0020_0000.rnh"
QUANTITIES = ("Leq", "LE", "Lmax", "Lmin", "LN1", "LN2", "LN3", "LN4", "LN5", "Lpeak", "LIeq", "Leqmov", "Ltm5")
EVERY_10_S = "Leq Calculation Interval Preset,10s"


def test_the_folders_and_their_names() -> None:
    """The card was in a camera before; the meter has a folder of its own, with one for each store."""
    bench = auto_bench(auto_folders=frozenset({"0019"}))
    assert list(tree(files_of(bench))) == ["/DCIM/", "/NIKON001.DSC", "/NL-43/", "/NL-43/Auto_0019/"]
    bench.do("Measure,Start")
    bench.wait(2)
    assert list(tree(files_of(bench), STORE)) == [
        f"{STORE}/Auto_Leq/",
        LEQ_FILE,
        f"{STORE}/Auto_Lp_01/",
        LP_FILE,
        HEADER,
    ]
    entries = {entry.name: entry for entry in files_of(bench).entries("/")}
    assert entries["NIKON001.DSC"].modified < BEGIN - timedelta(days=365)
    assert entries["NL-43"].modified == BEGIN
    check_sizes(files_of(bench))


def test_index_number_and_model_are_in_the_names() -> None:
    """Index Number and model are in the names."""
    bench = Bench(model="NL-53", settings={"Store Mode": "Timer Auto", "Store Name": "1234", "Index Number": "0077"})
    bench.do("Store Mode,Auto", "Measure,Start", "Measure,Stop")
    names = [path.rpartition("/")[2] for path in tree(files_of(bench), "/NL-53/Auto_1234")]
    assert [name for name in names if name] == [
        "NL_0077_SLM_Leq_1234_0001.rnd",
        "NL_0077_SLM_Lp _1234_0001.rnd",
        "NL_0077_SLM_Hdr_1234_0000.rnh",
    ]


def test_the_header_is_there_from_the_start() -> None:
    """The header tells of the meter and of its settings, not of times."""
    bench = auto_bench("Percentile 1,1", "Measure Display Sub Channel 2,On", "Measure,Start", scene="quiet")
    lines = lines_of(files_of(bench).read(HEADER))
    assert lines[:6] == [
        "CSV",
        "[Instrument]",
        "Model,NL-43",
        "Serial Number,00830001",
        "System Version,01.02.0304",
        "Option,NX-43EX",
    ]
    for line in (
        "[Store]",
        "Store Name,0020",
        "Leq Calculation Interval Preset,15m",
        "[Percentile]",
        "Percentile 1,1",
        "Percentile 5,95",
        "Frequency Weighting (Main),A",
        "Time Weighting (Sub2),F",
    ):
        assert line in lines
    assert "Frequency Weighting (Sub1),C" not in lines
    assert not any("2026" in line for line in lines)


def test_records_agree_with_the_whole() -> None:
    """The records of the intervals make up what DLC tells of the whole."""
    bench = auto_bench(EVERY_10_S, "Measure,Start")
    bench.wait(327.4)
    bench.do("Measure,Stop")
    rows = leq_records(bench)
    assert [row.address for row in rows] == list(range(1, 34))
    assert [row.seconds for row in rows] == [10.0] * 32 + [7.4]
    assert [row.start for row in rows] == [BEGIN + timedelta(seconds=10 * number) for number in range(33)]
    whole = bench.fields("DLC?")
    assert energy_mean(rows) == pytest.approx(float(whole[1]), abs=0.1)
    assert max(row.level("Lmax(Main)") for row in rows) == float(whole[3])
    assert min(row.level("Lmin(Main)") for row in rows) == float(whole[4])
    assert max(row.level("Lpeak(Main)") for row in rows) == float(whole[10])
    for row in rows:
        assert row.level("LE(Main)") - row.level("Leq(Main)") == pytest.approx(10 * math.log10(row.seconds), abs=0.11)
        assert row.values["LIeq(Main)"] == row.values["Ltm5(Main)"] == row.values["Leqmov(Main)"] == "  -.-"


def test_one_record_of_the_whole_is_what_dlc_tells() -> None:
    """One record of the whole is what DLC tells, field by field, on every channel."""
    bench = auto_bench(
        *(f"Measure Display Sub Channel {number},On" for number in (1, 3)),
        *(f"Display {name},On" for name in ("LIeq", "Ltm5", "Leqmov")),
        "Moving Leq Interval Preset,10s",
        "Measure,Start",
    )
    bench.wait(61.3)
    bench.do("Measure,Stop")
    (row,) = leq_records(bench)
    told = bench.fields("DLC?")
    names = [*QUANTITIES, "Over", "Under"]
    for first, channel in ((0, "Main"), (16, "Sub1"), (48, "Sub3")):
        assert [row.values[f"{name}({channel})"] for name in names] == told[first + 1 : first + 16]
    assert "Leq(Sub2)" not in row.values
    assert set(lp_rows(bench, channel="Sub3")) != set(lp_rows(bench))


def test_lp_rows_agree_with_the_live_level_and_the_statistics() -> None:
    """Lp rows are the levels that DOD told live, and their distribution is that of the results."""
    bench = auto_bench("Measure,Start")
    told = []
    for _ in range(400):
        bench.wait(0.1)
        told.append(bench.level("DOD?", 0))
    bench.do("Measure,Stop")
    rows = lp_rows(bench)
    assert [level for _, level in rows] == told
    assert [at for at, _ in rows] == [BEGIN + timedelta(milliseconds=100 * number) for number in range(400)]
    whole = bench.fields("DLC?")
    assert max(told) == pytest.approx(float(whole[3]), abs=0.5)
    falling = sorted(told, reverse=True)
    for field, percentage in ((5, 5), (6, 10), (7, 50), (8, 90), (9, 95)):
        assert float(whole[field]) == pytest.approx(falling[percentage * 4 - 1], abs=0.2)


@pytest.mark.parametrize(("interval", "per_second"), [("10ms", 100), ("25ms", 40), ("200ms", 5), ("1s", 1)])
def test_lp_store_intervals(interval: str, per_second: int) -> None:
    """Finer rows lie between those of 100 ms, coarser ones are some of them."""
    benches = []
    for words in (interval, "100ms"):
        bench = auto_bench(f"Lp Store Interval,{words}", "Measure,Start")
        bench.wait(30.95)
        bench.do("Measure,Stop")
        check_sizes(files_of(bench))
        benches.append(bench)
    rows, plain = map(lp_rows, benches)
    step = timedelta(seconds=1) / per_second
    assert [at for at, _ in rows] == [BEGIN + number * step for number in range(30 * per_second + 9 * per_second // 10)]
    levels, plain_levels = [level for _, level in rows], [level for _, level in plain]
    if per_second > 10:
        many = per_second // 10
        assert levels[many - 1 :: many] == plain_levels
        for number, (before, after) in enumerate(itertools.pairwise(plain_levels), start=1):
            inside = levels[number * many : (number + 1) * many]
            assert inside == sorted(inside, reverse=after < before)
            assert all(min(before, after) <= level <= max(before, after) for level in inside)
    else:
        some = 10 // per_second
        assert levels == plain_levels[some - 1 :: some]


@pytest.mark.parametrize(
    ("lines", "folders"),
    [
        (("Leq Calculation Interval Preset,Off",), ["Auto_Lp_01"]),
        (("Lp Store Interval,Off",), ["Auto_Leq"]),
        (("Lp Store Interval,Off", "Leq Calculation Interval Preset,Off"), []),
    ],
)
def test_what_is_off_is_not_written(lines: tuple[str, ...], folders: list[str]) -> None:
    """What is off is not written."""
    bench = auto_bench(*lines, "Measure,Start")
    bench.wait(20)
    bench.do("Measure,Stop")
    names = [entry.name for entry in files_of(bench).entries(STORE) if entry.is_folder]
    assert names == folders
    assert files_of(bench).exists(HEADER)


def test_an_interval_of_ones_own() -> None:
    """The interval may be a number and a unit."""
    bench = auto_bench(
        "Leq Calculation Interval Preset,Manual",
        "Leq Calculation Interval (Num),7",
        "Leq Calculation Interval (Unit),s",
        "Measure,Start",
    )
    bench.wait(22)
    assert [row.seconds for row in leq_records(bench)] == [7.0, 7.0, 7.0]


def test_files_grow_while_it_measures() -> None:
    """The files grow while the measurement runs, and what has been read does not change any more."""
    bench = auto_bench(EVERY_10_S, "Measure,Start")
    before = dict.fromkeys((LEQ_FILE, LP_FILE), b"")
    sizes = []
    for _ in range(12):
        for path, data in before.items():
            new = files_of(bench).read(path)
            assert new.startswith(data)
            assert files_of(bench).read(path, len(data)) == new[len(data) :]
            before[path] = new
        sizes.append(tuple(map(len, before.values())))
        bench.wait(5)
    assert [leq for leq, _ in sizes] == [sizes[0][0] + number // 2 * 126 for number in range(12)]
    assert [lp for _, lp in sizes] == [sizes[0][1] + number * 50 * 31 for number in range(12)]
    entry = files_of(bench).entries(f"{STORE}/Auto_Lp_01")[0]
    assert entry.modified == BEGIN + timedelta(seconds=60)
    assert files_of(bench).entries(f"{STORE}/Auto_Leq")[0].modified == BEGIN + timedelta(seconds=60)


def test_a_pause_leaves_a_gap_in_the_rows_and_none_in_the_intervals() -> None:
    """Intervals count measured time; the rows tell when it was."""
    bench = auto_bench(EVERY_10_S, "Lp Store Interval,1s", "Measure,Start")
    bench.wait(4.5)
    bench.do("Pause,On")
    bench.wait(100)
    bench.do("Pause,Off")
    bench.wait(25.5)
    bench.do("Measure,Stop")
    rows = leq_records(bench)
    assert [row.seconds for row in rows] == [10.0] * 3
    assert [(row.start - BEGIN).total_seconds() for row in rows] == [0, 110, 120]
    times = [(at - BEGIN).total_seconds() for at, _ in lp_rows(bench)]
    assert times == [0, 1, 2, 3, 4, *range(105, 130)]
    assert energy_mean(rows) == pytest.approx(bench.level("DLC?", 1), abs=0.1)


def test_back_erase_takes_rows_and_records_back() -> None:
    """What Back Erase takes out of the result is not on the card either."""
    bench = auto_bench(EVERY_10_S, "Back Erase,5s", "Measure,Start")
    bench.wait(21)
    assert len(lp_rows(bench)) == 160
    bench.do("Pause,On", "Pause,Off")
    bench.wait(4)
    bench.do("Measure,Stop")
    rows = leq_records(bench)
    assert [row.seconds for row in rows] == [10.0, 10.0]
    assert bench.instrument.results[0].duration_s == pytest.approx(20)
    assert len(lp_rows(bench)) == 200
    assert energy_mean(rows) == pytest.approx(bench.level("DLC?", 1), abs=0.1)


def test_back_erase_at_a_stop() -> None:
    """If Back Erase counts at a stop, the last seconds are not on the card."""
    bench = auto_bench("Back Erase,3s", "Measure,Start", back_erase_at_stop=True)
    bench.wait(10)
    bench.do("Measure,Stop")
    assert [row.seconds for row in leq_records(bench)] == [7.0]
    assert len(lp_rows(bench)) == 70


def test_files_are_split() -> None:
    """Files are split by records and by time, folders by files."""
    form = StoreFormat(leq_records_per_file=3, lp_file_s=20, lp_files_per_folder=2)
    bench = auto_bench(EVERY_10_S, "Lp Store Interval,1s", "Measure,Start", store_format=form)
    bench.wait(60)
    leq, lp = f"{STORE}/Auto_Leq", f"{STORE}/Auto_Lp_"
    # A file is begun by what no longer fits into the one before.
    assert [entry.name[-8:] for entry in files_of(bench).entries(leq)] == ["0001.rnd", "0002.rnd"]
    bench.wait(70)
    bench.do("Measure,Stop")
    files = files_of(bench)
    assert [entry.name for entry in files.entries(leq)] == [f"NL_0001_SLM_Leq_0020_{n:04d}.rnd" for n in range(1, 6)]
    assert [len(records(files, leq)), [row.address for row in records(files, leq)][-1]] == [13, 13]
    assert [entry.name for entry in files.entries(f"{lp}01")] == [f"NL_0001_SLM_Lp _0020_{n:04d}.rnd" for n in (1, 2)]
    assert [entry.name for entry in files.entries(f"{lp}04")] == ["NL_0001_SLM_Lp _0020_0007.rnd"]
    assert [(at - BEGIN).total_seconds() for at, _ in lp_rows(bench)] == list(range(130))
    assert [entry.size for entry in files.entries(f"{lp}01")] == [26 + 20 * 31] * 2
    check_sizes(files)


def test_addresses_have_room_for_the_files_last_one() -> None:
    """A file's addresses have as many digits as its last one needs, so that its rows are of one length."""
    form = StoreFormat(leq_records_per_file=10**6)
    bench = auto_bench(EVERY_10_S, "Measure,Start", store_format=form)
    bench.wait(20)
    assert lines_of(files_of(bench).read(LEQ_FILE))[2].startswith("      1,2026")
    check_sizes(files_of(bench))


@pytest.mark.parametrize("layout", ["flat", "block"])
@pytest.mark.parametrize("line_end", ["crlf", "lf"])
def test_forms(layout: Any, line_end: Any) -> None:
    """In each form the sizes are right, and what is read in pieces is what is read at once."""
    form = StoreFormat(layout=layout, line_end=line_end, surplus_comma=True, csv_line=False, milliseconds="always")
    bench = auto_bench(EVERY_10_S, "Measure Display Sub Channel 1,On", "Measure,Start", store_format=form)
    bench.wait(45)
    bench.do("Measure,Stop")
    files = files_of(bench)
    check_sizes(files)
    data = files.read(LEQ_FILE)
    assert b"".join(files.read(LEQ_FILE, at, 97) for at in range(0, len(data), 97)) == data
    assert (b"\r\n" in data) == (line_end == "crlf")
    lines = lines_of(data)
    assert all(line.endswith(",") for line in lines)
    assert len(lines) == (6 if layout == "flat" else 5 * 13)


def test_a_store_name_that_exists_is_overwritten() -> None:
    """A start on existing data overwrites it, without a question; `Overwrite?` knows of it."""
    bench = auto_bench(EVERY_10_S)
    assert bench.ask("Overwrite?") == "None"
    bench.do("Measure,Start")
    bench.wait(100)
    bench.do("Measure,Stop")
    assert bench.ask("Overwrite?") == "Exist"
    free = files_of(bench).free
    bench.do("Lp Store Interval,Off", "Measure,Start")
    bench.wait(10)
    bench.do("Measure,Stop")
    assert [path.rpartition("/")[2] for path in tree(files_of(bench), STORE) if path.endswith("rnd")] == [
        "NL_0001_SLM_Leq_0020_0001.rnd"
    ]
    assert len(leq_records(bench)) == 1
    assert leq_records(bench)[0].start == BEGIN + timedelta(seconds=100)
    assert files_of(bench).free > free
    bench.do("Store Name,0021")
    assert bench.ask("Overwrite?") == "None"


def test_each_measurement_of_timer_auto_has_its_folder() -> None:
    """Each measurement of Timer Auto has its folder."""
    bench = auto_bench(
        "Store Mode,Timer Auto",
        "Measurement Time Preset Auto,1m",
        "Timer Auto Start Time,2026/03/02 09:05:00",
        "Timer Auto Stop Time,2026/03/02 09:20:00",
        "Timer Auto Interval,5m",
        "Measure,Start",
    )
    bench.wait(3600)
    assert bench.instrument.card.auto_folders == {"0020", "0021", "0022"}
    for number, name in enumerate(("0020", "0021", "0022"), start=1):
        (row,) = leq_records(bench, name)
        assert (row.start, row.seconds) == (BEGIN + timedelta(minutes=5 * number), 60.0)


def test_power_loss_keeps_what_was_written() -> None:
    """Power loss ends the store; the files stay, without the record that was begun."""
    bench = auto_bench(EVERY_10_S, "Measure,Start")
    bench.wait(25)
    assert len(leq_records(bench)) == 2
    bench.instrument.power_off()
    bench.wait(100)
    assert len(leq_records(bench)) == 2
    assert len(lp_rows(bench)) == 250
    bench.instrument.power_on()
    files_of(bench).remove(LP_FILE)
    assert bench.ask("Overwrite?") == "Exist"


def test_a_delay_comes_before_the_folder() -> None:
    """The folder is made when the measurement begins, and the first row is of that moment."""
    bench = auto_bench("Delay Time,3s", "Measure,Start")
    bench.wait(2.9)
    assert not files_of(bench).exists(STORE)
    bench.wait(1.1)
    assert next(at for at, _ in lp_rows(bench)) == BEGIN + timedelta(seconds=3)


def test_open_files_may_be_locked() -> None:
    """On a meter that locks them, files cannot be read until the measurement is over."""
    bench = auto_bench("Measure,Start", locks_open_files=True)
    bench.wait(10)
    for path in (LEQ_FILE, LP_FILE):
        with pytest.raises(PermissionError):
            files_of(bench).read(path)
    assert files_of(bench).read(HEADER)
    bench.do("Measure,Stop")
    assert len(lp_rows(bench)) == 100


def test_a_file_that_is_full_is_no_longer_locked() -> None:
    """Of the files of a running measurement, those that are full can be read."""
    form = StoreFormat(leq_records_per_file=2, lp_file_s=10)
    bench = auto_bench(EVERY_10_S, "Measure,Start", locks_open_files=True, store_format=form)
    bench.wait(45)
    files = files_of(bench)
    for folder, last in (("Auto_Leq", 2), ("Auto_Lp_01", 5)):
        names = [entry.name for entry in files.entries(f"{STORE}/{folder}")]
        assert len(names) == last
        assert all(files.read(f"{STORE}/{folder}/{name}") for name in names[:-1])
        with pytest.raises(PermissionError):
            files.read(f"{STORE}/{folder}/{names[-1]}")
