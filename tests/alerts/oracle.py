"""What a rule must tell, the slow and obvious way: every covered millisecond is a line of a list."""

from dataclasses import dataclass, field
import math
from typing import NamedTuple

from custom_components.rion_nl43.alerts import Direction, Grade, Reading, Rule

HOLE_MS = 10_000
OUTAGE_MS = 11_000


class Told(NamedTuple):
    """What happened, when, and which grade it left."""

    kind: str
    at: int
    grade: Grade


class Line(NamedTuple):
    """One millisecond, and the level then."""

    ms: int
    level: float


@dataclass
class Oracle:
    """Judges by counting lines; it is told what happens in the order of time."""

    rule: Rule
    is_open: bool | None = True
    snoozed_until: float = math.inf
    grade: Grade = Grade.OK
    told: list[Told] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    last: float | None = None
    sounds: dict[int, float] = field(default_factory=dict)
    covered: int = 0
    seen: int = 0
    no_data: bool = False
    onset: int = 0
    ended: int | None = None
    cleared: int | None = None
    began: int = 0
    peak: float | None = None

    def over(self, level: float, grade: Grade) -> bool:
        """Whether a level is over."""
        limit = self.rule.threshold(grade)
        assert limit is not None
        return level > limit if self.rule.direction is Direction.ABOVE else level < limit

    def quiet(self, level: float, grade: Grade) -> bool:
        """Whether a level is quiet."""
        limit = self.rule.threshold(grade)
        assert limit is not None
        margin = self.rule.clear_margin_db
        if self.rule.direction is Direction.ABOVE:
            return level <= round(limit - margin, 6)
        return level >= round(limit + margin, 6)

    @property
    def looked_at(self) -> list[Line]:
        """The last lines, as long as the duration."""
        length = round(self.rule.duration_s * 1000)
        return self.lines[-length:]

    def enough(self, count: int) -> bool:
        """Whether so many ms are the share of the duration."""
        return count * 100 >= self.rule.share_percent * round(self.rule.duration_s * 1000)

    def is_over(self, grade: Grade) -> bool:
        """Whether the evidence for a grade is complete."""
        if not self.rule.duration_s:
            return self.last is not None and self.over(self.last, grade)
        return self.enough(sum(self.over(line.level, grade) for line in self.looked_at))

    def is_quiet(self, grade: Grade) -> bool:
        """Whether the evidence against a grade is complete."""
        if not self.rule.duration_s:
            return self.last is not None and self.quiet(self.last, grade)
        return self.enough(sum(self.quiet(line.level, grade) for line in self.looked_at))

    def first_over(self) -> int:
        """When the level was over first: the first line that was, and those before it without a break."""
        lowest = self.rule.grades[0]
        start = len(self.lines) - len(self.looked_at)
        if not self.rule.duration_s:
            start = len(self.lines) - 1
        while not self.over(self.lines[start].level, lowest):
            start += 1
        while start > 0 and self.over(self.lines[start - 1].level, lowest):
            start -= 1
        return self.lines[start].ms

    def decide(self, at: int) -> None:
        """Raise, relax or clear."""
        may = self.is_open is True and math.isinf(self.snoozed_until)
        for grade in reversed(self.rule.grades):
            if may and grade > self.grade and self.is_over(grade):
                self.raise_to(grade, at)
                return
        if self.grade is Grade.OK:
            return
        left = [
            grade
            for grade in self.rule.grades
            if grade <= self.grade and (self.is_over(grade) or not self.is_quiet(grade))
        ]
        if not left:
            self.end(at)
            self.cleared = at
        elif left[-1] < self.grade:
            self.grade = left[-1]
            self.told.append(Told("relaxed", at, self.grade))

    def raise_to(self, grade: Grade, at: int) -> None:
        """Raise a grade."""
        kind = "escalated"
        if self.grade is Grade.OK:
            again = self.cleared is not None and at - self.cleared <= self.rule.cooldown_s * 1000
            kind = "reopened" if again and self.rule.cooldown_s else "onset"
            began = self.first_over()
            levels = [line.level for line in self.lines if line.ms >= began]
            if kind == "onset":
                self.onset, self.began, self.peak = at, began, None
            for level in levels:
                self.meet(level)
        self.grade = grade
        self.ended = None
        self.told.append(Told(kind, at, grade))

    def meet(self, level: float) -> None:
        """Take a level of an open episode."""
        farther = max if self.rule.direction is Direction.ABOVE else min
        self.peak = level if self.peak is None else farther(self.peak, level)

    def end(self, at: int) -> None:
        """End the episode."""
        self.grade, self.ended, self.no_data, self.cleared = Grade.OK, at, False, None
        self.told.append(Told("cleared", at, Grade.OK))

    def pass_to(self, to: int, lost: float) -> None:
        """Let happen what is due by then."""
        for due, lose in sorted([(lost, True), (self.snoozed_until, False)], key=lambda each: (each[0], not each[1])):
            if due > to:
                continue
            if lose:
                self.lines, self.last = [], None
                if self.grade and not self.no_data:
                    self.no_data = True
                    self.told.append(Told("no_data", round(due), self.grade))
            else:
                self.snoozed_until = math.inf
                self.decide(round(due))

    def tick(self, at: int) -> None:
        """The time is told."""
        self.pass_to(at, self.covered + OUTAGE_MS)

    def open_or_close(self, at: int, *, is_open: bool) -> None:
        """The schedule changes."""
        self.tick(at)
        if is_open is self.is_open:
            return
        self.is_open = is_open
        if is_open:
            self.decide(at)
        elif self.grade:
            self.end(at)

    def snooze(self, until: int, at: int) -> None:
        """The rule is snoozed."""
        self.tick(at)
        self.snoozed_until = until

    def take(self, reading: Reading) -> None:
        """Judge a reading."""
        ended = round(1000 * reading.ended)
        began = max(ended - round(1000 * reading.covered_s), self.seen)
        hole = (ended if reading.level_db is None else began) - self.covered
        self.pass_to(ended, min(self.covered + OUTAGE_MS, ended) if hole > HOLE_MS else math.inf)
        self.seen = ended
        if reading.leq_db is not None:
            self.sounds |= dict.fromkeys(range(began, ended), reading.leq_db)
        if reading.level_db is None:
            return
        self.covered = ended
        self.no_data = False
        self.last = reading.level_db
        self.lines += [Line(ms, reading.level_db) for ms in range(began, ended)]
        if self.grade:
            self.meet(reading.level_db)
        self.decide(ended)

    def heard(self, until: int) -> tuple[float | None, float]:
        """The energy mean of the sound of the last episode, and how much of its time was heard."""
        end = until if self.ended is None else self.ended
        levels = [level for ms, level in self.sounds.items() if self.onset <= ms < end]
        if not levels:
            return None, 0.0
        leq = 10 * math.log10(math.fsum(10 ** (level / 10) for level in levels) / len(levels))
        return leq, 100 * len(levels) / (end - self.onset)
