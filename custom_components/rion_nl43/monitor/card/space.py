"""For how many days the card has room at the rate at which measurements fill it. Pure: times are passed in."""

from collections import deque
from collections.abc import Mapping
from datetime import datetime
from itertools import pairwise
import logging
import math
from typing import Any, NamedTuple

_LOGGER = logging.getLogger(__name__)

DAY_S = 86_400.0
# The meter tells whole MB, now and then a few more than before.
RESOLUTION_MB = 1.0
JITTER_MB = 4.0
# No measurement fills a card faster; what does is another card.
FASTEST_MB_PER_S = 2.0
ENOUGH_S = 3600.0
# The rate is that of so much time measured lately, but always of a few falls.
WINDOW_S = DAY_S
FEWEST, MOST = 3, 200
# Steps that follow each other faster are taken together.
APART_S = 600.0


class Fall(NamedTuple):
    """When the free space had become less: by how much in all, after so much time measured in all."""

    measured_s: float
    fallen_mb: float


class CardSpace:
    """Watches how the free space falls while the meter measures; other times, and a card that is changed, do not count.

    The free size falls in steps: the rate is that from one step to another, and that is known after an hour.
    """

    def __init__(self, restored: Mapping[str, Any]) -> None:
        """Go on with `memory` of an earlier run, in which anything may stand."""
        self._falls = deque[Fall](maxlen=MOST)
        self._measured_s = self._fallen_mb = 0.0
        self._free_mb: float | None = None
        self._lowest_mb: float | None = None
        self._at: datetime | None = None
        self._total_mb: float | None = None
        self._storing: tuple[str, ...] | None = None
        try:
            self._restore(restored)
        except (LookupError, TypeError, ValueError, OverflowError) as error:
            _LOGGER.debug("No use could be made of the kept space: %r", error)

    @property
    def mb_per_day(self) -> float | None:
        """How much a day of measuring writes; None without evidence."""
        if len(self._falls) < 2 or self._falls[-1].measured_s - self._falls[0].measured_s < ENOUGH_S:
            return None
        first, last = self._falls[0], self._falls[-1]
        fallen_mb = last.fallen_mb - first.fallen_mb
        # What has not shown yet is less than a step: so a rate becomes less when nothing falls any more.
        rate = min(
            fallen_mb / (last.measured_s - first.measured_s),
            (fallen_mb + RESOLUTION_MB) / (self._measured_s - first.measured_s),
        )
        return rate * DAY_S

    @property
    def days_left(self) -> float | None:
        """For how many days of measuring there is room; None without evidence."""
        if self._free_mb is None or not (mb_per_day := self.mb_per_day):
            return None
        return self._free_mb / mb_per_day

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart."""
        return {
            "falls": [list(fall) for fall in self._falls],
            "measured_s": self._measured_s,
            "fallen_mb": self._fallen_mb,
            "total_mb": self._total_mb,
            "storing": None if self._storing is None else list(self._storing),
        }

    def take(
        self,
        now: datetime,
        free_mb: float | None,
        total_mb: float | None,
        *,
        measuring_since: datetime | None,
        storing: tuple[str, ...],
    ) -> bool:
        """Take what is known now (all times aware); true if that is worth keeping.

        `measuring_since` is None unless it measures, or if that is not known; `storing` are the settings by which it
        stores, as far as known: with others the rate is another.
        """
        if free_mb is None:
            return False
        changed = self._take_storing(storing)
        other_card = total_mb is not None and self._total_mb is not None and total_mb != self._total_mb
        self._total_mb = self._total_mb if total_mb is None else total_mb
        since, self._at, self._free_mb = self._at, now, free_mb
        lowest_mb = self._lowest_mb
        if (
            since is None
            or lowest_mb is None
            or other_card
            or free_mb > lowest_mb + JITTER_MB
            or measuring_since is None
            or measuring_since > since
        ):
            self._lowest_mb = free_mb
            return changed or other_card
        passed_s = max((now - since).total_seconds(), 0.0)
        fallen_mb = lowest_mb - free_mb
        if fallen_mb > JITTER_MB + FASTEST_MB_PER_S * passed_s:
            self._lowest_mb = free_mb
            return changed
        self._measured_s += passed_s
        if fallen_mb <= 0:
            return changed
        self._lowest_mb = free_mb
        self._fallen_mb += fallen_mb
        if len(self._falls) > 1 and self._falls[-1].measured_s - self._falls[-2].measured_s < APART_S:
            self._falls.pop()
        self._falls.append(Fall(self._measured_s, self._fallen_mb))
        while len(self._falls) > FEWEST and self._measured_s - self._falls[0].measured_s > WINDOW_S:
            self._falls.popleft()
        return True

    def _take_storing(self, storing: tuple[str, ...]) -> bool:
        """Forget the rate when it stores in another way; whether there is news to keep."""
        if not storing or storing == self._storing:
            return False
        if self._storing is not None:
            self._falls.clear()
        self._storing = storing
        return True

    def _restore(self, kept: Mapping[str, Any]) -> None:
        if not kept:
            return
        falls = [Fall(_amount(measured_s), _amount(fallen_mb)) for measured_s, fallen_mb in kept["falls"]]
        measured_s, fallen_mb = _amount(kept["measured_s"]), _amount(kept["fallen_mb"])
        in_order = [*falls, Fall(measured_s, fallen_mb)]
        for earlier, later in pairwise(in_order):
            if earlier.measured_s > later.measured_s or earlier.fallen_mb > later.fallen_mb:
                raise ValueError("it does not fall")
        total_mb, storing = kept["total_mb"], kept["storing"]
        if storing is not None and not all(isinstance(word, str) for word in storing):
            raise TypeError("a setting that is no text")
        self._total_mb = None if total_mb is None else _amount(total_mb)
        self._storing = None if storing is None else tuple(storing)
        self._measured_s, self._fallen_mb = measured_s, fallen_mb
        self._falls.extend(falls)


def _amount(kept: Any) -> float:
    amount = float(kept)
    if not math.isfinite(amount) or amount < 0:
        raise ValueError("no amount")
    return amount
