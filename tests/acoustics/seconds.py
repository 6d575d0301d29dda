"""What hours, periods and budgets must tell, the slow and obvious way: second by second."""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from fractions import Fraction
import math

from hypothesis import strategies as st

from custom_components.rion_nl43.acoustics.stretches import Stretch

HOUR_S = 3600

type Seconds = Mapping[int, Stretch]


def stretch(
    second: int,
    length_s: int,
    leq: float,
    *,
    lmax: float | None = None,
    lmin: float | None = None,
    classes: Mapping[int, int] | None = None,
    coverage: float = 1.0,
) -> Stretch:
    """Return a stretch on whole seconds."""
    return Stretch.of_level(
        second, length_s * coverage, leq, lmax=lmax, lmin=lmin, classes=classes, length_s=float(length_s)
    )


@st.composite
def stretches(draw: st.DrawFn, first: int, last: int, *, lengths: tuple[int, ...] = (1, 5, 420, 600, 900)) -> Stretch:
    """Draw a stretch that begins between two seconds, at any phase."""
    leq = draw(st.integers(200, 1300)) / 10
    classes = draw(st.dictionaries(st.integers(200, 210), st.integers(1, 5), max_size=3))
    extremes = st.none() | st.integers(0, 50)
    above, below = draw(extremes), draw(extremes)
    return stretch(
        draw(st.integers(first, last)),
        draw(st.sampled_from(lengths)),
        leq,
        lmax=None if above is None else leq + above,
        lmin=None if below is None else leq - below,
        classes=classes,
        coverage=draw(st.sampled_from([1.0, 1.0, 0.5, 0.25])),
    )


def painted(found: Iterable[Stretch], began: int, ended: int) -> dict[int, Stretch]:
    """Return what counts in each second of a span: of several stretches the one that covers most time in the span."""
    parts = [
        (range(max(began, one.began_ms // 1000), min(ended, one.ended_ms // 1000)), one)
        for one in found
        if one.began_ms < 1000 * ended and one.ended_ms > 1000 * began
    ]
    painting: dict[int, Stretch] = {}
    for seconds, one in sorted(parts, key=_order):
        for second in seconds:
            painting.setdefault(second, one)
    return painting


def _order(part: tuple[range, Stretch]) -> tuple[float, int, int, float, float, float, tuple[tuple[int, int], ...]]:
    """Sort by covered time first; what follows only makes it the same in any order of coming."""
    seconds, one = part
    return (
        -len(seconds) * one.coverage,
        seconds[0],
        seconds[-1],
        one.energy,
        -math.inf if one.lmax is None else one.lmax,
        -math.inf if one.lmin is None else one.lmin,
        one.classes,
    )


def covered_s(seconds: Seconds) -> float:
    """Return for how long seconds are covered."""
    return math.fsum(one.coverage for one in seconds.values())


def energy_s(seconds: Seconds) -> float:
    """Return energy times s."""
    return math.fsum(one.energy * one.coverage for one in seconds.values())


def leq(seconds: Seconds) -> float | None:
    """Return the level of the mean energy of the covered time."""
    return 10 * math.log10(energy_s(seconds) / covered_s(seconds)) if seconds else None


def extremes(seconds: Seconds) -> tuple[float | None, float | None]:
    """Return the highest Lmax and the lowest Lmin."""
    return (
        max((one.lmax for one in seconds.values() if one.lmax is not None), default=None),
        min((one.lmin for one in seconds.values() if one.lmin is not None), default=None),
    )


def exceeded(seconds: Seconds, number: int) -> float | None:
    """Return LN: the level reached N % of the time of which the classes are known, if that is enough of the time."""
    times: dict[int, Fraction] = {}
    for one in seconds.values():
        for name, time in one.classes:
            share = Fraction(time, sum(times for _, times in one.classes))
            times[name] = times.get(name, Fraction(0)) + share * Fraction(one.coverage)
    known = sum(times.values())
    if not known or known < Fraction(3, 4) * Fraction(covered_s(seconds)):
        return None
    passed = Fraction(0)
    for name in sorted(times, reverse=True):
        passed += times[name]
        if passed * 100 >= number * known:
            return name / 10
    raise AssertionError("more than all the time")


def repaired(feed: Iterable[Stretch], records: Iterable[Stretch], hour: int) -> tuple[dict[int, Stretch], set[int]]:
    """Return what counts in each second of an hour, and which of them the meter's records tell of."""
    heard = painted(feed, hour, hour + HOUR_S)
    stored = painted(records, hour, hour + HOUR_S)
    chosen = dict(heard)
    from_meter: set[int] = set()
    run: list[int] = []
    for second in range(hour, hour + HOUR_S + 1):
        if run and stored.get(second) is not stored[run[-1]]:
            mine = math.fsum(heard[one].coverage for one in run if one in heard)
            if math.fsum(stored[one].coverage for one in run) > mine:
                from_meter.update(run)
            run = []
        if second in stored:
            run.append(second)
    for second in from_meter:
        chosen[second] = stored[second]
    return chosen, from_meter


def clock(second: int, zone: tzinfo) -> datetime:
    """Return what a clock on the wall shows."""
    return datetime.fromtimestamp(second, zone).replace(tzinfo=None, fold=0)


def close(one: float | None, other: float | None, *, tolerance: float = 1e-9) -> bool:
    """Whether two levels are the same but for rounding."""
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
