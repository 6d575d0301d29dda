"""Levels are averaged and added by energy, never as numbers: L = 10 lg (p2 / p0^2), ISO 1996-1."""

from collections.abc import Iterable
import math


def energy_of(level: float) -> float:
    """Return the energy of a level in dB, as a multiple of that at 0 dB."""
    return 10 ** (level / 10)


def level_of(energy: float) -> float:
    """Return the level in dB of an energy > 0, told as a multiple of that at 0 dB."""
    return 10 * math.log10(energy)


def energy_sum(levels: Iterable[float]) -> float | None:
    """Return the level in dB of all levels at once; None if there are none."""
    energies = [energy_of(level) for level in levels]
    return level_of(math.fsum(energies)) if energies else None


def energy_mean(levels: Iterable[float], durations: Iterable[float] | None = None) -> float | None:
    """Return the level in dB of the mean energy, each level weighted by its duration, if told; None without time.

    ValueError if there are not as many durations as levels.
    """
    if durations is None:
        energies = [energy_of(level) for level in levels]
        total = float(len(energies))
    else:
        pairs = [(level, duration) for level, duration in zip(levels, durations, strict=True) if duration]
        energies = [energy_of(level) * duration for level, duration in pairs]
        total = math.fsum(duration for _, duration in pairs)
    return level_of(math.fsum(energies) / total) if energies else None
