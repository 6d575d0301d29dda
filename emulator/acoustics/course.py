"""Steps and ramps: how the level of a sound changes at given times."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
import math

from .sound import SLOT_S, SLOTS_PER_SECOND, Layer, SecondOfSound, energy_of

# A change by this much leaves nothing of any sound there is.
SILENT_DB = -200.0


@dataclass(frozen=True, slots=True)
class Step:
    """At a time the level goes to `change_db` above what it is by itself, at once or evenly within `over_s`."""

    at_s: float
    change_db: float
    over_s: float = 0.0


class Course:
    """The steps in the order of their times, once or over and over. Until the first one nothing is changed."""

    __slots__ = ("_repeat_s", "_steps", "_times_s")

    def __init__(self, steps: Sequence[Step], repeat_s: float | None = None) -> None:
        """Make a course of steps, each of which is over when the next one begins; it begins anew each `repeat_s`."""
        self._steps = (Step(-math.inf, 0.0), *steps)
        self._times_s = [step.at_s for step in self._steps]
        self._repeat_s = repeat_s

    def change_db(self, time_s: float) -> float:
        """Return the change in dB at a time in seconds from the scene's begin."""
        if self._repeat_s is not None:
            time_s %= self._repeat_s
        number = bisect_right(self._times_s, time_s) - 1
        step = self._steps[number]
        since_s = time_s - step.at_s
        if since_s >= step.over_s:
            return step.change_db
        before_db = self._steps[number - 1].change_db
        return before_db + (step.change_db - before_db) * since_s / step.over_s


class Following:
    """Layers whose sound follows a course."""

    def __init__(self, layers: Sequence[Layer], course: Course) -> None:
        """Let the sum of these layers follow it."""
        self._layers = layers
        self._course = course

    def add_to(self, sound: SecondOfSound, second: int) -> None:
        """Add the layers' sound during one second, counted from the scene's begin."""
        own = SecondOfSound()
        for layer in self._layers:
            layer.add_to(own, second)
        first = second * SLOTS_PER_SECOND
        # Within a slot the level is that of its middle.
        changes_db = [self._course.change_db((first + tenth + 0.5) * SLOT_S) for tenth in range(SLOTS_PER_SECOND)]
        sound.add_changed(own, [energy_of(change_db) if change_db > SILENT_DB else 0.0 for change_db in changes_db])
