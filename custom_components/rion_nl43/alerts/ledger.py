"""The episodes of a meter, its recorded levels, and what has happened that nobody was told yet."""

from dataclasses import dataclass, replace
from typing import Final

from .course import Course, Sound
from .episode import Acknowledgement, EndReason, Episode, GradeChange
from .recording import AROUND_MS, RECORDED_S, Recording, TraceSteps, tenths_of
from .rule import Grade
from .transition import Transition, TransitionKind

HISTORY: Final = 500
# Later than anything.
NEVER: Final = 1 << 62


@dataclass(slots=True)
class _Tail:
    """The trace of an episode that has ended, as it goes on for a while."""

    trace: TraceSteps
    until_ms: int


class Ledger:
    """Keeps episodes, and tells of them; the oldest ended ones go when there are too many."""

    def __init__(self, meter: str = "", history: int = HISTORY) -> None:
        """Begin with nothing; `meter` makes the ids of episodes different from those of other meters."""
        self._meter = meter
        self._history = history
        self.recording = Recording()
        self.courses: dict[str, Course] = {}
        self.ended: dict[str, Episode] = {}
        self._tails: dict[str, _Tail] = {}
        self._told: list[Transition] = []
        self._changed: set[str] = set()

    def collect(self) -> list[Transition]:
        """Return what has happened since this was asked last."""
        told = self._told
        if told:
            self._told = []
        return told

    def collect_changed(self) -> frozenset[str]:
        """Return the rules whose state has changed since this was asked last."""
        changed = frozenset(self._changed)
        self._changed.clear()
        return changed

    def note_change(self, rule_id: str) -> None:
        """The state of a rule has changed."""
        self._changed.add(rule_id)

    def tell(
        self, kind: TransitionKind, at: int, episode: Episode, previous: Grade, level_db: float | None = None
    ) -> None:
        """Note what happened to an episode."""
        self._told.append(Transition(kind, at / 1000, episode, previous, level_db))
        self.note_change(episode.rule_id)

    def new_id(self, rule_id: str, onset_ms: int) -> str:
        """Return an id that no other episode has."""
        stem = "-".join(filter(None, (self._meter, rule_id, f"{onset_ms:x}")))
        found, number = stem, 1
        while found in self.courses or found in self.ended:
            number += 1
            found = f"{stem}-{number}"
        return found

    def begin(self, episode: Episode) -> Course:
        """Let an episode begin; its trace begins a little earlier, as far as that was recorded."""
        began = (round(1000 * episode.began) - AROUND_MS) // 1000
        trace = TraceSteps(max(began, round(episode.onset) - RECORDED_S))
        self.recording.replay(trace, trace.began)
        return self.go_on(episode, trace, Sound())

    def go_on(self, episode: Episode, trace: TraceSteps, sound: Sound) -> Course:
        """Let an episode go on."""
        course = self.courses[episode.id] = Course(episode, trace, sound)
        return course

    def end(self, course: Course, at: int, reason: EndReason) -> Episode:
        """End an episode; its trace goes on for a while."""
        episode = course.end(at, reason)
        del self.courses[episode.id]
        self._tails[episode.id] = _Tail(course.trace, at + AROUND_MS)
        self.keep(episode)
        return episode

    def keep(self, episode: Episode) -> None:
        """Keep an episode that has ended."""
        self.ended.pop(episode.id, None)
        self.ended[episode.id] = episode
        while len(self.ended) > self._history:
            oldest = next(iter(self.ended))
            del self.ended[oldest]
            self._tails.pop(oldest, None)

    def reopen(self, episode_id: str, grade: Grade, at: int, heard: Sound) -> Course | None:
        """Open an episode again, with what was heard since its end; None if it is forgotten.

        An acknowledgement holds, unless the grade is higher than any that was acknowledged.
        """
        episode = self.ended.pop(episode_id, None)
        if episode is None or episode.ended is None:
            return None
        at = max(at, round(1000 * episode.ended))
        sound = Sound.of(episode)
        sound.add(heard)
        tail = self._tails.pop(episode_id, None)
        trace = tail.trace if tail else TraceSteps.resume(episode.trace, int(episode.began))
        self.recording.replay(trace, int(episode.ended))
        opened = replace(
            episode,
            grades=(*episode.grades, GradeChange(episode.ended, Grade.OK), GradeChange(at / 1000, grade)),
            acknowledged=None if grade > episode.worst else episode.acknowledged,
            reopened=episode.reopened + 1,
            ended=None,
            end_reason=None,
        )
        return self.go_on(opened, trace, sound)

    def hear(self, began: int, ended: int, level_db: float) -> None:
        """Record a sound."""
        tenths = tenths_of(level_db)
        began = max(began, ended - 1000 * RECORDED_S)
        for second in range(began // 1000, max(-(-ended // 1000), began // 1000 + 1)):
            self.recording.put(second, tenths)
            for course in self.courses.values():
                course.trace.put(second, tenths)
            for tail in self._tails.values():
                if second * 1000 < tail.until_ms:
                    tail.trace.put(second, tenths)

    @property
    def due_ms(self) -> int:
        """When a trace is complete."""
        return min((tail.until_ms for tail in self._tails.values()), default=NEVER)

    def tick(self, at: int) -> None:
        """Complete the traces that go on no longer."""
        for episode_id in [episode_id for episode_id, tail in self._tails.items() if tail.until_ms <= at]:
            episode = self.ended[episode_id]
            self.ended[episode_id] = replace(episode, trace=self._tails.pop(episode_id).trace.trace())
            self.note_change(episode.rule_id)

    def episode(self, episode_id: str, at: int) -> Episode | None:
        """Return an episode as it is then."""
        if (course := self.courses.get(episode_id)) is not None:
            return course.until(at)
        episode = self.ended.get(episode_id)
        if episode is not None and (tail := self._tails.get(episode_id)) is not None:
            return replace(episode, trace=tail.trace.trace())
        return episode

    def episodes(self, at: int, rule_id: str | None = None) -> tuple[Episode, ...]:
        """Return the episodes of one rule or of all, the newest first."""
        known = (each for each in reversed(self.bare_episodes()) if rule_id is None or each.rule_id == rule_id)
        found = (self.episode(each.id, at) for each in known)
        return tuple(episode for episode in found if episode is not None)

    def bare_episodes(self) -> list[Episode]:
        """Return the episodes as of their last change, in the order in which they began."""
        known = [*self.ended.values(), *(course.episode for course in self.courses.values())]
        return sorted(known, key=lambda episode: episode.onset)

    def acknowledge(self, episode_id: str, acknowledgement: Acknowledgement, level_db: float | None, at: int) -> None:
        """Note who took notice of an episode."""
        if (course := self.courses.get(episode_id)) is not None:
            course.acknowledge(acknowledgement)
            episode = course.until(at)
        else:
            episode = self.ended[episode_id] = replace(self.ended[episode_id], acknowledged=acknowledgement)
        self.tell(TransitionKind.ACKNOWLEDGED, at, episode, episode.grade, level_db)
