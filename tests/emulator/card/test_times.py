"""Times of records and files: the meter's own clock, offset, drift and settings included."""

from datetime import datetime, timedelta

import pytest

from emulator.instrument import Moment
from tests.emulator.bench import Bench
from tests.emulator.card.reading import auto_bench, energy_mean, files_of, leq_records, lp_rows

BEGIN = datetime(2026, 3, 2, 9)
EVERY_10_S = "Leq Calculation Interval Preset,10s"


def test_a_clock_that_is_off() -> None:
    """A clock that is ahead dates records and files ahead."""
    bench = auto_bench("Measure,Start", clock_offset_s=3560.5)
    bench.wait(60)
    bench.do("Measure,Stop")
    begin = BEGIN + timedelta(seconds=3560.5)
    (record,) = leq_records(bench)
    assert record.start == begin.replace(microsecond=0)
    assert lp_rows(bench)[0][0] == begin
    assert files_of(bench).entries("/NL-43")[0].modified == begin


def test_setting_the_clock_moves_the_times_to_come() -> None:
    """Setting the clock moves Start Time and file times from then on, across a new year."""
    bench = auto_bench(EVERY_10_S, "Clock,2026/12/31 23:59:45", "Measure,Start")
    bench.wait(30)
    bench.do("Measure,Stop")
    assert [record.values["Start Time"] for record in leq_records(bench)] == [
        "2026/12/31 23:59:45",
        "2026/12/31 23:59:55",
        "2027/01/01 00:00:05",
    ]
    times = [at for at, _ in lp_rows(bench)]
    assert times == [datetime(2026, 12, 31, 23, 59, 45) + timedelta(seconds=number / 10) for number in range(300)]
    (entry,) = files_of(bench).entries("/NL-43/Auto_0020/Auto_Leq")
    assert entry.modified == datetime(2027, 1, 1, 0, 0, 15)


def test_a_clock_set_while_it_measures() -> None:
    """A clock that is set while a store runs moves the rows from then on, and no earlier ones."""
    bench = auto_bench("Lp Store Interval,1s", "Measure,Start", refuse_settings_while_measuring=False)
    bench.wait(10)
    bench.do("Clock,2026/07/01 00:00:00")
    bench.wait(10)
    bench.do("Measure,Stop")
    times = [at for at, _ in lp_rows(bench)]
    assert times[:10] == [BEGIN + timedelta(seconds=number) for number in range(10)]
    assert times[10:] == [datetime(2026, 7, 1) + timedelta(seconds=number) for number in range(10)]


def test_a_clock_that_gains() -> None:
    """A clock that gains two seconds a day is two seconds ahead after a day, and half that after half of it."""
    bench = Bench(clock_drift_s_per_day=2.0)
    assert bench.ask("Clock?") == "2026/03/02 09:00:00"
    bench.wait(43_200.2)
    assert bench.ask("Clock?") == "2026/03/02 21:00:01"
    bench.instrument.power_off()
    bench.wait(43_200)
    bench.instrument.power_on()
    assert bench.ask("Clock?") == "2026/03/03 09:00:02"
    bench.do("Clock,2026/03/03 09:00:00")
    bench.wait(86_400)
    assert bench.ask("Clock?") == "2026/03/04 09:00:02"


def test_a_drift_that_changes() -> None:
    """A drift that changes counts from then on, in the rows of a running store too."""
    bench = auto_bench("Lp Store Interval,1s", "Measure,Start")
    bench.wait(10)
    bench.instrument.advance()
    bench.instrument.local_clock.drift(8640.0, bench.seconds)
    bench.wait(10)
    bench.do("Measure,Stop")
    times = [(at - BEGIN).total_seconds() for at, _ in lp_rows(bench)]
    assert times[:11] == list(range(11))
    assert times[11:] == pytest.approx([10 + 1.1 * number for number in range(1, 10)], abs=0.002)


def test_a_drift_before_the_first_look() -> None:
    """A drift that changes before anybody looked at the clock counts from then on."""
    bench = Bench()
    clock = type(bench.instrument.local_clock)(timedelta(), 5.0, 0.0)
    clock.drift(86.4, 100.0)
    moment = Moment(1100.0, datetime(2026, 1, 1))
    assert clock.shows(*moment) == datetime(2026, 1, 1, 0, 0, 6)


def test_the_clock_of_a_meter_that_drifts_dates_its_records() -> None:
    """Records and rows are dated by the drifting clock, and so are as far apart as it says."""
    bench = auto_bench("Lp Store Interval,1s", EVERY_10_S, "Measure,Start", clock_drift_s_per_day=864.0)
    bench.wait(3700)
    bench.do("Measure,Stop")
    times = [at for at, _ in lp_rows(bench)]
    assert times[-1] == BEGIN + timedelta(seconds=3699 * 1.01)
    assert leq_records(bench)[-1].start == (BEGIN + timedelta(seconds=3690 * 1.01)).replace(microsecond=0)


def test_a_day_of_quarters_of_an_hour() -> None:
    """A day makes 96 records and 24 Lp files, and they agree with the whole."""
    bench = auto_bench("Lp Store Interval,1s", "Measure,Start")
    bench.wait(86_400)
    bench.do("Measure,Stop")
    rows = leq_records(bench)
    assert [row.start for row in rows] == [BEGIN + timedelta(minutes=15 * number) for number in range(96)]
    assert {row.seconds for row in rows} == {900.0}
    assert energy_mean(rows) == pytest.approx(bench.level("DLC?", 1), abs=0.1)
    assert max(row.level("Lmax(Main)") for row in rows) == bench.level("DLC?", 3)
    names = [entry.name for entry in files_of(bench).entries("/NL-43/Auto_0020/Auto_Lp_01")]
    assert names == [f"NL_0001_SLM_Lp _0020_{number:04d}.rnd" for number in range(1, 25)]
    times = [at for at, _ in lp_rows(bench)]
    assert len(times) == 86_400
    assert times[-1] == BEGIN + timedelta(seconds=86_399)
