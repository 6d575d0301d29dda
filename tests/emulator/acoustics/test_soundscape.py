"""Scenes that follow each other while the meter listens."""

from hypothesis import given, strategies as st
import pytest

from emulator.acoustics import MakeScene, Slot, Soundscape

changes = st.lists(st.tuples(st.integers(0, 8), st.booleans()), max_size=6)


class Numbered:
    """A scene whose slots tell its number and theirs."""

    def __init__(self, number: int) -> None:
        """Have this number."""
        self.number = number

    def slot(self, index: int) -> Slot:
        """Return a slot of it."""
        return Slot(1000.0 * self.number + index, 1.0, 1.0, 2.0, 2.0)


def numbered(number: int) -> MakeScene:
    """Return what makes a scene of this number."""
    return lambda: Numbered(number)


@given(changes, st.lists(st.integers(0, 60), max_size=30))
def test_each_slot_is_of_the_scene_that_it_was_then(steps: list[tuple[int, bool]], asked: list[int]) -> None:
    """In any order, from the meter's place or from elsewhere, each scene counts from its own begin."""
    soundscape = Soundscape(numbered(0))
    expected = [Slot(float(index), 1.0, 1.0, 2.0, 2.0) for index in range(61)]
    at, tones = 0, 0.0
    for number, (later, is_scene) in enumerate(steps, 1):
        at += later
        if is_scene:
            soundscape.change(at, numbered(number))
            fresh = [1000.0 * number + index for index in range(61 - at)]
            expected[at:] = [Slot(a + tones, 1 + tones, 1 + tones, 2 + 2 * tones, 2 + 2 * tones) for a in fresh]
        else:
            soundscape.change_tones(at, float(number))
            more = number - tones
            expected[at:] = [
                Slot(a + more, c + more, z + more, peak_c + 2 * more, peak_z + 2 * more)
                for a, c, z, peak_c, peak_z in expected[at:]
            ]
            tones = float(number)
    for index in [*asked, *range(61)]:
        assert soundscape.slot(index) == expected[index]
    again = soundscape.again()
    assert [again.slot(index) for index in asked] == [expected[index] for index in asked]


def test_what_was_heard_cannot_be_changed() -> None:
    """A change before the last one is an error."""
    soundscape = Soundscape(numbered(0))
    soundscape.change(10, numbered(1))
    with pytest.raises(ValueError, match="slot 9 is before the change at slot 10"):
        soundscape.change(9, numbered(2))


def test_tones_from_the_begin() -> None:
    """A tone that was there before the meter was switched on is heard with its first slot, and elsewhere too."""
    soundscape = Soundscape(numbered(0), 5.0)
    assert soundscape.slot(0) == soundscape.again().slot(0) == Slot(5.0, 6.0, 6.0, 12.0, 12.0)
