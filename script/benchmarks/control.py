"""How long commands take while the feed goes on, and how long the feed has to wait for them, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import random
import statistics

from custom_components.rion_nl43.monitor import FeedOptions
from custom_components.rion_nl43.nl43 import CommandRefused, NL43Error
from custom_components.rion_nl43.nl43.commands import COMMANDS, Kind

from .table import Finding, at_most, exactly, show
from .virtual import Watch, watching

ROUNDS = 10
SEED = 1
PACING_S = 1.0
# From the end of an answer to that of the prompt.
PROMPT_S = 0.05
LEEWAY_S = 0.15
# The clock is set at the turn of a second, for which the link is kept free.
TURN_S = 1.0
CLOCK_SET, START_CYCLE = "clock set", "start cycle"
SLOTS = 2
AT_ONCE = ("Battery Level", "Store Name", "Store Mode", "SD Card Free Size", "Index Number")
SETTINGS = tuple(name for name, command in COMMANDS.items() if command.kind is Kind.BOTH)


@dataclass(slots=True)
class Figure:
    """Times of one kind of command; `over_s` is by how much a gap of the feed was longer than two of its slots."""

    took_s: list[float] = field(default_factory=list)
    gaps_s: list[float] = field(default_factory=list)
    over_s: float = 0.0


async def run(latency: str) -> bool:
    """Command a meter that is polled; returns whether the promises were kept."""
    figures: dict[str, Figure] = {}
    lost: list[str] = []
    async with watching(latency, FeedOptions()) as watch:
        commands, rng = watch.monitor.commands, random.Random(SEED)
        await watch.settled()

        async def all_settings() -> None:
            for name in SETTINGS:
                await _ask(watch, name, lost)

        async def five_at_once() -> None:
            async with asyncio.TaskGroup() as tasks:
                for name in AT_ONCE:
                    tasks.create_task(_ask(watch, name, lost))

        async def command(name: str, action: Callable[[], Awaitable[object]]) -> None:
            await asyncio.sleep(rng.uniform(5, 20))
            leeway_s = LEEWAY_S + (TURN_S if name in (CLOCK_SET, START_CYCLE) else 0.0)
            await _time(watch, figures.setdefault(name, Figure()), leeway_s, action)

        for _ in range(ROUNDS):
            await command("Start pressed -> confirmed", commands.start)
            await command("Stop pressed -> confirmed", commands.stop)
            await command(START_CYCLE, commands.start_cycle)
            await command("stop cycle", commands.stop_cycle)
            await command(CLOCK_SET, commands.sync_clock)
            await command("five requests at once", five_at_once)
        await command(f"all {len(SETTINGS)} settings read", all_settings)
        violations, connections = watch.meter.referee.violation_count, watch.monitor.statistics.connects
    findings = [line for name, figure in figures.items() for line in _findings(name, figure)]
    return show(
        f"control while polling, latency {latency}, virtual time",
        [
            *findings,
            exactly("requests without an answer", len(lost), 0),
            exactly("rules broken", violations, 0),
            exactly("connections", connections, 1),
        ],
    )


async def _ask(watch: Watch, name: str, lost: list[str]) -> None:
    """Ask for a setting; a refusal, as of an option that is not there, is an answer too."""
    try:
        await watch.monitor.commands.send(f"{name}?")
    except CommandRefused:
        return
    except NL43Error as error:
        lost.append(f"{name}?: {error}")


async def _time(watch: Watch, figure: Figure, leeway_s: float, action: Callable[[], Awaitable[object]]) -> None:
    """Time a command until its end, and the feed until the sample after it."""
    since = watch.now
    await action()
    figure.took_s.append(watch.now - since)
    await watch.sample()
    answers = [
        (record.at, record.answered_at - record.at)
        for record in watch.meter.referee.commands
        if record.answered_at is not None
    ]
    for begin, end in watch.gaps(since):
        answer_s = max((took_s for at, took_s in answers if begin < at < end), default=0.0)
        # What the feed had asked by itself since the last sample, a slow fact, comes on top.
        own = sum(begin < at < since for at, _ in answers)
        limit_s = (SLOTS + own) * (PACING_S + answer_s + PROMPT_S) + leeway_s
        figure.gaps_s.append(end - begin)
        figure.over_s = max(figure.over_s, end - begin - limit_s)


def _findings(name: str, figure: Figure) -> list[Finding]:
    return [
        Finding(f"{name}: median", f"{statistics.median(figure.took_s):.2f} s"),
        Finding(f"{name}: longest", f"{max(figure.took_s):.2f} s"),
        Finding("  longest gap in the feed meanwhile", f"{max(figure.gaps_s):.2f} s"),
        at_most("  longer than two slots by", figure.over_s, 0.0, " s", 2),
    ]
