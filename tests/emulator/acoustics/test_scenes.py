"""Scenes: the same again by seed, and believable by their statistics."""

from datetime import datetime
from functools import cache
import math

from hypothesis import given, settings, strategies as st
import pytest

from emulator.acoustics import SCENES, Channel, Layer, LayeredScene, SecondOfSound, Slot, make_scene

HOUR = 36_000
PERCENTAGES = (1.0, 10.0, 50.0, 90.0, 99.0)
MONDAY_8 = datetime(2026, 3, 2, 8)
MONDAY_3 = datetime(2026, 3, 2, 3)
SUNDAY_10 = datetime(2026, 3, 1, 10)
seeds = st.integers(0, 2**32)


@cache
def heard(name: str, seed: int, starts_at: datetime | None = None, count: int = HOUR) -> list[Slot]:
    """Return the first hour of a scene."""
    scene = make_scene(name, seed, starts_at)
    return [scene.slot(index) for index in range(count)]


def measured(slots: list[Slot], weighting: str = "A") -> dict[str, float]:
    """Return what a channel with time weighting F makes of it."""
    channel = Channel(weighting, "F")
    channel.start(PERCENTAGES)
    for slot in slots:
        channel.add(slot, measuring=True)
    results = channel.results()
    ln = {f"l{percentage:.0f}": level for percentage, level in zip(PERCENTAGES, results.ln, strict=True)}
    levels = {"leq": results.leq, "lmax": results.lmax, "lmin": results.lmin, "lpeak": results.lpeak, **ln}
    return {name: level for name, level in levels.items() if level is not None}


def mean_level(energies: list[float]) -> float:
    """Return the level of the mean."""
    return 10 * math.log10(math.fsum(energies) / len(energies))


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(SCENES), seeds, st.lists(st.integers(0, 2_000), min_size=1, max_size=10))
def test_a_slot_is_the_same_however_it_is_asked_for(name: str, seed: int, indexes: list[int]) -> None:
    """Consecutively or at random, twice or once: the same scene and seed bring the same sound."""
    consecutive = heard(name, seed, count=max(indexes) + 1)
    at_random = make_scene(name, seed)
    assert [at_random.slot(index) for index in indexes] == [consecutive[index] for index in indexes]


@pytest.mark.parametrize("name", [name for name in SCENES if name != "calibrator"])
def test_another_seed_is_another_sound(name: str) -> None:
    """No slot of two seeds is alike."""
    first, second = (make_scene(name, seed) for seed in (1, 2))
    assert not {first.slot(index) for index in range(100)} & {second.slot(index) for index in range(100)}


@pytest.mark.parametrize("name", SCENES)
def test_every_slot_is_physically_possible(name: str) -> None:
    """Mean squares and peaks are finite, a peak is no smaller than the mean square, Z hears all that C hears."""
    for slot in heard(name, 1):
        assert all(0 < energy < 1e14 for energy in slot)
        assert slot.peak_c >= slot.c
        assert slot.peak_z >= slot.z
        assert slot.z >= slot.c


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(
    ("name", "leq", "spread"),
    [
        ("traffic", (56, 70), (10, 25)),
        ("construction", (64, 78), (10, 30)),
        ("quiet", (30, 45), (3, 20)),
        ("office", (40, 52), (5, 22)),
    ],
)
def test_an_hour_is_believable(name: str, seed: int, leq: tuple[float, float], spread: tuple[float, float]) -> None:
    """LAeq, L10 - L90 and the order of the levels are those of such places."""
    levels = measured(heard(name, seed))
    assert leq[0] < levels["leq"] < leq[1]
    assert spread[0] < levels["l10"] - levels["l90"] < spread[1]
    order = [levels[key] for key in ("lpeak", "lmax", "l1", "l10", "l50", "l90", "l99", "lmin")]
    assert order == sorted(order, reverse=True)
    assert 10 < levels["lpeak"] - levels["lmax"] < 45


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_traffic_has_a_low_end(seed: int) -> None:
    """C is several dB above A and Z above C, by much in one slot and by little in another."""
    slots = heard("traffic", seed)
    a, c, z = (mean_level([slot[field] for slot in slots]) for field in range(3))
    assert 4 < c - a < 12
    assert 1 < z - c < 8
    assert all(slot.c >= slot.a for slot in slots)
    differences = [10 * math.log10(slot.c / slot.a) for slot in slots]
    assert max(differences) - min(differences) > 4


def test_lpeak_of_the_hour_by_weighting() -> None:
    """Z peaks are no lower than C peaks, and the A-weighted channel tells the C peak."""
    peaks = {weighting: measured(heard("traffic", 1), weighting)["lpeak"] for weighting in "ACZ"}
    assert peaks["A"] == peaks["C"] < peaks["Z"]


def test_the_background_is_correlated() -> None:
    """Half a second later the level of a scene is still nearly the same, a minute later it is not."""
    levels = [10 * math.log10(slot.a) for slot in heard("traffic", 1)]
    mean = sum(levels) / len(levels)

    def correlation(lag: int) -> float:
        return sum((one - mean) * (other - mean) for one, other in zip(levels, levels[lag:], strict=False)) / sum(
            (level - mean) ** 2 for level in levels
        )

    assert correlation(5) > 0.9
    assert correlation(600) < 0.5


@pytest.mark.parametrize("weighting", ["A", "C", "Z"])
@pytest.mark.parametrize("time_weighting", ["F", "S", "I"])
def test_a_calibrator_reads_94_0(weighting: str, time_weighting: str) -> None:
    """94.0 dB on every weighting from the first slot on; the peak of a sine is 3 dB more."""
    channel = Channel(weighting, time_weighting)
    channel.start()
    for slot in heard("calibrator", 7, count=100):
        channel.add(slot, measuring=True)
        assert f"{channel.lp:.1f}" == "94.0"
    results = channel.results()
    assert [f"{level:.1f}" for level in (results.leq, results.le, results.lmax, results.lmin, results.lpeak)] == [
        "94.0",
        "104.0",
        "94.0",
        "94.0",
        "97.0",
    ]
    assert all(ln is not None and 94.0 <= round(ln, 1) <= 94.1 for ln in results.ln)


@pytest.mark.parametrize("name", ["traffic", "construction", "quiet", "office"])
def test_nights_and_free_days_are_quieter(name: str) -> None:
    """A scene that knows the time of day follows it."""
    day, night, free = (
        measured(heard(name, 1, starts_at, 6000))["leq"] for starts_at in (MONDAY_8, MONDAY_3, SUNDAY_10)
    )
    assert night + 3 < day
    assert free < day


def test_the_night_in_the_country_is_under_range() -> None:
    """The quietest there is comes near the meter's own noise, and never below it."""
    levels = measured(heard("quiet", 1, MONDAY_3, 6000))
    assert 17 < levels["lmin"] < 25


def test_the_time_of_day_passes() -> None:
    """A site that begins at 7 is silent a minute before."""
    slots = heard("construction", 1, datetime(2026, 3, 2, 6, 59), 1800)
    before, after = (mean_level([slot.a for slot in part]) for part in (slots[:590], slots[1200:]))
    assert before + 5 < after


def test_there_are_no_others() -> None:
    """A scene nobody wrote is an error."""
    with pytest.raises(ValueError, match="'disco'"):
        make_scene("disco", 1)


class Second:
    """A layer that tells which second it was asked for."""

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add the number of the second to its first slot."""
        sound.add(0, second, second, second, 1.0)


def test_a_scene_is_the_sum_of_its_layers() -> None:
    """Twice the layer, twice the sound, in the right slot."""
    layers: list[Layer] = [Second(), Second()]
    scene = LayeredScene(layers)
    assert scene.slot(70) == Slot(14, 14, 14, 14, 14)
    assert scene.slot(71) == Slot(0, 0, 0, 0, 0)
