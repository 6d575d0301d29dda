"""Whatever people do at the meter, over the network and to the network, the monitor finds out."""

import asyncio
import contextlib
import random

import pytest

from custom_components.rion_nl43.monitor import ControlRefused, MeasurementState
from custom_components.rion_nl43.nl43 import CommandExpired
from emulator.instrument import State
from tests.fixtures import MeterFactory

from .watching import Watching, watching

STATES = {
    State.STOPPED: MeasurementState.STOPPED,
    State.DELAYED: MeasurementState.MEASURING,
    State.MEASURING: MeasurementState.MEASURING,
    State.PAUSED: MeasurementState.PAUSED,
}
# A minute until the next regular Measure?, and a few rows.
FOUND_OUT_WITHIN_S = 75


async def happen(watch: Watching, event: str) -> None:
    """Let one thing happen."""
    match event.split():
        case ["press", key]:
            getattr(watch.meter.instrument, f"press_{key}")()
        case ["command", name]:
            with contextlib.suppress(ControlRefused, CommandExpired):
                await getattr(watch.monitor.commands, name)()
        case ["link", seconds]:
            await watch.link.close()
            await asyncio.sleep(float(seconds))
            watch.link.open()
            await watch.until(lambda: watch.monitor.available, 60)


@pytest.mark.parametrize("pause_word", ["Start", "Stop"])
@pytest.mark.parametrize("seed", range(3))
async def test_an_afternoon(emulated_meter: MeterFactory, seed: int, pause_word: str) -> None:
    """After every event and a minute, state and time measured are those of the meter."""
    rng = random.Random(seed)
    meter = await emulated_meter(seed=seed, pause_word=pause_word)
    events = ["press start", "press stop", "press pause", "command start", "command stop", "command pause"]
    events += ["command resume", "link 10", "link 200"]
    async with watching(meter) as watch:
        await watch.settled()
        for number in range(12):
            event = rng.choice(events)
            await happen(watch, event)
            if rng.random() < 0.3:
                # Two things at once, before anybody could notice the first.
                await asyncio.sleep(rng.uniform(0, 10))
                await happen(watch, second := rng.choice(events))
                event += f", {second}"
            await asyncio.sleep(FOUND_OUT_WITHIN_S)
            state = meter.instrument.state
            assert watch.monitor.measurement.state is STATES[state], f"{number}: {event}"
            elapsed_s = watch.monitor.measurement.elapsed_s
            if state is not State.STOPPED:
                measured_s = meter.instrument.results[0].duration_s
                assert elapsed_s == pytest.approx(measured_s, rel=0.03, abs=3), f"{number}: {event}"
                started_at = watch.monitor.measurement.started_at
                assert started_at, f"{number}: {event}"
            elif elapsed_s is not None:
                # Results may have stood still for some rows already before they were held.
                measured_s = meter.instrument.results[0].duration_s
                assert elapsed_s == pytest.approx(measured_s, rel=0.05, abs=3), f"{number}: {event}"
        assert not meter.referee.violations
