"""What emulated meters cost that are polled once a second, all in one process."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
import os
from pathlib import Path
import random
import statistics
import time

from .emulator import EmulatorProcess, emulator
from .table import Finding, at_least, at_most, exactly, show

METERS = (1, 50, 200)
PACING_S = 1.0
# The emulator takes 20 to 60 ms for an answer, like a meter on the local network, and then sends its prompt.
ANSWER_LIMIT_S = 0.2
# A poll takes a second and the time for its answer.
POLLS_PER_S = 0.8
PATIENCE_S = 5.0


@dataclass(slots=True)
class Cost:
    """What a number of meters took."""

    answers_s: list[float] = field(default_factory=list)
    unanswered: int = 0
    cpu_share: float = 0.0
    memory_mb: float = 0.0
    violations: int = 0


def run(numbers: Sequence[int], seconds: float) -> bool:
    """Poll so many meters for so long, number by number; returns whether they kept up."""
    kept = True
    for number in numbers:
        kept &= asyncio.run(_run(number, seconds))
    return kept


async def _run(number: int, seconds: float) -> bool:
    cost = Cost()
    async with emulator("--count", str(number), "--measuring") as meters:
        since, cpu_s = time.perf_counter(), _cpu_s(meters.pid)
        await asyncio.gather(*(_poll(host, port, seconds, cost) for host, port in meters.addresses))
        cost.cpu_share = (_cpu_s(meters.pid) - cpu_s) / (time.perf_counter() - since)
        cost.memory_mb = _memory_mb(meters.pid)
    cost.violations = _violations(meters)
    return show(f"emulator, {number} meters for {seconds:.0f} s", _findings(cost, number, seconds))


async def _poll(host: str, port: int, seconds: float, cost: Cost) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        await asyncio.sleep(random.uniform(0, PACING_S))
        end = time.perf_counter() + seconds
        while (asked := time.perf_counter()) < end:
            writer.write(b"DOD?\r\n")
            async with asyncio.timeout(PATIENCE_S):
                await reader.readuntil(b"\r\n$")
            cost.answers_s.append(time.perf_counter() - asked)
            await asyncio.sleep(PACING_S)
    except TimeoutError, ConnectionError, asyncio.IncompleteReadError:
        cost.unanswered += 1
    finally:
        writer.close()
        await asyncio.wait({asyncio.ensure_future(writer.wait_closed())})


def _findings(cost: Cost, number: int, seconds: float) -> list[Finding]:
    answers_s = sorted(cost.answers_s) or [float("inf")]
    late = answers_s[min(len(answers_s) - 1, int(0.99 * len(answers_s)))]
    return [
        Finding("CPU, of one core", f"{100 * cost.cpu_share:.1f} %"),
        Finding("CPU per meter", f"{100 * cost.cpu_share / number:.2f} %"),
        Finding("memory", f"{cost.memory_mb:.0f} MB"),
        at_least("polls per second and meter", len(cost.answers_s) / number / seconds, POLLS_PER_S, 2),
        exactly("meters that fell silent", cost.unanswered, 0),
        exactly("rules broken by the client", cost.violations, 0),
        Finding("answer and prompt: median", f"{1000 * statistics.median(answers_s):.0f} ms"),
        at_most("answer and prompt: 99 %", 1000 * late, 1000 * ANSWER_LIMIT_S, " ms", 0),
    ]


def _violations(meters: EmulatorProcess) -> int:
    return sum(sum(report["violations"].values()) for report in meters.reports.values())


def _cpu_s(pid: int) -> float:
    # After the name, which may hold spaces: user time and system time are the 12th and the 13th field.
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
