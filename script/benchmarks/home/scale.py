"""What many meters cost one Home Assistant, a restart with them and an outage of all of them included."""

import asyncio
from collections.abc import Sequence
import os
from pathlib import Path
import tempfile

import aiohttp

from ..emulator import EmulatorProcess, emulator
from ..table import Finding, at_least, at_most, exactly, show
from .child import Child, Phase, home_assistant

METERS = (1, 10, 50, 100)
SECONDS = 20.0
SAMPLE_CPU_S = 0.001
# One meter wakes a processor that has forgotten all about it each time: that is not what a sample costs.
CPU_TOLD_FROM = 10
LAG_P99_S = 0.05
IDLE_S = 20.0
SETTLE_S = 5.0
# The round of all facts, which takes every other exchange, is no part of what a sample costs.
SETTLED_S = 150.0
SILENT_S = 60.0
MINUTE_S = 60.0
# Home Assistant leaves a lot of garbage in its start and while all facts come in. The interpreter looks for it every
# minute or so, among all objects that there are, and all the rest waits for 0.4 s then. So a minute is no measure.
TROUBLED_S = 600.0
# A back-off after the outage, and a time-out that began before its end.
BACK_WITHIN_S = 45.0
SAMPLES_PER_S = 0.9
STREAMED_SAMPLES_PER_S = 9.0
# Unavailable, and available again.
LINES_PER_OUTAGE = 2
STREAMED = {"feed": "streamed"}
UNREACHABLE = {"name": "unreachable", "for_s": SILENT_S, "parameters": {"seen": "timeout", "connection": "silent"}}


async def run(numbers: Sequence[int], seconds: float) -> bool:
    """Have so many meters for so long, number by number; the greatest number restarts and falls silent too."""
    kept = True
    for number in sorted(numbers):
        with tempfile.TemporaryDirectory(prefix="rion-nl43-bench-") as folder:
            kept &= await _run(Path(folder), number, seconds, every=number == max(numbers))
    return kept


async def _run(folder: Path, number: int, seconds: float, *, every: bool) -> bool:
    async with emulator("--api-port", "0", "--count", str(number), "--measuring", "--latency", "lan") as meters:
        async with home_assistant(folder) as home:
            kept = await _steady(home, meters, number, seconds, every=every)
        if every:
            async with home_assistant(folder) as home:
                minute = await home.order("wait", seconds=MINUTE_S)
                kept &= show(f"restart with {number} meters, and the minute after", _restart(home, minute, number))
                kept &= await _outage(home, meters, number)
                lived = await home.order("sum up")
                await home.order("wait", seconds=max(0.0, TROUBLED_S - lived.figures.seconds))
                whole = await home.order("sum up")
                kept &= show(
                    f"{number} meters, {whole.figures.seconds:.0f} s with the restart and the outage",
                    [
                        Finding("load average of the machine", f"{os.getloadavg()[0]:.1f}"),
                        *_lag(whole),
                        _lag_limit(whole),
                    ],
                )
    violations = sum(sum(report["violations"].values()) for report in meters.reports.values())
    return show(f"emulator, {number} meters", [exactly("rules broken by the client", violations, 0)]) and kept


async def _steady(home: Child, meters: EmulatorProcess, number: int, seconds: float, *, every: bool) -> bool:
    idle = await home.order("wait", seconds=IDLE_S)
    added = await home.order("add", meters=meters.meters, options={})
    await home.order("wait", seconds=SETTLED_S)
    polled = await home.order("wait", seconds=seconds)
    kept = show(
        f"Home Assistant, {number} meters polled for {seconds:.0f} s",
        [
            Finding("all added and with levels after", f"{added.figures.seconds:.1f} s"),
            *_cost(polled, idle, number, SAMPLES_PER_S),
        ],
    )
    if every:
        await home.order("options", options=STREAMED)
        await home.order("wait", seconds=SETTLE_S)
        streamed = await home.order("wait", seconds=seconds)
        kept &= show(
            f"Home Assistant, {number} meters streamed for {seconds:.0f} s",
            _cost(streamed, idle, number, STREAMED_SAMPLES_PER_S),
        )
        await home.order("options", options={"feed": "polled"})
    return kept


def _cost(phase: Phase, idle: Phase, number: int, samples_per_s: float) -> list[Finding]:
    figures, before = phase.figures, idle.figures
    loop_s = figures.loop_cpu_s - before.loop_cpu_s / before.seconds * figures.seconds
    loop_ms = 1000 * loop_s / phase.samples
    process_s = figures.process_cpu_s - before.process_cpu_s / before.seconds * figures.seconds
    return [
        at_least("samples per second and meter", phase.samples / number / figures.seconds, samples_per_s, 2),
        at_most("CPU of the event loop per sample", loop_ms, 1000 * SAMPLE_CPU_S, " ms")
        if number >= CPU_TOLD_FROM
        else Finding("CPU of the event loop per sample", f"{loop_ms:.3f} ms"),
        Finding("CPU with the recorder's thread per sample", f"{1000 * process_s / phase.samples:.3f} ms"),
        Finding("CPU, of one core", f"{100 * figures.process_cpu_s / figures.seconds:.1f} %"),
        Finding("load average of the machine", f"{os.getloadavg()[0]:.1f}"),
        _lag_limit(phase),
        *_lag(phase),
        Finding("memory", f"{figures.memory_mb:.0f} MB"),
        Finding("memory per meter", f"{(figures.memory_mb - before.memory_mb) / number:.2f} MB"),
        Finding("log lines", f"{phase.log_lines} + {phase.other_log_lines}"),
    ]


def _lag_limit(phase: Phase) -> Finding:
    return at_most("loop lag p99", 1000 * phase.figures.lag_p99_s, 1000 * LAG_P99_S, " ms", 1)


def _lag(phase: Phase, when: str = "") -> list[Finding]:
    lag = phase.figures
    waits = (lag.lag_p50_s, lag.lag_p99_s, lag.lag_max_s)
    return [
        Finding(f"loop lag{when}: p50, p99, longest", ", ".join(f"{1000 * wait:.1f}" for wait in waits) + " ms"),
        Finding("by own work: p99, longest", f"{1000 * lag.own_p99_s:.1f}, {1000 * lag.own_max_s:.1f} ms"),
    ]


def _restart(home: Child, minute: Phase, number: int) -> list[Finding]:
    started = home.started
    assert started  # noqa: S101 # it runs
    start = started.figures
    return [
        Finding("set up and with levels after", f"{start.seconds:.1f} s"),
        Finding("CPU until then", f"{start.process_cpu_s:.1f} s"),
        exactly("meters available", started.available, number),
        *_lag(started, " until then"),
        *_lag(minute, " after that"),
        Finding("log lines", f"{started.log_lines} + {started.other_log_lines}"),
    ]


async def _outage(home: Child, meters: EmulatorProcess, number: int) -> bool:
    await home.order("wait", seconds=SETTLE_S)
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(_silence(session, meters, meter["serial"]) for meter in meters.meters))
    silent = await home.order("wait", seconds=SILENT_S)
    back = await home.order("recover")
    return show(
        f"{number} meters silent for {SILENT_S:.0f} s at once",
        [
            exactly("available at the end of it", silent.available, 0),
            *_lag(silent),
            Finding("CPU, of one core", f"{100 * silent.figures.process_cpu_s / silent.figures.seconds:.1f} %"),
            at_most("all back after", back.figures.seconds, BACK_WITHIN_S, " s", 1),
            *_lag(back, " until then"),
            exactly("log lines", silent.log_lines + back.log_lines, LINES_PER_OUTAGE * number),
            exactly("log lines of others", silent.other_log_lines + back.other_log_lines, 0),
            Finding("memory", f"{back.figures.memory_mb:.0f} MB"),
        ],
    )


async def _silence(session: aiohttp.ClientSession, meters: EmulatorProcess, serial: str) -> None:
    async with session.post(f"{meters.api}/api/meters/{serial}/faults", json=UNREACHABLE) as response:
        response.raise_for_status()
