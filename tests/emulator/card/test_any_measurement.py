"""Any measurement, read back from the card, against plain sums over what there was to hear."""

from datetime import datetime, timedelta
import math
from random import Random

from hypothesis import given, settings, strategies as st
import pytest

from emulator.acoustics import Slot
from emulator.card import StoreFormat
from tests.emulator.card.reading import Row, auto_bench, check_sizes, files_of, leq_records, lp_rows

BEGIN = datetime(2026, 3, 2, 9)
FAST_S = 0.125
LP_SLOTS = {"100ms": 1, "200ms": 2, "1s": 10}


class Noise:
    """A scene of chance levels between 30 and 90 dB; A, C and Z are alike."""

    def __init__(self, seed: int) -> None:
        """Choose the levels."""
        self._seed = seed

    def slot(self, index: int) -> Slot:
        """Return the 100 ms with this number."""
        energy = 10 ** Random(f"{self._seed}/{index}").uniform(3, 9)
        return Slot(energy, energy, energy, 10 * energy, 10 * energy)


def fast_levels(energies: list[float]) -> list[float]:
    """Return Lp in dB, time-weighted F, at the end of each slot."""
    mean, keep, levels = energies[0], math.exp(-0.1 / FAST_S), []
    for energy in energies:
        mean = energy * (1 - keep) + mean * keep
        levels.append(10 * math.log10(mean))
    return levels


steps = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=6)
forms = st.builds(
    StoreFormat,
    line_end=st.sampled_from(["crlf", "lf"]),
    csv_line=st.booleans(),
    milliseconds=st.sampled_from(["lp", "always"]),
    leq_records_per_file=st.integers(1, 4),
    lp_file_s=st.integers(1, 9),
    lp_files_per_folder=st.integers(1, 3),
)


@given(steps, forms, st.integers(1, 5), st.sampled_from(list(LP_SLOTS)), st.integers(0, 9))
@settings(deadline=None, max_examples=40)
def test_any_measurement(
    steps: list[tuple[int, int]], form: StoreFormat, leq_s: int, lp_interval: str, seed: int
) -> None:
    """Whatever the pauses, the intervals and the form: records and rows are those of the slots that were measured."""
    bench = auto_bench(
        f"Lp Store Interval,{lp_interval}",
        "Leq Calculation Interval Preset,Manual",
        f"Leq Calculation Interval (Num),{leq_s}",
        "Leq Calculation Interval (Unit),s",
        "Measure,Start",
        scene=Noise(seed),
        store_format=form,
    )
    measured: list[int] = []
    now = 0
    for measuring, pausing in steps:
        measured += range(now, now + measuring)
        now += measuring + pausing
        bench.wait(measuring / 10)
        bench.do("Pause,On")
        bench.wait(pausing / 10)
        bench.do("Pause,Off")
    bench.do("Measure,Stop")
    check_sizes(files_of(bench))
    scene = Noise(seed)
    energies = [scene.slot(number).a for number in range(now + 1)]
    levels = fast_levels(energies)
    records = leq_records(bench)
    check_records(records, measured, leq_s * 10, energies, levels)
    assert [record.address for record in records] == list(range(1, len(records) + 1))
    every = LP_SLOTS[lp_interval]
    wanted = [measured[number : number + every] for number in range(0, len(measured) - every + 1, every)]
    rows = lp_rows(bench)
    assert [at for at, _ in rows] == [BEGIN + timedelta(seconds=slots[0] / 10) for slots in wanted]
    assert [level for _, level in rows] == pytest.approx([levels[slots[-1]] for slots in wanted], abs=0.0501)


def check_records(
    records: list[Row], measured: list[int], size: int, energies: list[float], levels: list[float]
) -> None:
    """Check the records of so many slots each."""
    parts = [measured[first : first + size] for first in range(0, len(measured), size)]
    assert len(records) == len(parts)
    for record, slots in zip(records, parts, strict=True):
        start = BEGIN + timedelta(seconds=slots[0] / 10)
        assert record.start in {start, start.replace(microsecond=0)}
        assert record.seconds == pytest.approx(len(slots) / 10)
        leq = 10 * math.log10(math.fsum(energies[slot] for slot in slots) / len(slots))
        reached = [levels[at] for slot in slots for at in (max(slot - 1, 0), slot)]
        falling = sorted((levels[slot] for slot in slots), reverse=True)
        values = {
            "Leq": leq,
            "LE": leq + 10 * math.log10(len(slots) / 10),
            "Lmax": max(reached),
            "Lmin": min(reached),
            "Lpeak": 10 * math.log10(max(10 * energies[slot] for slot in slots)),
        }
        for name, value in values.items():
            assert record.level(f"{name}(Main)") == pytest.approx(value, abs=0.0501), name
        for number, percentage in enumerate((5, 10, 50, 90, 95), start=1):
            place = math.ceil(percentage * len(slots) / 100) - 1
            assert record.level(f"LN{number}(Main)") == pytest.approx(falling[place], abs=0.151)


@given(st.integers(0, 3000), st.integers(0, 3000), st.sampled_from(["flat", "block"]), st.booleans())
@settings(deadline=None, max_examples=60)
def test_any_part_of_a_file(offset: int, size: int, layout: str, manual: bool) -> None:
    """Any part of a file is that part of the whole."""
    form = StoreFormat(layout="flat" if layout == "flat" else "block")
    bench = auto_bench(
        "Leq Calculation Interval Preset,10s", "Lp Store Interval,1s", scene="calibrator", store_format=form
    )
    if manual:
        bench.do("Store Mode,Manual")
        for _ in range(8):
            bench.do("Measure,Start")
            bench.wait(0.5)
            bench.do("Measure,Stop", "Manual Store,Start")
    else:
        bench.do("Measure,Start")
        bench.wait(75)
    files = files_of(bench)
    for path in (
        ["/NL-43/Manual_0020/NL_0001_SLM_MAN_0020_0000.rnd"]
        if manual
        else [
            "/NL-43/Auto_0020/Auto_Leq/NL_0001_SLM_Leq_0020_0001.rnd",
            "/NL-43/Auto_0020/Auto_Lp_01/NL_0001_SLM_Lp _0020_0001.rnd",
        ]
    ):
        assert files.read(path, offset, size) == files.read(path)[offset : offset + size]
