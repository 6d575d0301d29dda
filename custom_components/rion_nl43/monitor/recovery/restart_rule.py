"""When a meter that should be measuring is to be started. Pure: all times are aware and passed in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from ..kept import kept_flag, kept_times
from .lockout import Lockout
from .stop_reason import StopReason

# A start that brought no measurement is tried anew after this.
RETRY_AFTER = timedelta(seconds=60)


class WatchdogState(StrEnum):
    """What the watchdog does: by the last known run state, while the meter cannot be asked.

    `waiting`: the meter is not expected to measure now, or nothing is known of it yet; `given_up`: to restart it was in
    vain.
    """

    OFF = "off"
    WAITING = "waiting"
    MEASURING = "measuring"
    RESTARTING = "restarting"
    STOP_RESPECTED = "stop_respected"
    GIVEN_UP = "given_up"


class RestartRule:
    """Restarts what stopped by itself, within the lockout, and respects a Stop that a person wanted."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        """Go on as before a restart, of which `kept` is left; nothing is expected before somebody says so."""
        expected = kept.get("expected")
        self.expected: bool | None = None
        self._expected_before = expected if isinstance(expected, bool) else None
        self._respected = kept_flag(kept.get("respected"))
        self._given_up = kept_flag(kept.get("given_up"))
        self._lenient = kept_flag(kept.get("lenient"))
        self._lockout = Lockout(kept_times(kept.get("restarts")))
        self._measuring: bool | None = None
        self._tried_at: datetime | None = None

    @property
    def state(self) -> WatchdogState:
        """What becomes of the meter now."""
        if self.expected is None:
            return WatchdogState.OFF
        if not self.expected:
            return WatchdogState.WAITING
        if self._measuring:
            return WatchdogState.MEASURING
        if self._respected:
            return WatchdogState.STOP_RESPECTED
        if self._given_up:
            return WatchdogState.GIVEN_UP
        return WatchdogState.WAITING if self._measuring is None else WatchdogState.RESTARTING

    def expect(self, expected: bool | None) -> None:
        """Take whether the meter should be measuring now; None switches off. What begins to be expected begins anew."""
        if expected is not True or self._expected_before is not True:
            self._begin_anew()
        self.expected = self._expected_before = expected

    def acknowledge(self) -> None:
        """A person has seen that the restarts were in vain: the next one waits for the lockout in silence."""
        if self._given_up:
            self._begin_anew()

    def started(self) -> None:
        """The meter measures, whoever started it."""
        self._measuring = True
        self._respected = self._given_up = self._lenient = False
        self._tried_at = None

    def stopped(self, reason: StopReason | None) -> None:
        """The meter does not measure; the reason, if that is news."""
        self._measuring = False
        if reason is not None and reason.wanted:
            self._respected = True

    def due(self, now: datetime) -> bool:
        """Return whether to start now, the run state being certain; gives up when that was done too often."""
        if self.state is not WatchdogState.RESTARTING:
            return False
        # The wall clock may have been put back meanwhile.
        if self._tried_at is not None and abs(now - self._tried_at) < RETRY_AFTER:
            return False
        if self._lockout.allows(now):
            return True
        self._given_up = not self._lenient
        return False

    def note_restart(self, now: datetime) -> None:
        """A start is tried now."""
        self._lockout.note(now)
        self._lenient = False
        self._tried_at = now

    def to_json(self) -> dict[str, Any]:
        """What to keep over a restart of this program."""
        return {
            "expected": self._expected_before,
            "respected": self._respected,
            "given_up": self._given_up,
            "lenient": self._lenient,
            "restarts": self._lockout.to_json(),
        }

    def _begin_anew(self) -> None:
        """Forget what was respected and what was in vain; a full lockout is waited out, though."""
        self._respected = self._given_up = False
        self._lenient = True
