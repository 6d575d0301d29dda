"""Steps and ramps of level."""

from hypothesis import given, strategies as st
import pytest

from emulator.acoustics import LayeredScene, energy_of, level_db
from emulator.acoustics.course import SILENT_DB, Course, Following, Step
from emulator.acoustics.layers import Tone

STEPS = (Step(10, 6), Step(20, -4, 5), Step(30, SILENT_DB), Step(40, 0))


@pytest.mark.parametrize(
    ("time_s", "change_db"),
    [(0, 0), (9.99, 0), (10, 6), (19.9, 6), (20, 6), (22.5, 1), (25, -4), (29, -4), (30, SILENT_DB), (40, 0), (1e6, 0)],
)
def test_a_course_goes_by_its_steps(time_s: float, change_db: float) -> None:
    """Nothing at first, then each step until the next one, over its time."""
    assert Course(STEPS).change_db(time_s) == pytest.approx(change_db)


@given(st.floats(0, 1e5))
def test_a_repeated_course_begins_anew(time_s: float) -> None:
    """After its time it is as at the begin."""
    assert Course(STEPS, 50).change_db(time_s) == Course(STEPS).change_db(time_s % 50)


def test_layers_follow_it_slot_by_slot() -> None:
    """A tone steps where it is told to, to the tenth of a second, peaks too; silence is silence."""
    course = Course([Step(0.5, 10), Step(1.2, SILENT_DB), Step(2, -10, 1)])
    scene = LayeredScene([Following([Tone(60.0)], course)])
    levels = [level_db(scene.slot(index).z) for index in range(40)]
    assert levels[:5] == pytest.approx([60] * 5)
    assert levels[5:12] == pytest.approx([70] * 7)
    assert [scene.slot(index).a for index in range(12, 20)] == [0] * 8
    assert levels[30:] == pytest.approx([50] * 10)
    assert scene.slot(6).peak_c == pytest.approx(2 * energy_of(70))


def test_a_ramp_is_even_in_db() -> None:
    """Within a ramp each slot is as much louder as the one before it."""
    scene = LayeredScene([Following([Tone(60.0)], Course([Step(1, 20, 2)]))])
    levels = [level_db(scene.slot(index).a) for index in range(10, 30)]
    assert levels == pytest.approx([60 + 0.5 + number for number in range(20)])
