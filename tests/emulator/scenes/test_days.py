"""Hours of each scene, at the rhythm of the day: what the meter tells and stores is what there was to hear."""

from datetime import datetime, timedelta
import math

import pytest

from emulator.acoustics import SCENES, make_scene
from emulator.instrument import TrueLevels
from tests.emulator.card.reading import energy_mean, leq_records

from ..bench import BEGIN, UTC_OFFSET, Bench
from .oracle import Oracle, Recorded

PERCENTAGES = (5.0, 10.0, 50.0, 90.0, 95.0)
DAY_S = 86_400
# A day is long for a test: one scene has it whole, the others a part that begins at eight.
WHOLE_DAY, PART_S = "construction", DAY_S // 8
LOCAL_BEGIN = (BEGIN + UTC_OFFSET).replace(tzinfo=None)
SETTINGS = {
    "Measure Display Sub Channel 1": "On",
    "Frequency Weighting (Sub1)": "C",
    "Time Weighting (Sub1)": "S",
    "Store Mode": "Auto",
    "Store Name": "0020",
    "Leq Calculation Interval Preset": "15m",
    "Lp Store Interval": "1s",
}


def compared(fields: list[str], oracle: Oracle, span_s: int) -> None:
    """Compare one channel's fields of DOD or DLC, of so many seconds, with the oracle."""
    levels = [float(field) for field in fields[1:11]]
    leq, le, lmax, lmin, lpeak = *levels[:4], levels[9]
    assert len(oracle.levels) == span_s * 10
    assert leq == pytest.approx(oracle.leq(), abs=0.1)
    assert le - leq == pytest.approx(10 * math.log10(span_s), abs=0.1)
    assert lmax == pytest.approx(oracle.lmax(), abs=0.1)
    assert lmin == pytest.approx(oracle.lmin(), abs=0.1)
    assert lpeak == pytest.approx(oracle.lpeak(), abs=0.1)
    assert levels[4:9] == pytest.approx(oracle.ln(PERCENTAGES), abs=0.2)


def records_compared(bench: Bench, oracle: Oracle, span_s: int) -> None:
    """Compare the records on the card, one each 15 minutes, with the oracle."""
    rows = leq_records(bench)
    assert [row.seconds for row in rows] == [900.0] * (span_s // 900)
    assert energy_mean(rows) == pytest.approx(oracle.leq(), abs=0.1)
    assert max(row.level("Lmax(Main)") for row in rows) == pytest.approx(oracle.lmax(), abs=0.1)
    assert min(row.level("Lmin(Main)") for row in rows) == pytest.approx(oracle.lmin(), abs=0.1)
    assert max(row.level("Lpeak(Main)") for row in rows) == pytest.approx(oracle.lpeak(), abs=0.1)


def lived_through(scene: Recorded, span_s: int) -> Bench:
    """Return a meter that has measured this scene for so many seconds, asked in between now and then."""
    bench = Bench(scene=scene, settings=SETTINGS)
    bench.do("Measure,Start")
    for part in range(3):
        bench.wait(span_s / 4)
        assert bench.ask("Measure?") == "Start", part
    bench.wait(span_s / 4)
    return bench


@pytest.mark.parametrize("name", SCENES)
def test_figures_are_those_of_the_scene(name: str) -> None:
    """LAeq, LAFmax, LAFmin, LCpeak to 0.1 dB and LN to 0.2 dB; LCeq, LCSmax ... of a sub channel likewise."""
    span_s = DAY_S if name == WHOLE_DAY else PART_S
    scene = Recorded(make_scene(name, 5, LOCAL_BEGIN))
    bench = lived_through(scene, span_s)
    rows = bench.fields("DOD?"), bench.fields("DLC?")
    main, sub = scene.oracle("A", "F"), scene.oracle("C", "S")
    for fields in rows:
        compared(fields[:16], main, span_s)
        compared(fields[16:32], sub, span_s)
    records_compared(bench, main, span_s)


def test_the_truth_of_a_day_is_the_oracle_s() -> None:
    """Computed anew, in one piece, the exact levels are those of the obvious sums."""
    scene = Recorded(make_scene("excavator", 5, LOCAL_BEGIN))
    for index in range(DAY_S * 10):
        scene.slot(index)
    oracle = scene.oracle("A", "F")
    bench = Bench(scene="excavator", seed=5, daily_rhythm=True)
    bench.wait(DAY_S)
    truth = TrueLevels(bench.instrument.sound, bench.instrument.settings, lambda: bench.seconds).span(0, DAY_S)
    assert truth.laeq == truth.leq == pytest.approx(oracle.leq(), abs=1e-6)
    assert (truth.lmax, truth.lmin) == pytest.approx((oracle.lmax(), oracle.lmin()), abs=1e-6)
    assert truth.lpeak == pytest.approx(oracle.lpeak(), abs=1e-6)
    assert truth.ln == pytest.approx(oracle.ln(truth.percentages), abs=0.001)


def test_a_day_has_its_rhythm() -> None:
    """A scene's day profile is heard in the hours of the meter's place."""
    scene = make_scene("dawn", 1, datetime(2026, 3, 2))
    by_hour = {}
    for hour in (1, 5, 14):
        first = timedelta(hours=hour) // timedelta(seconds=0.1)
        by_hour[hour] = sum(scene.slot(index).a for index in range(first, first + 6000))
    assert by_hour[1] < by_hour[14] / 2 < by_hour[5] / 4
