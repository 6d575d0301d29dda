"""Levels over time: energy means, percentiles, windows with coverage. Pure: time is passed in."""

from .budget import Budget
from .day_plans import PRESETS, DayPart, DayPlan, Rating
from .energy import energy_mean, energy_of, energy_sum, level_of
from .hours import HOUR_MS, HourLevels, exposure_pa2h
from .percentiles import PERCENTAGES, percentile_levels
from .periods import DayLevels, PeriodLevel
from .pieces import Basis, SoundPiece
from .spec import WindowKind, WindowSpec
from .stretches import Span, Stretch
from .window_levels import WindowLevels
from .windows import MIN_COVERAGE_PERCENT, Windows

__all__ = [
    "HOUR_MS",
    "MIN_COVERAGE_PERCENT",
    "PERCENTAGES",
    "PRESETS",
    "Basis",
    "Budget",
    "DayLevels",
    "DayPart",
    "DayPlan",
    "HourLevels",
    "PeriodLevel",
    "Rating",
    "SoundPiece",
    "Span",
    "Stretch",
    "WindowKind",
    "WindowLevels",
    "WindowSpec",
    "Windows",
    "energy_mean",
    "energy_of",
    "energy_sum",
    "exposure_pa2h",
    "level_of",
    "percentile_levels",
]
