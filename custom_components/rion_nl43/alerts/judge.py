"""The judge of one rule."""

from collections.abc import Callable
from datetime import tzinfo
import math
from typing import Final

from .course import Course, Sound
from .episode import EndReason
from .evidence import HARD, OVER
from .explanation import Dropped, Explanation, Verdict
from .grading import Grader
from .ledger import NEVER, Ledger
from .metric import Metric
from .opening import is_open, next_change
from .reading import Reading
from .rule import Rule
from .schedule import Helper
from .transition import TransitionKind

# A hole up to so long is a break of a stream; a longer one is an outage.
HOLE_MS: Final = 10_000
# What comes after a hole stands for so much of it at most, so an outage is certain so much later.
LATE_MS: Final = 1_000
# A reading so much older than the one before it says that our clock was set back.
SET_BACK_MS: Final = 1_000


class Judge(Grader):
    """Judges readings by one rule.

    What is due at a time of its own, as the end of a schedule, happens then, however late it is asked for: when a
    reading of later comes at the latest. So a judge that gets the readings alone comes to the same as one that is told
    the time ever so often. While nothing is over, no episode is open and nothing is due, a reading costs next to
    nothing. While the rule is disabled nothing is evidence.
    """

    def __init__(self, rule: Rule, ledger: Ledger, zone: tzinfo, at: int, symbol_of: Callable[[Metric], str]) -> None:
        """Begin without evidence; what was before that time is not judged."""
        super().__init__(rule, ledger, at, symbol_of)
        self._zone = zone
        self._needs = rule.needs_measurement
        self._marks = 0
        self._seen = self._covered = at
        self._sampled = self._out = False
        self._measuring: bool | None = None
        self._edge_ms = self._event_ms = NEVER
        self._easy_limit = HARD
        self._look_at_clock(at)

    @property
    def due_ms(self) -> int:
        """When to tell the time next, if no reading comes before."""
        waits = (self.course is not None or self._evidence.over) and not self._out
        return min(self._event_ms, self._covered + HOLE_MS + LATE_MS if waits else NEVER)

    def take(self, reading: Reading, began: int, ended: int) -> None:
        """Judge a reading, from and to these ms."""
        level = reading.level_db
        if (
            level is not None
            and level * self._sign <= self._easy_limit
            and self._seen < ended < self._event_ms
            and began - self._covered <= HOLE_MS
            and (not self._needs or reading.measuring)
        ):
            self._evidence.covered_ms += ended - (max(self._seen, began))
            self._seen = self._covered = ended
            self.level_db = level
        else:
            self._take(reading, began, ended)

    def tick(self, at: int) -> None:
        """Let all happen that is due by then."""
        self._advance(at, self._covered + HOLE_MS + LATE_MS)
        self._settle()

    def set_back(self, at: int) -> None:
        """Our clock was set back: what was judged is not comparable, but an episode stays."""
        self._drop(Dropped.CLOCK)
        self._seen = self._covered = self._now = at
        self._out = False
        self._look_at_clock(at)
        self._ledger.note_change(self.rule_id)
        if self._in_schedule is False:
            self.close(at, EndReason.SCHEDULE_ENDED)
        self._settle()

    def set_zone(self, zone: tzinfo, at: int) -> None:
        """Go by another clock."""
        self.tick(at)
        self._zone = zone
        self._pass_edge(at)
        self._settle()

    def set_open(self, at: int, *, is_open: bool) -> None:
        """A helper says this of the schedule."""
        self.tick(at)
        if is_open is not self._in_schedule:
            self._in_schedule = is_open
            self._apply_schedule(at)
            self._settle()

    def configure(self, rule: Rule, at: int) -> None:
        """Have another name, or be enabled or disabled; nothing else may differ."""
        self.tick(at)
        if rule.enabled is not self.rule.enabled:
            self.close(at, EndReason.DISABLED)
            self._drop(None)
            self._seen = self._covered = max(at, self._seen)
        self.rule = rule
        self._ledger.note_change(rule.id)
        self._settle()

    def snooze(self, until: int, at: int) -> None:
        """Raise nothing until then; raises Refused."""
        self.tick(at)
        super().snooze(until, at)
        self._settle()

    def unsnooze(self, at: int) -> None:
        """Raise again what holds."""
        self.tick(at)
        if self._snoozed_ms != NEVER:
            self._wake(at)
            self._settle()

    def resume_snooze(self, until: int, at: int) -> None:
        """Go on with a snooze from before, unless it is over."""
        super().resume_snooze(until, at)
        self._settle()

    def resume(self, course: Course) -> None:
        """Go on with an episode that was open before a restart, unless its hours have ended meanwhile."""
        super().resume(course)
        changed, now = course.last_change_ms, self._now
        if changed < now:
            self._look_at_clock(changed)
            if self._in_schedule and self._edge_ms <= now:
                self.close(self._edge_ms, EndReason.SCHEDULE_ENDED)
            self._look_at_clock(now)
        if self._in_schedule is False:
            self.close(now, EndReason.SCHEDULE_ENDED)
        self._settle()

    def explain(self, at: int) -> Explanation:
        """Tell why the rule alerts or why not; nothing happens by that."""
        grade = next((grade for grade in self._grades if grade > self.grade), self._grades[-1])
        evidence = self._evidence
        return Explanation(
            rule_id=self.rule_id,
            at=at / 1000,
            verdict=self._verdict(at),
            grade=grade,
            level_db=self.level_db,
            threshold_db=self.rule.threshold(grade),
            over_s=evidence.ms(OVER << self._grades.index(grade)) / 1000,
            judged_s=min(evidence.covered_ms, evidence.duration_ms) / 1000,
            needed_s=evidence.needed_ms / 1000,
            duration_s=evidence.duration_ms / 1000,
            last_sample_at=self._seen / 1000 if self._sampled else None,
            snoozed_until=self.snoozed_until,
            nearest=self._pending.nearest,
        )

    def _verdict(self, at: int) -> Verdict:
        evidence = self._evidence
        found = (
            (self.course is not None, Verdict.ACTIVE),
            (not self.rule.enabled, Verdict.DISABLED),
            (self._in_schedule is False, Verdict.OUTSIDE_SCHEDULE),
            (self._in_schedule is None, Verdict.SCHEDULE_UNKNOWN),
            (self._snoozed_ms != NEVER, Verdict.SNOOZED),
            (not self._sampled or at - self._seen > HOLE_MS + LATE_MS, Verdict.NO_SAMPLES),
            (self._needs and not self._measuring, Verdict.NOT_MEASURING),
            (self.level_db is None, Verdict.HELD),
            (not self._marks & OVER, Verdict.WITHIN_LIMITS),
            (evidence.since_over_ms < evidence.needed_ms, Verdict.PENDING),
        )
        return next((verdict for applies, verdict in found if applies), Verdict.SHARE_TOO_SMALL)

    def _take(self, reading: Reading, began: int, ended: int) -> None:
        stopped = self._needs and reading.measuring is False
        if ended <= self._seen:
            if ended < self._seen - SET_BACK_MS:
                self.set_back(began)
            else:
                # It says nothing new of the level.
                if stopped:
                    self._stop(self._now)
                    self._settle()
                return
        level = reading.level_db
        judged = level is not None and (not self._needs or reading.measuring is True)
        start = max(began, self._seen)
        hole = (start if judged else ended) - self._covered
        # An episode that ends meanwhile hears it up to then, one that begins from then on.
        cut = min(max(self._event_ms, start), ended)
        self._hear(reading, start, cut)
        self._advance(ended, min(self._covered + HOLE_MS + LATE_MS, ended) if hole > HOLE_MS else NEVER)
        self._hear(reading, cut, ended)
        self._seen = ended
        self._sampled = True
        self._measuring = reading.measuring
        self.level_db = level if judged else None
        if stopped:
            self._stop(ended)
        elif judged and level is not None and self.rule.enabled and (ended > start or not self._evidence.duration_ms):
            self._judge(level, start, ended, overload=reading.overload)
        self._settle()

    def _judge(self, level: float, start: int, ended: int, *, overload: bool) -> None:
        self._covered = ended
        self._out = False
        if self.course is not None and self.course.mark_no_data(no_data=False):
            self._ledger.note_change(self.rule_id)
        turned = level * self._sign
        marks = self._scale.marks(turned)
        if self._marks & OVER and not marks & OVER:
            self._miss(Dropped.QUIET)
        self._marks = marks
        self._evidence.put(marks, ended - start, start)
        if marks & OVER:
            self._pending.put(turned, ended, overload=overload)
            if self._pending.crowded:
                self._pending.tidy(self._evidence.began or 0)
        elif not self._evidence.over:
            self._pending.drop()
        if self.course is not None:
            self.course.meet(level, ended)
        self._decide(ended)

    def _advance(self, to: int, lost: int) -> None:
        """Let all happen that is due by then; `lost` is when an outage is certain if nothing comes before."""
        while self.course is not None or self._evidence.over:
            due = min(self._event_ms, NEVER if self._out else lost)
            if due > to:
                break
            self._now = max(self._now, due)
            if due == lost and not self._out:
                self._lose(due)
            elif due == self._edge_ms:
                self._pass_edge(due)
            else:
                self._wake(due)
        else:
            # Nothing can come of what happened meanwhile, however much that was.
            if lost <= to:
                self._drop(Dropped.GAP)
            if self._snoozed_ms <= to:
                self._wake(to)
            if self._edge_ms <= to:
                self._pass_edge(to)
        self._now = max(self._now, to)

    def _lose(self, at: int) -> None:
        self._drop(Dropped.GAP)
        self._out = True
        if self.course is not None and self.course.mark_no_data(no_data=True):
            self._tell(TransitionKind.NO_DATA, self.course, at, self.course.grade)

    def _stop(self, at: int) -> None:
        self._drop(Dropped.NOT_MEASURING)
        self.close(at, EndReason.MEASUREMENT_ENDED)

    def _drop(self, dropped: Dropped | None) -> None:
        if dropped is not None and self._marks & OVER:
            self._miss(dropped)
        self._marks = 0
        self._evidence.drop()
        self._pending.drop()

    def _miss(self, dropped: Dropped) -> None:
        if self.course is None and self._may_raise:
            turned, _ = self._pending.top(self._evidence.began or 0)
            self._pending.miss(self._evidence.ms(OVER), self._grades[0], turned * self._sign, dropped)

    def _pass_edge(self, at: int) -> None:
        before = self._in_schedule
        self._look_at_clock(at)
        if self._in_schedule is not before:
            self._apply_schedule(at)

    def _apply_schedule(self, at: int) -> None:
        self._ledger.note_change(self.rule_id)
        if self._in_schedule:
            self._decide(at)
        else:
            self.close(at, EndReason.SCHEDULE_ENDED)

    def _wake(self, at: int) -> None:
        self._snoozed_ms = NEVER
        self._note_event()
        self._ledger.note_change(self.rule_id)
        self._decide(at)

    def _look_at_clock(self, at: int) -> None:
        schedule = self.rule.schedule
        if not isinstance(schedule, Helper):
            self._in_schedule = is_open(schedule, at / 1000, self._zone)
            change = next_change(schedule, at / 1000, self._zone)
            self._edge_ms = NEVER if change is None else math.ceil(1000 * change)
        self._note_event()

    def _note_event(self) -> None:
        self._event_ms = min(self._edge_ms, self._snoozed_ms)

    def _settle(self) -> None:
        """See how little has to be done with the next reading."""
        if self._last is not None and self._now > self._last[1]:
            self._last, self._after = None, Sound()
        following = next((place for place, grade in enumerate(self._grades) if grade > self.grade), None)
        pending = following is not None and self._marks & OVER << following != 0
        if pending is not self.pending:
            self.pending = pending
            self._ledger.note_change(self.rule_id)
        self._note_event()
        self._easy_limit = self._evidence.easy_limit(self._scale) if self._is_easy else HARD

    @property
    def _is_easy(self) -> bool:
        """Whether nothing waits for the next reading but its level, and all that there is to tell of it is known."""
        return (
            self.course is None
            and self._last is None
            and self._sampled
            and (self._measuring is True or not self._needs)
        )
