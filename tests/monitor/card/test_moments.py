"""The moment for a session, what it waits for, and what goes wrong in the middle of one."""

import asyncio
import json

import pytest

from custom_components.rion_nl43.monitor import (
    ActivityKind,
    Asked,
    CardNotQuiet,
    Command,
    CommandState,
    Diagnosis,
    FeedMode,
    FeedOptions,
    NotSentInTime,
    Unquiet,
)
from custom_components.rion_nl43.nl43 import LinkState, WrongMeter
from custom_components.rion_nl43.nl43.ftp import FtpLost
from tests.fixtures import MeterFactory

from ..commanding import Refused, longest_gap_s, on_the_wire, two_slots_s
from ..watching import watching
from .helpers import BIG_SIZE, FOLDER, ON, Bench, bench_of, benched

LINGER_S = 30
PATIENCE_S = 60


def diagnosis(bench: Bench) -> Diagnosis:
    return bench.watch.monitor.diagnosis.current.diagnosis


async def not_quiet(bench: Bench, within_s: float = PATIENCE_S) -> CardNotQuiet:
    """Try in vain, for so long."""
    began = bench.watch.now
    with pytest.raises(CardNotQuiet) as refused:
        await bench.card.entries()
    assert within_s <= bench.watch.now - began <= within_s + 1
    return refused.value


async def test_a_session_waits_for_a_command(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        command = asyncio.create_task(bench.watch.monitor.commands.start_cycle())
        await asyncio.sleep(0)
        assert await bench.card.entries()
        assert command.done()
        assert not any("FTP" in line for line in bench.watch.lines[: bench.watch.lines.index("Measure,Start")])


async def test_a_command_takes_longer_than_one_waits(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        done = asyncio.Event()
        commands = bench.watch.monitor.commands
        command = asyncio.create_task(commands.run("power_cycle", "", Asked(), done.wait))
        await asyncio.sleep(0)
        refused = await not_quiet(bench)
        assert refused.reason is Unquiet.COMMANDS
        assert "command" in str(refused)
        done.set()
        await command
        assert await bench.card.entries()


async def test_a_command_is_not_held_up(emulated_meter: MeterFactory) -> None:
    """Neither by a transfer nor by the switching for one: it is on the wire in the next slot."""
    async with benched(emulated_meter) as bench:
        commands = bench.watch.monitor.commands
        sent: list[float] = []

        def note(command: Command) -> None:
            if command.state is CommandState.SENT:
                sent.append(bench.watch.now)

        commands.on_change(note)
        since = len(bench.watch.samples)
        for moment in ("FTP?", "FTP,On", ""):
            task = asyncio.create_task(bench.transfer(0.5))
            await (on_the_wire(bench.watch, moment) if moment else bench.transferring())
            for command in (commands.start, commands.stop):
                began = bench.watch.now
                await command()
                assert sent.pop() - began <= 1.3
                await bench.watch.until_rows(2)
            assert await task == BIG_SIZE
            await asyncio.sleep(LINGER_S + 10)
        assert longest_gap_s(bench.watch, since) <= 2 * two_slots_s(0.63)


async def test_ftp_is_not_put_back_in_the_middle_of_a_command(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        await bench.card.entries()
        done = asyncio.Event()
        command = asyncio.create_task(bench.watch.monitor.commands.run("power_cycle", "", Asked(), done.wait))
        await asyncio.sleep(LINGER_S + 60)
        assert bench.ftp_is_on()
        done.set()
        await command
        await asyncio.sleep(6)
        assert not bench.ftp_is_on()


async def test_a_streamed_meter_is_read_too(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(ftp_port=0)
    async with bench_of(meter, feed=FeedOptions(FeedMode.STREAMED)) as bench:
        await bench.watch.streams()
        assert await bench.transfer(0.1) == BIG_SIZE
        await asyncio.sleep(LINGER_S + 10)
        assert not bench.ftp_is_on()


async def test_an_import_waits_until_the_meter_has_been_read(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(ftp_port=0, settings=ON)
    async with bench_of(meter) as bench:
        with pytest.raises(CardNotQuiet) as refused:
            async with bench.card.session(ActivityKind.IMPORTING, patience_s=5):
                pass
        assert refused.value.reason is Unquiet.NOT_SETTLED
        assert await bench.card.entries(), "a person does not wait for that"
        assert bench.watch.monitor.facts.index_number is None
        async with bench.card.session(ActivityKind.IMPORTING, patience_s=120):
            assert bench.watch.monitor.facts.index_number is not None


async def test_no_meter_no_card(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        await bench.meter.power_off("timeout")
        await bench.watch.until(lambda: bench.watch.link.status.state is LinkState.TIMEOUT, 30)
        refused = await not_quiet(bench)
        assert (refused.reason, refused.diagnosis) == (Unquiet.NOT_CONNECTED, Diagnosis.TIMEOUT)
        assert str(refused) == Diagnosis.TIMEOUT.sentence
        await bench.card.close()


async def test_another_meter_is_not_read(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(ftp_port=0, settings=ON)
    async with bench_of(meter, serial="00000042", restored={"card": {"ftp_owes": "Off"}}) as bench:
        await bench.watch.until(lambda: isinstance(bench.watch.monitor.reason, WrongMeter), 60)
        with pytest.raises(WrongMeter):
            await bench.card.entries()
        await asyncio.sleep(100)
        assert bench.asked == []
        assert bench.sessions == 0


async def test_a_transfer_outlives_the_link(emulated_meter: MeterFactory) -> None:
    """FTP is put back when there is a connection again."""
    async with benched(emulated_meter) as bench:
        task = asyncio.create_task(bench.transfer(4))
        await bench.transferring()
        fault = bench.meter.faults.switch_on("foreign-client", comes="at once")
        await bench.watch.until(lambda: bench.watch.link.status.state is not LinkState.CONNECTED, 30)
        assert await task == BIG_SIZE
        await asyncio.sleep(LINGER_S + 30)
        assert bench.ftp_is_on()
        assert bench.owes() == "Off"
        bench.meter.faults.switch_off(fault)
        await bench.watch.until(lambda: bench.watch.monitor.available, 60)
        await asyncio.sleep(LINGER_S)
        assert not bench.ftp_is_on()
        assert bench.owes() is None


async def test_the_link_is_lost_while_ftp_is_switched(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        task = asyncio.create_task(bench.card.entries())
        await on_the_wire(bench.watch, "FTP,On")
        fault = bench.meter.faults.switch_on("foreign-client", comes="at once")
        with pytest.raises(NotSentInTime):
            await task
        bench.meter.faults.switch_off(fault)
        await bench.watch.until(lambda: bench.watch.monitor.available, 60)
        await asyncio.sleep(40)
        assert not bench.ftp_is_on()
        assert bench.owes() is None


async def test_a_restart_does_not_leave_ftp_on(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(ftp_port=0)
    async with bench_of(meter) as bench:
        await bench.watch.until_rows(3)
        kept = []
        bench.watch.monitor.on_memory(lambda: kept.append(bench.owes()))
        assert await bench.card.entries()
        assert "Off" in kept
        restored = json.loads(json.dumps(bench.watch.monitor.memory))
    assert meter.instrument.settings.is_on("FTP")
    await asyncio.sleep(6)  # a meter frees its connection slowly
    async with watching(meter, restored=restored) as watch:
        await asyncio.sleep(20)
        assert not meter.instrument.settings.is_on("FTP")
        assert watch.monitor.memory["card"]["ftp_owes"] is None


@pytest.mark.parametrize("kept", [None, 5, {"ftp_owes": "Maybe", "space": 1, "clock_ahead_of_utc_s": "x"}])
async def test_nonsense_that_was_kept(emulated_meter: MeterFactory, kept: object) -> None:
    meter = await emulated_meter(ftp_port=0, settings=ON)
    async with bench_of(meter, restored={"card": kept}) as bench:
        await bench.watch.until_rows(3)
        assert await bench.card.entries()
        assert bench.ftp_is_on()


async def test_the_power_fails_in_a_transfer(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        task = asyncio.create_task(bench.transfer())
        await bench.transferring()
        await bench.meter.power_cycle(boot_s=20)
        with pytest.raises(FtpLost):
            await task
        assert bench.ftp_is_on(), "it keeps its settings"
        await bench.watch.until(lambda: bench.watch.monitor.available, 90)
        await asyncio.sleep(LINGER_S + 10)
        assert not bench.ftp_is_on()


async def test_in_standby_the_card_belongs_to_somebody_else(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        await bench.watch.monitor.standby.release()
        refused = await not_quiet(bench, 0)
        assert refused.reason is Unquiet.STANDBY
        assert str(refused) == "the connection to the meter is in standby"
        assert bench.sessions == 0


async def test_standby_ends_a_transfer_and_leaves_ftp_as_it_was(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        task = asyncio.create_task(bench.transfer())
        await bench.transferring()
        await bench.watch.monitor.standby.release()
        with pytest.raises(CardNotQuiet) as refused:
            await task
        assert refused.value.reason is Unquiet.STANDBY
        assert bench.watch.link.status.state is LinkState.STANDBY
        assert not bench.ftp_is_on()
        assert bench.open_sessions == 0


async def test_a_release_that_is_taken_back_at_once(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        await bench.card.entries()
        standby = bench.watch.monitor.standby
        release = asyncio.create_task(standby.release())
        await asyncio.sleep(0.5)
        await standby.take_back()
        await release
        assert not standby.active
        assert bench.watch.link.status.state is LinkState.CONNECTED
        assert bench.watch.link.statistics.connects == 1


async def test_a_release_that_nobody_waits_for_closes_the_link_all_the_same(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        await bench.card.entries()
        release = asyncio.create_task(bench.watch.monitor.standby.release())
        await asyncio.sleep(0.5)
        release.cancel()
        await asyncio.wait({release})
        assert bench.watch.link.status.state is LinkState.STANDBY
        assert bench.owes() == "Off"
        await bench.watch.monitor.standby.take_back()
        await bench.watch.until(lambda: bench.watch.monitor.available, 30)
        await asyncio.sleep(LINGER_S)
        assert not bench.ftp_is_on()


async def test_a_timeout_of_the_caller_is_his_own(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        with pytest.raises(TimeoutError):
            async with bench.card.session():
                raise TimeoutError


async def test_a_wedged_meter_gives_its_files(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        bench.meter.faults.switch_on("wedge", connection="reset")
        await bench.watch.until(lambda: diagnosis(bench) is Diagnosis.WEDGED, 40)
        asked = len(bench.asked)
        for _ in range(20):
            assert await bench.card.entries(FOLDER)
            await asyncio.sleep(7)
        assert len(bench.asked) == asked


async def test_a_wedge_is_told_by_the_transfer_itself(emulated_meter: MeterFactory) -> None:
    """The probe opens no second session."""
    async with benched(emulated_meter) as bench:
        task = asyncio.create_task(bench.transfer(10))
        await bench.transferring()
        sessions = bench.sessions
        bench.meter.faults.switch_on("wedge", connection="reset")
        await bench.watch.until(lambda: diagnosis(bench) is Diagnosis.WEDGED, 40)
        await asyncio.sleep(90)
        assert not task.done()
        assert bench.sessions == sessions
        assert diagnosis(bench) is Diagnosis.WEDGED
        assert await task == BIG_SIZE


async def test_the_probe_waits_for_a_silent_session(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        async with bench.card.session():
            sessions = bench.sessions
            bench.meter.faults.switch_on("wedge", connection="reset")
            await asyncio.sleep(40)
            assert bench.sessions == sessions
            assert diagnosis(bench) is Diagnosis.REFUSED
        await bench.watch.until(lambda: diagnosis(bench) is Diagnosis.WEDGED, 40)
        assert bench.sessions > sessions


async def test_a_session_waits_for_the_probe(emulated_meter: MeterFactory) -> None:
    """However the two meet, there is one session at a time."""
    async with benched(emulated_meter, settings=ON) as bench:
        bench.meter.faults.switch_on("wedge", connection="reset")
        await bench.watch.until(lambda: diagnosis(bench) is Diagnosis.WEDGED, 40)
        door = bench.watch.monitor.diagnosis.ftp_door
        assert bench.meter.ftp_port is not None
        for _ in range(5):
            probes = [door.greets(bench.meter.host, bench.meter.ftp_port) for _ in range(2)]
            *found, _ = await asyncio.gather(*probes, bench.card.entries())
            assert found == [True, True]


async def test_a_probe_that_is_given_up(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        door = bench.watch.monitor.diagnosis.ftp_door
        assert bench.meter.ftp_port is not None
        async with door.hold():
            task = asyncio.create_task(door.greets(bench.meter.host, bench.meter.ftp_port))
            await asyncio.sleep(1)
            task.cancel()
            door.heard()
            await asyncio.wait({task})
        assert task.cancelled()


async def test_the_clock_is_that_of_the_meter(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(ftp_port=0, settings=ON, clock_offset_s=5000)
    async with bench_of(meter) as bench:
        await bench.watch.until_rows(3)
        assert (bench.card.now() - meter.instrument.clock).total_seconds() == pytest.approx(-5000, abs=1)
        assert await bench.card.entries()
        assert bench.watch.lines.index("Clock?") < bench.watch.lines.index("FTP?")
        await bench.watch.settled()
        assert (bench.card.now() - meter.instrument.clock).total_seconds() == pytest.approx(0, abs=1)
        restored = json.loads(json.dumps(bench.watch.monitor.memory))
        meter.faults.switch_on("operator", setting="Index Number", value="0002")
        await bench.watch.monitor.refresh_facts()
    await asyncio.sleep(6)  # a meter frees its connection slowly
    async with watching(meter, restored=restored) as watch:
        assert (watch.monitor.card.now() - meter.instrument.clock).total_seconds() == pytest.approx(0, abs=1)


async def test_a_clock_that_cannot_be_read(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        for _ in range(3):
            bench.meter.faults.add(Refused("Clock?", 1))
        assert await bench.card.entries()
