"""The rule that every meter has: that it can be reached."""

from typing import Final

from .episode import EndReason, Episode, GradeChange
from .explanation import Explanation, Verdict
from .ledger import NEVER, Ledger
from .raiser import Raiser
from .rule import Grade
from .transition import TransitionKind

# None that the rule of a person can have.
UNREACHABLE: Final = "unreachable"
# What people are told of it: nobody else gave it a name.
UNREACHABLE_NAME: Final = "Unreachable"
UNREACHABLE_AFTER_S: Final = 60.0


class Reachability(Raiser):
    """Raises an alarm when a meter that should be reachable is not, for so long.

    Nothing is known, and nothing raised, until it is told whether the meter is reachable. Each loss is an episode of
    its own.
    """

    def __init__(self, ledger: Ledger, at: int, after_ms: int) -> None:
        """Know nothing yet."""
        super().__init__(UNREACHABLE, ledger, at)
        self._after_ms = after_ms
        self._since: int | None = None
        self._reachable: bool | None = None
        self._wanted = True

    @property
    def due_ms(self) -> int:
        """When to tell the time next."""
        onset = NEVER
        if self._since is not None and self.course is None and self._snoozed_ms == NEVER:
            onset = self._since + self._after_ms
        return min(onset, self._snoozed_ms)

    def set_after(self, after_ms: int, at: int) -> None:
        """Wait for so long."""
        self.tick(at)
        self._after_ms = after_ms
        self.tick(at)

    def set_reachable(self, at: int, *, reachable: bool, wanted: bool) -> None:
        """Take whether the meter is reachable, and whether it should be."""
        self.tick(at)
        self._reachable, self._wanted = reachable, wanted
        if reachable or not wanted:
            self.close(at, EndReason.REACHABLE if reachable else EndReason.DISABLED)
            self._since = None
        elif self._since is None:
            self._since = at
        self._settle()
        self.tick(at)

    def set_back(self, at: int) -> None:
        """Our clock was set back: how long the meter was not reachable is not known any more."""
        self._now = at
        if self._since is not None:
            self._since = min(self._since, at)

    def shift(self, by_ms: int) -> None:
        """Our clock was put by so much: the meter was lost at another time of it."""
        if self._since is not None:
            self._since += by_ms
            self._ledger.note_change(self.rule_id)

    def tick(self, at: int) -> None:
        """Let all happen that is due by then."""
        if self._snoozed_ms <= at:
            self._wake(self._snoozed_ms)
        due = self.due_ms
        if due <= at:
            self._raise(max(due, self._now))
        self._now = max(self._now, at)

    def snooze(self, until: int, at: int) -> None:
        """Raise nothing until then; raises Refused."""
        self.tick(at)
        super().snooze(until, at)

    def unsnooze(self, at: int) -> None:
        """Raise again what holds."""
        self.tick(at)
        if self._snoozed_ms != NEVER:
            self._wake(at)
            self.tick(at)

    def explain(self, at: int) -> Explanation:
        """Tell why the rule alerts or why not; seconds are those since the meter was lost."""
        after_s = self._after_ms / 1000
        since_s = 0.0 if self._since is None else max(0, at - self._since) / 1000
        return Explanation(
            rule_id=self.rule_id,
            at=at / 1000,
            verdict=self._verdict(),
            grade=Grade.ALARM,
            level_db=None,
            threshold_db=None,
            over_s=min(since_s, after_s),
            judged_s=min(since_s, after_s),
            needed_s=after_s,
            duration_s=after_s,
            snoozed_until=self.snoozed_until,
        )

    def _verdict(self) -> Verdict:
        if self.course is not None:
            return Verdict.ACTIVE
        if not self._wanted:
            return Verdict.DISABLED
        if self._snoozed_ms != NEVER:
            return Verdict.SNOOZED
        return Verdict.PENDING if self._since is not None else Verdict.WITHIN_LIMITS

    def _wake(self, at: int) -> None:
        self._snoozed_ms = NEVER
        self._now = max(self._now, at)
        self._ledger.note_change(self.rule_id)

    def _raise(self, at: int) -> None:
        began = at if self._since is None else self._since
        episode = Episode(
            id=self._ledger.new_id(self.rule_id, at),
            rule_id=self.rule_id,
            rule_name=UNREACHABLE_NAME,
            metric=UNREACHABLE,
            direction="",
            began=began / 1000,
            onset=at / 1000,
            grades=(GradeChange(at / 1000, Grade.ALARM),),
        )
        self.course = self._ledger.begin(episode)
        self._tell(TransitionKind.ONSET, self.course, at, Grade.OK)
        self._settle()

    def _settle(self) -> None:
        pending = self._since is not None and self.course is None
        if pending is not self.pending:
            self.pending = pending
            self._ledger.note_change(self.rule_id)
