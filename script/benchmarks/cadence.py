"""How a monitor uses its meter's only connection: nothing too early, no slot wasted, a person's command at once."""

import asyncio
from datetime import UTC, datetime
import random
import statistics

from custom_components.rion_nl43.monitor import MeterMonitor, Sample
from custom_components.rion_nl43.nl43 import Identity, Link, Meter

from .emulator import EmulatorProcess, emulator
from .table import Finding, at_least, at_most, exactly, show

SECONDS = 120.0
SETTLED_WITHIN_S = 150.0
SLOTS_USED = 0.98
LEVELS_SHARE = 0.97
STARTS = 5
PACING_S = 1.0
# From the call to the socket, and to the clock of the figures.
CALL_S = 0.05


class Figures:
    """What the client side saw."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.answers_s: list[float] = []
        self.exchanges = 0
        self.levels = 0
        self.presses_s: list[float] = []


async def run(seconds: float, latency: str) -> bool:
    """Poll so long once settled, and start a few measurements; returns whether the promises were kept."""
    figures = Figures()
    async with emulator("--latency", latency) as meter:
        print(f"polling an emulated meter ({latency}) for about {seconds + 85:.0f} s ...", flush=True)
        await _poll(meter, seconds, figures)
    return show(f"cadence, {seconds:.0f} s settled, latency {latency}", _findings(meter, figures))


async def _poll(meter: EmulatorProcess, seconds: float, figures: Figures) -> None:
    link = Link(meter.host, meter.port)
    link.open()
    try:
        await link.connected()
        monitor = MeterMonitor(Meter(link), Identity("NL-43", meter.serial))
        watching = asyncio.create_task(monitor.run())
        try:
            await _settled(monitor)
            await _count(monitor, link, seconds, figures)
            await _press_start(monitor, figures)
        finally:
            watching.cancel()
            await asyncio.wait({watching})
    finally:
        await link.close()


async def _settled(monitor: MeterMonitor) -> None:
    first = asyncio.Event()
    unsubscribe = monitor.on_sample(lambda _: first.set())
    async with asyncio.timeout(SETTLED_WITHIN_S):
        await first.wait()
        await monitor.refresh_facts()
    unsubscribe()


async def _count(monitor: MeterMonitor, link: Link, seconds: float, figures: Figures) -> None:
    def note(_: Sample) -> None:
        figures.levels += 1
        figures.answers_s.append(link.statistics.last_answer_s or 0.0)

    before = link.statistics.exchanges
    unsubscribe = monitor.on_sample(note)
    await asyncio.sleep(seconds)
    unsubscribe()
    figures.exchanges = link.statistics.exchanges - before


async def _press_start(monitor: MeterMonitor, figures: Figures) -> None:
    for _ in range(STARTS):
        await asyncio.sleep(random.uniform(1, 3))
        pressed = datetime.now(UTC)
        await monitor.commands.start()
        sent = monitor.measurement.started_at or datetime.max.replace(tzinfo=UTC)
        figures.presses_s.append((sent - pressed).total_seconds())
        await monitor.commands.stop()


def _findings(meter: EmulatorProcess, figures: Figures) -> list[Finding]:
    report, answers_s = meter.report, figures.answers_s
    # Where the window ends between two polls may cost it one of them.
    share = (figures.levels + 1) / figures.exchanges
    slot_s = PACING_S + max(answers_s) + CALL_S
    return [
        exactly("rules broken", sum(report["violations"].values()), 0),
        exactly("connections", report["connections"]["total"], 1),
        Finding("smallest gap", f"{report['gap_s']['minimum']:.3f} s"),
        at_least("share of the slots used", report["slots_used"], SLOTS_USED),
        at_least("share of DOD? once settled", share, LEVELS_SHARE),
        Finding("exchanges once settled", str(figures.exchanges)),
        Finding("answer time: median", f"{1000 * statistics.median(answers_s):.0f} ms"),
        Finding("answer time: longest", f"{1000 * max(answers_s):.0f} ms"),
        Finding("Start pressed -> on the wire: median", f"{statistics.median(figures.presses_s):.3f} s"),
        at_most("Start pressed -> on the wire: longest", max(figures.presses_s), slot_s, " s"),
    ]
