"""What the tests of the backfill share: a meter that stores while it is watched, or while nobody can watch it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from custom_components.rion_nl43.acoustics.hours import HOUR_MS, HourLevels
from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor import Imported, MeterMonitor, ProbePorts
from custom_components.rion_nl43.nl43.ftp import FtpClient
from emulator import EmulatedMeter, Truth
from tests.fixtures import MeterFactory

from ..watching import Watching, watching

HOUR_S = 3600.0
STORE = {
    "Store Mode": "Auto",
    "Leq Calculation Interval Preset": "15m",
    "Lp Store Interval": "Off",
    "Measurement Time Preset Auto": "24h",
}


def now_ms() -> int:
    return round(1000 * datetime.now(UTC).timestamp())


async def at_once(function: Callable[..., Any], *arguments: Any) -> Any:
    """Run what blocks here: records of a test are few."""
    return function(*arguments)


@dataclass
class Compared:
    """One hour, and what there was to hear in it."""

    hour: HourLevels
    truth: Truth

    @property
    def leq_off(self) -> float:
        """How far LAeq is from the truth, in dB."""
        assert self.hour.leq is not None
        return abs(self.hour.leq - self.truth.leq)

    @property
    def ln_off(self) -> tuple[float, float]:
        """How far L10 and L90 are, in dB."""
        assert self.hour.l10 is not None
        assert self.hour.l90 is not None
        return abs(self.hour.l10 - self.truth.ln[0]), abs(self.hour.l90 - self.truth.ln[1])


class Storing:
    """A watched meter that stores, and what its monitor's imports came to."""

    def __init__(self, watch: Watching) -> None:
        """Give the monitor a way to the card."""
        self.watch = watch
        self.meter = watch.meter
        self.monitor: MeterMonitor = watch.monitor
        assert self.meter.ftp_port is not None
        self.monitor.card.client = client_of(self.meter)
        self.monitor.probe_ports = ProbePorts(ftp=self.meter.ftp_port, web=())
        self.monitor.backfill.run_blocking = at_once
        self.imports: list[Imported] = []
        self.monitor.backfill.on_import(self.imports.append)

    def made_ms(self) -> int:
        """Return when the meter was made: its own time is counted from then."""
        return now_ms() - round(1000 * self.meter.clock.now().seconds)

    def compared(self, hour: HourLevels) -> Compared:
        """Return an hour with its truth."""
        from_s = hour.began - self.made_ms() / 1000
        return Compared(hour, self.meter.truth.span(from_s, from_s + HOUR_S, percentages=(10, 90)))

    async def hours_in(self, span: Span) -> list[Compared]:
        """Return the full hours in a span, with their truths."""
        hours = await self.monitor.history.hours(span)
        return [
            self.compared(hour)
            for began, hour in sorted(hours.items())
            if began >= span.began_ms and began + HOUR_MS <= span.ended_ms
        ]

    async def cut_off(self, hours: float, **parameters: Any) -> Span:
        """Let the link be down for so long; returns when it was, about."""
        began = now_ms()
        number = self.meter.faults.switch_on("unreachable", **parameters)
        await asyncio.sleep(hours * HOUR_S)
        self.meter.faults.switch_off(number)
        ended = now_ms()
        await self.watch.until(lambda: self.monitor.available, 120)
        return Span(began, ended)

    async def imported(self, within_s: float, count: int = 1) -> Imported:
        """Wait for so many imports that found something to do."""
        await self.watch.until(lambda: len(self.imports) >= count, within_s)
        return self.imports[-1]

    @property
    def files_sent(self) -> list[str]:
        """The files that the meter has sent, without their folders."""
        commands = self.meter.referee.ftp.commands
        return [record.line.rpartition("/")[2] for record in commands if record.line.startswith("RETR")]


def client_of(meter: EmulatedMeter) -> FtpClient:
    """Return a client of the meter's FTP server."""
    assert meter.ftp_port is not None
    return FtpClient(meter.host, "USER", "0000", port=meter.ftp_port)


@asynccontextmanager
async def storing(
    emulated_meter: MeterFactory, settings: dict[str, str] | None = None, **options: Any
) -> AsyncIterator[Storing]:
    """Let a meter store from now on, and watch it; `options` are those of the meter, and `watch` of the monitor."""
    watch_options = options.pop("watch", {})
    meter = await emulated_meter(ftp_port=0, settings=STORE | (settings or {}), **options)
    meter.instrument.press_start()
    async with watching(meter, **watch_options) as watch:
        store = Storing(watch)
        await watch.settled()
        yield store
