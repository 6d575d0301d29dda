"""The clock in the meter: it shows local time without a zone, is set by hand, and goes too fast or too slow."""

from collections.abc import Callable
from datetime import datetime, timedelta

_DAY_S = 86400.0


class LocalClock:
    """Shows a local time by the offset of the place and season in which it was set, and drifts from then on."""

    def __init__(self, utc_offset: timedelta, ahead_s: float, drift_s_per_day: float) -> None:
        """Be so far ahead when first looked at; a positive drift makes a clock fast."""
        self._utc_offset = utc_offset
        self._ahead = timedelta(seconds=ahead_s)
        self._drift = drift_s_per_day / _DAY_S
        self._set_at_s: float | None = None
        self.on_change: Callable[[], object] = lambda: None
        """Is called when it is made to show, or to drift, otherwise than before."""

    def local(self, utc: datetime) -> datetime:
        """Return what a clock that is right shows."""
        return utc.replace(tzinfo=None) + self._utc_offset

    def shows(self, seconds: float, utc: datetime) -> datetime:
        """Return what it shows at this meter time, and the date that goes with it."""
        if self._set_at_s is None:
            self._set_at_s = seconds
        return self.local(utc) + self._ahead + timedelta(seconds=(seconds - self._set_at_s) * self._drift)

    def showed(self, at_s: float, seconds: float, utc: datetime) -> datetime:
        """Return what it showed or will show at another meter time than this one."""
        return self.shows(at_s, utc - timedelta(seconds=seconds - at_s))

    def drift(self, s_per_day: float, seconds: float) -> None:
        """Gain so much more, or less if negative, from this meter time on."""
        if self._set_at_s is not None:
            self._ahead += timedelta(seconds=(seconds - self._set_at_s) * self._drift)
        self._set_at_s = seconds
        self._drift += s_per_day / _DAY_S
        self.on_change()

    def set(self, value: datetime, seconds: float, utc: datetime) -> None:
        """Let it show this from now on."""
        self._ahead = value - self.local(utc)
        self._set_at_s = seconds
        self.on_change()
