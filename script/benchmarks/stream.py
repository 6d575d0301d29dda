"""What gets lost of a stream, and how soon a level, an alert and a press of a button are through, in both feeds."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import math
import random
import statistics

from custom_components.rion_nl43.alerts import Metric, Quantity, Rule, TransitionKind
from custom_components.rion_nl43.monitor import FeedMode, FeedOptions

from .table import Finding, at_most, exactly, show
from .virtual import Watch, watching

LOST_OVER_S = 3600.0
STEPS = 40
PRESSES = 10
SEED = 1
# The meter hears a calibrator of 94 dB, and then a tone on top of it.
STEP_DB = 110.0
SEEN_DB = 100.0
RULE = Rule(id="step", name="Step", metric=Metric(Quantity.LP), alarm_db=SEEN_DB)
STREAMED_STEP_LIMIT_S = 0.25
POLLED_STEP_LIMIT_S = 1.2
SLOTS_PER_S = 10
SOUND_SLOT_S = 1 / SLOTS_PER_S
PACING_S = 1.0
STREAM_GIVES_WAY_S = 1.5
# From the end of an answer to that of the prompt.
PROMPT_S = 0.05
LEEWAY_S = 0.01


@dataclass(slots=True)
class Figures:
    """What was seen of one feed."""

    steps_s: list[float] = field(default_factory=list)
    steps_late_s: list[float] = field(default_factory=list)
    """Those in whose time the feed asked for something else than levels."""
    alerts_s: list[float] = field(default_factory=list)
    alerts_late_s: list[float] = field(default_factory=list)
    presses_s: list[float] = field(default_factory=list)
    answer_s: float = 0.0
    levels_s: float = 0.0
    lost_slots: int = 0
    streamed_s: float = 0.0
    longest_rest_s: float = 0.0
    violations: int = 0
    connections: int = 0


async def run(latency: str) -> bool:
    """Watch a meter in each feed, in virtual time; returns whether the promises were kept."""
    kept = True
    for mode in (FeedMode.STREAMED, FeedMode.POLLED):
        figures = Figures()
        async with watching(latency, FeedOptions(mode)) as watch:
            await _measure(watch, mode, figures)
        kept &= show(f"{mode.value} feed, latency {latency}, virtual time", _findings(mode, latency, figures))
    return kept


async def _measure(watch: Watch, mode: FeedMode, figures: Figures) -> None:
    rng = random.Random(SEED)
    await watch.settled()
    watch.monitor.alerts.configure([RULE])
    if mode is FeedMode.STREAMED:
        await _stream_steadily(watch, figures)
        # What happens while the stream rests is seen when it goes on: that is another figure.
        watch.monitor.feed_options = FeedOptions(mode, None)
    for _ in range(STEPS):
        await _pause(watch, rng)
        await _step(watch, figures)
    for _ in range(PRESSES):
        await _pause(watch, rng)
        figures.presses_s.append(await _press(watch, "Measure,Start", watch.monitor.commands.start))
        await _pause(watch, rng)
        figures.presses_s.append(await _press(watch, "Measure,Stop", watch.monitor.commands.stop))
    referee = watch.meter.referee
    answers = [(command.line, command.answered_at - command.at) for command in referee.commands if command.answered_at]
    figures.answer_s = max(answer_s for _, answer_s in answers)
    figures.levels_s = max(answer_s for line, answer_s in answers if line == "DOD?")
    figures.violations = referee.violation_count
    figures.connections = watch.monitor.statistics.connects


async def _stream_steadily(watch: Watch, figures: Figures) -> None:
    lost_before, rows_before, since = watch.monitor.lost_slots, watch.monitor.statistics.stream_rows, watch.now
    await asyncio.sleep(LOST_OVER_S)
    figures.longest_rest_s = watch.longest_gap_s(since)
    figures.lost_slots = watch.monitor.lost_slots - lost_before
    figures.streamed_s = (watch.monitor.statistics.stream_rows - rows_before) / SLOTS_PER_S


async def _pause(watch: Watch, rng: random.Random) -> None:
    """Let some time pass, so that what comes next meets the feed at any moment."""
    await asyncio.sleep(rng.uniform(5, 20))


async def _step(watch: Watch, figures: Figures) -> None:
    """Let a tone begin, and note how long it took until a sample showed it, and until a rule told of it."""
    instrument, source, since = watch.meter.instrument, object(), watch.now
    told_at: list[float] = []
    unsubscribe = watch.monitor.alerts.on_transition(
        lambda transition: told_at.append(watch.now) if transition.kind is TransitionKind.ONSET else None
    )
    instrument.add_sound(source, STEP_DB)
    while (lp := (await watch.sample()).levels.main.lp) is None or lp < SEEN_DB:
        pass
    unsubscribe()
    others = any(record.at > since and record.line != "DOD?" for record in watch.meter.referee.commands)
    (figures.steps_late_s if others else figures.steps_s).append(watch.now - since)
    (figures.alerts_late_s if others else figures.alerts_s).extend(at - since for at in told_at)
    instrument.remove_sound(source)


async def _press(watch: Watch, line: str, command: Callable[[], Awaitable[None]]) -> float:
    """Ask for a command; returns how long it took until its first byte was at the meter."""
    pressed = watch.now
    await command()
    return next(record.at for record in reversed(watch.meter.referee.commands) if record.line == line) - pressed


def _findings(mode: FeedMode, latency: str, figures: Figures) -> list[Finding]:
    slot_s = PACING_S + figures.answer_s + PROMPT_S + LEEWAY_S
    if mode is FeedMode.STREAMED:
        step_limit_s, wire_limit_s = STREAMED_STEP_LIMIT_S, STREAM_GIVES_WAY_S
    else:
        step_limit_s, wire_limit_s = POLLED_STEP_LIMIT_S, slot_s
        if latency != "lan":
            # The answer takes its time, and so did the one before it, which told of another moment.
            step_limit_s = PACING_S + PROMPT_S + 2 * figures.levels_s + SOUND_SLOT_S
    streamed = [
        Finding("streamed", f"{figures.streamed_s:.0f} of {LOST_OVER_S:.0f} s"),
        exactly("slots lost within streams in an hour", figures.lost_slots, 0),
        Finding("longest rest of the stream, for results and facts", f"{figures.longest_rest_s:.1f} s"),
    ]
    return [
        *(streamed if mode is FeedMode.STREAMED else ()),
        Finding("level step -> sample: median", f"{statistics.median(figures.steps_s):.3f} s"),
        at_most("level step -> sample: longest", max(figures.steps_s), step_limit_s, " s"),
        at_most(
            "level step -> sample: longest over a slow fact",
            max(figures.steps_late_s, default=0.0),
            step_limit_s + slot_s,
            " s",
        ),
        exactly("level steps told by a rule", len(figures.alerts_s) + len(figures.alerts_late_s), STEPS),
        at_most("level step -> alert: longest", max(figures.alerts_s, default=math.inf), step_limit_s, " s"),
        at_most(
            "level step -> alert: longest over a slow fact",
            max(figures.alerts_late_s, default=0.0),
            step_limit_s + slot_s,
            " s",
        ),
        Finding("button -> wire: median", f"{statistics.median(figures.presses_s):.3f} s"),
        at_most("button -> wire: longest", max(figures.presses_s), wire_limit_s, " s"),
        exactly("rules broken", figures.violations, 0),
        exactly("connections", figures.connections, 1),
    ]
