"""Stored records as stretches of sound."""

import math

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics.energy import energy_mean, level_of
from custom_components.rion_nl43.acoustics.percentiles import percentiles_of
from custom_components.rion_nl43.acoustics.stretches import Span, total_of
from custom_components.rion_nl43.monitor.history.card_records import CLASS_UNITS, FileSound, Meaning
from custom_components.rion_nl43.monitor.history.meter_clock import MeterClock
from custom_components.rion_nl43.nl43.records import RecordKind

from .stored import BEGUN_MS, SLOTS, leq_file, leq_row, lp_file, spans, time_of

ALL = (Span(0, 1 << 50),)


def meaning(clock: MeterClock | None = None, wanted: tuple[Span, ...] = ALL) -> Meaning:
    return Meaning(clock or MeterClock(), SLOTS, 0.0, wanted)


def sound_of(content: bytes, known: Meaning | None = None, kind: RecordKind = RecordKind.LEQ) -> FileSound:
    sound = FileSound(kind, known or meaning())
    sound.feed(content)
    sound.finish()
    return sound


def test_a_record_of_leq_is_a_stretch_with_all_that_it_tells() -> None:
    sound = sound_of(leq_file(leq_row(0), leq_row(900, 61.5)))

    first, second = sound.ready()
    assert spans((first, second)) == [(0, 15), (15, 30)]
    assert level_of(first.energy) == pytest.approx(60.0)
    assert level_of(second.energy) == pytest.approx(61.5)
    assert (first.lmax, first.lmin, first.coverage) == (80.0, 40.0, 1.0)
    assert percentiles_of(dict(first.classes), (5, 10, 50, 90, 95)) == {5: 66.0, 10: 64.0, 50: 58.0, 90: 50.0, 95: 48.0}
    assert (sound.news.records, sound.news.used, sound.news.first_ms) == (2, 2, BEGUN_MS)
    assert sound.news.ended_ms == BEGUN_MS + 1_800_000
    assert sound.ready() == []


def test_a_record_without_leq_is_a_hole_and_one_without_lmax_has_no_distribution() -> None:
    sound = sound_of(leq_file(leq_row(0, " -.-"), leq_row(900, rest="-.-,40.0,66.0,64.0,58.0,50.0,48.0,1")))

    (stretch,) = sound.ready()
    assert stretch.classes == ()
    assert (sound.news.records, sound.news.used, sound.news.overloaded) == (2, 1, 1)


def test_percentages_that_are_not_whole_are_left_out() -> None:
    known = Meaning(MeterClock(), {1: 0.1, 2: 10.0}, 0.0, ALL)

    (stretch,) = sound_of(leq_file(leq_row(0)), known).ready()

    assert percentiles_of(dict(stretch.classes), (10,)) == {10: 64.0}


@pytest.mark.parametrize("length", ["000d 00:00:00.0", "999d 00:00:00.0", "-"])
def test_a_record_of_no_time_or_of_a_year_is_none(length: str) -> None:
    sound = sound_of(leq_file(leq_row(0).replace(time_of(900), length)))

    assert sound.ready() == []
    assert (sound.news.records, sound.news.first_ms) == (1, None)


def test_records_that_are_not_wanted_are_counted_and_not_kept() -> None:
    wanted = (Span(BEGUN_MS + 1_000_000, BEGUN_MS + 1_100_000), Span(BEGUN_MS + 2_700_000, BEGUN_MS + 2_700_001))

    sound = sound_of(leq_file(*(leq_row(900 * n) for n in range(10))), meaning(wanted=wanted))

    assert spans(sound.ready()) == [(15, 30), (45, 60)]
    assert (sound.news.records, sound.news.used) == (10, 2)


def test_the_time_of_a_pause_is_spread_over_the_record() -> None:
    sound = sound_of(leq_file(leq_row(0), leq_row(1200), leq_row(2100)))

    paused, *others = sound.ready()
    assert spans([paused]) == [(0, 20)]
    assert paused.covered_ms == pytest.approx(900_000)
    assert spans(others) == [(20, 35), (35, 50)]


def test_a_pause_that_is_longer_than_the_record_is_a_hole() -> None:
    assert spans(sound_of(leq_file(leq_row(0), leq_row(2000))).ready())[0] == (0, 15)


def test_short_records_of_leq_are_joined_to_minutes() -> None:
    rows = [leq_row(10 * n, 60.0 + n % 6, 10) for n in range(12)]

    first, second = sound_of(leq_file(*rows)).ready()

    assert spans((first, second)) == [(0, 1), (1, 2)]
    assert level_of(first.energy) == pytest.approx(energy_mean([60, 61, 62, 63, 64, 65]))
    assert sum(time for _, time in first.classes) == CLASS_UNITS


def test_a_distribution_stays_small_and_tells_what_it_told() -> None:
    far = leq_row(0, 60.0, 10, "250.0,40.0,66.0,64.0,58.0,50.0,48.0,0")
    rows = [far, *(leq_row(10 * n, 60.0, 10, "80.0,40.0,66.0,64.0,58.0,50.0,48.0,0") for n in range(1, 6))]

    (minute,) = sound_of(leq_file(*rows)).ready()

    assert sum(time for _, time in minute.classes) == CLASS_UNITS
    assert percentiles_of(dict(minute.classes), (10, 90)) == {10: 64.0, 90: 50.0}


def test_rows_of_lp_are_minutes() -> None:
    levels = [60.0 + n % 7 for n in range(1200)]

    minutes = sound_of(lp_file((n / 10, lp) for n, lp in enumerate(levels)), kind=RecordKind.LP).ready()

    assert spans(minutes) == [(0, 1), (1, 2)]
    assert level_of(minutes[0].energy) == pytest.approx(energy_mean(levels[:600]))
    assert (minutes[0].lmax, minutes[0].lmin) == (66.0, 60.0)
    assert total_of(minutes).percentiles[50] == 63.0


def test_rows_that_tell_whole_seconds_follow_one_another() -> None:
    sound = sound_of(lp_file(((n // 10, 60.0) for n in range(605)), ms=False), kind=RecordKind.LP)

    minutes = sound.ready()
    assert spans(minutes)[0] == (0, 1)
    assert minutes[1].length_ms == 500
    assert minutes[0].coverage == pytest.approx(1.0)


def test_missing_rows_make_a_minute_covered_in_part() -> None:
    rows = [(float(n), 60.0) for n in range(60) if not 20 <= n < 50]

    (minute,) = sound_of(lp_file(rows), kind=RecordKind.LP).ready()

    assert minute.coverage == pytest.approx(0.5)


def test_one_row_alone_tells_no_interval() -> None:
    assert sound_of(lp_file([(0.0, 60.0)]), kind=RecordKind.LP).ready() == []


def test_garbage_ends_what_is_read_and_says_where() -> None:
    sound = sound_of(leq_file(leq_row(0), "rubbish\r\n", leq_row(900)))

    assert spans(sound.ready()) == [(0, 15)]
    assert sound.news.unreadable is not None
    assert (sound.news.unreadable.line, sound.news.unreadable.column) == (4, 2)


def test_a_torn_end_is_told() -> None:
    sound = sound_of(leq_file(leq_row(0), leq_row(900)[:30]))

    assert spans(sound.ready()) == [(0, 15)]
    assert sound.news.torn_line == 4
    assert sound.news.unreadable is None


def test_portions_come_as_the_bytes_do() -> None:
    content = leq_file(*(leq_row(900 * n) for n in range(100)))
    sound, stretches = FileSound(RecordKind.LEQ, meaning()), []
    for begin in range(0, len(content), 1000):
        sound.feed(content[begin : begin + 1000])
        stretches += sound.ready()
    assert len(stretches) > 90
    sound.finish()
    stretches += sound.ready()

    assert spans(stretches) == [(15 * n, 15 * n + 15) for n in range(100)]


def set_clock(step_s: float) -> MeterClock:
    """Return a clock that was right until 3 h, and ahead by so much from 5 h on."""
    clock = MeterClock()
    for hours, ahead_s in ((0, 0.0), (3, 0.0), (5, step_s), (9, step_s)):
        clock.take(BEGUN_MS + hours * 3_600_000, ahead_s)
    return clock


@pytest.mark.parametrize("step_s", [300.0, -300.0, 3600.0, -7200.0])
def test_a_clock_that_was_set_while_a_file_was_written_is_noticed_by_the_step_in_its_times(step_s: float) -> None:
    rows = [leq_row(900 * n + (step_s if n >= 16 else 0)) for n in range(36)]

    stretches = sound_of(leq_file(*rows), meaning(set_clock(step_s))).ready()

    assert spans(stretches) == [(15 * n, 15 * n + 15) for n in range(36)]


def test_records_of_which_nobody_knows_the_time_are_left_out_and_counted() -> None:
    # Begun and ended between two readings of which one was before and one after the clock was set.
    sound = sound_of(leq_file(leq_row(3.2 * 3600), leq_row(3.45 * 3600)), meaning(set_clock(300.0)))

    assert sound.ready() == []
    assert (sound.news.untimed, sound.news.used) == (2, 0)


def test_the_offset_of_the_clock_and_of_its_zone_are_taken_off() -> None:
    clock = MeterClock()
    clock.take(BEGUN_MS, 3600.0 + 300.0)

    assert spans(sound_of(leq_file(leq_row(3900)), meaning(clock)).ready()) == [(0, 15)]


@given(
    st.lists(st.tuples(st.floats(-20, 130), st.integers(1, 4000)), min_size=1, max_size=60),
    st.integers(0, 3600),
    st.integers(-3600, 3600),
)
def test_no_energy_is_lost_whatever_the_interval_and_the_offset(
    records: list[tuple[float, int]], began_s: int, ahead_s: int
) -> None:
    clock = MeterClock()
    clock.take(BEGUN_MS, ahead_s)
    rows, after_s, energy = [], began_s, 0.0
    for level, length_s in records:
        rows.append(leq_row(after_s + ahead_s, f"{level:.1f}", length_s))
        energy += length_s * 10 ** (round(level, 1) / 10)
        after_s += length_s

    total = total_of(sound_of(leq_file(*rows), meaning(clock)).ready())

    assert total.covered_ms == pytest.approx(1000 * (after_s - began_s))
    assert math.isclose(total.energy_ms, 1000 * energy, rel_tol=1e-6)


@given(st.lists(st.floats(30, 100), min_size=5, max_size=400), st.sampled_from([0.1, 0.2, 1.0]))
def test_no_energy_of_lp_is_lost(levels: list[float], interval_s: float) -> None:
    rows = [(n * interval_s, round(lp, 1)) for n, lp in enumerate(levels)]

    total = total_of(sound_of(lp_file(rows), kind=RecordKind.LP).ready())

    assert total.covered_ms == pytest.approx(1000 * interval_s * len(levels))
    expected = math.fsum(10 ** (lp / 10) for _, lp in rows) / len(rows)
    assert total.leq == pytest.approx(level_of(expected))
