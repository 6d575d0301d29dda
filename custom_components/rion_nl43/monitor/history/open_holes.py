"""Which holes of the history are still to be repaired from the card, and when to try. Pure: time is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ...acoustics.stretches import Span
from ..kept import kept_mapping
from .card_import import CRUMB_MS, merged, without

# Holes that are older stay as they are, unless somebody asks for it.
LOOK_BACK_MS = 7 * 86_400_000
# After the first try: a file is locked as long as it is written, an hour most of the time, a measurement at worst.
AGAIN_MS = (900_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000)
# What is finished on the card is on the card a little later.
SETTLE_MS = 60_000
# A link that comes and goes makes many holes; what is known of more of them is forgotten.
HOLES_KEPT = 200


@dataclass(frozen=True, slots=True)
class OpenHole:
    """A hole, how often it was tried to repair it, and when that is next due; None: no more."""

    span: Span
    tries: int = 0
    due_ms: int | None = None


class OpenHoles:
    """Remembers holes: those that are done too, for a hole of the feed stays one whatever the card told."""

    def __init__(self, restored: object = None) -> None:
        """Go on with what an earlier run kept, whatever it is."""
        self._holes = _kept(restored)

    @property
    def memory(self) -> dict[str, Any]:
        """What to hand in as `restored`."""
        return {"holes": [[*hole.span, hole.tries, hole.due_ms] for hole in self._holes]}

    @property
    def next_due_ms(self) -> int | None:
        """When something is to be tried; None if nothing is."""
        return min((hole.due_ms for hole in self._holes if hole.due_ms is not None), default=None)

    def due(self, now_ms: int) -> list[OpenHole]:
        """Return what is to be tried now."""
        return [hole for hole in self._holes if hole.due_ms is not None and hole.due_ms <= now_ms]

    def take(self, holes: Iterable[Span], now_ms: int, wait_ms: int) -> bool:
        """Take the holes that are over; whether any is new: it is due so long after its end."""
        earliest_ms = now_ms - LOOK_BACK_MS
        self._holes = [hole for hole in self._holes if hole.span.ended_ms > earliest_ms][-HOLES_KEPT:]
        new = [
            OpenHole(span, due_ms=max(span.ended_ms + wait_ms + SETTLE_MS, now_ms))
            for span in without(sorted(holes), merged(hole.span for hole in self._holes))
            if span.ended_ms - span.began_ms >= CRUMB_MS
        ]
        self._holes += new
        return bool(new)

    def tried(self, hole: OpenHole, now_ms: int, *, again: bool) -> None:
        """Note that a try is over, and whether it is worth another one."""
        worth = again and hole.tries < len(AGAIN_MS)
        due_ms = now_ms + AGAIN_MS[hole.tries] if worth else None
        self._holes = [
            replace(each, tries=each.tries + 1, due_ms=due_ms) if each.span == hole.span else each
            for each in self._holes
        ]

    def hurry(self, now_ms: int) -> None:
        """Try soon what is to be tried once more: the meter has ended a measurement, and with it closed its files."""
        self._holes = [
            replace(hole, due_ms=min(hole.due_ms, now_ms + SETTLE_MS)) if hole.tries and hole.due_ms else hole
            for hole in self._holes
        ]


def _kept(restored: object) -> list[OpenHole]:
    kept = kept_mapping(restored).get("holes")
    return [
        OpenHole(Span(each[0], each[1]), each[2], each[3])
        for each in (kept if isinstance(kept, list) else [])
        if isinstance(each, list)
        and len(each) == 4
        and all(type(value) is int and 0 <= value < 1 << 50 for value in each[:3])
        and (each[3] is None or type(each[3]) is int)
        and each[0] < each[1]
    ][-HOLES_KEPT:]
