"""An episode that goes on."""

from dataclasses import replace
from typing import Final

from ..acoustics import energy_of, level_of
from .episode import Acknowledgement, EndReason, Episode, GradeChange
from .recording import TraceSteps
from .rule import Grade

_LOUDEST_DB: Final = 1000.0


class Sound:
    """The energy of the sound that was heard, and for how long."""

    __slots__ = ("covered_ms", "energy")

    def __init__(self, energy: float = 0.0, covered_ms: int = 0) -> None:
        """Begin with what was heard before, in ms times the energy at 0 dB."""
        self.energy = energy
        self.covered_ms = covered_ms

    def put(self, level_db: float, ms: int) -> None:
        """Hear a level for so long."""
        self.energy += ms * energy_of(min(level_db, _LOUDEST_DB))
        self.covered_ms += ms

    def add(self, other: Sound) -> None:
        """Hear all of that too."""
        self.energy += other.energy
        self.covered_ms += other.covered_ms

    @classmethod
    def of(cls, episode: Episode) -> Sound:
        """Return what an ended episode heard."""
        if episode.leq_db is None or episode.ended is None:
            return cls()
        covered_ms = round(10 * episode.coverage_percent * (episode.ended - episode.onset))
        return cls(covered_ms * energy_of(episode.leq_db), covered_ms)

    @property
    def leq_db(self) -> float | None:
        """The energy mean; None without time, and without energy."""
        return level_of(self.energy / self.covered_ms) if self.covered_ms and self.energy > 0 else None


class Course:
    """What changes of an episode with each reading; the rest is in `episode`, as of its last change."""

    def __init__(self, episode: Episode, trace: TraceSteps, sound: Sound) -> None:
        """Go on with an open episode, and with what it has heard."""
        self.episode = episode
        self.grade = episode.grade
        self.onset_ms = round(1000 * episode.onset)
        self.trace = trace
        self.sound = sound
        self._above = episode.direction != "below"

    @property
    def last_change_ms(self) -> int:
        """When the grade changed last: nothing happens to an episode before."""
        return round(1000 * self.episode.grades[-1].at)

    def meet(self, level_db: float, at: int) -> None:
        """Look whether a level is the farthest beyond so far."""
        peak = self.episode.peak_db
        if peak is None or (level_db > peak if self._above else level_db < peak):
            self.episode = replace(self.episode, peak_db=level_db, peak_at=at / 1000)

    def hear(self, level_db: float, began: int, ended: int) -> None:
        """Hear a sound, as far as it was after the onset."""
        ms = ended - max(began, self.onset_ms)
        if ms > 0:
            self.sound.put(level_db, ms)

    def see_overload(self) -> None:
        """The meter was overloaded."""
        if not self.episode.overload:
            self.episode = replace(self.episode, overload=True)

    def mark_no_data(self, *, no_data: bool) -> bool:
        """Say whether samples come; returns whether that is new."""
        if self.episode.no_data is no_data:
            return False
        self.episode = replace(self.episode, no_data=no_data)
        return True

    def change(self, grade: Grade, at: int) -> None:
        """Have another grade from then on."""
        rises = grade > self.grade
        self.grade = grade
        self.episode = replace(
            self.episode,
            grades=(*self.episode.grades, GradeChange(at / 1000, grade)),
            acknowledged=None if rises else self.episode.acknowledged,
        )

    def acknowledge(self, acknowledgement: Acknowledgement) -> None:
        """Note who took notice."""
        self.episode = replace(self.episode, acknowledged=acknowledgement)

    def until(self, at: int) -> Episode:
        """Return the episode as it is then."""
        lasted = max(at - self.onset_ms, self.sound.covered_ms)
        return replace(
            self.episode,
            trace=self.trace.trace(),
            leq_db=self.sound.leq_db,
            coverage_percent=100 * self.sound.covered_ms / lasted if lasted else 0.0,
        )

    def end(self, at: int, reason: EndReason) -> Episode:
        """Return the episode as it is when it ends then."""
        return replace(self.until(at), ended=at / 1000, end_reason=reason, no_data=False)
