"""For how much of today there are levels. Nothing is known of the time in which this did not run: that is a hole."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from ..acoustics.stretches import Span
from .feed.sample import COVERED_LIMIT_S, Sample
from .kept import kept_mapping, kept_time
from .windows import SET_BACK_S, sound_piece

# So much more is worth a place on disk: a crash costs no more than that, and shows as a hole.
WORTH_KEEPING_S = 600.0
# A share of less time would speak of the first connection, or of one late sample.
WORTH_TELLING_S = 60.0
# Less than a slot of the stream is no hole: the clocks of samples and of the day differ a little.
JITTER_S = 0.05


class DayCoverage:
    """Counts the seconds since local midnight of which there is a level, as windows count them.

    On the day on which a meter is added, and on that on which our clock is set back, it counts from then on.
    """

    def __init__(self, time_zone: tzinfo, restored: object, keep: Callable[[], None]) -> None:
        """Go on with what the same day's earlier run has counted; `keep` is called when there is more to keep."""
        self._time_zone = time_zone
        self._day_ends = float("-inf")
        self._keep = keep
        self._since = _now()
        self._covered_s = 0.0
        self._kept_s = 0.0
        self._ended = float("-inf")
        kept = kept_mapping(restored)
        since, covered_s = kept_time(kept.get("since")), kept.get("covered_s")
        if since and isinstance(covered_s, (int, float)) and 0 <= covered_s <= self._since - since.timestamp():
            self._since, self._covered_s, self._kept_s = since.timestamp(), float(covered_s), float(covered_s)

    def set_time_zone(self, time_zone: tzinfo) -> None:
        """Let days begin at midnight of this zone."""
        self._time_zone, self._day_ends = time_zone, float("-inf")

    @property
    def memory(self) -> dict[str, Any]:
        """What to hand in as `restored` after a restart."""
        self._kept_s = self._covered_s
        return {"since": self.since.isoformat(), "covered_s": round(self._covered_s, 1)}

    @property
    def since(self) -> datetime:
        """Where today's count begins: at midnight, or later; aware UTC."""
        self._let_days_pass(_now())
        return datetime.fromtimestamp(self._since, UTC)

    @property
    def percent(self) -> float | None:
        """The covered share of the time since then, up to 100; None while that is less than a minute."""
        now = _now()
        self._let_days_pass(now)
        if now - self._ended <= COVERED_LIMIT_S:
            # The next sample may cover what follows the last one.
            now = self._ended
        passed_s = now - self._since
        return min(100 * self._covered_s / passed_s, 100.0) if passed_s >= WORTH_TELLING_S else None

    def take_sample(self, sample: Sample) -> None:
        """Count what a sample covers; one without the levels that windows need is a hole."""
        if not (piece := sound_piece(sample)):
            return
        if piece.ended < self._ended - SET_BACK_S:
            self._count_from(piece.began)
            self._ended = piece.began
        self._let_days_pass(piece.ended)
        began = self._ended if piece.began - self._ended <= JITTER_S else piece.began
        self._covered_s += max(piece.ended - max(began, self._since), 0.0)
        self._ended = max(piece.ended, self._ended)
        if self._covered_s - self._kept_s >= WORTH_KEEPING_S:
            self._kept_s = self._covered_s
            self._keep()

    def exclude(self, span: Span) -> None:
        """Count a span of today no more, of which all is taken for covered."""
        self._let_days_pass(_now())
        began, ended = max(span.began_ms / 1000, self._since), min(span.ended_ms / 1000, self._ended)
        self._covered_s = max(self._covered_s - max(ended - began, 0.0), 0.0)
        self._kept_s = min(self._kept_s, self._covered_s)
        self._keep()

    def _count_from(self, at: float) -> None:
        self._since, self._covered_s, self._kept_s = at, 0.0, 0.0
        self._day_ends = float("-inf")

    def _let_days_pass(self, now: float) -> None:
        if now < self._day_ends:
            return
        today = datetime.fromtimestamp(now, self._time_zone)
        midnight = today.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if midnight.timestamp() > self._since:
            self._count_from(midnight.timestamp())
        self._day_ends = (midnight + timedelta(days=1)).timestamp()


def _now() -> float:
    return datetime.now(UTC).timestamp()
