"""How often something drastic may be tried. Pure: all times are aware and passed in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

LIMIT = 3
WINDOW = timedelta(minutes=15)


class Lockout:
    """At most LIMIT times in any WINDOW."""

    def __init__(self, times: Iterable[datetime] = ()) -> None:
        """Take the times at which it was done before."""
        self._times = sorted(times)[-LIMIT:]

    def recent(self, now: datetime) -> tuple[datetime, ...]:
        """When it was done within the WINDOW before now, oldest first.

        A wall clock that was put back shows some of these in the future: they count for as long as any other.
        """
        return tuple(at for at in self._times if abs(now - at) < WINDOW)

    def allows(self, now: datetime) -> bool:
        """Return whether it may be done now."""
        return len(self.recent(now)) < LIMIT

    def note(self, now: datetime) -> None:
        """It is done now."""
        self._times = sorted((*self.recent(now), now))[-LIMIT:]

    def to_json(self) -> list[str]:
        """What to keep over a restart."""
        return [at.isoformat() for at in self._times]
