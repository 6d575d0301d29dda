"""Accounts for every second: covered by a sample, or not, and why. Pure: times are seconds since the beginning."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

# What the times of two slots of a stream may be apart or overlap, when a row is held up less than all before it.
JITTER_S = 0.1
# A stream rests for results, run state, slow facts and commands, of which a start cycle takes the longest; it also
# begins and ends with a hole.
REST_LIMIT_S = 16.0
# The last sample before a trouble may have come so much earlier: a slow exchange or two lie between them.
BEFORE_S = 6.0


@dataclass(frozen=True, slots=True)
class Gap:
    """Time without a sample; `stream`: it begins or ends with a slot of a stream."""

    began: float
    ended: float
    stream: bool

    @property
    def length_s(self) -> float:
        """How long it is."""
        return self.ended - self.began


@dataclass(frozen=True, slots=True)
class Trouble:
    """Time in which samples may be missing, and for so much longer until the link must be back."""

    began: float
    ended: float
    back_s: float


@dataclass(slots=True)
class Ledger:
    """Seconds so far; `unexplained` are the gaps, or what is left of them, that nothing excuses."""

    covered_s: float = 0.0
    twice_s: float = 0.0
    rested_s: float = 0.0
    troubled_s: float = 0.0
    excusable_s: float = 0.0
    unexplained: list[Gap] = field(default_factory=list)
    end: float = 0.0
    """When the last sample ended."""
    _end_streamed: bool = False
    _gaps: list[Gap] = field(default_factory=list)
    _troubles: list[Trouble] = field(default_factory=list)

    @property
    def unexplained_s(self) -> float:
        """Seconds that nothing excuses."""
        return sum(gap.length_s for gap in self.unexplained)

    @property
    def total_s(self) -> float:
        """All seconds that are accounted for."""
        return self.covered_s + self.rested_s + self.troubled_s + self.unexplained_s

    def take_sample(self, at: float, duration_s: float, *, streamed: bool) -> None:
        """Take a sample that ended then; one that covers nothing is none."""
        if not duration_s:
            return
        self._uncovered_until(at - duration_s, streamed=streamed)
        self.twice_s += max(0.0, self.end - (at - duration_s))
        self._cover_until(at)
        self._end_streamed = streamed

    def take_trouble(self, trouble: Trouble) -> None:
        """Excuse gaps; it may be told later than they are."""
        self._troubles.append(trouble)

    def settle(self) -> None:
        """Judge all gaps until the last sample; troubles that are told later do not excuse them."""
        excuses = merged((trouble.began - BEFORE_S, trouble.ended + trouble.back_s) for trouble in self._troubles)
        self.excusable_s += sum(ended - began for began, ended in excuses)
        for gap in self._gaps:
            self._judge(gap, excuses)
        self._gaps.clear()
        self._troubles.clear()

    def _uncovered_until(self, began: float, *, streamed: bool) -> None:
        if began - self.end > JITTER_S:
            self._gaps.append(Gap(self.end, began, streamed or self._end_streamed))
            self.end = began

    def _cover_until(self, at: float) -> None:
        self.covered_s += max(0.0, at - self.end)
        self.end = max(at, self.end)

    def _judge(self, gap: Gap, excuses: list[tuple[float, float]]) -> None:
        left = without((gap.began, gap.ended), excuses)
        left_s = sum(ended - began for began, ended in left)
        self.troubled_s += gap.length_s - left_s
        if gap.stream and left_s <= REST_LIMIT_S:
            self.rested_s += left_s
        else:
            self.unexplained += [Gap(began, ended, gap.stream) for began, ended in left]


def merged(spans: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return the same time in spans that neither touch nor overlap, in order."""
    whole: list[tuple[float, float]] = []
    for began, ended in sorted(spans):
        if whole and began <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(ended, whole[-1][1]))
        else:
            whole.append((began, ended))
    return whole


def without(span: tuple[float, float], holes: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return what is left of a span; the holes are in order and do not overlap."""
    edges = [span[0], *(min(max(edge, span[0]), span[1]) for hole in holes for edge in hole), span[1]]
    return [(began, ended) for began, ended in list(pairwise(edges))[::2] if ended > began]
