"""How near to the truth the hours of an outage are that were repaired from the card, by what the meter stored."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from custom_components.rion_nl43.acoustics.hours import HOUR_MS, HourLevels
from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor import FeedOptions, Imported
from custom_components.rion_nl43.nl43.ftp import FtpClient
from emulator import EmulatedMeter, MeterConfig

from .table import Finding, at_least, at_most, exactly, show
from .virtual import REFEREE_KEEPS, Watch, virtual_time

OUTAGE_S = 6 * 3600.0
REPAIRED_WITHIN_S = 3600.0
LEQ_LIMIT_DB = 0.1
COVERAGE_LIMIT_PERCENT = 99.9
STORE = {"Store Mode": "Auto", "Measurement Time Preset Auto": "24h", "Lp Store Interval": "Off"}
ROWS = {"Leq Calculation Interval Preset": "Off"}


@dataclass(frozen=True, slots=True)
class Case:
    """What a meter stores, how wrong its clock is, and how near L10 and L90 must be, in dB."""

    title: str
    settings: Mapping[str, str] = field(default_factory=dict)
    clock_offset_s: float = 0.0
    l10_db: float = 0.4
    l90_db: float = 0.4


CASES = (
    Case("records of Leq of 15 min", {"Leq Calculation Interval Preset": "15m"}),
    Case("records of Leq of 1 min", {"Leq Calculation Interval Preset": "1m"}),
    Case("rows of Lp of 1 s", ROWS | {"Lp Store Interval": "1s"}, 0.0, 0.2, 0.2),
    Case("rows of Lp of 100 ms", ROWS | {"Lp Store Interval": "100ms"}, 0.0, 0.1, 0.1),
    Case("records of 15 min, the clock 5 min fast", {"Leq Calculation Interval Preset": "15m"}, 300.0),
    Case("rows of Lp of 100 ms, the clock 5 min slow", ROWS | {"Lp Store Interval": "100ms"}, -300.0, 0.1, 0.1),
)


def run() -> bool:
    """Cut the link of a meter for six hours, once for each case; returns whether promises were kept."""
    kept = [asyncio.run(_run(case)) for case in CASES]
    return all(kept)


async def _run(case: Case) -> bool:
    with virtual_time():
        async with _storing(case) as watch:
            monitor, meter = watch.monitor, watch.meter
            began = _now_ms()
            number = meter.faults.switch_on("unreachable")
            await asyncio.sleep(OUTAGE_S)
            meter.faults.switch_off(number)
            span = Span(began, _now_ms())
            imported = await _imported(watch)
            hours = await monitor.history.hours(span)
            findings = _findings(case, watch, [hours[at] for at in sorted(hours) if _within(at, span)], imported)
            return show(f"six hours without a link, {case.title}", findings)


@asynccontextmanager
async def _storing(case: Case) -> AsyncIterator[Watch]:
    """Let a meter store, and a monitor watch it that may repair its history."""
    config = MeterConfig(
        settings={**STORE, **case.settings},
        clock_offset_s=case.clock_offset_s,
        second_connection="silent",
        referee_keeps=REFEREE_KEEPS,
    )
    meter = EmulatedMeter(config)
    await meter.start(ftp_port=0)
    meter.instrument.press_start()
    watch = Watch(meter, FeedOptions())
    watch.monitor.card.client = FtpClient(meter.host, config.ftp_user, config.ftp_password, port=meter.ftp_port or 0)
    running = asyncio.create_task(watch.monitor.run())
    try:
        await watch.settled()
        watch.monitor.backfill.automatic = True
        yield watch
    finally:
        running.cancel()
        await asyncio.wait({running})
        await watch.link.close()
        await meter.stop()


async def _imported(watch: Watch) -> Imported:
    done: asyncio.Future[Imported] = asyncio.get_running_loop().create_future()
    watch.monitor.backfill.on_import(done.set_result)
    async with asyncio.timeout(REPAIRED_WITHIN_S):
        return await done


def _findings(case: Case, watch: Watch, hours: list[HourLevels], imported: Imported) -> list[Finding]:
    made = datetime.now(UTC).timestamp() - watch.meter.clock.now().seconds
    leq, l10, l90 = [0.0], [0.0], [0.0]
    for hour in hours:
        truth = watch.meter.truth.span(hour.began - made, hour.began - made + HOUR_MS / 1000, percentages=(10, 90))
        leq.append(_off(hour.leq, truth.leq))
        l10.append(_off(hour.l10, truth.ln[0]))
        l90.append(_off(hour.l90, truth.ln[1]))
    covered = min(hour.coverage for hour in hours)
    return [
        exactly("hours that were repaired whole", sum(hour.repaired for hour in hours), 5),
        at_most("LAeq,1h off the truth by at most", max(leq), LEQ_LIMIT_DB, " dB"),
        at_most("L10 off the truth by at most", max(l10), case.l10_db, " dB"),
        at_most("L90 off the truth by at most", max(l90), case.l90_db, " dB"),
        at_least("coverage of these hours, percent", 100 * covered, COVERAGE_LIMIT_PERCENT),
        Finding("coverage of the outage, percent", f"{100 * imported.coverage_after:.2f}"),
        Finding("files of records that were read", str(len(imported.found.files))),
        exactly("rules of the meter that were broken", watch.meter.referee.violation_count, 0),
    ]


def _off(level: float | None, truth: float) -> float:
    return float("inf") if level is None else abs(level - truth)


def _within(at_ms: int, span: Span) -> bool:
    return span.began_ms <= at_ms and at_ms + HOUR_MS <= span.ended_ms


def _now_ms() -> int:
    return round(1000 * datetime.now(UTC).timestamp())
