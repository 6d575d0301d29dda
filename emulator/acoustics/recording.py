"""Levels recorded elsewhere, played back: files with a time and a level in each line."""

from array import array
from bisect import bisect_right
import csv
from datetime import datetime
from pathlib import Path

from .activity import ALWAYS, Activity
from .duration import seconds_of
from .errors import SceneError
from .sound import SLOT_S, SLOTS_PER_SECOND, SecondOfSound, Spectrum, energy_of

LOWEST_DB, HIGHEST_DB = -30.0, 150.0
# The peak of an even noise stands out by about this much.
_CREST = energy_of(12.0)
_LONE_ROW_S = 1.0


class Recording:
    """Levels, each of which lasts until the next one's time; the last one as long as the one before it."""

    __slots__ = ("_energies", "_times_s", "length_s")

    def __init__(self, times_s: "array[float]", levels_db: "array[float]") -> None:
        """Make one of at least one row; the times rise from 0."""
        self._times_s = times_s
        self._energies = array("d", map(energy_of, levels_db))
        last_s = times_s[-1] - times_s[-2] if len(times_s) > 1 else _LONE_ROW_S
        self.length_s = times_s[-1] + last_s

    def held(self, begin_s: float, end_s: float) -> float:
        """Return the mean square from one time to a later one, the last level held for ever."""
        return self._sum(begin_s, end_s) / (end_s - begin_s)

    def looped(self, begin_s: float, end_s: float) -> float:
        """Return the mean square from one time to a later one, the rows over and over again."""
        total, left_s, at_s = 0.0, end_s - begin_s, begin_s % self.length_s
        while left_s > 0:
            part_s = min(left_s, self.length_s - at_s)
            total += self._sum(at_s, at_s + part_s)
            left_s -= part_s
            at_s = 0.0
        return total / (end_s - begin_s)

    def _sum(self, begin_s: float, end_s: float) -> float:
        times_s = self._times_s
        number = bisect_right(times_s, begin_s) - 1
        total = 0.0
        while number + 1 < len(times_s) and times_s[number + 1] < end_s:
            total += (times_s[number + 1] - begin_s) * self._energies[number]
            number += 1
            begin_s = times_s[number]
        return total + (end_s - begin_s) * self._energies[number]


class Replay:
    """A recording heard as a noise of exactly its levels."""

    def __init__(self, recording: Recording, spectrum: Spectrum, *, looped: bool, when: Activity = ALWAYS) -> None:
        """Play the recording's A-weighted levels; at its end from the begin, or (not `looped`) hold the last."""
        self._when = when
        self._energy = recording.looped if looped else recording.held
        self._c_to_a, self._z_to_a = spectrum.c_to_a, spectrum.z_to_a

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add this layer's sound during one second, counted from the scene's begin."""
        factor = self._when.at(second)
        if not factor:
            return
        for tenth in range(SLOTS_PER_SECOND):
            slot = second * SLOTS_PER_SECOND + tenth
            a = factor * self._energy(slot * SLOT_S, (slot + 1) * SLOT_S)
            sound.add(tenth, a, a * self._c_to_a, a * self._z_to_a, _CREST)


def read_recording(path: Path) -> Recording:
    """Return what a CSV file holds; SceneError, with the file's name and line, where it is no such file.

    Each row has a time and a level in dB. The time is in seconds, or hours, minutes and seconds, or a date and time; it
    counts from the first row's. A first row of titles and empty rows are passed over.
    """
    times_s, levels_db = array("d"), array("d")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, skipinitialspace=True)
            for row in rows:
                if not any(field.strip() for field in row) or (rows.line_num == 1 and _is_titles(row)):
                    continue
                _take(row, times_s, levels_db, f"{path}, line {rows.line_num}")
    except OSError as error:
        raise SceneError(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise SceneError(f"{path}: this is no CSV file: {error}") from error
    if not times_s:
        raise SceneError(f"{path}: there is no row of a time and a level in it")
    begin_s = times_s[0]
    return Recording(array("d", (time_s - begin_s for time_s in times_s)), levels_db)


def _is_titles(row: list[str]) -> bool:
    try:
        _time_of(row[0])
    except ValueError:
        return True
    return False


def _take(row: list[str], times_s: "array[float]", levels_db: "array[float]", place: str) -> None:
    fields = [field.strip() for field in row]
    if len(fields) < 2:
        raise SceneError(f"{place}: a row has a time and a level, this one has only {fields[0]!r}")
    try:
        time_s = _time_of(fields[0])
    except ValueError:
        raise SceneError(f"{place}: {fields[0]!r} is not a time") from None
    try:
        level_db = float(fields[1])
    except ValueError:
        raise SceneError(f"{place}: {fields[1]!r} is not a level in dB") from None
    if not LOWEST_DB <= level_db <= HIGHEST_DB:
        raise SceneError(f"{place}: a level is from {LOWEST_DB:g} to {HIGHEST_DB:g} dB, not {fields[1]}")
    if times_s and time_s <= times_s[-1]:
        raise SceneError(f"{place}: the time {fields[0]} is not later than the one before it")
    times_s.append(time_s)
    levels_db.append(level_db)


def _time_of(text: str) -> float:
    try:
        return seconds_of(text.strip())
    except ValueError:
        moment = datetime.fromisoformat(text.strip().replace("/", "-"))
        return (moment.replace(tzinfo=None) - datetime.min).total_seconds()
