"""Levels over time: energy means, percentiles, windows with coverage. Pure: time is passed in."""

from .energy import energy_mean, energy_of, energy_sum, level_of
from .percentiles import PERCENTAGES, percentile_levels
from .pieces import Basis, SoundPiece
from .spec import WindowKind, WindowSpec
from .window_levels import WindowLevels
from .windows import MIN_COVERAGE_PERCENT, Windows

__all__ = [
    "MIN_COVERAGE_PERCENT",
    "PERCENTAGES",
    "Basis",
    "SoundPiece",
    "WindowKind",
    "WindowLevels",
    "WindowSpec",
    "Windows",
    "energy_mean",
    "energy_of",
    "energy_sum",
    "level_of",
    "percentile_levels",
]
