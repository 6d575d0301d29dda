"""A meter's own page: levels and buttons."""

from playwright.async_api import expect
import pytest

from emulator import EmulatedMeter
from emulator.instrument.run import State
from script.demo_home.meters import Device

from .device_rows import device_page, press, value
from .visitor import LEVEL, TIMEOUT_MS, Visitor, expect_to_live, state_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


def starts(meter: EmulatedMeter) -> int:
    """Return how often the meter was told to start."""
    return sum(command.line == "Measure,Start" for command in meter.referee.commands)


async def test_levels_live_on_the_device_page(visitor: Visitor, device: Device) -> None:
    """The level on the meter's own page goes up and down by itself."""
    await visitor.go(device_page(device))
    await expect_to_live(value(visitor.page, "LAF"))
    await visitor.picture("device")


async def test_measuring_from_the_device_page(visitor: Visitor, device: Device, meters: list[EmulatedMeter]) -> None:
    """Start makes the meter measure, and its results appear; Stop ends it."""
    page, meter = visitor.page, meters[0]
    started_before = starts(meter)
    await visitor.go(device_page(device))
    await expect(value(page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)

    await press(page, "Start measurement")
    await expect(value(page, "Run state")).to_contain_text("Measuring", timeout=TIMEOUT_MS)
    assert state_of(meter) is State.MEASURING
    await expect(value(page, "LAeq")).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    await value(page, "LAeq").scroll_into_view_if_needed()
    await visitor.picture("device-measuring")

    await press(page, "Stop measurement")
    await expect(value(page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)
    assert state_of(meter) is State.STOPPED
    assert starts(meter) == started_before + 1


async def test_refused_command_says_why(visitor: Visitor, device: Device) -> None:
    """A button that can do nothing now tells the meter's reason."""
    # Home Assistant's page shows the refusal, and leaves the rejected promise behind it unhandled.
    visitor.tolerated.add("Object")
    await visitor.go(device_page(device))
    await expect(value(visitor.page, "Run state")).to_contain_text("Stopped", timeout=TIMEOUT_MS)
    await press(visitor.page, "Stop measurement")
    await expect(visitor.page.get_by_text("it is not measuring").first).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.picture("refused")
