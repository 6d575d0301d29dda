"""Scenes as people write them, and what they are told when they write them wrong."""

from datetime import datetime
from pathlib import Path

import pytest

from emulator import MeterConfig
from emulator.acoustics import (
    LOWEST_LEVEL_DB,
    SCENES,
    SceneError,
    energy_of,
    level_db,
    make_scene,
    read_scene,
)
from emulator.acoustics.scene_schema import KINDS

from ..bench import Bench

HOURS = ", ".join(str(hour / 10) for hour in range(24))
TONE = "layers:\n  - {name: beep, kind: tone, level: 60}\n"
NOISE = "name: hum, kind: noise, level: 60, spectrum: engine"


def written(folder: Path, text: str, name: str = "mine.yaml") -> Path:
    """Return a file with this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def levels_of(path: Path, seconds: int) -> list[float]:
    """Return the A-weighted level in the middle of each second, to 0.1 dB."""
    scene = make_scene(path, 1)
    return [round(level_db(scene.slot(10 * second + 5).a), 1) for second in range(seconds)]


def test_there_are_scenes_of_all_kinds() -> None:
    """Each scene says what it is, and between them they show every kind of layer but the replay of one's own file."""
    kinds = set()
    for name in SCENES:
        description = read_scene(name)
        assert description.name == name
        assert description.title
        assert description.description
        kinds |= {layer["kind"] for layer in description.written["layers"]}
    assert kinds == set(KINDS) - {"replay"}
    assert {"traffic", "construction", "quiet", "office", "calibrator"} <= set(SCENES)


def test_a_file_is_a_scene(tmp_path: Path) -> None:
    """A path goes wherever a name goes, in either form; chance depends on the file's name, not on its folder."""
    text = "layers:\n  - {name: hum, kind: noise, level: 60, spectrum: engine}\n"
    path = written(tmp_path, text)
    (tmp_path / "elsewhere").mkdir()
    other = written(tmp_path / "elsewhere", text, "mine.yml")
    slots = [make_scene(name, 7).slot(3) for name in (path, str(path), other)]
    assert slots[0] == slots[1] == slots[2]
    assert make_scene(path, 8).slot(3) != slots[0]
    bench = Bench(scene=str(path))
    bench.wait(10)
    assert 58 < bench.level("DOD?", 0) < 62
    assert MeterConfig(scene=str(path)).scene == str(path)


def test_a_csv_file_is_a_scene(tmp_path: Path) -> None:
    """Levels alone are played over and over."""
    assert levels_of(written(tmp_path, "0,50\n2,60\n", "levels.csv"), 8) == [50, 50, 60, 60] * 2


def test_levels_that_are_replayed(tmp_path: Path) -> None:
    """A file is looked for beside the scene's; it is looped or held at its end."""
    written(tmp_path, "0,50\n2,60\n", "levels.csv")
    layer = "layers:\n  - {{name: levels, kind: replay, file: levels.csv, at_end: {}}}\n"
    assert levels_of(written(tmp_path, layer.format("loop")), 6) == [50, 50, 60, 60, 50, 50]
    assert levels_of(written(tmp_path, layer.format("hold")), 6) == [50, 50, 60, 60, 60, 60]


def test_a_replayed_file_is_read_once(tmp_path: Path) -> None:
    """What was read stays what it was, for the truth's sake."""
    path = written(tmp_path, "0,50\n", "levels.csv")
    description = read_scene(path)
    path.unlink()
    assert level_db(description.scene(1).slot(0).a) == pytest.approx(50, abs=0.01)


def test_steps_and_ramps_of_a_layer_and_of_all(tmp_path: Path) -> None:
    """Changes of a layer and of the scene add up; the noise floor of the meter does not follow them."""
    steps = "levels:\n  steps:\n    - {at: 0:00:04, change: silent}\n" + TONE.replace(
        "60}", "60, levels: {repeat: 4, steps: [{at: 1, change: 10}, {at: 2, change: -10, over: 2}]}}"
    )
    assert levels_of(written(tmp_path, steps), 6)[:4] == [60, 70, 64.5, 54.5]
    quiet = make_scene(written(tmp_path, "noise_floor: 20\n" + steps), 1)
    assert 18 < level_db(quiet.slot(55).a) < 22


def test_the_noise_floor_can_be_taken_away(tmp_path: Path) -> None:
    """At its lowest nothing is heard of it."""
    path = written(tmp_path, f"noise_floor: {LOWEST_LEVEL_DB}\n" + TONE)
    assert make_scene(path, 1).slot(0).a == pytest.approx(energy_of(60), rel=1e-8)


@pytest.mark.parametrize(
    ("day", "workday_levels", "sunday_levels"),
    [
        (f"{{workday: [{HOURS}], unit: dB}}", (60.0, 62.3), (60.0, 62.3)),
        (f"{{workday: [{HOURS}], free: [{', '.join(['1'] * 24)}]}}", (18.0, 63.6), (60.0, 60.0)),
        (f"{{workday: [{HOURS}], free: [{', '.join(['1'] * 24)}], workdays: 7}}", (18.0, 63.6), (18.0, 63.6)),
    ],
)
def test_the_hours_of_the_day(
    tmp_path: Path, day: str, workday_levels: tuple[float, float], sunday_levels: tuple[float, float]
) -> None:
    """Level or rate by the hour, on working days and on free ones."""
    path = written(tmp_path, f"hours:\n  mine: {day}\n" + TONE.replace("60}", "60, hours: mine}"))
    for date, levels in ((datetime(2026, 3, 2), workday_levels), (datetime(2026, 3, 1), sunday_levels)):
        heard = [level_db(make_scene(path, 1, date.replace(hour=hour)).slot(0).a) for hour in (0, 23)]
        assert heard == pytest.approx(levels, abs=1.0 if levels[0] == 18.0 else 0.1)


def test_spells_of_one_name_come_together(tmp_path: Path) -> None:
    """Two layers with the same spells are heard at the same times, others are not."""
    spells = "spells: {name: work, every: 60, last: [20, 30]}"
    text = "layers:\n"
    text += f"  - {{name: one, kind: tone, level: 60, {spells}}}\n"
    text += f"  - {{name: two, kind: tone, level: 60, {spells}}}\n"
    heard = {level for level in levels_of(written(tmp_path, text), 300) if level > 40}
    assert max(heard) == 63.0
    assert 60.0 not in heard
    alone = levels_of(written(tmp_path, text.replace("name: work, ", "")), 300)
    assert 60.0 in alone


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ": a scene has keys and values, title, description, noise_floor, hours, levels, layers"),
        ("- 1", ": a scene has keys and values, title, description, noise_floor, hours, levels, layers"),
        ("title: x", ", line 1: layers is missing"),
        ("layers: []", ", line 1: layers has to be a list of layers"),
        ("layers: [1]", ", line 1: layers[1] has to have keys and values"),
        ("title: 5\n" + TONE, ", line 1: title has to be text, not 5"),
        (TONE + "volume: 11", ", line 3: volume is no key that can stand here"),
        ("layers:\n- name: x\n  level: 3", ", line 2: layers[1].kind is missing"),
        (
            "layers:\n- {name: x, kind: trombone}",
            "kind has to be one of noise, tone, impacts, traffic, music, siren, birds, replay, not 'trombone'",
        ),
        ("layers:\n- {name: x, kind: tone}", ", line 2: layers[1].level is missing"),
        ("layers:\n- {name: x, kind: [1]}", ", line 2: layers[1].kind has to be one of"),
        (
            TONE.replace("60", "loud"),
            ", line 2: layers[1].level has to be a number from -30 to 150 dB, not 'loud'",
        ),
        (TONE.replace("60", ".nan"), ", line 2: layers[1].level has to be a number from -30 to 150 dB, not nan"),
        (TONE.replace("60", "true"), ", line 2: layers[1].level has to be a number from -30 to 150 dB, not True"),
        (TONE + "  - {name: beep, kind: tone, level: 60}", "layers[2].name has to differ from other layers' names"),
        (TONE.replace("beep", '"a/b"'), "layers[1].name has to be a name of letters, digits, hyphens"),
        (TONE.replace("60", "60, hours: never"), "has to be one of the scene's hours (none), not 'never'"),
        (TONE.replace("60", "60, tenths: [10]"), "layers[1].tenths[1] has to be a number from 0 to 9, not 10"),
        (TONE.replace("60", "60, tenths: [5, 3]"), "layers[1].tenths has to be whole numbers that rise"),
        (
            f"layers:\n- {{{NOISE}, memory: long}}",
            "memory has to be seconds, or h:mm:ss, of at least 0.1 s, not 'long'",
        ),
        (f"layers:\n- {{{NOISE.replace('engine', 'pink')}}}", "spectrum has to be one of electronics, distant"),
        (
            f"layers:\n- {{{NOISE.replace('engine', '{c_minus_a: 3}')}}}",
            "layers[1].spectrum.z_minus_c is missing",
        ),
        (
            "layers:\n- {name: x, kind: siren, level: 90}",
            ", line 2: layers[1].spells is missing",
        ),
        (
            TONE.replace("60", "60, spells: {every: 60, last: [30, 90]}"),
            "layers[1].spells.last has to be no longer than 60 s, as often as they come",
        ),
        (
            TONE.replace("60", "60, spells: {every: 60, last: [30, 20]}"),
            "layers[1].spells.last has to begin with the shorter time, not 30 s",
        ),
        (
            TONE.replace("60", "60, spells: {every: 60, last: 30}"),
            "layers[1].spells.last has to be a list of the shortest and the longest time",
        ),
        (
            TONE.replace("60", "60, spells: {every: 60.5, last: [1, 2]}"),
            "layers[1].spells.every has to be whole seconds, not 60.5",
        ),
        (
            "levels: {steps: [{at: 5, change: 1}, {at: 5, change: 2}]}\n" + TONE,
            ", line 1: levels.steps[1].at has to be before the next step, at 5 s",
        ),
        (
            "levels:\n  repeat: 5\n  steps:\n  - at: 6\n    change: 1\n" + TONE,
            ", line 4: levels.steps[1].at has to be before the next repetition, at 5 s",
        ),
        (
            "levels: {repeat: 5, steps: [{at: 1, change: 2, over: 10}]}\n" + TONE,
            ", line 1: levels.steps[1].over has to end by 5 s, when it goes on",
        ),
        (
            "levels: {steps: [{at: 1, change: 200}]}\n" + TONE,
            "levels.steps[1].change has to be a number from -100 to 100 dB, or silent, not 200",
        ),
        (
            "hours: {mine: {workday: [1, 2]}}\n" + TONE,
            ", line 1: hours.mine.workday has to be a list of 24 numbers, one for each hour",
        ),
        (
            f"hours:\n  mine:\n    workday: [{HOURS}]\n    free: [{HOURS.replace('1.1', '-1')}]\n" + TONE,
            ", line 4: hours.mine.free[12] has to be a number from 0 to 100 times the usual, not -1",
        ),
        (f"hours: {{mine: {{workday: [{HOURS}], unit: phon}}}}\n" + TONE, "hours.mine.unit has to be one of rate, dB"),
        ("hours: {mine: 5}\n" + TONE, "hours.mine has to have keys and values"),
        ("hours: {5: {}}\n" + TONE, "hours.5 has to be a name of letters, digits, hyphens and single spaces, not 5"),
        ("title: a\ntitle: b\n" + TONE, ", line 2: this is no YAML: the key title stands twice"),
        ("layers:\n  - {name: x", ", line 2: this is no YAML: "),
        ("title: \x07", ": this is no YAML: unacceptable character #x0007: special characters are not allowed in "),
        ("title: 2026-13-01", ": this is no YAML: month must be in 1..12"),
        ("layers: " + "[" * 100_000, ": this is no YAML: it is nested too deeply"),
        (
            "layers:\n- &a {name: x, kind: tone, level: 60, tenths: [1]}\n- {<<: *a, kind: birds, name: y}",
            ", line 2: layers[2].tenths is no key that can stand here",
        ),
        ("? [a]\n: b\n" + TONE, ", line 1: this is no YAML: found unhashable key"),
        (
            "layers:\n- {name: x, kind: replay, file: nothing.csv}",
            "nothing.csv: No such file or directory",
        ),
    ],
)
def test_what_is_wrong_is_told_in_plain_words(tmp_path: Path, text: str, told: str) -> None:
    """An error names the file, the line and the key, and what there has to be."""
    path = written(tmp_path, text)
    with pytest.raises(SceneError) as error_info:
        read_scene(path)
    assert str(error_info.value).startswith(str(path.parent))
    assert told in str(error_info.value)


def test_no_text_and_no_file(tmp_path: Path) -> None:
    """Files that cannot be read are named."""
    path = tmp_path / "mine.yaml"
    with pytest.raises(SceneError, match=r"mine\.yaml: No such file"):
        read_scene(path)
    path.write_bytes(b"title: \xff")
    with pytest.raises(SceneError, match=r"mine\.yaml: this is no text"):
        read_scene(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(SceneError, match=r"mine\.yaml: Is a directory"):
        read_scene(path)
    with pytest.raises(SceneError, match=r"there is no scene 'disco': scenes are calibrator, .* or the path of a file"):
        read_scene("disco")
