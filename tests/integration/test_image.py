"""The picture of the last episode."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from homeassistant.auth.permissions import PolicyPermissions
from homeassistant.auth.permissions.models import PermissionLookup
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from PIL import Image
import pytest

from custom_components.rion_nl43.alert_data import episode_data
from custom_components.rion_nl43.alerts import Metric, Quantity, Rule
from custom_components.rion_nl43.monitor import MeterAlerts
from custom_components.rion_nl43.picture import SIZE
from emulator import EmulatedMeter

from .helpers import MockConfigEntry, MockUser, entity_id, let_pass

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


async def test_the_picture_of_one_episode(
    hass: HomeAssistant, meter: EmulatedMeter, alerts: MeterAlerts, loaded: MockConfigEntry, hass_client_no_auth: Any
) -> None:
    """By the path that news carry it is had without a login, and no other is."""
    client, source = await hass_client_no_auth(), object()
    meter.instrument.add_sound(source, 110.0)
    await let_pass(3)
    (episode,) = alerts.open_episodes
    path = episode_data(hass, loaded, episode)["picture"]
    response = await client.get(path)
    assert (response.status, response.content_type) == (HTTPStatus.OK, "image/png")
    assert Image.open(BytesIO(await response.read())).size == SIZE
    bare = path.partition("?")[0]
    assert (await client.get(bare)).status == HTTPStatus.UNAUTHORIZED
    meter.instrument.remove_sound(source)
    await let_pass(5)
    assert not alerts.open_episodes
    assert (await client.get(path)).status == HTTPStatus.OK


@pytest.mark.parametrize("path", ["another/x.png", "{entry}/another.png"])
async def test_no_picture_of_what_is_not_there(
    hass: HomeAssistant, loaded: MockConfigEntry, hass_client: Any, path: str
) -> None:
    """Neither of a meter nor of an episode."""
    client = await hass_client()
    address = "/api/rion_nl43/episodes/" + path.format(entry=loaded.entry_id)
    assert (await client.get(address)).status == HTTPStatus.NOT_FOUND


@pytest.mark.usefixtures("alerts")
async def test_no_picture_for_who_may_not_read(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_client: Any, hass_admin_user: MockUser
) -> None:
    """The rights are those on the rule's entity."""
    client, source = await hass_client(), object()
    meter.instrument.add_sound(source, 110.0)
    await let_pass(3)
    (episode,) = loaded.runtime_data.monitor.alerts.open_episodes
    bare = episode_data(hass, loaded, episode)["picture"].partition("?")[0]
    assert (await client.get(bare)).status == HTTPStatus.OK
    hass_admin_user.groups = []
    hass_admin_user.permissions = PolicyPermissions({}, PermissionLookup(er.async_get(hass), dr.async_get(hass)))
    assert (await client.get(bare)).status == HTTPStatus.UNAUTHORIZED
