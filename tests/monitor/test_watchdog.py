"""A meter that should be measuring is kept measuring."""

import asyncio
from collections.abc import Callable
import json
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import (
    Asked,
    Command,
    CommandState,
    FeedMode,
    FeedOptions,
    MeasurementState,
    StopReason,
    WatchdogState,
)
from custom_components.rion_nl43.nl43 import NL43Error
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .watching import Watching, watching

MEASURING, RESTARTING = WatchdogState.MEASURING, WatchdogState.RESTARTING
RESPECTED, GIVEN_UP = WatchdogState.STOP_RESPECTED, WatchdogState.GIVEN_UP
AUTO = {"Store Mode": "Auto", "Measurement Time Preset Auto": "24h"}


class Guarded:
    """A watched meter and what was told of its watchdog."""

    def __init__(self, watch: Watching) -> None:
        """Subscribe."""
        self.watch = watch
        self.watchdog = watch.monitor.watchdog
        self.told: list[WatchdogState] = []
        self.starts: list[Command] = []
        self.watchdog.on_change(self.told.append)
        watch.monitor.commands.on_change(self._take)

    def _take(self, command: Command) -> None:
        if command.state.final and command.asked == Asked(reason="watchdog"):
            assert command.name == "start_cycle"
            self.starts.append(command)

    async def until(self, state: WatchdogState, within_s: float = 60) -> float:
        return await self.watch.until(lambda: self.watchdog.state is state, within_s)

    async def measuring(self) -> None:
        """Let it be expected, and wait until it measures."""
        self.watchdog.expected = True
        await self.until(MEASURING)
        await self.watch.until_rows(3)

    def memory(self) -> dict[str, Any]:
        memory: dict[str, Any] = json.loads(json.dumps(self.watch.monitor.memory))
        return memory


@pytest.fixture
async def meter(emulated_meter: MeterFactory) -> EmulatedMeter:
    return await emulated_meter(settings=AUTO)


async def test_off_it_does_nothing(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        assert guarded.watchdog.expected is None
        await asyncio.sleep(200)
        assert (guarded.watchdog.state, guarded.told) == (WatchdogState.OFF, [])
        assert "Measure,Start" not in watch.lines


async def test_why_a_measurement_ended_is_told_while_it_is_off_too(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        reasons: list[StopReason] = []
        end = watch.monitor.watchdog.on_stop(reasons.append)
        await watch.settled()
        await watch.monitor.commands.start()
        await watch.until_rows(3)
        meter.instrument.press_stop()
        await watch.until(lambda: reasons, 100)
        meter.instrument.press_start()
        await watch.until(lambda: watch.monitor.measurements_begun == 2, 100)
        await watch.monitor.commands.stop()
        await watch.until(lambda: len(reasons) == 2, 10)
        assert reasons == [StopReason.OPERATOR, StopReason.COMMAND]
        end()
        await watch.monitor.commands.start()
        await watch.monitor.commands.stop()
        await watch.until_rows(5)
        assert len(reasons) == 2


async def test_a_scheduled_start_starts_and_the_end_of_the_schedule_stops_nothing(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        guarded.watchdog.expected = False
        await asyncio.sleep(300)
        assert guarded.watchdog.state is WatchdogState.WAITING
        assert "Measure,Start" not in watch.lines
        guarded.watchdog.expected = True
        assert guarded.watchdog.expected is True
        assert await guarded.until(MEASURING) <= 30
        assert [command.state for command in guarded.starts] == [CommandState.COMPLETED]
        guarded.watchdog.expected = False
        await asyncio.sleep(300)
        assert watch.monitor.measurement.state is MeasurementState.MEASURING
        assert "Measure,Stop" not in watch.lines
        assert guarded.told == [WatchdogState.WAITING, RESTARTING, MEASURING, WatchdogState.WAITING]


async def test_nothing_is_started_that_runs_or_is_paused(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await watch.settled()
        await watch.monitor.commands.start()
        guarded.watchdog.expected = True
        assert guarded.watchdog.state is MEASURING
        await watch.monitor.commands.pause()
        await asyncio.sleep(300)
        assert guarded.watchdog.state is MEASURING
        await watch.monitor.commands.resume()
        await asyncio.sleep(60)
        assert not guarded.starts


async def test_it_acts_on_nothing_before_the_meter_is_there(meter: EmulatedMeter) -> None:
    fault = meter.faults.switch_on("unreachable")
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        guarded.watchdog.expected = True
        await asyncio.sleep(300)
        assert guarded.watchdog.state is WatchdogState.WAITING
        assert not guarded.starts
        meter.faults.switch_off(fault)
        await guarded.until(MEASURING, 70)


@pytest.mark.parametrize(("mode", "preset"), [("Auto", "1m"), ("Manual", "Manual")])
async def test_what_ends_with_its_preset_time_is_restarted(
    mode: str, preset: str, emulated_meter: MeterFactory
) -> None:
    settings = {
        "Store Mode": mode,
        f"Measurement Time Preset {mode}": preset,
        f"Measurement Time {mode} (Num)": "1",
        f"Measurement Time {mode} (Unit)": "m",
    }
    async with watching(await emulated_meter(settings=settings)) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        for ended in (1, 2):
            await guarded.until(RESTARTING, 100)
            assert guarded.watchdog.last_stop is StopReason.PRESET
            assert await guarded.until(MEASURING) <= 30
            assert len(guarded.starts) == ended + 1


@pytest.mark.parametrize("ends", ["preset", "operator"])
async def test_the_end_is_understood_from_a_stream_too(ends: str, emulated_meter: MeterFactory) -> None:
    settings = {"Store Mode": "Auto", "Measurement Time Preset Auto": "1m" if ends == "preset" else "1h"}
    meter = await emulated_meter(settings=settings)
    async with watching(meter, feed=FeedOptions(FeedMode.STREAMED, break_every_s=45)) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        await watch.streams()
        if ends == "operator":
            await asyncio.sleep(20)
            meter.instrument.press_stop()
        await guarded.until(RESTARTING if ends == "preset" else RESPECTED, 150)
        assert guarded.watchdog.last_stop == StopReason(ends)


async def test_what_ends_with_the_power_is_restarted(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        meter.faults.switch_on("power-cycle", boot_s=40.0)
        await watch.until(lambda: not watch.monitor.available, 20)
        await watch.until(lambda: len(guarded.starts) == 2, 120)
        await guarded.until(MEASURING)
        assert guarded.watchdog.last_stop is StopReason.OUTAGE
        assert guarded.starts[-1].state is CommandState.COMPLETED


async def test_what_goes_on_during_an_outage_is_left_alone(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        meter.faults.switch_on("unreachable", for_s=300)
        await asyncio.sleep(400)
        assert watch.monitor.available
        assert len(guarded.starts) == 1
        assert guarded.told == [WatchdogState.WAITING, RESTARTING, MEASURING]


STOPS: dict[str, Callable[[Watching], Any]] = {
    "stop": lambda watch: watch.monitor.commands.stop(),
    "stop_cycle": lambda watch: watch.monitor.commands.stop_cycle(),
    "send": lambda watch: watch.monitor.commands.send("Measure, Stop"),
}


@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS.keys())
async def test_a_stop_by_command_is_respected_until_the_next_scheduled_start(
    stop: Callable[[Watching], Any], meter: EmulatedMeter
) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        await stop(watch)
        await guarded.until(RESPECTED)
        assert guarded.watchdog.last_stop is StopReason.COMMAND
        await asyncio.sleep(300)
        assert guarded.watchdog.state is RESPECTED
        guarded.watchdog.expected = False
        guarded.watchdog.expected = True
        await guarded.until(MEASURING)
        assert len(guarded.starts) == 2


async def test_a_stop_at_the_meter_is_respected_until_anybody_starts(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        meter.instrument.press_stop()
        await guarded.until(RESPECTED, 100)
        assert guarded.watchdog.last_stop is StopReason.OPERATOR
        await asyncio.sleep(200)
        assert guarded.watchdog.state is RESPECTED
        meter.instrument.press_start()
        await guarded.until(MEASURING, 100)
        assert len(guarded.starts) == 1
        meter.faults.switch_on("power-cycle")
        await watch.until(lambda: len(guarded.starts) == 2, 200)


async def test_a_stop_while_nothing_runs_is_respected_too(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await watch.settled()
        meter.faults.switch_on("busy", command="Measure,Start")
        guarded.watchdog.expected = True
        await watch.until(lambda: guarded.starts, 60)
        with pytest.raises(NL43Error):
            await watch.monitor.commands.stop()
        assert guarded.watchdog.state is RESPECTED
        await asyncio.sleep(200)
        assert len(guarded.starts) == 1


async def test_a_stop_during_its_own_start_cycle_is_respected(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await watch.settled()
        guarded.watchdog.expected = True
        await watch.until(lambda: "Overwrite?" in watch.lines, 60)
        await watch.monitor.commands.stop()
        assert [command.state for command in guarded.starts] == [CommandState.FAILED]
        assert guarded.watchdog.state is RESPECTED
        await asyncio.sleep(200)
        assert (len(guarded.starts), "Measure,Start" in watch.lines) == (1, False)


async def test_a_full_card_ends_in_giving_up_until_someone_starts(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(settings={**AUTO, "Lp Store Interval": "100ms"})
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        meter.faults.switch_on("card-full")
        await guarded.until(GIVEN_UP, 900)
        assert guarded.watchdog.last_stop is StopReason.CARD_FULL
        assert len(guarded.starts) == 3
        await asyncio.sleep(200)
        assert len(guarded.starts) == 3
        meter.faults.clear()
        await watch.monitor.commands.start()
        assert guarded.watchdog.state is MEASURING


async def test_starts_in_vain_are_given_up_and_an_acknowledgement_tries_again(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await watch.settled()
        meter.faults.switch_on("busy", command="Measure,Start")
        guarded.watchdog.expected = True
        await guarded.until(GIVEN_UP, 300)
        assert [command.state for command in guarded.starts] == [CommandState.FAILED] * 3
        await asyncio.sleep(700)
        meter.faults.clear()
        await asyncio.sleep(60)
        assert guarded.watchdog.state is GIVEN_UP
        guarded.watchdog.acknowledge()
        await guarded.until(MEASURING)
        assert len(guarded.starts) == 4


@pytest.mark.parametrize("told", ["DLC?", "DOD?"])
async def test_a_stop_while_the_meter_is_released_is_respected(meter: EmulatedMeter, told: str) -> None:
    """Whichever row still tells its results."""
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        await watch.monitor.standby.release()
        meter.instrument.press_stop()
        if told == "DOD?":
            meter.faults.switch_on("busy", command="DLC?", code=1)
        await asyncio.sleep(300)
        assert len(guarded.starts) == 1
        await watch.monitor.standby.take_back()
        await guarded.until(RESPECTED)
        assert guarded.watchdog.last_stop is StopReason.OPERATOR
        await asyncio.sleep(100)
        assert len(guarded.starts) == 1


@pytest.mark.parametrize("told", ["DLC?", "DOD?", None])
async def test_what_lost_its_results_with_the_power_while_released_is_restarted(
    meter: EmulatedMeter, told: str | None
) -> None:
    """Whichever row still tells that nothing is left; if none does, it is better to measure."""
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        await watch.monitor.standby.release()
        await meter.power_cycle(boot_s=20)
        if told != "DLC?":
            meter.faults.switch_on("busy", command="DLC?", code=1)
        if told is None:
            meter.faults.switch_on("busy", command="DOD?")
        await watch.monitor.standby.take_back()
        await watch.until(lambda: len(guarded.starts) == 2, 100)
        assert guarded.watchdog.last_stop is StopReason.OUTAGE


async def test_what_reached_its_preset_time_while_released_is_restarted(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(settings=AUTO | {"Measurement Time Preset Auto": "10m"})
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        await watch.monitor.standby.release()
        await asyncio.sleep(1000)
        await watch.monitor.standby.take_back()
        await watch.until(lambda: len(guarded.starts) == 2, 60)
        assert guarded.watchdog.last_stop is StopReason.PRESET


async def test_respect_and_the_lockout_are_kept_over_a_restart(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        await watch.monitor.commands.stop()
        await guarded.until(RESPECTED)
        memory = guarded.memory()
    assert memory["watchdog"]["respected"]
    assert len(memory["watchdog"]["restarts"]) == 1
    await asyncio.sleep(6)
    async with watching(meter, restored=memory) as watch:
        guarded = Guarded(watch)
        assert guarded.watchdog.state is WatchdogState.OFF
        guarded.watchdog.expected = True
        await asyncio.sleep(200)
        assert guarded.watchdog.state is RESPECTED
        assert guarded.watchdog.last_stop is StopReason.COMMAND
        assert not guarded.starts
        guarded.watchdog.expected = None
        assert guarded.watchdog.state is WatchdogState.OFF


async def test_what_stopped_while_this_program_was_away_is_restarted(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        memory = guarded.memory()
    assert memory["watchdog"]["measuring"]
    await meter.power_cycle(boot_s=6)
    async with watching(meter, restored=memory) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        assert guarded.watchdog.last_stop is StopReason.OUTAGE
        assert len(guarded.starts) == 1


async def test_what_was_stopped_while_this_program_was_away_is_left_alone(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        memory = guarded.memory()
    meter.instrument.press_stop()
    await asyncio.sleep(6)
    async with watching(meter, restored=memory) as watch:
        guarded = Guarded(watch)
        guarded.watchdog.expected = True
        await guarded.until(RESPECTED)
        assert guarded.watchdog.last_stop is StopReason.OPERATOR
        assert not guarded.memory()["watchdog"]["measuring"]
        await asyncio.sleep(100)
        assert not guarded.starts


async def test_a_connection_lost_while_the_reason_is_asked_for_leaves_it_for_later(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        meter.faults.switch_on("unreachable", command="SD Card Free Size?", connection="reset", for_s=60)
        meter.instrument.press_stop()
        await watch.until(lambda: not watch.monitor.available, 300)
        meter.faults.clear()
        await guarded.until(RESPECTED, 120)
        assert guarded.watchdog.last_stop is StopReason.OPERATOR
        assert len(guarded.starts) == 1


async def test_answers_that_do_not_come_only_make_the_reason_less_certain(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        for command in ("SD Card Free Size?", "Battery Level?", "Store Mode?", "DLC?"):
            meter.faults.switch_on("busy", command=command, code=4)
        meter.instrument.press_stop()
        await guarded.until(RESPECTED, 200)
        assert guarded.watchdog.last_stop is StopReason.OPERATOR


async def test_a_unit_that_knows_no_pause_is_believed_that_it_stopped(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        meter.faults.switch_on("busy", command="Pause?", code=1)
        meter.instrument.press_stop()
        await guarded.until(RESPECTED, 200)
        assert watch.monitor.facts.unsupported >= {"Pause"}


async def test_a_start_while_the_reason_is_asked_for_makes_it_unimportant(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        meter.instrument.press_stop()
        await watch.until(lambda: "DLC?" in watch.lines, 100)
        await watch.monitor.commands.start()
        await asyncio.sleep(60)
        assert guarded.watchdog.state is MEASURING
        assert guarded.watchdog.last_stop is None
        assert len(guarded.starts) == 1


async def test_a_stop_of_a_measurement_of_unknown_start_is_respected(meter: EmulatedMeter) -> None:
    meter.faults.switch_on("missing-values", command="DOD?")
    meter.instrument.press_start()
    async with watching(meter) as watch:
        guarded = Guarded(watch)
        await guarded.measuring()
        assert watch.monitor.measurement.started_at is None
        meter.instrument.press_stop()
        await guarded.until(RESPECTED, 100)
        assert not guarded.starts


@pytest.mark.parametrize(
    "kept", [None, 3, [], {"expected": "x", "restarts": 3, "last_stop": []}, {"last_stop": "fire"}]
)
async def test_nonsense_that_was_kept_is_ignored(meter: EmulatedMeter, kept: object) -> None:
    async with watching(meter, restored={"watchdog": kept}) as watch:
        assert watch.monitor.watchdog.memory["restarts"] == []
        assert watch.monitor.watchdog.last_stop is None
        guarded = Guarded(watch)
        await guarded.measuring()
