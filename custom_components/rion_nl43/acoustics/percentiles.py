"""Percentile levels from the time spent in each class of 0.1 dB.

LN is the level exceeded N % of the time (ISO 1996-1; N % time-weighted level): the highest class that is reached or
exceeded for at least N % of the time.
"""

from collections.abc import Iterable, Mapping, Sequence

PERCENTAGES = (1, 5, 10, 50, 90, 95)
CLASSES_PER_DB = 10


def class_of(level: float) -> int:
    """Return the number of the class of 0.1 dB in which a level lies."""
    return round(level * CLASSES_PER_DB)


def percentiles_of(classes: Mapping[int, int], percentages: Sequence[int] = PERCENTAGES) -> dict[int, float]:
    """Return LN in dB by N, of rising percentages, from the time spent in each class; empty if there is no time."""
    total = sum(classes.values())
    if not total:
        return {}
    found: dict[int, float] = {}
    passed = 0
    falling = iter(sorted(classes, reverse=True))
    number = 0
    for percentage in percentages:
        while 100 * passed < percentage * total:
            number = next(falling)
            passed += classes[number]
        found[percentage] = number / CLASSES_PER_DB
    return found


def percentile_levels(
    levels: Iterable[float], durations_ms: Iterable[int] | None = None, percentages: Sequence[int] = PERCENTAGES
) -> dict[int, float]:
    """Return LN in dB by N (rising, 1 to 100) of levels that lasted so long each, or all the same; empty without time.

    ValueError if there are not as many durations as levels.
    """
    classes: dict[int, int] = {}
    if durations_ms is None:
        for level in levels:
            number = class_of(level)
            classes[number] = classes.get(number, 0) + 1
    else:
        for level, duration_ms in zip(levels, durations_ms, strict=True):
            number = class_of(level)
            classes[number] = classes.get(number, 0) + duration_ms
    return percentiles_of(classes, percentages)
