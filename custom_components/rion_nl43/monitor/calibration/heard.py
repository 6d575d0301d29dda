"""What is kept over a restart of a calibrator that was heard."""

from collections.abc import Mapping
from typing import Any

from ...acoustics.stretches import Span
from .entry import NOMINAL_DB, kept_level
from .tone import HeardTone

# More ms are no time: the year 5000.
_END_OF_TIME_MS = 95_617_584_000_000


def heard_to_json(tone: HeardTone) -> dict[str, Any]:
    """Return it in plain JSON."""
    return {"span": list(tone.span), "nominal_db": tone.nominal_db, "level_db": tone.level_db}


def kept_heard(kept: object) -> HeardTone | None:
    """Return the calibrator that was kept; None for anything else."""
    if not isinstance(kept, Mapping):
        return None
    span, nominal_db, level_db = kept_span(kept.get("span")), kept.get("nominal_db"), kept_level(kept.get("level_db"))
    if span is None or nominal_db not in NOMINAL_DB or level_db is None:
        return None
    return HeardTone(span, nominal_db, level_db)


def kept_span(kept: object) -> Span | None:
    """Return the time in ms that was kept; None for anything else."""
    match kept:
        case [int(began_ms), int(ended_ms)] if 0 <= began_ms < ended_ms < _END_OF_TIME_MS:
            return Span(began_ms, ended_ms)
        case _:
            return None
