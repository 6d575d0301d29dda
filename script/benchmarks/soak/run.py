"""Runs the lives side by side, and judges them."""

from collections import Counter
from concurrent.futures import ProcessPoolExecutor
import multiprocessing
import time

from ..table import Finding, at_least, at_most, exactly, show
from .life import Life, live

HOURS = 72
LIVES = 2
# The first tenth of the time fills what is to be filled, as windows and histories.
WARM_UP_SHARE = 0.1
# A power cycle or a command may still be under way at the end of an hour, but not of several.
REST_HOURS = 4
MEMORY_LIMIT_MB = 8.0
OBJECTS_LIMIT = 1.1
CALM_COVERAGE = 0.995
# The last one came so long before the end at most.
LAST_SAMPLE_S = 8.0
LATELY_S = 200.0
TWICE_LIMIT_S_PER_H = 0.5
NEVER = (
    "wrong values",
    "false run states",
    "rules broken",
    "errors logged",
    "errors in callbacks",
    "monitors that broke down",
    "commands without end",
    "settings sent twice",
    "not back in calm",
    "run states not known in calm",
    "false alerts",
    "lost alerts",
)


def run(hours: int, seed: int) -> bool:
    """Live through so many hours, shared among processes; returns whether the promises were kept."""
    print(f"soak, {hours} h in virtual time, seeds {seed} to {seed + LIVES - 1} ...", flush=True)
    since = time.perf_counter()
    with ProcessPoolExecutor(LIVES, multiprocessing.get_context("spawn")) as pool:
        shares = [hours // LIVES + (number < hours % LIVES) for number in range(LIVES)]
        futures = [
            pool.submit(live, share, seed + number, cellular=bool(number % 2))
            for number, share in enumerate(shares)
            if share
        ]
        lives = [future.result() for future in futures]
    took_s = time.perf_counter() - since
    for life in lives:
        for example in life.examples:
            print(f"  seed {life.seed}: {example}")
        for gap in life.ledger.unexplained:
            faults = [what for at, what in life.strikes if gap.began - LATELY_S < at < gap.ended]
            print(f"  seed {life.seed}: no sample from {gap.began:.1f} to {gap.ended:.1f} s; faults lately: {faults}")
    return show(f"soak, {hours} h", [*_findings(lives), Finding("real time", f"{took_s:.0f} s")])


def _findings(lives: list[Life]) -> list[Finding]:
    counts: Counter[str] = sum((life.counts for life in lives), Counter())
    complaints: Counter[str] = sum((life.complaints for life in lives), Counter())
    hours = sum(life.hours for life in lives)
    calm = counts.pop("calm seconds covered") / counts.pop("calm seconds")
    return [
        *(Finding(name, str(count)) for name, count in sorted(counts.items())),
        *_coverage(lives, hours),
        at_least("covered once the weather is calm", calm, CALM_COVERAGE),
        *(exactly(name, complaints[name], 0) for name in NEVER),
        *(finding for life in lives for finding in _growth(life)),
        Finding("CPU of a process", f"{max(life.cpu_s for life in lives):.0f} s"),
    ]


def _coverage(lives: list[Life], hours: int) -> list[Finding]:
    ledgers = [life.ledger for life in lives]
    total_s = sum(ledger.total_s for ledger in ledgers)
    end_s = sum(ledger.end for ledger in ledgers)
    twice_s = sum(ledger.twice_s for ledger in ledgers)
    return [
        Finding("seconds with samples", f"{sum(ledger.covered_s for ledger in ledgers):.0f}"),
        Finding("seconds without: a stream rests", f"{sum(ledger.rested_s for ledger in ledgers):.0f}"),
        Finding("seconds without: faults, standby, restarts", f"{sum(ledger.troubled_s for ledger in ledgers):.0f}"),
        exactly("seconds without: no reason", round(sum(ledger.unexplained_s for ledger in ledgers)), 0),
        at_least("seconds in all", end_s, hours * 3600 - LIVES * LAST_SAMPLE_S, 0),
        exactly("seconds not accounted for", round(end_s - total_s), 0),
        Finding("seconds in which a hole would be excused", f"{sum(ledger.excusable_s for ledger in ledgers):.0f}"),
        at_most("seconds counted twice, per hour", twice_s / hours, TWICE_LIMIT_S_PER_H, " s"),
    ]


def _growth(life: Life) -> list[Finding]:
    """Compare the end with the end of the warm-up."""
    first = min(len(life.tasks) - 1, round(life.hours * WARM_UP_SHARE))
    objects = min(life.objects[-REST_HOURS:]) / max(life.objects[: first + REST_HOURS])
    grown_mb = life.memory_mb[-1] - life.memory_mb[first]
    of = f" (seed {life.seed})"
    return [
        at_most("memory grown" + of, grown_mb, MEMORY_LIMIT_MB, " MB", 1),
        at_most("objects, end to warm" + of, objects, OBJECTS_LIMIT, "", 2),
        exactly("tasks at rest, in the end" + of, min(life.tasks[-REST_HOURS:]), min(life.tasks[:REST_HOURS])),
    ]
