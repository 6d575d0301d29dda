"""Symbols of levels, with the weightings as far as they are known; ~this~ is set lower (`markup.rich`)."""

from ..acoustics.day_plans import DayPart, Rating
from .sources import ReportSources


def leq_symbol(sources: ReportSources, duration: str = "", *, weighting: str | None = None) -> str:
    """Return L~Aeq~, or L~Aeq,1h~ over a duration; of the report's weighting, if no other is told."""
    frequency = sources.frequency_weighting or "" if weighting is None else weighting
    return f"L~{frequency}eq{f',{duration}' if duration else ''}~"


def extreme_symbol(sources: ReportSources, which: str) -> str:
    """Return L~AFmax~ or L~AFmin~; without weightings if one of them is unknown."""
    frequency, time = sources.frequency_weighting, sources.time_weighting
    return f"L~{frequency}{time}{which}~" if frequency and time else f"L~{which}~"


def percentile_symbol(percentage: int) -> str:
    """Return L~10~."""
    return f"L~{percentage}~"


def part_symbol(sources: ReportSources, part: DayPart) -> str:
    """Return L~day~ where the plan is for Lden or Ldn, and L~Aeq,16h~ elsewhere; L~day~ is of weighting A alone."""
    if sources.plan.rating is None or not _is_a(sources):
        return leq_symbol(sources, f"{sources.plan.hours(part):g}h")
    return {DayPart.DAY: "L~day~", DayPart.EVENING: "L~evening~", DayPart.NIGHT: "L~night~"}[part]


def rating_symbol(sources: ReportSources) -> str:
    """Return L~den~ or L~dn~; L~C,den~ for what they would be of another weighting than A."""
    weighting = "" if _is_a(sources) else f"{sources.frequency_weighting},"
    return f"L~{weighting}{'den' if sources.plan.rating is Rating.LDEN else 'dn'}~"


def _is_a(sources: ReportSources) -> bool:
    """Return whether the weighting is A, or nobody has told another one."""
    return sources.frequency_weighting in (None, "A")
