"""Pictures of single episodes over HTTP: for notices, which outlive the next episode and the tokens of an image."""

from http import HTTPStatus

from aiohttp import web
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.http import KEY_HASS, KEY_HASS_USER, HomeAssistantView
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import Unauthorized
from homeassistant.util import dt as dt_util

from .alert_data import PICTURE_URL, async_alert_entity_id
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .picture import draw_episode


@callback
def async_setup_episode_view(hass: HomeAssistant) -> None:
    """Serve the pictures."""
    hass.http.register_view(EpisodeView())


class EpisodeView(HomeAssistantView):
    """The picture of an episode, as it is now."""

    url = PICTURE_URL
    name = f"api:{DOMAIN}:episode"

    async def get(self, request: web.Request, config_entry_id: str, episode_id: str) -> web.Response:
        """Draw it."""
        hass = request.app[KEY_HASS]
        entry: RionConfigEntry | None = hass.config_entries.async_get_entry(config_entry_id)
        if entry is None or entry.domain != DOMAIN or entry.state is not ConfigEntryState.LOADED:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        episode = entry.runtime_data.monitor.alerts.episode(episode_id)
        if episode is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        shown_by = async_alert_entity_id(hass, entry, episode.rule_id) or ""
        if not request[KEY_HASS_USER].permissions.check_entity(shown_by, POLICY_READ):
            raise Unauthorized
        meter, zone = async_meter_name(hass, entry), dt_util.get_default_time_zone()
        png = await hass.async_add_executor_job(lambda: draw_episode(episode, meter=meter, zone=zone))
        return web.Response(body=png, content_type="image/png")
