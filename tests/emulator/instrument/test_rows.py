"""Rows of DOD, DLC and DRD, byte by byte."""

from datetime import datetime
import itertools
import re
from typing import Literal

from hypothesis import given, strategies as st
import pytest

from emulator.acoustics import Slot, energy_of
from emulator.config import FlagLatch
from emulator.instrument.rows import counter_of, level
from tests.emulator.bench import Bench

UNUSED = ",".join(["  -.-"] * 14 + ["-", "-"])
UNUSED_IN_STREAM = ",".join(["  -.-"] * 6 + ["-", "-"])
LEVEL = r"[ -1][ \d]\d\.\d"
LP, LEQ, LE, LMAX, LMIN, LN1, LN5, LPEAK, OVER, UNDER = 0, 1, 2, 3, 4, 5, 9, 10, 14, 15


def measured(bench: Bench, seconds: float = 10) -> Bench:
    """Let a meter measure for a while."""
    bench.do("Measure,Start")
    bench.wait(seconds)
    bench.do("Measure,Stop")
    return bench


def test_dod_before_the_first_measurement() -> None:
    """DOD before the first measurement."""
    bench = Bench()
    bench.wait(3)
    row = bench.ask("DOD?")
    main = ",".join([LEVEL, *["  -.-"] * 13, "0", "0"])
    assert re.fullmatch(f"{main},{UNUSED},{UNUSED},{UNUSED}", row)
    assert len(row.split(",")) == 64


def test_dod_and_dlc_after_a_measurement() -> None:
    """DOD and DLC after a measurement."""
    bench = measured(Bench())
    results = ",".join([*[LEVEL] * 10, *["  -.-"] * 3, "0", "0", UNUSED, UNUSED, UNUSED])
    assert re.fullmatch(f"{LEVEL},{results}", bench.ask("DOD?"))
    assert re.fullmatch(f"  -.-,{results}", bench.ask("DLC?"))


def test_dlc_without_a_result_has_no_level() -> None:
    """DLC without a result has no level."""
    assert Bench().ask("DLC?") == ",".join([*["  -.-"] * 14, "0", "0", UNUSED, UNUSED, UNUSED])


def test_lp_is_live_in_every_state() -> None:
    """Lp is live in every state."""
    bench = Bench()
    readings = []
    for line in ("Measure?", "Measure,Start", "Measure?", "Pause,On", "Measure?", "Measure,Stop", "Measure?"):
        assert bench.code(line) == 0
        for _ in range(20):
            bench.wait(1)
            readings.append(bench.level("DOD?", LP))
    assert len(set(readings)) > 50


def test_what_the_calibrator_gives() -> None:
    """What the calibrator gives."""
    bench = measured(Bench(scene="calibrator"))
    row = bench.fields("DOD?")
    assert row[:5] == [" 94.0", " 94.0", "104.0", " 94.0", " 94.0"]


@pytest.mark.parametrize("scene", ["traffic", "construction", "quiet", "office"])
def test_the_levels_of_a_row_agree(scene: str) -> None:
    """The levels of a row agree."""
    bench = measured(Bench(scene=scene), 60)
    levels = [float(field) for field in bench.fields("DOD?")[: LPEAK + 1]]
    assert levels[LE] - levels[LEQ] == pytest.approx(17.8, abs=0.11)
    assert levels[LN1 : LN5 + 1] == sorted(levels[LN1 : LN5 + 1], reverse=True)
    assert levels[LMIN] - 0.11 <= levels[LN5] <= levels[LN1] <= levels[LMAX] + 0.11
    assert levels[LMIN] <= levels[LEQ] <= levels[LMAX]
    assert levels[LPEAK] > levels[LMAX] + 5


def test_sub_channels_are_computed_when_they_are_on() -> None:
    """Sub channels are computed when they are on."""
    bench = Bench(scene="traffic")
    bench.do("Measure Display Sub Channel 1,On", "Measure Display Sub Channel 3,On", "Frequency Weighting (Sub3),A")
    bench.do("Time Weighting (Sub3),F")
    measured(bench, 60)
    row = bench.fields("DOD?")
    main, sub1, sub2, sub3 = (row[begin : begin + 16] for begin in range(0, 64, 16))
    assert sub3 == main
    assert float(sub1[LEQ]) > float(main[LEQ]) + 1, "the low end of traffic counts in LC"
    assert ",".join(sub2) == UNUSED
    assert sub1[OVER:] == ["0", "0"]


def test_a_channel_switched_on_after_the_measurement_has_no_result() -> None:
    """A channel switched on after the measurement has no result."""
    bench = measured(Bench())
    bench.do("Measure Display Sub Channel 2,On")
    sub2 = bench.fields("DOD?")[32:48]
    assert re.fullmatch(LEVEL, sub2[LP])
    assert sub2[LEQ:] == ["  -.-"] * 13 + ["0", "0"]
    bench.do("Measure Display Sub Channel 2,Off")
    assert ",".join(bench.fields("DOD?")[32:48]) == UNUSED


def test_a_weighting_changes_lp_at_once() -> None:
    """A weighting changes Lp at once."""
    bench = Bench(scene="traffic")
    bench.wait(30)
    a = bench.level("DOD?", LP)
    bench.do("Frequency Weighting,C")
    c = bench.level("DOD?", LP)
    bench.do("Frequency Weighting (Main),A")
    assert c > a
    assert bench.level("DOD?", LP) == a


def test_a_percentile_changes_the_next_measurement() -> None:
    """A percentile changes the next measurement."""
    bench = measured(Bench(), 60)
    before = bench.fields("DLC?")
    bench.do("Percentile 1,50")
    assert bench.fields("DLC?") == before
    measured(bench, 60)
    row = bench.fields("DLC?")
    assert row[LN1] == row[LN1 + 2]


@pytest.mark.parametrize(
    ("name", "offset"),
    [
        ("Leq", 1), ("LE", 2), ("Lmax", 3), ("Lmin", 4), ("LN1", 5), ("LN2", 6), ("LN3", 7), ("LN4", 8), ("LN5", 9),
        ("Lpeak", 10),
    ],
)  # fmt: skip
def test_what_is_not_displayed_may_be_missing(name: str, offset: int) -> None:
    """What is not displayed may be missing."""
    usual, blanking = measured(Bench()), measured(Bench(display_off_blanks=True))
    for bench in (usual, blanking):
        bench.do(f"Display {name},Off")
    row = usual.fields("DOD?")
    assert blanking.fields("DOD?") == [*row[:offset], "  -.-", *row[offset + 1 :]]
    assert blanking.fields("DLC?") == usual.fields("DLC?")


class Steps:
    """A scene of one's own: so many dB, each for ten seconds, over and over."""

    def __init__(self, *levels_db: float) -> None:
        """Begin with the first."""
        self.levels_db = levels_db

    def slot(self, index: int) -> Slot:
        """Return a sine of the level that it is time for."""
        energy = energy_of(self.levels_db[index // 100 % len(self.levels_db)])
        return Slot(energy, energy, energy, 2 * energy, 2 * energy)


@pytest.mark.parametrize(
    ("latch", "dod_flag", "dlc_flag"), [("dlc", "0", "1"), ("always", "1", "1"), ("never", "0", "0")]
)
@pytest.mark.parametrize(("extreme_db", "offset"), [(150.0, OVER), (10.0, UNDER)])
def test_flags_last_where_they_are_told_to(
    latch: FlagLatch, dod_flag: str, dlc_flag: str, extreme_db: float, offset: int
) -> None:
    """Flags last where they are told to."""
    bench = Bench(latch_flags=latch, scene=Steps(extreme_db, 70.0))
    bench.do("Measure,Start")
    bench.wait(5)
    assert [bench.fields(line)[offset] for line in ("DOD?", "DLC?")] == ["1", "1"]
    assert bench.instrument.drd_row(1, with_status=False).split(",")[offset - 7] == "1"
    bench.wait(10)
    assert [bench.fields(line)[offset] for line in ("DOD?", "DLC?")] == [dod_flag, dlc_flag]
    assert bench.instrument.drd_row(1, with_status=False).split(",")[offset - 7] == "0"
    bench.do("Measure,Stop", "Measure,Start")
    assert [bench.fields(line)[offset] for line in ("DOD?", "DLC?")] == ["0", "0"]


def test_a_sound_beyond_the_range_reads_as_the_top_of_the_range() -> None:
    """A sound beyond the range reads as the top of the range."""
    bench = Bench(scene=Steps(150.0))
    assert bench.fields("DOD?")[LP] == "138.0"


def test_option_rt_may_add_fields() -> None:
    """Option RT may add fields."""
    assert len(Bench(options=frozenset({"EX", "RT"}), band_fields=33).fields("DOD?")) == 97
    assert len(Bench(options=frozenset({"EX", "RT"}), band_fields=33).fields("DLC?")) == 97
    assert len(Bench(band_fields=33).fields("DOD?")) == 64


def test_a_row_of_the_stream() -> None:
    """A row has a counter and 32 fields, 165 bytes with its end."""
    bench = Bench()
    bench.wait(9.1)
    bench.instrument.advance()
    row = bench.instrument.drd_row(91, with_status=False)
    main = ",".join([*[LEVEL] * 5, "  -.-", "0", "0"])
    assert re.fullmatch(",".join([" 91", main, *[UNUSED_IN_STREAM] * 3]), row)
    assert len(row) + len("\r\n") == 165


def test_a_row_of_the_stream_tells_its_slot_alone() -> None:
    """A row of the stream tells its slot alone."""
    bench = Bench(scene=Steps(60.0, 90.0), settings={"Time Weighting": "S"})
    bench.do("Measure,Start")
    bench.wait(10.2)
    bench.instrument.advance()
    lp, leq, lmax, lmin, lpeak = map(float, bench.instrument.drd_row(1, with_status=False).split(",")[1:6])
    assert leq == 90.0 > lmax == lp > lmin > 60.0
    assert lpeak == 93.0


def test_a_row_of_the_stream_with_status() -> None:
    """The status adds five fields."""
    bench = Bench(card_free_mb=1234)
    bench.instrument.power_source = "U"
    bench.instrument.battery = "Middle"
    plain, status = (bench.instrument.drd_row(600, with_status=with_status) for with_status in (False, True))
    assert status == f"{plain},2026/03/02 09:00:00,U,M,1234,S"
    bench.do("Measure,Start")
    assert bench.instrument.drd_row(600, with_status=True).endswith(",M")


def test_the_order_of_the_status_can_be_changed() -> None:
    """The order of the status can be changed."""
    bench = Bench(status_fields=("state", "card"), card_free_mb=7)
    assert bench.instrument.drd_row(1, with_status=True).endswith("-,-,S,7")


@pytest.mark.parametrize(("counter", "padded", "begin"), [(1, True, "  1,"), (1, False, "1,"), (600, True, "600,")])
def test_the_counter_may_be_padded(counter: int, padded: bool, begin: str) -> None:
    """The counter may be padded."""
    assert Bench(counter_padded=padded).instrument.drd_row(counter, with_status=False).startswith(begin)


def test_the_counter_begins_anew_after_600() -> None:
    """The counter begins anew after 600."""
    counters = [counter_of(row) for row in range(1, 1801)]
    assert counters == list(itertools.islice(itertools.cycle(range(1, 601)), 1800))


@given(st.floats(-30, 160))
def test_a_level_has_five_characters_and_is_the_nearest_tenth(value_db: float) -> None:
    """A level has five characters and is the nearest tenth."""
    text = level(value_db)
    assert re.fullmatch(r" {0,2}-?\d{1,3}\.\d", text)
    assert len(text) == 5
    assert float(text) == pytest.approx(value_db, abs=0.0500001)


@pytest.mark.parametrize(
    ("value_db", "text"),
    [(43.7, " 43.7"), (100.2, "100.2"), (-0.04, "  0.0"), (-3.14, " -3.1"), (-30.0, "-30.0"), (None, "  -.-")],
)
def test_how_levels_are_written(value_db: float | None, text: str) -> None:
    """How levels are written."""
    assert level(value_db) == text


def test_the_same_seed_gives_the_same_day() -> None:
    """The same seed gives the same day."""

    def day(seed: int) -> list[str]:
        bench = Bench(seed=seed)
        return [measured(bench, 10).ask("DOD?") for _ in range(5)]

    assert day(1) == day(1) != day(2)


def test_a_scene_may_follow_the_hours() -> None:
    """A scene may follow the hours."""
    night, rush_hour = (measured(bench_at(datetime(2026, 3, 2, hour)), 600).level("DLC?", LEQ) for hour in (3, 8))
    assert night < rush_hour - 3


def bench_at(begin: datetime) -> Bench:
    """Switch a meter on at another time of the day."""
    bench = Bench(daily_rhythm=True)
    bench.instrument.power_off()
    bench.wait((begin - datetime(2026, 3, 2, 9)).total_seconds() % 86400)
    bench.instrument.power_on()
    return bench


LIEQ, LEQ_MOV, LTM5 = 11, 12, 13


@pytest.mark.parametrize(("name", "offset"), [("LIeq", LIEQ), ("Leqmov", LEQ_MOV), ("Ltm5", LTM5)])
def test_what_is_measured_besides_is_there_when_displayed(name: str, offset: int) -> None:
    """LIeq, Leq,mov and Ltm5 are there while they are displayed, in DOD and DLC."""
    bench = Bench(scene="calibrator")
    bench.do("Moving Leq Interval Preset,10s", f"Display {name},On")
    measured(bench, 12)
    for line in ("DOD?", "DLC?"):
        fields = bench.fields(line)[LIEQ : LTM5 + 1]
        assert fields[offset - LIEQ] == " 94.0"
        assert fields.count("  -.-") == 2
    bench.do(f"Display {name},Off")
    assert bench.fields("DOD?")[LIEQ : LTM5 + 1] == ["  -.-"] * 3


def test_a_moving_leq_is_of_its_interval() -> None:
    """A moving Leq is of its interval; Off has none."""
    own = ("Moving Leq Interval Preset,Manual", "Moving Leq Interval (Num),5", "Moving Leq Interval (Unit),s")
    for settings, expected in ((own, 70.0), (("Moving Leq Interval Preset,10s",), 87.0), ((), None)):
        bench = Bench(scene=Steps(90.0, 70.0))
        bench.do("Display Leqmov,On", *settings)
        measured(bench, 15)
        field = bench.fields("DLC?")[LEQ_MOV]
        assert field == "  -.-" if expected is None else float(field) == pytest.approx(expected, abs=0.1)


def test_ltm5_takes_whole_takts() -> None:
    """Ltm5 takes whole Takts."""
    bench = Bench(scene="calibrator")
    bench.do("Display Ltm5,On", "Measure,Start")
    bench.wait(4.9)
    assert bench.fields("DOD?")[LTM5] == "  -.-"
    bench.wait(0.1)
    assert bench.fields("DOD?")[LTM5] == " 94.0"


def test_the_stream_tells_lieq_when_displayed() -> None:
    """The stream tells LIeq when it is displayed."""
    bench = Bench(scene="calibrator")
    bench.do("Display LIeq,On")
    assert bench.instrument.drd_row(1, with_status=False).split(",")[6] == " 94.0"


def test_dlc_may_have_nothing_before_the_end() -> None:
    """DLC may have nothing before the end."""
    bench = Bench(dlc_so_far=False)
    bench.do("Measure,Start")
    bench.wait(5)
    for line in ("Pause?", "Pause,On"):
        assert bench.code(line) == 0
        assert set(bench.fields("DLC?")[:14]) == {"  -.-"}
        assert bench.fields("DOD?")[LEQ] != "  -.-"
    bench.do("Measure,Stop")
    assert bench.fields("DLC?")[LEQ] != "  -.-"


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_a_base_unit_may_have_fewer_channels(channels: Literal[1, 2, 4]) -> None:
    """A base unit may have fewer channels."""
    bench = Bench(options=frozenset(), channels_without_ex=channels)
    assert len(bench.fields("DOD?")) == len(bench.fields("DLC?")) == 16 * channels
    assert len(Bench(channels_without_ex=channels).fields("DOD?")) == 64


def test_the_counter_may_end_elsewhere() -> None:
    """The counter may end elsewhere."""
    bench = Bench(counter_last=999)
    counters = [bench.instrument.drd_row(row, with_status=False)[:4] for row in (600, 601, 999, 1000)]
    assert counters == ["600,", "601,", "999,", "  1,"]
