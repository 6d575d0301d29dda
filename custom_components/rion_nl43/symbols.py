"""Symbols of the measured quantities, with weightings and percentages where the meter has told them."""

from typing import Final

from .acoustics import WindowKind
from .alerts import Metric
from .monitor import Facts

QUANTITIES: Final = ("lp", "leq", "le", "lmax", "lmin", "lpeak", "ln1", "ln2", "ln3", "ln4", "ln5")


def plain_symbol(quantity: str) -> str:
    """Return the symbol without weighting or percentage: Lp, Leq, LE, Lmax, Lmin, Lpeak, LN1..LN5."""
    return f"L{quantity[1:].upper()}" if quantity == "le" or quantity.startswith("ln") else f"L{quantity[1:]}"


def symbol(quantity: str, facts: Facts, channel: int = 0) -> str:
    """Return the quantity's symbol as far as it is known: LAF, LAeq, LAE, LAFmax, L10 (IEC 61672-1, ISO 1996-1).

    The weighting of Lpeak cannot be asked for, so its symbol bears none.
    """
    frequency, time = facts.frequency_weightings[channel], facts.time_weightings[channel]
    if quantity.startswith("ln"):
        percentage = facts.percentiles[int(quantity[2:]) - 1]
        return plain_symbol(quantity) if percentage is None else f"L{percentage:g}"
    if quantity in ("leq", "le") and frequency:
        return f"L{frequency}{plain_symbol(quantity)[1:]}"
    if quantity in ("lp", "lmax", "lmin") and frequency and time:
        return f"L{frequency}{time}{quantity[1:].removeprefix('p')}"
    return plain_symbol(quantity)


def leq_symbol(weighting: str) -> str:
    """Return the symbol of Leq under the weighting of a history, which remembers what the meter told last: LAeq."""
    letter = weighting[:1] if weighting.startswith(("A", "C", "Z")) else ""
    return f"L{letter}eq"


def length_symbol(minutes: int) -> str:
    """Return a length of time as it stands in symbols: 15min, 1h."""
    return f"{minutes}min" if minutes % 60 else f"{minutes // 60}h"


def window_symbol(quantity: str, minutes: int, facts: Facts | None) -> str:
    """Return the symbol of a level over a window: LAeq,15min, LAFmax,1h, L90,15min; plain where `facts` is None."""
    if quantity in ("leq", "lmax", "lmin"):
        level = plain_symbol(quantity) if facts is None else symbol(quantity, facts)
    else:
        level = quantity.upper()
    return f"{level},{length_symbol(minutes)}"


def metric_symbol(metric: Metric, facts: Facts | None) -> str:
    """Return the symbol of what an alert rule looks at: LAF, LAFmax, L10,15min; plain where `facts` is None."""
    quantity = metric.quantity.value
    if metric.window is None:
        return plain_symbol(quantity) if facts is None else symbol(quantity, facts)
    level = quantity.removeprefix("window_") if metric.percentage is None else f"l{metric.percentage}"
    name = window_symbol(level, metric.window.length_s // 60, facts)
    return f"{name} clock-aligned" if metric.window.kind is WindowKind.ALIGNED else name
