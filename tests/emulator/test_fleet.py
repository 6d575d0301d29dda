"""Many meters in one process."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
import time

import pytest

from emulator import EmulatedMeter, Latency, MeterConfig
from emulator.fleet import Fleet, configs_of

from .client import Client

BASE = MeterConfig(serial="00830099", seed=7, latency=Latency.none())


def test_each_meter_is_itself() -> None:
    """Each meter is itself."""
    configs = configs_of(BASE, 3, ["quiet", "traffic"])
    assert [(config.serial, config.seed, config.scene) for config in configs] == [
        ("00830099", 7, "quiet"),
        ("00830100", 8, "traffic"),
        ("00830101", 9, "quiet"),
    ]
    assert {config.scene for config in configs_of(BASE, 3)} == {"traffic"}


async def rows_of(config: MeterConfig) -> list[str]:
    """Return some rows of a new meter."""
    async with EmulatedMeter(config) as meter:
        client = await Client.connect(meter)
        await client.exchange("Measure,Start")
        rows = [(await client.exchange("DOD?"))[1] for _ in range(5)]
        await client.close()
        return rows


async def test_a_meter_repeats_itself_by_its_seed() -> None:
    """A meter repeats itself by its seed."""
    first = await rows_of(MeterConfig(seed=1))
    await asyncio.sleep(0.05)
    assert await rows_of(MeterConfig(seed=1)) == first
    assert await rows_of(MeterConfig(seed=2)) != first


async def test_two_meters_in_one_process_do_not_know_each_other() -> None:
    """Two meters in one process do not know each other."""
    fleet = Fleet(configs_of(BASE, 2))
    await fleet.start()
    one, two = [await Client.connect(meter) for meter in fleet.meters]
    for _ in range(3):
        assert await one.exchange("Serial Number?") == ["R+0000", "00830099"]
        assert await two.exchange("Serial Number?") == ["R+0000", "00830100"]
    await one.exchange("Measure,Start")
    assert await two.exchange("Measure?") == ["R+0000", "Stop"]
    assert (await one.exchange("DOD?"))[1] != (await two.exchange("DOD?"))[1]
    await fleet.meters[0].power_off()
    assert await two.exchange("Serial Number?") == ["R+0000", "00830100"]
    await one.close()
    await two.close()
    await fleet.stop()
    for meter in fleet.meters:
        meter.referee.assert_clean()


async def test_an_unasked_fleet_keeps_up_by_itself() -> None:
    """An unasked fleet keeps up by itself."""
    fleet = Fleet(configs_of(BASE, 3))
    await fleet.start()
    for meter in fleet.meters[:2]:
        assert meter.instrument.press_start()
    await fleet.meters[1].power_off()
    await asyncio.sleep(600)
    assert fleet.meters[0].instrument.behind < 1000
    await fleet.stop()
    await fleet.stop()


async def test_a_fleet_with_a_past_lives_up_to_now() -> None:
    """A fleet with a past lives up to now, and has stored what it heard."""
    fleet = Fleet([replace(BASE, settings={"Store Mode": "Auto"})], past_s=7200)
    await fleet.start()
    meter = fleet.meters[0]
    assert abs(meter.instrument.clock - (datetime.now() - timedelta(hours=2))) < timedelta(seconds=1)
    assert meter.instrument.press_start()
    await fleet.step(7200)
    assert abs(meter.instrument.clock - datetime.now()) < timedelta(seconds=1)
    [folder] = [entry for entry in meter.instrument.card.files.entries("/NL-43") if entry.name.startswith("Auto_")]
    assert abs(folder.modified - (datetime.now() - timedelta(hours=2))) < timedelta(minutes=1)
    await fleet.stop()


async def test_catching_up_lets_others_have_their_turn() -> None:
    """Catching up lets others have their turn."""
    async with EmulatedMeter(BASE) as meter:
        meter.instrument.press_start()
        await asyncio.sleep(3600)
        assert meter.instrument.behind == 36_000
        turns = 0

        async def count() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        counting = asyncio.create_task(count())
        await meter.catch_up()
        counting.cancel()
        assert turns > 60
        assert meter.instrument.behind < 1000


async def test_a_meter_that_is_not_measuring_has_nothing_to_catch_up() -> None:
    """A meter that is not measuring has nothing to catch up."""
    async with EmulatedMeter(BASE) as meter:
        await asyncio.sleep(30 * 86400)
        begin = time.process_time()
        assert meter.instrument.behind == 0
        assert len(meter.instrument.dod_row().split(",")) == 64
        assert time.process_time() - begin < 0.5


async def test_a_port_in_use_stops_the_whole_fleet() -> None:
    """A port in use stops the whole fleet."""
    async with EmulatedMeter(BASE) as meter:
        fleet = Fleet(configs_of(BASE, 3))
        with pytest.raises(OSError, match="in use"):
            await fleet.start(port=meter.port)
        other = Fleet([BASE])
        with pytest.raises(ValueError, match="no port"):
            await other.start(port=70000)


async def test_the_clock_is_local_time() -> None:
    """The clock is local time."""
    async with EmulatedMeter(BASE) as meter:
        assert abs(meter.instrument.clock - datetime.now()) < timedelta(seconds=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"options": frozenset({"EX", "FFT"})},
        {"model": "NL-42"},
        {"second_connection": "shout"},
        {"settings": {"Time Weighting": "Q"}},
        {"settings": {"Colour": "Blue"}},
        {"settings": {"Measure": "Start"}},
    ],
)
def test_an_impossible_meter_is_not_made(wrong: dict[str, object]) -> None:
    """An impossible meter is not made."""
    with pytest.raises((ValueError, KeyError)):
        EmulatedMeter(MeterConfig(**wrong))  # type: ignore[arg-type] # wrong on purpose


def test_settings_are_those_of_the_menus() -> None:
    """Settings are those of the menus."""
    settings = EmulatedMeter(BASE).instrument.settings
    assert settings["store mode"] == "Manual"
    assert len(settings) == len(list(settings)) == len(dict(settings))
    assert "Measure" not in settings
    settings["frequency weighting"] = "c"
    assert settings["Frequency Weighting (Main)"] == "C"
    with pytest.raises(TypeError, match="not removed"):
        del settings["Store Mode"]
