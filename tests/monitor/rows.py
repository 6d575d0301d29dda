"""Rows as a meter would show them."""

import math

from custom_components.rion_nl43.nl43 import ChannelLevels, Levels


def channel(
    lp: float | None = 50.0,
    leq: float | None = None,
    le: float | None = None,
    *,
    lmax: float | None = None,
    ln: float | None = None,
) -> ChannelLevels:
    """Make a channel; what is not given is missing."""
    return ChannelLevels(
        lp=lp,
        leq=leq,
        le=le,
        lmax=lmax,
        lmin=None,
        ln=(ln, None, None, None, None),
        lpeak=None,
        lieq=None,
        leq_mov=None,
        ltm5=None,
        over=False,
        under=False,
    )


def measured(duration_s: float, leq: float = 60.0, lp: float | None = 50.0) -> ChannelLevels:
    """Show the results of a measurement of that duration, rounded as on the display."""
    return channel(lp, round(leq, 1), round(leq + 10 * math.log10(duration_s), 1))


def levels(*channels: ChannelLevels) -> Levels:
    """Make a row."""
    return Levels(channels)
