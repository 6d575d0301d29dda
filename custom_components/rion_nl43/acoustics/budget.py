"""How much sound a limit still allows: a limit of LAeq over a period is a budget of energy."""

from collections.abc import Iterable
from dataclasses import dataclass
import math

from .energy import energy_of, level_of
from .periods import MIN_COVERAGE
from .stretches import Span, Stretch, clipped, disjoint, total_of

# So much, 4e-9 dB, is rounding: a steady level that is just the limit keeps it.
_SLACK = 1 + 1e-9


@dataclass(frozen=True, slots=True)
class Budget:
    """What has become of a limit of LAeq over a period, at one time in it; levels are in dB, times in s.

    - `leq`: LAeq of the covered time so far; None below the wanted coverage.
    - `coverage`: share of the time so far that is covered, 0 to 1; 1 before any has passed.
    - `projected`: LAeq over the period if the present level goes on to its end; None if unknown.
    - `allowed`: the level at which the rest of the period just keeps the limit; None if unknown, if nothing is allowed
      any more, and if there is no rest.
    - `breach_s`: how long the present level can go on until the limit is broken whatever follows, even silence. 0 if
      it is broken already, None if that does not happen within the period, and if unknown (`projected` is None then).
    - `above_s`: the covered time in which the level was above the limit.
    - `exceedances`: how often the level rose above the limit.
    """

    leq: float | None
    coverage: float
    projected: float | None
    allowed: float | None
    breach_s: float | None
    above_s: float
    exceedances: int


def budget(
    stretches: Iterable[Stretch],
    period: Span,
    limit: float,
    now_ms: int,
    *,
    present: float | None = None,
    min_coverage: float = MIN_COVERAGE,
) -> Budget:
    """Return the budget of a limit in dB for LAeq over a period, `now_ms` since the epoch, at a present level in dB.

    Time that nothing covers is assumed to have been as loud as the mean of the time so far that is covered, which is
    how LAeq treats it too; what will come is assumed to be covered. Below the wanted coverage of the time so far that
    would be a guess, and what rests on it is None. One thing needs no assumption: what was measured alone can have
    used up the budget, then `breach_s` is 0 at any coverage. A level that is just the limit does not break it.

    ValueError if the period has no length.

    The period's stretches up to now count, each by its Leq where it is compared with the limit: a meter's samples tell
    of every second above it, hours only of hours. Time that nothing covers is neither above nor below: an exceedance
    goes on over it.
    """
    began_ms, ended_ms = period
    if ended_ms <= began_ms:
        raise ValueError(f"no period from {began_ms} to {ended_ms} ms")
    now_ms = min(max(now_ms, began_ms), ended_ms)
    past = clipped(disjoint(stretches), Span(began_ms, now_ms))
    total = total_of(past)
    coverage = min(1.0, total.covered_ms / (now_ms - began_ms)) if now_ms > began_ms else 1.0
    known = coverage >= min_coverage and (total.covered_ms > 0 or now_ms == began_ms)
    budgeted = energy_of(limit) * (ended_ms - began_ms)
    broken = total.energy_ms > budgeted * _SLACK
    above_s, exceedances = _above(past, limit)
    projected = allowed = breach_s = None
    if known:
        spent = total.energy_ms / total.covered_ms * (now_ms - began_ms) if total.covered_ms else 0.0
        broken = broken or spent > budgeted * _SLACK
        rest_ms = ended_ms - now_ms
        allowed = level_of((budgeted - spent) / rest_ms) if rest_ms and spent < budgeted else None
        projected, breach_s = _go_on(spent, budgeted, period, rest_ms, present)
    return Budget(
        leq=total.leq if known else None,
        coverage=coverage,
        projected=projected,
        allowed=allowed,
        breach_s=0.0 if broken else breach_s,
        above_s=above_s,
        exceedances=exceedances,
    )


def _go_on(
    spent: float, budgeted: float, period: Span, rest_ms: int, present: float | None
) -> tuple[float | None, float | None]:
    """Return LAeq over the period and the seconds to a breach, if the present level goes on."""
    length_ms = period.ended_ms - period.began_ms
    if not rest_ms:
        return level_of(spent / length_ms), None
    if present is None:
        return None, None
    energy = energy_of(present)
    projected = spent + energy * rest_ms
    breach_s = (budgeted - spent) / energy / 1000 if projected > budgeted * _SLACK else None
    return level_of(projected / length_ms), None if breach_s is None else max(0.0, breach_s)


def _above(past: Iterable[Stretch], limit: float) -> tuple[float, int]:
    """Return for how many seconds, and how often, stretches in order of time were above a limit."""
    above_ms: list[float] = []
    exceedances = 0
    was_above = False
    for stretch in past:
        is_above = stretch.energy > energy_of(limit) * _SLACK
        if is_above:
            above_ms.append(stretch.covered_ms)
            exceedances += not was_above
        was_above = is_above
    return math.fsum(above_ms) / 1000, exceedances
