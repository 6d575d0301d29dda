"""Calibrations, samples and tones for the tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
import json

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor import (
    CalibrationReadings,
    HeardTone,
    MeterCalibration,
    Sample,
)

from ..rows import channel, levels

MINUTE = timedelta(minutes=1)
READ = CalibrationReadings(94.0, 93.7, 94.0, "on the roof")


def now() -> datetime:
    return datetime.now(UTC)


def span(began: datetime, ended: datetime) -> Span:
    return Span(round(1000 * began.timestamp()), round(1000 * ended.timestamp()))


def sample(ended: datetime, duration_s: float = 1.0, lp: float | None = 50.0) -> Sample:
    return Sample(ended, duration_s, levels(channel(lp)), None, held=True)


def active(calibration: MeterCalibration) -> bool:
    return calibration.active


def due(calibration: MeterCalibration) -> bool:
    return calibration.due


def heard(calibration: MeterCalibration) -> tuple[HeardTone, ...]:
    return calibration.heard


def again(calibration: MeterCalibration) -> MeterCalibration:
    """Return what goes on after a restart."""
    return MeterCalibration(json.loads(json.dumps(calibration.memory)))


def let_hear(calibration: MeterCalibration, lps: list[float | None], ended: datetime | None = None) -> None:
    """Let one sample after the other come, a second each, up to now or to then."""
    ended = ended or now()
    for number, lp in enumerate(lps, 1):
        calibration.take_sample(sample(ended - timedelta(seconds=len(lps) - number), lp=lp))


TONE: list[float | None] = [50.0, *[93.8] * 20, 50.0, 50.0]


@asynccontextmanager
async def running(calibration: MeterCalibration) -> AsyncIterator[None]:
    """Let it run meanwhile."""
    task = asyncio.create_task(calibration.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


class Excluded:
    """What was taken out of what is kept; it cannot be done at first where it is closed."""

    def __init__(self, *, is_open: bool = True) -> None:
        """Be told nothing yet."""
        self.told: list[tuple[Span, str]] = []
        self.is_open = asyncio.Event()
        if is_open:
            self.is_open.set()

    async def exclude(self, span: Span, why: str) -> None:
        await self.is_open.wait()
        self.told.append((span, why))
