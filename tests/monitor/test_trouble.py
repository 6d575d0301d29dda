"""Lost connections, torn answers, wrong meters, and an end that leaves nothing behind."""

import asyncio
import gc

import pytest

from custom_components.rion_nl43.monitor.availability import NO_ROW_S
from custom_components.rion_nl43.nl43 import (
    AnswerTimedOut,
    ConnectionRefused,
    LinkClosed,
    LinkError,
    LinkState,
    WrongMeter,
)
from emulator import CutAnswer, DropAnswer, RefuseWith, ReplaceAnswer
from tests.fixtures import MeterFactory

from .watching import watching


async def test_a_power_cycle(emulated_meter: MeterFactory) -> None:
    """Unavailable once, with the reason; back soon after the meter is; the measurement is over."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        await asyncio.sleep(30)
        await meter.power_off()
        await watch.until(lambda: not watch.monitor.available, 6)
        assert isinstance(watch.monitor.reason, LinkError)
        rows = len(watch.samples)
        await asyncio.sleep(3)
        assert len(watch.samples) == rows
        await meter.power_on()
        assert await watch.until(lambda: watch.monitor.available, 30) < 15
        assert [available for available, _ in watch.availability] == [True, False, True]
        assert watch.availability[-1] == (True, None)
        assert watch.samples[rows].held
        assert watch.samples[rows].duration_s == 1
        assert watch.monitor.measurement.elapsed_s == pytest.approx(31, abs=3)
        after = watch.lines[-watch.lines[::-1].index("Serial Number?") :]
        assert after[:2] == ["Measure?", "DOD?"]


async def test_whoever_holds_the_feed_over_a_reconnect(emulated_meter: MeterFactory) -> None:
    """The first thing asked on another connection is still the serial number."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        async with watch.monitor._feed.lock:
            await watch.link.close()
            await asyncio.sleep(10)
            before = len(watch.lines)
            watch.link.open()
            await watch.link.connected()
            await asyncio.sleep(10)
        await watch.until_rows(2)
        assert watch.lines[before:][:3] == ["Serial Number?", "Measure?", "DOD?"]


async def test_a_long_outage_is_told_once(emulated_meter: MeterFactory) -> None:
    """However often the link tries; and one back-off after its end it is over."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await meter.power_off()
        await asyncio.sleep(3600)
        assert len(watch.availability) == 2
        await meter.power_on()
        assert await watch.until(lambda: watch.monitor.available, 60) < 35
        assert len(watch.availability) == 3


async def test_a_meter_that_is_off_at_the_start(emulated_meter: MeterFactory) -> None:
    """Told once, with the reason, although it never was available; then it comes by itself."""
    meter = await emulated_meter()
    await meter.power_off()
    async with watching(meter) as watch:
        await asyncio.sleep(300)
        assert [available for available, _ in watch.availability] == [False]
        assert isinstance(watch.monitor.reason, ConnectionRefused)
        await meter.power_on()
        await watch.until(lambda: watch.monitor.available, 40)


async def test_standby(emulated_meter: MeterFactory) -> None:
    """A link that is closed by its owner makes the meter unavailable, and comes back when it is opened."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        await watch.link.close()
        assert not watch.monitor.available
        assert isinstance(watch.monitor.reason, LinkClosed)
        await asyncio.sleep(60)
        watch.link.open()
        await watch.until(lambda: watch.monitor.available, 10)


async def test_a_wrong_meter_at_the_start(emulated_meter: MeterFactory) -> None:
    """Another serial number: nothing of it is handed on, and the link is let go."""
    meter = await emulated_meter(serial="00839999")
    async with watching(meter, serial="00830001") as watch:
        await watch.until(lambda: watch.availability, 10)
        await asyncio.sleep(60)
        reason = watch.monitor.reason
        assert isinstance(reason, WrongMeter)
        assert (reason.expected, reason.found) == ("00830001", "00839999")
        assert watch.availability == [(False, reason)]
        assert watch.monitor.status.state is LinkState.STANDBY
        assert watch.lines == ["Serial Number?"]
        assert not watch.samples
        assert not watch.measurements
        assert len(meter.referee.connections) == 1


async def test_a_wrong_meter_on_reconnect(emulated_meter: MeterFactory) -> None:
    """The meter was swapped while the connection was lost: told although it was unavailable already."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(ReplaceAnswer("Serial Number?", data="00839999", times=None))
        await meter.power_off()
        await watch.until(lambda: len(watch.availability) == 2, 10)
        rows = len(watch.samples)
        await meter.power_on()
        await watch.until(lambda: len(watch.availability) == 3, 30)
        assert isinstance(watch.availability[2][1], WrongMeter)
        await asyncio.sleep(60)
        assert len(watch.samples) == rows
        assert watch.monitor.status.state is LinkState.STANDBY
        assert isinstance(watch.monitor.reason, WrongMeter)
        meter.faults.clear()
        watch.link.open()
        await watch.until(lambda: watch.monitor.available, 10)


async def test_an_identity_that_cannot_be_read(emulated_meter: MeterFactory) -> None:
    """No sample before it can."""
    meter = await emulated_meter()
    meter.faults.add(RefuseWith("Serial Number?", 4, times=5))
    async with watching(meter) as watch:
        await watch.until(lambda: watch.availability, 10)
        assert watch.availability[0][0] is False
        assert not watch.samples
        await watch.until(lambda: watch.monitor.available, 20)
        assert watch.lines[:6] == ["Serial Number?"] * 6


async def test_silence(emulated_meter: MeterFactory) -> None:
    """A meter that says nothing any more is unavailable within six seconds of its last word."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(DropAnswer(None, times=None))
        last = watch.now
        await watch.until(lambda: not watch.monitor.available, 10)
        assert watch.now - last < 6.2
        meter.faults.clear()
        await watch.until(lambda: watch.monitor.available, 40)
        assert [available for available, _ in watch.availability] == [True, False, True]


async def test_a_meter_that_answers_everything_but_rows(emulated_meter: MeterFactory) -> None:
    """The connection stands, yet without rows the meter is not available."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(RefuseWith("DOD?", 4, times=None))
        took_s = await watch.until(lambda: not watch.monitor.available, 20)
        assert took_s == pytest.approx(NO_ROW_S, abs=1.2)
        assert isinstance(watch.monitor.reason, AnswerTimedOut)
        assert watch.monitor.status.state is LinkState.CONNECTED
        await asyncio.sleep(60)
        meter.faults.clear()
        assert await watch.until(lambda: watch.monitor.available, 20) < 5
        assert len(watch.availability) == 3
        assert len(meter.referee.connections) == 1


@pytest.mark.parametrize("then", ["close", "stall", "go_on"])
@pytest.mark.parametrize("after_bytes", [0, 3, 8, 9, 17, 60, 200, 356, 359, 360])
async def test_no_cut_row_reaches_a_subscriber(emulated_meter: MeterFactory, after_bytes: int, then: str) -> None:
    """Every sample is one of the whole rows that the meter sent."""
    meter = await emulated_meter(scene="construction")
    async with watching(meter) as watch:
        await watch.settled()
        await watch.monitor.commands.start()
        meter.faults.add(CutAnswer("DOD?", after_bytes, then, probability=0.2, times=None))  # type: ignore[arg-type] # a word
        await asyncio.sleep(100)
        meter.faults.clear()
        await watch.until(lambda: watch.monitor.available, 60)
        await watch.until_rows(2)
        sent = [record.answer for record in meter.referee.commands if record.line == "DOD?"]
    whole = {row for row in sent if row.endswith(b"\r\n") and row.count(b",") == 63}
    fields = [row.split(b"\r\n")[1].split(b",")[:4] for row in whole]
    main = {tuple(float(field) for field in row if b"-.-" not in field) for row in fields}
    told = {
        tuple(value for value in (row.lp, row.leq, row.le, row.lmax) if value is not None)
        for row in (sample.levels.main for sample in watch.samples)
    }
    assert len(whole) < len(sent)
    assert told <= main


async def test_garbage_does_not_stop_the_feed(emulated_meter: MeterFactory) -> None:
    """Answers of the wrong kind are no rows; the connection may stay or be lost, the feed goes on."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        for data in ("", "Start", "nan," * 63 + "nan", "1e5", "R+0000"):
            meter.faults.add(ReplaceAnswer("DOD?", data=data, times=2))
        await asyncio.sleep(120)
        await watch.until(lambda: watch.monitor.available, 60)
        await watch.until_rows(5)
        assert all(sample.levels.main.lp is not None for sample in watch.samples)


async def test_cancelled_at_any_moment_it_leaves_nothing_behind(emulated_meter: MeterFactory) -> None:
    """No task, no timer, no subscription at the link; and the link is still in step for somebody else."""
    meter = await emulated_meter()
    tasks = asyncio.all_tasks()
    for number in range(12):
        async with watching(meter) as watch:
            await asyncio.sleep(0.4 + 0.37 * number)
            assert watch.task
            watch.task.cancel()
            await asyncio.wait({watch.task})
            assert watch.task.cancelled()
            told = len(watch.availability), len(watch.samples)
            if watch.link.status.state is LinkState.CONNECTED:
                assert await watch.monitor._meter.serial_number() == meter.config.serial
            await asyncio.sleep(20)
            assert (len(watch.availability), len(watch.samples)) == told
            listeners = len(watch.link._listeners)
            assert listeners == 1  # the test's own
        await asyncio.sleep(6)
    gc.collect()
    assert asyncio.all_tasks() == tasks


async def test_commands_and_refreshes_need_a_running_monitor(emulated_meter: MeterFactory) -> None:
    """A monitor that does not run knows no meter."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        assert watch.task
        watch.task.cancel()
        await asyncio.wait({watch.task})
        with pytest.raises(LinkClosed):
            await watch.monitor.commands.start()
