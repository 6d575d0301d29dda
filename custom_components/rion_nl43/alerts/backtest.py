"""What a rule would have told of readings from before."""

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import tzinfo
import sys
from typing import NamedTuple

from .engine import AlertEngine
from .episode import Episode
from .reading import Reading
from .rule import Rule
from .schedule import Helper


class HelperChange(NamedTuple):
    """What a helper said of its schedule from then on, in seconds since the epoch; None while it says nothing."""

    at: float
    is_open: bool | None


def backtest(
    rule: Rule, readings: Iterable[Reading], zone: tzinfo, helper: Iterable[HelperChange] = ()
) -> tuple[Episode, ...]:
    """Return the episodes that a rule would have raised, the oldest first; the last one may be open.

    The same judge judges as does while a meter is watched. Readings come in order; `helper` tells, in order, what the
    helper of the rule's schedule said, and without it the helper says nothing. The rule is judged as if it were
    enabled.
    """
    schedule = rule.schedule
    changes = deque(helper if isinstance(schedule, Helper) else ())
    engine: AlertEngine | None = None
    for reading in readings:
        began = reading.ended - reading.covered_s
        if engine is None:
            engine = AlertEngine(began, zone=zone, history=sys.maxsize)
            engine.configure([replace(rule, enabled=True)], began)
        while isinstance(schedule, Helper) and changes and changes[0].at <= reading.ended:
            change = changes.popleft()
            engine.set_schedule(schedule.name, change.is_open, max(change.at, began))
        engine.take({rule.id: reading})
        if (due := engine.next_tick) is not None and due <= reading.ended:
            # Traces that are complete are not gone on with.
            engine.tick(reading.ended)
    return () if engine is None else tuple(reversed(engine.episodes()))
