"""Curing a wedged meter by its power switch."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import json
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import (
    Asked,
    BlockReason,
    Command,
    CommandBlocked,
    CommandState,
    Diagnosis,
    NotBackAfterPowerCycle,
    PowerSwitchFailed,
    ProbePorts,
    StopReason,
    WatchdogState,
)
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .watching import Watching, watching


class Plug:
    """What powers the meter; may fail, may do nothing, and the meter takes some time to boot."""

    def __init__(self, meter: EmulatedMeter, *, boot_s: float = 20, cures: bool = True, connected: bool = True) -> None:
        """Power this meter; one that is not cured is wedged anew when it has booted."""
        self.meter = meter
        self.boot_s = boot_s
        self.cures = cures
        self.connected = connected
        self.fails: dict[bool, Callable[[], Awaitable[object]]] = {}
        self.switched: list[tuple[float, bool]] = []
        self._booting: asyncio.Task[None] | None = None

    async def __call__(self, on: bool) -> None:
        """Switch."""
        self.switched.append((asyncio.get_running_loop().time(), on))
        if fail := self.fails.get(on):
            await fail()
        if not self.connected:
            return
        if not on:
            await self.meter.power_off("timeout")
        elif not self.meter.instrument.powered:
            self._booting = asyncio.create_task(self._boot())

    async def _boot(self) -> None:
        await asyncio.sleep(self.boot_s)
        if not self.cures:
            self.meter.faults.switch_on("wedge")
        await self.meter.power_on()

    @property
    def cycles(self) -> list[float]:
        """How long each was off, in seconds."""
        times = [at for at, _ in self.switched]
        assert [on for _, on in self.switched] == [False, True] * (len(times) // 2)
        return [on - off for off, on in zip(times[::2], times[1::2], strict=True)]


async def broken() -> None:
    raise OSError("no such plug")


class Patient:
    """A watched meter with FTP on, its plug, and what was told of its recovery."""

    def __init__(self, watch: Watching, plug: Plug) -> None:
        """Let them know each other."""
        self.watch = watch
        self.plug = plug
        self.recovery = watch.monitor.recovery
        self.recovery.power_switch = plug
        self.needed: list[bool] = []
        self.commands: list[Command] = []
        self.recovery.on_change(self.needed.append)
        watch.monitor.commands.on_change(self.commands.append)
        assert watch.meter.ftp_port
        watch.monitor.probe_ports = ProbePorts(watch.meter.ftp_port, ())

    def diagnosis(self) -> Diagnosis:
        return self.watch.monitor.diagnosis.current.diagnosis

    def needs_person(self) -> bool:
        return self.recovery.needs_person

    @property
    def outcomes(self) -> list[CommandState]:
        return [command.state for command in self.commands if command.state.final]

    def wedge(self) -> None:
        self.watch.meter.faults.switch_on("wedge", connection="reset")

    async def until(self, condition: Callable[[], object], within_s: float) -> float:
        return await self.watch.until(condition, within_s)

    def memory(self) -> dict[str, Any]:
        memory: dict[str, Any] = json.loads(json.dumps(self.watch.monitor.memory))
        return memory


@pytest.fixture
async def meter(emulated_meter: MeterFactory) -> EmulatedMeter:
    return await emulated_meter(ftp_port=0, settings={"FTP": "On"})


async def test_a_wedged_meter_is_power_cycled_after_two_attempts_and_comes_back(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter, boot_s=45))
        await watch.until_rows(3)
        attempts = watch.link.statistics.attempts
        patient.wedge()
        began = watch.now
        await patient.until(lambda: patient.diagnosis() is Diagnosis.POWER_CYCLING, 70)
        assert watch.link.statistics.attempts - attempts == 2
        assert watch.link.patience_s is None
        await patient.until(lambda: patient.diagnosis() is Diagnosis.CONNECTED, 120)
        assert watch.now - began <= 66 + 10 + 45 + 31
        assert patient.plug.cycles == [pytest.approx(10)]
        assert not patient.needs_person()
        assert len(patient.recovery.cycles) == 1
        assert patient.outcomes == [CommandState.COMPLETED]
        assert patient.commands[-1].name == "power_cycle"
        assert patient.commands[-1].asked == Asked(reason="recovery")
        await watch.until_rows(3)
        assert patient.recovery.memory == {
            "cycles": [patient.recovery.cycles[0].isoformat()],
            "needs_person": False,
            "acknowledged": False,
            "switched_off": False,
        }


async def test_three_power_cycles_in_vain_call_for_a_person(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter, cures=False))
        await watch.until_rows(3)
        patient.wedge()
        await patient.until(lambda: patient.recovery.needs_person, 1200)
        assert len(patient.plug.cycles) == len(patient.recovery.cycles) == 3
        assert patient.outcomes == [CommandState.FAILED] * 3
        assert all(isinstance(command.error, NotBackAfterPowerCycle) for command in patient.commands if command.error)
        assert patient.diagnosis() is Diagnosis.WEDGED
        await asyncio.sleep(7200)
        assert len(patient.plug.cycles) == 3
        assert patient.needs_person()
        await meter.power_cycle()
        await patient.until(lambda: not patient.recovery.needs_person, 70)
        assert patient.diagnosis() is Diagnosis.CONNECTED


async def test_a_plug_that_does_nothing_leaves_the_meter_wedged_not_refused(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter, connected=False))
        await watch.until_rows(3)
        told = list[Diagnosis]()
        watch.monitor.diagnosis.on_change(lambda current: told.append(current.diagnosis))
        patient.wedge()
        await patient.until(lambda: patient.recovery.needs_person, 1200)
        assert len(patient.plug.cycles) == 3
        assert told == [Diagnosis.CONNECTING, *(Diagnosis.WEDGED, Diagnosis.POWER_CYCLING) * 3, Diagnosis.WEDGED]
        began = [at for at, on in patient.plug.switched if not on]
        assert all(later - earlier >= 10 + 120 + 30 for earlier, later in pairwise(began)), "each after two attempts"


async def test_an_acknowledgement_waits_for_the_lockout_and_tries_again(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter, cures=False))
        await watch.until_rows(3)
        patient.wedge()
        await patient.until(lambda: patient.recovery.needs_person, 1200)
        patient.recovery.acknowledge()
        assert not patient.needs_person()
        patient.plug.cures = True
        await patient.until(lambda: patient.diagnosis() is Diagnosis.CONNECTED, 1200)
        assert patient.needed.count(True) == 1
        began = [at for at, on in patient.plug.switched if not on]
        assert len(began) == 4
        assert began[3] - began[0] >= 900
        patient.recovery.acknowledge()
        assert not patient.recovery.memory["acknowledged"]


async def test_the_lockout_is_kept_over_a_restart(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter, cures=False))
        await watch.until_rows(3)
        patient.wedge()
        await patient.until(lambda: len(patient.recovery.cycles) == 3, 1200)
        await patient.until(lambda: patient.diagnosis() is Diagnosis.WEDGED, 300)
        memory = patient.memory()
    await asyncio.sleep(6)
    async with watching(meter, restored=memory) as watch:
        patient = Patient(watch, Plug(meter))
        assert len(patient.recovery.cycles) == 3
        await patient.until(lambda: patient.recovery.needs_person, 200)
        assert not patient.plug.switched
        memory = patient.memory()
    await asyncio.sleep(6)
    async with watching(meter, restored=memory) as watch:
        assert Patient(watch, Plug(meter)).recovery.needs_person
        await watch.link.close()


async def test_without_a_switch_nothing_is_cycled(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter))
        patient.recovery.power_switch = None
        await watch.until_rows(3)
        patient.wedge()
        await asyncio.sleep(1200)
        assert patient.diagnosis() is Diagnosis.WEDGED
        assert not patient.needs_person()
        with pytest.raises(CommandBlocked) as blocked:
            await patient.recovery.power_cycle(Asked(reason="button"))
        assert blocked.value.reason is BlockReason.NO_POWER_SWITCH
        assert patient.outcomes == [CommandState.BLOCKED]
        patient.recovery.power_switch = patient.plug
        assert patient.recovery.power_switch is patient.plug
        await patient.until(lambda: patient.diagnosis() is Diagnosis.CONNECTED, 100)


async def test_a_wedged_meter_that_should_be_measuring_measures_again(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter))
        watch.monitor.watchdog.expected = True
        await watch.until(lambda: watch.monitor.watchdog.state is WatchdogState.MEASURING, 60)
        patient.wedge()
        await patient.until(lambda: patient.diagnosis() is Diagnosis.POWER_CYCLING, 70)
        await patient.until(lambda: patient.diagnosis() is Diagnosis.CONNECTED, 60)
        await watch.until(lambda: watch.monitor.watchdog.last_stop is StopReason.OUTAGE, 20)
        await watch.until(lambda: watch.monitor.watchdog.state is WatchdogState.MEASURING, 60)
        assert [command.asked.reason for command in patient.commands if command.state is CommandState.COMPLETED] == [
            "watchdog",
            "recovery",
            "watchdog",
        ]


async def test_a_refusal_that_is_no_wedge_is_not_cured_by_power(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(ftp_port=0)
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter))
        await watch.until_rows(3)
        patient.wedge()
        await asyncio.sleep(1200)
        assert patient.diagnosis() is Diagnosis.REFUSED
        assert not patient.plug.switched


async def test_a_person_may_power_cycle_at_any_time_once_at_a_time(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter))
        await watch.until_rows(3)
        asked = Asked("user", "button")
        cycling = asyncio.create_task(patient.recovery.power_cycle(asked))
        await patient.until(lambda: patient.diagnosis() is Diagnosis.POWER_CYCLING, 1)
        with pytest.raises(CommandBlocked) as blocked:
            await patient.recovery.power_cycle(asked)
        assert blocked.value.reason is BlockReason.CYCLE_RUNNING
        await cycling
        assert patient.plug.cycles == [pytest.approx(10)]
        assert patient.outcomes == [CommandState.BLOCKED, CommandState.COMPLETED]
        assert patient.commands[-1].asked == asked
        await watch.until_rows(3)
        assert set(patient.needed) == {False}


@pytest.mark.parametrize("off_too", [False, True])
async def test_a_switch_that_fails_is_a_failed_command_and_counts(meter: EmulatedMeter, off_too: bool) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter))
        patient.plug.fails = {True: broken, False: broken} if off_too else {False: broken}
        await watch.until_rows(3)
        with pytest.raises(PowerSwitchFailed) as failed:
            await patient.recovery.power_cycle()
        assert "no such plug" in str(failed.value)
        assert patient.outcomes == [CommandState.FAILED]
        assert len(patient.recovery.cycles) == 1
        # What may have been switched off after all is switched on.
        assert [on for _, on in patient.plug.switched][:2] == [False, True]
        patient.plug.fails.clear()
        await watch.until_rows(3)
        assert meter.instrument.powered


async def test_a_switch_that_never_answers_is_one_that_fails(meter: EmulatedMeter) -> None:
    """Nothing waits for it for ever, and the link is not told to be power-cycling for ever."""
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter))
        patient.plug.fails = {False: asyncio.Event().wait}
        await watch.until_rows(3)
        with pytest.raises(PowerSwitchFailed, match="switching off failed: no answer within 30 s"):
            await patient.recovery.power_cycle()
        assert [on for _, on in patient.plug.switched][:2] == [False, True]
        assert patient.diagnosis() is Diagnosis.CONNECTED
        assert not patient.needs_person()


async def test_a_meter_that_cannot_be_switched_on_needs_a_person_and_is_tried_again(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter))
        patient.plug.fails = {True: broken}
        await watch.until_rows(3)
        with pytest.raises(PowerSwitchFailed):
            await patient.recovery.power_cycle()
        assert patient.needs_person()
        await asyncio.sleep(300)
        assert len(patient.plug.switched) >= 6
        assert not meter.instrument.powered
        patient.plug.fails.clear()
        await patient.until(lambda: patient.diagnosis() is Diagnosis.CONNECTED, 120)
        assert not patient.needs_person()
        assert not patient.recovery.memory["switched_off"]


async def test_what_an_earlier_run_left_off_is_switched_on_first(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter))
        memories = list[Any]()
        watch.monitor.on_memory(lambda: memories.append(patient.memory()))
        await watch.until_rows(3)
        cycling = asyncio.create_task(patient.recovery.power_cycle())
        await patient.until(lambda: patient.plug.switched, 1)
        left_off = memories[-1]
        assert left_off["recovery"]["switched_off"]
        cycling.cancel()
        await asyncio.wait({cycling})
        assert patient.plug.switched[-1][1], "whoever leaves in a hurry does not leave the meter off"
    await meter.power_off("timeout")
    await asyncio.sleep(60)
    async with watching(meter, restored=left_off) as watch:
        patient = Patient(watch, Plug(meter))
        await patient.until(lambda: patient.diagnosis() is Diagnosis.POWER_CYCLING, 1)
        assert [on for _, on in patient.plug.switched] == [True]
        await patient.until(lambda: patient.diagnosis() is Diagnosis.CONNECTED, 70)
        assert not patient.recovery.memory["switched_off"]
        assert len(patient.recovery.cycles) == 1


async def test_what_was_left_off_and_does_not_boot_is_only_switched_on_once(meter: EmulatedMeter) -> None:
    await meter.power_off("timeout")
    async with watching(meter, restored={"recovery": {"switched_off": True}}) as watch:
        patient = Patient(watch, Plug(meter, boot_s=600))
        await asyncio.sleep(400)
        assert len(patient.plug.switched) == 1
        assert patient.diagnosis() is Diagnosis.TIMEOUT
        await patient.until(lambda: patient.diagnosis() is Diagnosis.CONNECTED, 300)


async def test_a_person_who_switched_it_on_by_hand_is_noticed(meter: EmulatedMeter) -> None:
    async with watching(meter, restored={"recovery": {"switched_off": True, "needs_person": True}}) as watch:
        await watch.until(lambda: not watch.monitor.recovery.needs_person, 20)
        assert not watch.monitor.recovery.memory["switched_off"]


async def test_a_released_meter_is_cycled_without_waiting_for_a_connection(meter: EmulatedMeter) -> None:
    async with watching(meter) as watch:
        patient = Patient(watch, Plug(meter))
        await watch.until_rows(3)
        await watch.monitor.standby.release()
        began = watch.now
        await patient.recovery.power_cycle()
        assert watch.now - began == pytest.approx(10, abs=0.1)
        assert patient.diagnosis() is Diagnosis.STANDBY
        await asyncio.sleep(patient.plug.boot_s + 1)


@pytest.mark.parametrize("kept", [None, 3, [], {"cycles": 3, "needs_person": "x"}, {"cycles": [None, "x", {}]}])
async def test_nonsense_that_was_kept_is_ignored(meter: EmulatedMeter, kept: object) -> None:
    async with watching(meter, restored={"recovery": kept}) as watch:
        assert watch.monitor.recovery.memory == {
            "cycles": [],
            "needs_person": False,
            "acknowledged": False,
            "switched_off": False,
        }
        await watch.until_rows(1)


async def test_cycles_long_ago_do_not_count(meter: EmulatedMeter) -> None:
    long_ago = (datetime.now(UTC) - timedelta(minutes=20)).isoformat()
    async with watching(meter, restored={"recovery": {"cycles": [long_ago] * 3}}) as watch:
        patient = Patient(watch, Plug(meter))
        await watch.until_rows(1)
        patient.wedge()
        await patient.until(lambda: len(patient.recovery.cycles) == 1, 100)
        await patient.until(lambda: patient.diagnosis() is Diagnosis.CONNECTED, 100)
        assert len(patient.recovery.cycles) == 1
        assert not patient.recovery.needs_person
