"""What all rules have in common: an episode, its grades, its end, acknowledgement and snooze."""

from .course import Course
from .episode import EndReason, Episode
from .ledger import NEVER, Ledger
from .refusal import Refusal, Refused
from .rule import Grade
from .transition import TransitionKind


class Raiser:
    """The episodes of one rule, and whether it may raise any; times are in ms."""

    def __init__(self, rule_id: str, ledger: Ledger, at: int) -> None:
        """Begin without an episode."""
        self.rule_id = rule_id
        self._ledger = ledger
        self._now = at
        self.course: Course | None = None
        self.level_db: float | None = None
        self.pending = False
        self._snoozed_ms = NEVER

    @property
    def grade(self) -> Grade:
        """The grade now."""
        return self.course.grade if self.course else Grade.OK

    @property
    def episode(self) -> Episode | None:
        """The open episode as it is now."""
        return self.course.until(self._now) if self.course else None

    @property
    def no_data(self) -> bool:
        """Whether an episode is open and no samples come."""
        return self.course is not None and self.course.episode.no_data

    @property
    def snoozed_ms(self) -> int:
        """Until when nothing is raised; NEVER if that is not so."""
        return self._snoozed_ms

    @property
    def snoozed_until(self) -> float | None:
        """Until when nothing is raised."""
        return None if self._snoozed_ms == NEVER else self._snoozed_ms / 1000

    @property
    def in_schedule(self) -> bool | None:
        """Whether its hours are open; None where a helper has not said so yet."""
        return True

    def latest(self) -> Episode | None:
        """Return the open episode, or else the one that began last."""
        if self.course is not None:
            return self.course.episode
        mine = (episode for episode in self._ledger.ended.values() if episode.rule_id == self.rule_id)
        return max(mine, key=lambda episode: episode.onset, default=None)

    def snooze(self, until: int, at: int) -> None:
        """Raise nothing until then; raises Refused."""
        if until <= at:
            raise Refused(Refusal.TIME_NOT_AHEAD, self.rule_id)
        self._snoozed_ms = until
        self._ledger.note_change(self.rule_id)

    def resume_snooze(self, until: int, at: int) -> None:
        """Go on with a snooze from before, unless it is over."""
        if until > at:
            self._snoozed_ms = until

    def resume(self, course: Course) -> None:
        """Go on with an episode that was open before a restart."""
        self.course = course
        self._ledger.note_change(self.rule_id)

    def close(self, at: int, reason: EndReason) -> None:
        """End the open episode, if there is one."""
        course = self.course
        if course is not None:
            at = max(at, course.last_change_ms)
            previous, self.course = course.grade, None
            episode = self._ledger.end(course, at, reason)
            self._ledger.tell(TransitionKind.CLEARED, at, episode, previous, self.level_db)

    def _change(self, kind: TransitionKind, course: Course, grade: Grade, at: int) -> None:
        """Give the episode another grade; after our clock was set back, no earlier than it got the one before."""
        previous = course.grade
        course.change(grade, max(at, course.last_change_ms))
        self._tell(kind, course, course.last_change_ms, previous)

    def _tell(self, kind: TransitionKind, course: Course, at: int, previous: Grade) -> None:
        self._ledger.tell(kind, at, course.until(at), previous, self.level_db)
