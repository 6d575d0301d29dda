"""What becomes of evidence: grades raised, relaxed and ended."""

from collections.abc import Callable

from .course import Sound
from .episode import EndReason, Episode, GradeChange
from .evidence import OVER, QUIET, Scale, evidence_for
from .ledger import NEVER, Ledger
from .metric import Metric
from .pending import Pending
from .raiser import Raiser
from .reading import Reading
from .rule import Grade, Rule
from .transition import TransitionKind


class Grader(Raiser):
    """Raises, relaxes and ends the episodes of one rule, as the evidence has it.

    The breach goes before its end: with a share of half or less the last span may be over enough and quiet enough at
    once, and then the grade holds.
    """

    def __init__(self, rule: Rule, ledger: Ledger, at: int, symbol_of: Callable[[Metric], str]) -> None:
        """Begin without evidence; `symbol_of` names the level at each onset, as it may be known better by then."""
        super().__init__(rule.id, ledger, at)
        self.rule = rule
        self._symbol_of = symbol_of
        self._grades = rule.grades
        self._cooldown_ms = round(1000 * rule.cooldown_s)
        self._scale = Scale(rule)
        self._sign = self._scale.sign
        self._evidence = evidence_for(rule)
        self._pending = Pending()
        self._in_schedule: bool | None = None
        # The last episode, if it may be re-opened: its id, until when, and what was heard since its end.
        self._last: tuple[str, int] | None = None
        self._after = Sound()

    @property
    def in_schedule(self) -> bool | None:
        """Whether its hours are open; None where a helper has not said so yet."""
        return self._in_schedule

    def may_reopen(self, episode: Episode | None) -> None:
        """Let an onset within the cooldown re-open this episode, if it ended by being quiet."""
        self._last, self._after = None, Sound()
        if (
            self._cooldown_ms
            and episode is not None
            and episode.ended is not None
            and episode.end_reason is EndReason.CLEARED
        ):
            self._last = (episode.id, round(1000 * episode.ended) + self._cooldown_ms)

    def close(self, at: int, reason: EndReason) -> None:
        """End the open episode, if there is one."""
        course = self.course
        super().close(at, reason)
        if course is not None:
            self.may_reopen(self._ledger.ended.get(course.episode.id))

    @property
    def _may_raise(self) -> bool:
        return self._in_schedule is True and self._snoozed_ms == NEVER and self.rule.enabled

    def _decide(self, at: int) -> None:
        """Raise, relax or end what the evidence is complete for."""
        complete = self._evidence.complete
        reached = [place for place in range(len(self._grades)) if complete(OVER << place)]
        if reached and self._may_raise and self._grades[reached[-1]] > self.grade:
            self._raise(self._grades[reached[-1]], at)
        elif self.course is not None:
            held = (
                grade
                for place, grade in enumerate(self._grades)
                if grade <= self.grade and (place in reached or not complete(QUIET << place))
            )
            grade = max(held, default=Grade.OK)
            if grade is Grade.OK:
                self.close(at, EndReason.CLEARED)
            elif grade < self.grade:
                self._change(TransitionKind.RELAXED, self.course, grade, at)

    def _raise(self, grade: Grade, at: int) -> None:
        if self.course is not None:
            self._change(TransitionKind.ESCALATED, self.course, grade, at)
            return
        began = self._evidence.began or at
        kind = TransitionKind.REOPENED
        if self._last is not None and at <= self._last[1]:
            self.course = self._ledger.reopen(self._last[0], grade, at, self._after)
        if self.course is None:
            self.course = self._ledger.begin(self._episode(grade, began, at))
            kind = TransitionKind.ONSET
        turned, top_at = self._pending.top(began)
        self.course.meet(turned * self._sign, top_at)
        if self._pending.overloaded(began):
            self.course.see_overload()
        self._pending.nearest = None
        self._tell(kind, self.course, self.course.last_change_ms, Grade.OK)

    def _episode(self, grade: Grade, began: int, at: int) -> Episode:
        rule = self.rule
        return Episode(
            id=self._ledger.new_id(rule.id, at),
            rule_id=rule.id,
            rule_name=rule.name,
            metric=rule.metric.key,
            direction=rule.direction.value,
            thresholds_db={each.word: level for each in rule.grades if (level := rule.threshold(each)) is not None},
            symbol=self._symbol_of(rule.metric),
            began=began / 1000,
            onset=at / 1000,
            grades=(GradeChange(at / 1000, grade),),
            onset_db=self.level_db,
        )

    def _hear(self, reading: Reading, start: int, ended: int) -> None:
        course, level = self.course, reading.leq_db
        if course is not None:
            if level is not None:
                course.hear(level, start, ended)
            if reading.overload:
                course.see_overload()
        elif self._last is not None and level is not None:
            self._after.put(level, ended - start)
