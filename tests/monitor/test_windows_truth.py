"""The windows of a meter against what there was to hear."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from custom_components.rion_nl43.acoustics import PERCENTAGES, Basis, WindowKind, WindowLevels, WindowSpec
from custom_components.rion_nl43.monitor import FeedMode, FeedOptions
from emulator import EmulatedMeter, Truth
from tests.fixtures import MeterFactory

from .watching import watching

QUARTER = WindowSpec(WindowKind.RUNNING, 900)
CLOCK_MINUTES = WindowSpec(WindowKind.ALIGNED, 300)
# A row tells levels in tenths.
ROUNDED = 0.051


def truth_of(meter: EmulatedMeter, levels: WindowLevels) -> Truth:
    """Return what there was to hear in a window; a meter's time is counted from when it was made."""
    made = datetime.now(UTC).timestamp() - meter.clock.now().seconds
    return meter.truth.span(levels.began - made, levels.ended - made, percentages=PERCENTAGES)


async def compared(meter: EmulatedMeter, options: FeedOptions) -> list[tuple[WindowLevels, Truth]]:
    """Return what the windows tell after a quarter of an hour and a minute, and what they should."""
    specs = (QUARTER, CLOCK_MINUTES)
    async with watching(meter) as watch:
        watch.monitor.windows.configure(specs)
        watch.monitor.feed_options = options
        await asyncio.sleep(960)
        told = [watch.monitor.windows.levels(spec) for spec in specs]
        return [(levels, truth_of(meter, levels)) for levels in told]


def assert_percentiles(levels: WindowLevels, truth: Truth, tolerances: Mapping[int, float]) -> None:
    """Compare those of some percentages, each with its tolerance in dB."""
    true = dict(zip(PERCENTAGES, truth.ln, strict=True))
    for number, tolerance in tolerances.items():
        assert levels.percentiles[number] == pytest.approx(true[number], abs=tolerance)


async def test_an_unbroken_stream_is_exact(emulated_meter: MeterFactory) -> None:
    """Every level is what there was to hear, but for its rounding; nothing is missing."""
    meter = await emulated_meter(scene="construction")
    for levels, truth in await compared(meter, FeedOptions(FeedMode.STREAMED, break_every_s=None)):
        assert (levels.coverage_percent, levels.basis) == (100, Basis.STREAMED)
        assert levels.leq == pytest.approx(truth.leq, abs=0.01)
        assert (levels.lmax, levels.lmin) == pytest.approx((truth.lmax, truth.lmin), abs=ROUNDED)
        # The true level lies between two slots, of which one is a class higher.
        assert_percentiles(levels, truth, dict.fromkeys(PERCENTAGES, 0.1 + ROUNDED))


async def test_a_stream_with_breaks_is_near_the_truth(emulated_meter: MeterFactory) -> None:
    """The holes of three breaks in a quarter of an hour cost LAeq less than 0.1 dB, L10 and L90 less than 0.2 dB."""
    meter = await emulated_meter(scene="traffic")
    (levels, truth), (shorter, _) = await compared(meter, FeedOptions(FeedMode.STREAMED))
    assert levels.basis is shorter.basis is Basis.STREAMED
    assert 98 <= levels.coverage_percent < 100
    assert 97 <= shorter.coverage_percent < 100
    assert levels.leq == pytest.approx(truth.leq, abs=0.1)
    assert_percentiles(levels, truth, {10: 0.2, 90: 0.2})


@pytest.mark.parametrize("scene", ["traffic", "construction", "dawn"])
async def test_polled_windows_are_as_good_as_their_samples(emulated_meter: MeterFactory, scene: str) -> None:
    """One Lp a second finds LAeq within 0.5 dB, L50 and L90 within 0.5 dB and L10 within 1 dB; it misses peaks."""
    meter = await emulated_meter(scene=scene)
    (levels, truth), _ = await compared(meter, FeedOptions())
    assert (levels.coverage_percent, levels.basis) == (100, Basis.POLLED)
    assert levels.leq == pytest.approx(truth.leq, abs=0.5)
    assert levels.lmax is not None
    assert levels.lmin is not None
    assert truth.lmin - ROUNDED <= levels.lmin <= levels.lmax <= truth.lmax + ROUNDED
    assert_percentiles(levels, truth, {10: 1.0, 50: 0.5, 90: 0.5})
