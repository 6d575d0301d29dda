"""Sleep Mode: the network is away between the measurements of Timer Auto. The meter's clock is that of the machine."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from emulator import EmulatedMeter, MeterConfig
from emulator.instrument import State
from tests.emulator.client import Client
from tests.emulator.conftest import Connect

STAMP = "%Y/%m/%d %H:%M:00"


@pytest.fixture
async def meter(virtual_time: None, no_loop_errors: None) -> AsyncIterator[EmulatedMeter]:
    """Have a meter that serves FTP too, on and ready."""
    async with EmulatedMeter(MeterConfig(settings={"FTP": "On"}, ftp_on_delay_s=0)) as running:
        yield running


def program(meter: EmulatedMeter, **settings: str) -> None:
    """Set a program of Timer Auto: a minute each 5, from 2 min from now on, for a quarter of an hour; Sleep Mode on."""
    now = meter.instrument.clock
    meter.instrument.settings.update(
        {
            "Store Mode": "Timer Auto",
            "Measurement Time Preset Auto": "1m",
            "Timer Auto Start Time": (now + timedelta(minutes=2)).strftime(STAMP),
            "Timer Auto Stop Time": (now + timedelta(minutes=17)).strftime(STAMP),
            "Timer Auto Interval": "5m",
            "Sleep Mode": "On",
        }
        | settings
    )


async def reachable(meter: EmulatedMeter) -> bool:
    """Return whether a connection to the control port comes about."""
    try:
        async with asyncio.timeout(5):
            client = await Client.connect(meter)
    except TimeoutError:
        return False
    await client.close()
    return True


def minutes_passed() -> float:
    """Return the minutes since the test began."""
    return (datetime.now(UTC) - datetime(2026, 3, 2, 8, tzinfo=UTC)).total_seconds() / 60


async def until_minute(minute: float) -> None:
    """Let time pass until so many minutes after the begin."""
    await asyncio.sleep(60 * (minute - minutes_passed()))


async def test_the_network_is_away_between_the_measurements(meter: EmulatedMeter, connect: Connect) -> None:
    """The answer to the start still comes; then the meter is gone, and back at each begin until the end."""
    program(meter)
    client = await connect(meter)
    assert await client.exchange("Measure,Start") == ["R+0000"]
    async with asyncio.timeout(1):
        await client.closed.wait()
    assert meter.instrument.asleep
    for begin in (2, 7, 12):
        await until_minute(begin - 0.5)
        assert not await reachable(meter)
        await until_minute(begin + 0.01)
        client = await connect(meter)
        assert await client.exchange("Measure?") == ["R+0000", "Start"]
        await until_minute(begin + 0.9)
        assert not client.closed.is_set()
        if begin < 12:
            async with asyncio.timeout(10):
                await client.closed.wait()
            assert minutes_passed() == pytest.approx(begin + 1, abs=0.001)
    await until_minute(20)
    assert await client.exchange("Measure?") == ["R+0000", "Stop"]


async def test_a_stream_ends_with_the_network(meter: EmulatedMeter, connect: Connect) -> None:
    """A stream ends with the network."""
    program(meter)
    meter.instrument.press_start()
    await until_minute(2.5)
    client = await connect(meter)
    client.send("DRD?")
    async with asyncio.timeout(60):
        await client.closed.wait()
    assert minutes_passed() == pytest.approx(3, abs=0.01)
    assert 200 < client.received.count(b"\r\n") < 302


async def test_the_last_measurement_leaves_the_network_there(meter: EmulatedMeter, connect: Connect) -> None:
    """After the last measurement the meter is stopped, and stays on the network."""
    program(meter)
    meter.instrument.press_start()
    await until_minute(20)
    assert meter.instrument.run.state is State.STOPPED
    assert await reachable(meter)


async def test_a_key_ends_the_sleep(meter: EmulatedMeter) -> None:
    """The keys end the sleep, a client cannot."""
    program(meter)
    meter.instrument.press_start()
    assert not await reachable(meter)
    assert meter.instrument.press_stop()
    assert await reachable(meter)


@pytest.mark.parametrize(("settings", "sleeps"), [({"Sleep Mode": "Off"}, True), ({}, False)])
async def test_without_sleep_the_network_stays(settings: dict[str, str], sleeps: bool) -> None:
    """Without Sleep Mode, or where it does nothing, the network stays."""
    async with EmulatedMeter(MeterConfig(sleeps=sleeps)) as meter:
        program(meter, **settings)
        meter.instrument.press_start()
        assert meter.instrument.state is State.WAITING
        assert await reachable(meter)
        assert meter.instrument.wakes_at is None


async def test_sleep_can_be_switched_at_the_meter(meter: EmulatedMeter) -> None:
    """Whoever stands at the meter can switch the sleep on and off."""
    program(meter, **{"Sleep Mode": "Off"})
    meter.instrument.press_start()
    meter.instrument.settings["Sleep Mode"] = "On"
    assert not await reachable(meter)
    await until_minute(2.5)
    assert meter.instrument.run.state is State.MEASURING
    await until_minute(3.5)
    meter.instrument.settings["Sleep Mode"] = "Off"
    assert await reachable(meter)


async def test_power_loss_ends_the_sleep(meter: EmulatedMeter) -> None:
    """Power loss ends the sleep; the alarm that was set does nothing any more."""
    program(meter)
    meter.instrument.press_start()
    await meter.power_off()
    await until_minute(2.5)
    await meter.power_on()
    assert await reachable(meter)
    assert meter.instrument.state is State.STOPPED
    await until_minute(8)
    assert meter.instrument.state is State.STOPPED


async def test_ftp_sleeps_too(meter: EmulatedMeter) -> None:
    """FTP sleeps too."""
    await meter.stop()
    await meter.start(ftp_port=0)
    program(meter)

    async def greeted() -> bool:
        try:
            async with asyncio.timeout(5):
                reader, writer = await asyncio.open_connection(meter.host, meter.ftp_port)
                greeting = await reader.readline()
        except TimeoutError:
            return False
        writer.close()
        await writer.wait_closed()
        return greeting.startswith(b"220")

    assert await greeted()
    meter.instrument.press_start()
    assert not await greeted()
    await until_minute(2.5)
    assert await greeted()
