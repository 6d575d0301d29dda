"""What a row costs: reading it, and handing it on as a sample."""

from collections.abc import Callable
from datetime import UTC
import math
import random
import time

from custom_components.rion_nl43.monitor.state import MeterState
from custom_components.rion_nl43.nl43 import Levels, RunState, parse_levels

from .table import at_most, show

ROWS = 1000
MEASURE_FOR_S = 1.0
ROUNDS = 5
# The promise of the event loop is 1 ms for all that a sample costs.
PARSER_LIMIT_US = 200.0
SAMPLE_LIMIT_US = 200.0
UNUSED = ",".join(["  -.-"] * 14 + ["-", "-"])


def rows(count: int) -> list[str]:
    """Make rows of a running measurement, as the meter sends them."""
    rng = random.Random(1)
    made = []
    for second in range(1, count + 1):
        lp, leq = rng.uniform(45, 75), 60 + rng.uniform(-0.5, 0.5)
        levels = [lp, leq, leq + 10 * math.log10(second), 75.0, 45.0, 70.2, 66.1, 58.3, 50.0, 48.8, 91.4]
        main = [f"{level:5.1f}" for level in levels] + ["  -.-"] * 3 + ["0", "0"]
        made.append(",".join([*main, UNUSED, UNUSED, UNUSED]))
    return made


def parser() -> bool:
    """Time the parser; returns whether the promise was kept."""
    lines = rows(ROWS)

    def parse() -> None:
        for line in lines:
            parse_levels(line)

    return show("parser", [at_most("one DOD? row", _cost_us(parse), PARSER_LIMIT_US, " µs", 1)])


async def sample() -> bool:
    """Time the way from a row to subscribers; returns whether the promise was kept."""
    levels = [parse_levels(line) for line in rows(ROWS)]
    state = MeterState(None, UTC)
    state.take_run(RunState.START, 0.0)
    told = [0, 0, 0]

    def subscriber(number: int) -> Callable[[object], None]:
        def count(_: object) -> None:
            told[number] += 1

        return count

    for number in range(len(told)):
        state.samples.connect(subscriber(number))

    def take() -> None:
        _feed(state, levels)

    cost_us = _cost_us(take)
    state.availability.close()
    return show("sample", [at_most("one sample through the monitor", cost_us, SAMPLE_LIMIT_US, " µs", 1)])


def _feed(state: MeterState, levels: list[Levels]) -> None:
    for second, row in enumerate(levels):
        state.take_levels(row, float(second), second + 0.05)


def _cost_us(work: Callable[[], None]) -> float:
    """Return the time of one of ROWS rows, of the best round: others have the machine too."""
    work()
    best = math.inf
    for _ in range(ROUNDS):
        passes, since = 0, time.perf_counter()
        while (passed := time.perf_counter() - since) < MEASURE_FOR_S / ROUNDS:
            work()
            passes += 1
        best = min(best, passed / passes / ROWS)
    return best * 1e6
