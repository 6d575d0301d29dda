"""What the meter's clock shows now: by it the card's files are dated."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
import math

from ..feed.facts import Facts
from ..measurement.clock import local_time
from ..state import MeterState

# A meter that is further off than some centuries is none.
FURTHEST_S = 1e10
# The meter tells whole seconds: smaller changes are not worth keeping.
WORTH_KEEPING_S = 2.0


class CardClock:
    """Knows how far the meter's clock is ahead of UTC: it does not follow summer time as local time does."""

    def __init__(self, state: MeterState, restored: object, keep: Callable[[], None]) -> None:
        """Learn from the facts; `restored` is `ahead_of_utc_s` of an earlier run, and `keep` is called when it changes.

        In `restored` anything may stand.
        """
        self._state = state
        self._keep = keep
        self._offset_s: float | None = None
        self.ahead_of_utc_s = _seconds(restored)
        state.facts_changes.connect(self._take)

    @property
    def known(self) -> bool:
        """Whether it was ever read."""
        return self.ahead_of_utc_s is not None

    def now(self) -> datetime:
        """What the meter's clock shows, naive: local time if it was never read."""
        now = datetime.now(UTC)
        if self.ahead_of_utc_s is None:
            return local_time(now, self._state.time_zone)
        return now.replace(tzinfo=None) + timedelta(seconds=self.ahead_of_utc_s)

    def _take(self, facts: Facts) -> None:
        if facts.clock_offset_s is None or facts.clock_offset_s == self._offset_s:
            return
        self._offset_s = facts.clock_offset_s
        now = datetime.now(UTC)
        zone_s = (local_time(now, self._state.time_zone) - now.replace(tzinfo=None)).total_seconds()
        ahead_s, known_s = facts.clock_offset_s + zone_s, self.ahead_of_utc_s
        self.ahead_of_utc_s = ahead_s
        if known_s is None or abs(ahead_s - known_s) > WORTH_KEEPING_S:
            self._keep()


def _seconds(kept: object) -> float | None:
    return kept if isinstance(kept, float) and math.isfinite(kept) and abs(kept) < FURTHEST_S else None
