"""The battery: runs down while the meter lives on it, and takes the meter with it."""

import asyncio

import pytest

from emulator import EmulatedMeter, MeterConfig
from emulator.instrument import State
from tests.emulator.bench import Bench
from tests.fixtures import MeterFactory

HOUR_S = 3600


def on_battery(hours: float | None = 10, **config: object) -> Bench:
    """Return a meter on its battery."""
    return Bench(**{"power_source": "I", "battery_hours": hours, **config})


def supply_of(meter: EmulatedMeter) -> tuple[bool, str]:
    """Return whether the meter is on, and the word for its battery."""
    return meter.instrument.powered, meter.instrument.battery


def test_its_words() -> None:
    """The words follow the charge, from Full to Empty."""
    bench = on_battery()
    words = []
    for _ in range(11):
        words.append(bench.ask("Battery Level?"))
        bench.wait(HOUR_S)
    assert words == ["Full"] * 4 + ["Middle"] * 3 + ["Low"] * 2 + ["Dead", "Empty"]
    assert bench.instrument.drd_row(1, with_status=True).split(",")[34:36] == ["I", "E"]


@pytest.mark.parametrize("source", ["E", "U"])
def test_another_supply_spares_it(source: str) -> None:
    """Another supply spares it."""
    bench = on_battery(power_source=source)
    bench.wait(100 * HOUR_S)
    assert bench.ask("Battery Level?") == "Full"
    assert bench.instrument.empty_at is None
    assert bench.instrument.drd_row(1, with_status=True).split(",")[34:36] == [source, "F"]


def test_a_set_that_lasts_for_ever() -> None:
    """Unless it is told how long a set lasts, the battery stays as it is."""
    bench = on_battery(None)
    bench.wait(1000 * HOUR_S)
    assert bench.ask("Battery Level?") == "Full"
    assert bench.instrument.empty_at is None
    bench.instrument.battery = "Low"
    assert bench.ask("Battery Level?") == "Low"


def test_plugging_in_and_out() -> None:
    """Only the time on the battery counts, and only while the meter is on."""
    bench = on_battery()
    bench.wait(3 * HOUR_S)
    bench.instrument.power_source = "E"
    bench.wait(50 * HOUR_S)
    bench.instrument.power_source = "I"
    assert bench.instrument.empty_at == pytest.approx(60 * HOUR_S)
    bench.instrument.power_off()
    bench.wait(50 * HOUR_S)
    bench.instrument.power_on()
    assert bench.ask("Battery Level?") == "Full"
    bench.wait(2 * HOUR_S)
    assert bench.ask("Battery Level?") == "Middle"


@pytest.mark.parametrize(("word", "hours"), [("Full", 10), ("Middle", 6), ("Low", 3), ("Dead", 1), ("Empty", 0)])
def test_another_set(word: str, hours: float) -> None:
    """Another set lasts as long as its word says."""
    bench = on_battery()
    bench.wait(5 * HOUR_S)
    bench.instrument.battery = word  # type: ignore[assignment] # one of its words
    assert bench.instrument.battery == word
    assert bench.instrument.empty_at == pytest.approx((5 + hours) * HOUR_S)


def test_nothing_is_lived_after_its_end() -> None:
    """What a measurement would have heard after the end is not in its result."""
    bench = on_battery(0.01)
    bench.do("Store Mode,Auto", "Measure,Start")
    bench.wait(HOUR_S)
    assert bench.instrument.state is State.MEASURING
    assert bench.instrument.results[0].duration_s == pytest.approx(36)
    bench.instrument.power_off()
    bench.instrument.power_on()
    assert not bench.instrument.powered
    bench.instrument.battery = "Full"
    bench.instrument.power_on()
    assert bench.instrument.powered


def test_a_set_lasts_longer_than_no_time() -> None:
    """A set lasts longer than no time."""
    with pytest.raises(ValueError, match="no time"):
        MeterConfig(battery_hours=0)


async def test_an_empty_battery_switches_the_meter_off(emulated_meter: MeterFactory) -> None:
    """When it is empty the meter is off the network, its files kept; with new batteries it starts again."""
    meter = await emulated_meter(
        power_source="I", battery_hours=2, settings={"Store Mode": "Auto", "Lp Store Interval": "1s"}
    )
    meter.instrument.press_start()
    await asyncio.sleep(2 * HOUR_S - 1)
    assert supply_of(meter) == (True, "Dead")
    await asyncio.sleep(2)
    assert supply_of(meter) == (False, "Empty")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(meter.host, meter.port)
    files = meter.instrument.card.files.entries("/NL-43/Auto_0000/Auto_Lp_01")
    assert len(files) == 2
    assert files[0].size == files[1].size
    await meter.power_on()
    assert supply_of(meter) == (False, "Empty")
    meter.instrument.battery = "Full"
    await meter.power_on()
    _, writer = await asyncio.open_connection(meter.host, meter.port)
    writer.close()
    assert meter.instrument.empty_at == pytest.approx(meter.clock.now().seconds + 2 * HOUR_S)


async def test_a_plug_in_time_keeps_it_on(emulated_meter: MeterFactory) -> None:
    """A plug in time keeps the meter on; the alarm follows what is left."""
    meter = await emulated_meter(power_source="I", battery_hours=2)
    await asyncio.sleep(HOUR_S)
    meter.instrument.power_source = "U"
    await asyncio.sleep(10 * HOUR_S)
    assert supply_of(meter) == (True, "Middle")
    meter.instrument.power_source = "I"
    await asyncio.sleep(HOUR_S - 1)
    assert supply_of(meter) == (True, "Dead")
    await asyncio.sleep(2)
    assert supply_of(meter) == (False, "Empty")
