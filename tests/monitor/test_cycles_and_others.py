"""Cycles among what others do meanwhile, and the stop cycle."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import (
    Asked,
    BlockReason,
    CommandBlocked,
    ControlRefused,
    CycleEnded,
    MeasurementState,
    NotConfirmed,
    RefusalReason,
    StoppedCycle,
)
from custom_components.rion_nl43.nl43 import (
    CommandExpired,
    LinkError,
)
from emulator import RefuseWith, ReplaceAnswer
from tests.fixtures import MeterFactory

from .commanding import (
    BLOCKED,
    COMPLETED,
    CONFIRMED,
    EXPIRED,
    FAILED,
    QUEUED,
    SENT,
    Refused,
    Unanswered,
    assert_sent_once,
    begin,
    longest_gap_s,
    on_the_wire,
    settings_sent,
    states,
    two_slots_s,
)
from .watching import Watching, watching

ASKED = Asked("user-7", "action")
AUTO = {"Store Mode": "Auto", "Store Name": "0041", "Sleep Mode": "On"}
SETTING_STEPS = ["Sleep Mode,Off", "Clock,", "Store Name,0042", "Measure,Start"]


@pytest.mark.parametrize("line", ["Measure?", "Sleep Mode,Off", "Clock,", "Store Name,0042", "Overwrite?"])
async def test_someone_else_starts_meanwhile(emulated_meter: MeterFactory, line: str) -> None:
    """In whichever step: the cycle ends, says why, and leaves that measurement alone."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        cycle = asyncio.create_task(watch.monitor.commands.start_cycle())
        await on_the_wire(watch, line)
        await watch.until_rows(1)
        meter.instrument.press_start()
        with pytest.raises(ControlRefused) as refused:
            await cycle
        assert refused.value.reason in {RefusalReason.WHILE_MEASURING, RefusalReason.ALREADY_MEASURING}
        assert watch.monitor.measurement.state is MeasurementState.MEASURING
        assert_sent_once(watch)


async def test_it_measures_already(emulated_meter: MeterFactory) -> None:
    """Nothing is touched then."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        told = begin(watch)
        meter.instrument.press_start()
        with pytest.raises(ControlRefused) as refused:
            await watch.monitor.commands.start_cycle()
        assert refused.value.reason is RefusalReason.ALREADY_MEASURING
        assert settings_sent(watch) == []
        assert states(told) == [QUEUED, FAILED]


async def test_the_meter_is_lost_before_the_first_step(emulated_meter: MeterFactory) -> None:
    """Nothing was sent: the cycle expires, and nothing of it is sent later."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        told = begin(watch)
        await meter.power_off()
        await watch.until(lambda: not watch.monitor.available, 10)
        asked = watch.now
        with pytest.raises(CommandExpired):
            await watch.monitor.commands.start_cycle()
        assert watch.now - asked == pytest.approx(10)
        assert states(told) == [QUEUED, EXPIRED]
        await meter.power_on()
        await watch.until(lambda: watch.monitor.available, 60)
        await watch.until_rows(20)
        assert settings_sent(watch) == []


@pytest.mark.parametrize("line", SETTING_STEPS)
async def test_the_meter_is_lost_in_a_step(emulated_meter: MeterFactory, line: str) -> None:
    """And stays away: the cycle fails, and nothing of it is sent later."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        told = begin(watch)
        cycle = asyncio.create_task(watch.monitor.commands.start_cycle())
        await on_the_wire(watch, line)
        meter.control.lose("reset")
        await meter.power_off()
        with pytest.raises((NotConfirmed, CommandExpired, LinkError)):
            await cycle
        assert states(told)[-1] is FAILED
        sent = settings_sent(watch)
        await meter.power_on()
        await watch.until(lambda: watch.monitor.available, 60)
        await watch.until_rows(20)
        assert settings_sent(watch) == sent


async def test_one_cycle_at_a_time(emulated_meter: MeterFactory) -> None:
    """And no control and no setting crosses it; requests may be asked."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        told = begin(watch)
        commands = watch.monitor.commands
        cycle = asyncio.create_task(commands.start_cycle())
        await watch.until(lambda: states(told)[-1:] == [SENT], 20)
        crossing = (
            commands.start_cycle,
            commands.start,
            commands.pause,
            lambda: commands.set_setting("Store Name", "0001"),
            lambda: commands.send("Measure,Start"),
        )
        for action in crossing:
            with pytest.raises(CommandBlocked) as blocked:
                await action()
            assert blocked.value.reason is BlockReason.CYCLE_RUNNING
        assert [command.state for command in told[-2:]] == [QUEUED, BLOCKED]
        assert await commands.send("Type?") == "NL-43"
        assert (await cycle).store_name == "0042"
        await commands.stop()
        assert meter.instrument.settings["Store Name"] == "0042"


STOPS: dict[str, Callable[[Watching], Awaitable[Any]]] = {
    "stop": lambda watch: watch.monitor.commands.stop(ASKED),
    "stop_cycle": lambda watch: watch.monitor.commands.stop_cycle(ASKED),
    "send": lambda watch: watch.monitor.commands.send("Measure,Stop", ASKED),
}


@pytest.mark.parametrize("line", ["Measure?", *SETTING_STEPS[:-1], "Store Name?", "Overwrite?"])
@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS.keys())
async def test_a_stop_ends_a_start_cycle_before_it_has_started(
    emulated_meter: MeterFactory, line: str, stop: Callable[[Watching], Awaitable[Any]]
) -> None:
    """In whichever step: nothing is started, the store name is as it was, and both commands say what became of them."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        told, since = begin(watch), len(watch.samples) - 1
        cycle = asyncio.create_task(watch.monitor.commands.start_cycle())
        await on_the_wire(watch, line)
        asked = watch.now
        stopped = await stop(watch)
        assert watch.now - asked <= 10
        assert stopped in (None, StoppedCycle(None, None, None, stored=False))
        with pytest.raises(CycleEnded):
            await cycle
        ends = {command.name: (command.state, command.reason) for command in told if command.state.final}
        assert ends.pop("start_cycle") == (FAILED, "the start cycle was ended by a Stop")
        assert [*ends.values()] == [(COMPLETED, "")]
        await watch.until_rows(5)
        assert meter.instrument.settings["Store Name"] == "0041"
        assert not {"Measure,Start", "Measure,Stop"} & {*watch.lines}
        assert longest_gap_s(watch, since) <= two_slots_s(0.06)
        await watch.monitor.commands.start_cycle()


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("stop", STOPS.values(), ids=STOPS.keys())
async def test_a_stop_ends_a_start_cycle_that_has_just_started(
    emulated_meter: MeterFactory, stop: Callable[[Watching], Awaitable[Any]], answered: bool
) -> None:
    """The measurement is stopped; its name stays, for it is in use."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        if not answered:
            meter.faults.add(Unanswered("Measure,Start"))
        cycle = asyncio.create_task(watch.monitor.commands.start_cycle())
        await on_the_wire(watch, "Measure,Start")
        stopped = await stop(watch)
        with pytest.raises(CycleEnded):
            await cycle
        assert watch.monitor.commands.recent[-1].state is COMPLETED
        assert watch.monitor.measurement.state is MeasurementState.STOPPED
        assert not meter.instrument.run.measuring
        assert stopped is None or stopped.results is not None
        assert settings_sent(watch)[-3:] == ["Store Name,0042", "Measure,Start", "Measure,Stop"]


async def test_a_stop_while_a_start_cycle_puts_the_name_back(emulated_meter: MeterFactory) -> None:
    """That is done all the same."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(Refused("Measure,Start"))
        cycle = asyncio.create_task(watch.monitor.commands.start_cycle())
        await on_the_wire(watch, "Measure,Start")
        await on_the_wire(watch, "Measure?")
        await watch.until_rows(1)
        await watch.monitor.commands.stop()
        with pytest.raises(CycleEnded):
            await cycle
        assert meter.instrument.settings["Store Name"] == "0041"
        assert settings_sent(watch)[-2:] == ["Measure,Start", "Store Name,0041"]


async def test_a_stop_whose_start_cannot_be_read_stops_all_the_same(emulated_meter: MeterFactory) -> None:
    """It is better to be refused than to let go on."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        cycle = asyncio.create_task(watch.monitor.commands.start_cycle())
        await on_the_wire(watch, "Measure,Start")
        meter.faults.add(ReplaceAnswer("Measure?", data="?", times=2))
        await watch.monitor.commands.stop()
        with pytest.raises(CycleEnded):
            await cycle
        assert not meter.instrument.run.measuring


async def test_two_stops_during_a_start_cycle(emulated_meter: MeterFactory) -> None:
    """The first ends it; the second finds nothing to stop."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        commands = watch.monitor.commands
        cycle = asyncio.create_task(commands.start_cycle())
        await on_the_wire(watch, "Clock?")
        outcomes = await asyncio.gather(commands.stop_cycle(), commands.stop(), return_exceptions=True)
        assert isinstance(outcomes[0], StoppedCycle)
        assert isinstance(outcomes[1], CommandBlocked)
        with pytest.raises(CycleEnded):
            await cycle
        assert "Measure,Start" not in watch.lines


async def test_a_start_cycle_nobody_waits_for_leaves_no_name_to_a_later_stop(emulated_meter: MeterFactory) -> None:
    """What is put back is the name that the ended cycle found."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        cycle = asyncio.create_task(watch.monitor.commands.start_cycle())
        await on_the_wire(watch, "Overwrite?")
        cycle.cancel()
        await asyncio.wait({cycle})
        meter.instrument.settings["Store Name"] = "0100"
        cycle = asyncio.create_task(watch.monitor.commands.start_cycle())
        await on_the_wire(watch, "Clock,")
        await watch.monitor.commands.stop()
        with pytest.raises(CycleEnded):
            await cycle
        assert meter.instrument.settings["Store Name"] == "0100"


async def test_a_cycle_waits_for_the_command_before_it(emulated_meter: MeterFactory) -> None:
    """But not for ever."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        commands = watch.monitor.commands
        commands.expiry_s = 3.0
        outcomes = await asyncio.gather(commands.start(), commands.start_cycle(), return_exceptions=True)
        assert outcomes[0] is None
        assert isinstance(outcomes[1], CommandExpired)
        assert settings_sent(watch) == ["Measure,Start"]
        await commands.stop()
        commands.expiry_s = 10.0
        outcomes = await asyncio.gather(commands.sync_clock(), commands.start_cycle(), return_exceptions=True)
        assert outcomes[0] is None
        assert watch.monitor.measurement.state is MeasurementState.MEASURING


async def test_a_clock_that_cannot_be_set_in_time(emulated_meter: MeterFactory) -> None:
    """The next turn of a second comes too late: it expires."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        watch.monitor.commands.expiry_s = 2.0
        with pytest.raises(CommandExpired):
            await watch.monitor.commands.sync_clock()
        assert settings_sent(watch) == []


async def test_the_stop_cycle(emulated_meter: MeterFactory) -> None:
    """It tells the measurement that it ended, and its results."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        told = begin(watch)
        await watch.monitor.commands.start()
        started_at = watch.monitor.measurement.started_at
        await asyncio.sleep(120)
        since = len(watch.samples) - 1
        stopped = await watch.monitor.commands.stop_cycle(ASKED, store=True)
        assert states(told)[4:] == [QUEUED, SENT, CONFIRMED, COMPLETED]
        assert stopped.started_at == started_at
        assert stopped.elapsed_s == pytest.approx(meter.instrument.results[0].duration_s, abs=1.5)
        assert stopped.results
        assert stopped.results.main.leq == pytest.approx(meter.instrument.results[0].leq, abs=0.06)
        assert stopped.stored
        assert longest_gap_s(watch, since) <= two_slots_s(0.63)
        assert settings_sent(watch) == ["Measure,Start", "Measure,Stop", "Manual Store,Start"]


@pytest.mark.parametrize("mode", ["Manual", "Auto"])
async def test_a_stop_cycle_that_stores_nothing(emulated_meter: MeterFactory, mode: str) -> None:
    """Either it is not wished, or the meter has stored by itself."""
    meter = await emulated_meter(settings={"Store Mode": mode})
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await asyncio.sleep(10)
        stopped = await watch.monitor.commands.stop_cycle(store=mode == "Auto")
        assert not stopped.stored
        assert settings_sent(watch) == ["Measure,Start", "Measure,Stop"]


async def test_a_stop_cycle_without_results(emulated_meter: MeterFactory) -> None:
    """A meter that does not tell them has stopped all the same."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        meter.faults.add(RefuseWith("DLC?", 4))
        stopped = await watch.monitor.commands.stop_cycle()
        assert stopped.results is None
        assert stopped.elapsed_s is not None


async def test_nothing_to_stop(emulated_meter: MeterFactory) -> None:
    """It says so."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        with pytest.raises(ControlRefused) as refused:
            await watch.monitor.commands.stop_cycle()
        assert refused.value.reason is RefusalReason.NOT_MEASURING


@pytest.mark.parametrize("accepted", [True, False])
async def test_a_start_that_cannot_be_read_back(emulated_meter: MeterFactory, accepted: bool) -> None:
    """Accepted counts, from when is not known; else the store name is left alone, for it may be in use."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        if not accepted:
            meter.faults.add(Unanswered("Measure,Start"))
        meter.faults.add(ReplaceAnswer("Measure?", data="?", times=2, skip=1))
        if accepted:
            started = await watch.monitor.commands.start_cycle()
            assert started.started_at is None
        else:
            with pytest.raises(NotConfirmed):
                await watch.monitor.commands.start_cycle()
        assert meter.instrument.settings["Store Name"] == "0042"
        await watch.until(lambda: watch.monitor.measurement.state is MeasurementState.MEASURING, 30)


async def test_the_store_name_cannot_be_put_back(emulated_meter: MeterFactory) -> None:
    """Then it stays as it is, and the reason of the failure is what counts."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(Refused("Measure,Start"))
        meter.faults.add(RefuseWith("Store Name,0041", 2))
        with pytest.raises(ControlRefused):
            await watch.monitor.commands.start_cycle()
        assert meter.instrument.settings["Store Name"] == "0042"
