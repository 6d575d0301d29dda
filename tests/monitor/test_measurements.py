"""Run state and start time of real measurements, whoever starts and ends them."""

import asyncio
from datetime import UTC, datetime, timedelta
import json

import pytest

from custom_components.rion_nl43.monitor import MeasurementMemory, MeasurementState, StartOrigin
from custom_components.rion_nl43.monitor.feed.schedule import Ask
from custom_components.rion_nl43.nl43 import RunState
from emulator import ReplaceAnswer
from tests.fixtures import MeterFactory

from .watching import Watching, watching

MEASURING, PAUSED, STOPPED = MeasurementState.MEASURING, MeasurementState.PAUSED, MeasurementState.STOPPED


def started_s_ago(watch: Watching) -> float:
    """Seconds since the start as told."""
    started_at = watch.monitor.measurement.started_at
    assert started_at
    return (datetime.now(UTC) - started_at).total_seconds()


async def state_within(watch: Watching, state: MeasurementState, within_s: float) -> float:
    """Wait for a state; returns how long that took."""
    return await watch.until(lambda: watch.monitor.measurement.state is state, within_s)


async def test_an_operator_at_the_meter(emulated_meter: MeterFactory) -> None:
    """Start, pause, resume and stop at the meter are noticed by the rows, within seconds."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.instrument.press_start()
        await state_within(watch, MEASURING, 5)
        await watch.until_rows(2)
        assert watch.monitor.measurement.origin is StartOrigin.DERIVED
        await asyncio.sleep(60)
        assert started_s_ago(watch) == pytest.approx(64, abs=4)
        meter.instrument.press_pause()
        await state_within(watch, PAUSED, 30)
        await asyncio.sleep(100)
        assert watch.samples[-1].held
        assert watch.samples[-1].run is RunState.START
        meter.instrument.press_pause()
        await state_within(watch, MEASURING, 15)
        await asyncio.sleep(60)
        elapsed_s = watch.monitor.measurement.elapsed_s
        assert elapsed_s == pytest.approx(meter.instrument.results[0].duration_s, rel=0.03, abs=3)
        meter.instrument.press_stop()
        assert await state_within(watch, STOPPED, 60) < 30
        assert watch.availability == [(True, None)]


async def test_the_labels_are_read_when_an_operator_starts(emulated_meter: MeterFactory) -> None:
    """The percentiles belong to the measurement."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.instrument.settings["Percentile 1"] = "1"
        meter.instrument.press_start()
        await watch.until(lambda: watch.monitor.facts.percentiles[0] == 1, 30)
        assert watch.monitor.facts.percentiles == (1, 10, 50, 90, 95)


async def test_a_restart_at_the_meter_is_another_measurement(emulated_meter: MeterFactory) -> None:
    """Stopped and started between two rows: the meter says Start all the time."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await asyncio.sleep(300)
        before = watch.lines.count("Percentile 1?")
        meter.instrument.press_stop()
        meter.instrument.press_start()
        await watch.until(lambda: watch.monitor.measurement.origin is StartOrigin.DERIVED, 15)
        assert started_s_ago(watch) < 8
        assert watch.monitor.measurement.state is MEASURING
        await watch.until(lambda: watch.lines.count("Percentile 1?") > before, 10)


async def test_the_end_of_a_preset_time(emulated_meter: MeterFactory) -> None:
    """The measurement stops by itself; the samples after that are held, and so is the elapsed time."""
    meter = await emulated_meter(settings={"Measurement Time Preset Manual": "1m"})
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        assert 55 < await state_within(watch, STOPPED, 130) < 90
        await watch.until_rows(3)
        assert watch.samples[-1].held
        measurement = watch.monitor.measurement
        assert measurement.elapsed_s == pytest.approx(60, abs=1.5)
        assert measurement.origin is StartOrigin.COMMAND


async def test_only_the_words_change_the_state(emulated_meter: MeterFactory) -> None:
    """Anything else in place of Start or Stop leaves the state as it was."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        for text in ("??", "Measure", "0", "Start Stop", "163"):
            meter.faults.add(ReplaceAnswer("Measure?", data=text, times=4))
        asked = watch.lines.count("Measure?")
        await asyncio.sleep(300)
        assert watch.lines.count("Measure?") > asked + 5
        assert [told.state for told in watch.measurements] == [STOPPED, MEASURING]


async def test_found_measuring(emulated_meter: MeterFactory) -> None:
    """A monitor that comes late derives the start, to 2.4 %, and gets better."""
    meter = await emulated_meter()
    meter.instrument.press_start()
    await asyncio.sleep(1800)
    async with watching(meter) as watch:
        await watch.until(lambda: watch.monitor.measurement.started_at, 10)
        first = watch.monitor.measurement
        assert (first.state, first.origin) == (MEASURING, StartOrigin.DERIVED)
        assert started_s_ago(watch) == pytest.approx(1803, abs=0.025 * 1803)
        assert first.uncertainty_s
        assert abs(started_s_ago(watch) - 1803) < first.uncertainty_s
        assert not watch.samples[0].held
        await asyncio.sleep(400)
        later = watch.monitor.measurement
        assert later.uncertainty_s
        assert later.uncertainty_s < first.uncertainty_s
        assert later.elapsed_s == pytest.approx(2203, abs=later.uncertainty_s + 2)
        assert len({told.started_at for told in watch.measurements}) < 10


def kept(watch: Watching) -> MeasurementMemory | None:
    """Return what the monitor would remember of the measurement."""
    return MeasurementMemory.from_json(watch.monitor.memory["measurement"])


async def test_the_start_survives_restarts_of_the_program(emulated_meter: MeterFactory) -> None:
    """By its memory, to the microsecond, as long as the rows bear it out."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.until(lambda: watch.samples, 10)
        assert kept(watch) is None
        await watch.monitor.commands.start()
        await asyncio.sleep(200)
        memory = kept(watch)
        assert memory
        restored = json.loads(json.dumps(watch.monitor.memory))
    await asyncio.sleep(600)
    async with watching(meter, restored=restored) as watch:
        assert kept(watch) == memory
        await watch.until(lambda: watch.monitor.measurement.started_at, 10)
        measurement = watch.monitor.measurement
        assert measurement.started_at
        assert abs(measurement.started_at - memory.started_at) < timedelta(milliseconds=1)
        assert measurement.origin is StartOrigin.RESTORED
        await watch.monitor.commands.pause()
        await asyncio.sleep(100)
        memory = kept(watch)
        assert memory
        assert memory.paused_since
        restored = json.loads(json.dumps(watch.monitor.memory))
    await asyncio.sleep(100)
    async with watching(meter, restored=restored) as watch:
        await state_within(watch, PAUSED, 10)
        again = kept(watch)
        assert again
        assert abs(again.started_at - memory.started_at) < timedelta(milliseconds=1)
        await watch.monitor.commands.resume()
        await asyncio.sleep(100)
        measured_s = meter.instrument.results[0].duration_s
        assert watch.monitor.measurement.elapsed_s == pytest.approx(measured_s, abs=2)
        await watch.monitor.commands.stop()
        assert kept(watch) is None


async def test_a_memory_of_another_measurement_is_dropped(emulated_meter: MeterFactory) -> None:
    """The rows tell that this one began later."""
    meter = await emulated_meter()
    meter.instrument.press_start()
    await asyncio.sleep(60)
    memory = MeasurementMemory(datetime.now(UTC) - timedelta(hours=5), StartOrigin.COMMAND)
    async with watching(meter, restored={"measurement": memory.to_json()}) as watch:
        await watch.until(lambda: watch.monitor.measurement.started_at, 10)
        assert watch.monitor.measurement.origin is StartOrigin.DERIVED
        assert started_s_ago(watch) == pytest.approx(63, abs=3)


async def test_the_start_survives_a_lost_connection(emulated_meter: MeterFactory) -> None:
    """The measurement goes on meanwhile, and so does its time."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await asyncio.sleep(30)
        started_at = watch.monitor.measurement.started_at
        await watch.link.close()
        await asyncio.sleep(600)
        watch.link.open()
        await watch.until(lambda: watch.monitor.available, 30)
        await asyncio.sleep(30)
        assert watch.monitor.measurement.started_at == started_at
        assert watch.monitor.measurement.origin is StartOrigin.COMMAND
        measured_s = meter.instrument.results[0].duration_s
        assert watch.monitor.measurement.elapsed_s == pytest.approx(measured_s, abs=2)
        assert watch.samples[-1].run is RunState.START


async def test_a_meter_that_says_stop_while_paused(emulated_meter: MeterFactory) -> None:
    """Not known of the real one: then Pause? tells the pause, and the measurement keeps its start."""
    meter = await emulated_meter(pause_word="Stop")
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await asyncio.sleep(60)
        started_at = watch.monitor.measurement.started_at
        meter.instrument.press_pause()
        await state_within(watch, PAUSED, 60)
        await asyncio.sleep(150)
        assert watch.monitor.measurement.state is PAUSED
        assert watch.samples[-1].held
        meter.instrument.press_pause()
        await state_within(watch, MEASURING, 60)
        assert watch.monitor.measurement.started_at == started_at
        meter.instrument.press_pause()
        await state_within(watch, PAUSED, 60)
        meter.instrument.press_stop()
        await state_within(watch, STOPPED, 130)


async def test_a_pause_that_was_stopped_is_never_told_as_measuring(emulated_meter: MeterFactory) -> None:
    """No pause any more does not mean that it goes on: whichever word comes first, the state goes on to stopped."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await watch.monitor.commands.pause()
        await asyncio.sleep(10)
        meter.instrument.press_stop()
        watch.monitor._feed.schedule.want([Ask.PAUSED])  # the order in which it is asked matters here
        await state_within(watch, STOPPED, 10)
        assert [told.state for told in watch.measurements] == [STOPPED, MEASURING, PAUSED, STOPPED]


@pytest.mark.parametrize("word", ["Start", "Stop"])
async def test_a_pause_that_was_stopped_while_the_program_was_away(emulated_meter: MeterFactory, word: str) -> None:
    """Nothing is told before the meter has told both."""
    meter = await emulated_meter(pause_word=word)
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await watch.monitor.commands.pause()
        restored = json.loads(json.dumps(watch.monitor.memory))
    meter.instrument.press_stop()
    await asyncio.sleep(10)
    async with watching(meter, restored=restored) as watch:
        await state_within(watch, STOPPED, 10)
        assert [told.state for told in watch.measurements] == [STOPPED]


async def test_restarted_during_a_pause_of_a_meter_that_says_stop_then(emulated_meter: MeterFactory) -> None:
    """The start is kept."""
    meter = await emulated_meter(pause_word="Stop")
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await asyncio.sleep(60)
        started_at = watch.monitor.measurement.started_at
        await watch.monitor.commands.pause()
        restored = json.loads(json.dumps(watch.monitor.memory))
    await asyncio.sleep(10)
    async with watching(meter, restored=restored) as watch:
        await state_within(watch, PAUSED, 10)
        await watch.monitor.commands.resume()
        await state_within(watch, MEASURING, 10)
        await watch.until(lambda: watch.monitor.measurement.started_at, 10)
        assert started_at
        assert watch.monitor.measurement.started_at == pytest.approx(started_at, abs=timedelta(milliseconds=1))


async def test_a_meter_that_knows_no_pause_after_a_remembered_one(emulated_meter: MeterFactory) -> None:
    """Then there is none."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await watch.monitor.commands.pause()
        restored = json.loads(json.dumps(watch.monitor.memory))
    meter.instrument.press_pause()
    await asyncio.sleep(10)
    meter.faults.switch_on("busy", command="Pause?", code=1)
    async with watching(meter, restored=restored) as watch:
        await state_within(watch, MEASURING, 10)
        assert [told.state for told in watch.measurements if told.state] == [MEASURING]
