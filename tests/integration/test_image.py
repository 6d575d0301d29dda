"""The picture of the last episode."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from PIL import Image
import pytest

from custom_components.rion_nl43.alerts import Metric, Quantity, Rule
from custom_components.rion_nl43.monitor import MeterAlerts
from custom_components.rion_nl43.picture import SIZE
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, entity_id, let_pass

LOUD = Rule(id="loud", name="Too loud", metric=Metric(Quantity.LP), alarm_db=100.0)


@pytest.fixture
def alerts(loaded: MockConfigEntry) -> MeterAlerts:
    """The meter's alerts, with a rule that nothing but a very loud tone breaks."""
    found: MeterAlerts = loaded.runtime_data.monitor.alerts
    found.configure([LOUD])
    return found


async def picture(hass: HomeAssistant, client: Any) -> bytes | None:
    """Return what a browser is sent."""
    response = await client.get(f"/api/image_proxy/{entity_id(hass, 'last_episode', Platform.IMAGE)}")
    return await response.read() if response.status == HTTPStatus.OK else None


@pytest.mark.usefixtures("alerts")
async def test_a_picture_comes_with_the_first_episode(
    hass: HomeAssistant, meter: EmulatedMeter, hass_client: Any
) -> None:
    """Before it the picture says so; it is renewed with all news, and when the trace has what came after."""
    client, image = await hass_client(), entity_id(hass, "last_episode", Platform.IMAGE)
    assert hass.states.get(image).state == "unknown"  # type: ignore[union-attr] # it is there
    nothing = await picture(hass, client)
    assert nothing
    meter.instrument.add_sound(client, 110.0)
    await let_pass(3)
    onset = hass.states.get(image)
    assert onset
    first = await picture(hass, client)
    assert first
    assert first != nothing
    assert Image.open(BytesIO(first)).size == SIZE
    assert onset.attributes["entity_picture"].startswith("/api/image_proxy/")
    meter.instrument.remove_sound(client)
    await let_pass(4)
    cleared = hass.states.get(image)
    assert cleared
    assert cleared.state > onset.state
    second = await picture(hass, client)
    assert second != first
    await let_pass(70)
    grown = hass.states.get(image)
    assert grown
    assert grown.state > cleared.state
    third = await picture(hass, client)
    assert third != second
    assert await picture(hass, client) == third


@pytest.mark.usefixtures("alerts")
async def test_the_picture_survives_a_restart(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_client: Any
) -> None:
    """It is as old as what it shows."""
    client, source = await hass_client(), object()
    meter.instrument.add_sound(source, 110.0)
    await let_pass(3)
    meter.instrument.remove_sound(source)
    await let_pass(5)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await hass.async_block_till_done()
    state = hass.states.get(entity_id(hass, "last_episode", Platform.IMAGE))
    assert state
    (episode,) = loaded.runtime_data.monitor.alerts.episodes("loud")
    assert episode.ended
    assert state.state.startswith("2026-03-02T08:0")
    assert await picture(hass, client)
