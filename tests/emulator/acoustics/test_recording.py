"""CSV files of levels, and how they are played back."""

from array import array
import math
from pathlib import Path

from hypothesis import given, strategies as st
import pytest

from emulator.acoustics import LayeredScene, SceneError, Spectrum, energy_of, level_db
from emulator.acoustics.activity import Spells
from emulator.acoustics.duration import seconds_of
from emulator.acoustics.recording import Recording, Replay, read_recording

SPECTRUM = Spectrum(6.0, 2.5)
rows = st.lists(st.tuples(st.integers(1, 40), st.floats(0, 130)), min_size=1, max_size=8)


def written(folder: Path, text: str) -> Path:
    """Return a file with this text."""
    path = folder / "levels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def slots_a(recording: Recording, slots: int, *, looped: bool) -> list[float]:
    """Return the mean squares that are heard of it."""
    scene = LayeredScene([Replay(recording, SPECTRUM, looped=looped)])
    return [scene.slot(index).a for index in range(slots)]


@given(rows, st.booleans())
def test_each_level_lasts_until_the_next(steps: list[tuple[int, float]], looped: bool) -> None:
    """Against hundredths of a second, one by one; looped the begin follows the end, else the last level stays."""
    hundredths: list[float] = []
    times_s = array("d")
    for number, (length, level) in enumerate(steps):
        last = number + 1 == len(steps)
        before = steps[-2][0] if len(steps) > 1 else 100
        times_s.append(len(hundredths) / 100)
        hundredths += [energy_of(level)] * (before if last else length)
    recording = Recording(times_s, array("d", (level for _, level in steps)))
    assert recording.length_s == pytest.approx(len(hundredths) / 100)
    heard = slots_a(recording, 50, looped=looped)
    for number, energy in enumerate(heard):
        part = [
            hundredths[index % len(hundredths)] if looped else hundredths[min(index, len(hundredths) - 1)]
            for index in range(number * 10, number * 10 + 10)
        ]
        assert energy == pytest.approx(math.fsum(part) / 10, rel=1e-6, abs=1e-6 * max(hundredths))


def test_a_replay_has_the_spectrum_it_was_given() -> None:
    """Levels are weighted A; C and Z lie above; the peak is that of noise."""
    scene = LayeredScene([Replay(Recording(array("d", [0]), array("d", [60])), SPECTRUM, looped=True)])
    slot = scene.slot(0)
    assert [level_db(energy) for energy in slot] == pytest.approx([60, 66, 68.5, 78, 80.5])


def test_a_replay_keeps_to_its_times() -> None:
    """Outside its spells it is silent."""
    spells = Spells("seed", 30, 1.0, (10, 10))
    scene = LayeredScene([Replay(Recording(array("d", [0]), array("d", [60])), SPECTRUM, looped=True, when=spells)])
    assert [scene.slot(10 * second).a > 0 for second in range(30)] == [spells.at(second) > 0 for second in range(30)]


@pytest.mark.parametrize(
    "text",
    [
        "0,50\n1.5,60\n3,55\n",
        "time,level\n0,50\n1.5,60\n3,55\n",
        "\ufeffTime (s), Lp (dB)\r\n100, 50.0\r\n\r\n101.5, 60.0, and more\r\n103, 55.0\r\n",
        "0:00:10,50\n0:00:11.5,60\n0:13,55\n",
        "Start Time,Lp\n2026/03/02 08:00:00.0,50\n2026/03/02 08:00:01.500,60\n2026/03/02 08:00:03,55\n",
        "2026-03-02T08:00:00+01:00,50\n2026-03-02T08:00:01.5+01:00,60\n2026-03-02T08:00:03+01:00,55\n",
    ],
)
def test_times_are_written_in_many_ways(tmp_path: Path, text: str) -> None:
    """Seconds, hours, minutes and seconds, or date and time, with titles or without."""
    recording = read_recording(written(tmp_path, text))
    assert recording.length_s == pytest.approx(4.5)
    levels = [level_db(energy) for energy in slots_a(recording, 90, looped=True)]
    assert levels == pytest.approx(([50] * 15 + [60] * 15 + [55] * 15) * 2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is no row of a time and a level in it"),
        ("time,level\n", "there is no row of a time and a level in it"),
        ("0,50\n1,sixty\n", "line 2: 'sixty' is not a level in dB"),
        ("time,level\n0,50\n\n1,\n", "line 4: '' is not a level in dB"),
        ("0,50\n1\n", "line 2: a row has a time and a level, this one has only '1'"),
        ("0,50\nsoon,60\n", "line 2: 'soon' is not a time"),
        ("0,50\ninf,60\n", "line 2: 'inf' is not a time"),
        ("0,50\n0,60\n", "line 2: the time 0 is not later than the one before it"),
        ("0,50\n-1,60\n", "line 2: the time -1 is not later than the one before it"),
        ("0,151\n", "line 1: a level is from -30 to 150 dB, not 151"),
        ("0,nan\n", "line 1: a level is from -30 to 150 dB, not nan"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    """An error names the file and the line."""
    path = written(tmp_path, text)
    with pytest.raises(SceneError) as error_info:
        read_recording(path)
    assert str(error_info.value) in {f"{path}: {told}", f"{path}, {told}"}


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The error names it."""
    with pytest.raises(SceneError, match=r"none\.csv: No such file"):
        read_recording(tmp_path / "none.csv")


@pytest.mark.parametrize("content", [b"\xff\xfe0,50\n", b'0,"' + b"5" * 200_000])
def test_a_file_that_is_no_csv(tmp_path: Path, content: bytes) -> None:
    """Bytes that are no text, and fields without an end."""
    path = tmp_path / "levels.csv"
    path.write_bytes(content)
    with pytest.raises(SceneError, match=r"levels\.csv: this is no CSV file"):
        read_recording(path)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(90, 90), (1.5, 1.5), ("90", 90), ("1:30", 90), ("0:01:30", 90), ("25:00:00", 90_000), ("0:00:00.5", 0.5)],
)
def test_durations(value: object, seconds: float) -> None:
    """Numbers, and clocks."""
    assert seconds_of(value) == seconds


@pytest.mark.parametrize("value", ["", "1:2:3:4", "soon", True, None, math.nan, math.inf, "nan", [1]])
def test_no_durations(value: object) -> None:
    """Anything else is none."""
    with pytest.raises(ValueError, match=r"duration|could not convert"):
        seconds_of(value)
