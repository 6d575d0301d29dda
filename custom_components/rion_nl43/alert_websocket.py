"""Alerts over Home Assistant's websocket: what is open, and then everything that happens.

What is open is told again when a meter has been set up or changed, and when one is gone.

Nothing can be done over it: that is for the actions, which ask who calls.
"""

from datetime import timedelta
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components import websocket_api
from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util
import probatio

from .alert_data import async_alert_entity_id, episode_data
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .news import News, async_get_news
from .user_names import async_user_name

# Less than what proxies on the way take for silence.
HEARTBEAT: Final = timedelta(seconds=25)


@callback
def async_setup_alert_websocket(hass: HomeAssistant) -> None:
    """Register the command."""
    websocket_api.async_register_command(hass, _ws_subscribe)


@websocket_api.websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/alerts/subscribe",
        probatio.Optional("config_entry_id"): str,
    }
)
@callback
def _ws_subscribe(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Send the open episodes of one meter or of all, then each transition, and a heartbeat while nothing happens."""
    subscription = _Subscription(hass, connection, msg["id"], msg.get("config_entry_id"))
    connection.subscriptions[msg["id"]] = subscription.async_begin()
    connection.send_result(msg["id"])
    subscription.async_send_snapshot()


class _Subscription:
    """One client that listens; what he may not read, he is not told."""

    def __init__(
        self, hass: HomeAssistant, connection: websocket_api.ActiveConnection, number: int, entry_id: str | None
    ) -> None:
        """Send nothing yet."""
        self._hass = hass
        self._connection = connection
        self._number = number
        self._entry_id = entry_id

    @callback
    def async_begin(self) -> CALLBACK_TYPE:
        """Listen; returns what ends it."""
        ends = (
            async_get_news(self._hass).async_subscribe(self._async_take),
            async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._async_take_entry),
            async_track_time_interval(self._hass, self._async_send_heartbeat, HEARTBEAT, cancel_on_shutdown=True),
        )

        @callback
        def end() -> None:
            for each in ends:
                each()

        return end

    @callback
    def async_send_snapshot(self) -> None:
        """Send all open episodes in one message."""
        entries: list[RionConfigEntry] = self._hass.config_entries.async_loaded_entries(DOMAIN)
        episodes = [
            episode_data(self._hass, entry, episode)
            for entry in entries
            if self._entry_id in (None, entry.entry_id)
            for episode in entry.runtime_data.monitor.alerts.open_episodes
            if self._may_read(entry, episode.rule_id)
        ]
        self._send("snapshot", episodes=episodes)

    @callback
    def _async_take(self, news: News) -> None:
        if news.rule_id is None or self._entry_id not in (None, news.entry.entry_id):
            return
        if self._may_read(news.entry, news.rule_id):
            name = async_user_name(self._hass, news.data["acknowledged_by"])
            self._send("transition", transition={**news.data, "acknowledged_by_name": name})

    @callback
    def _async_take_entry(self, change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        """Tell what is open anew: a meter that is only set up again keeps what it has meanwhile."""
        gone = change is ConfigEntryChange.REMOVED or entry.disabled_by is not None
        if entry.domain == DOMAIN and (gone or entry.state is ConfigEntryState.LOADED):
            self.async_send_snapshot()

    @callback
    def _async_send_heartbeat(self, _: object) -> None:
        self._send("heartbeat")

    def _send(self, event: str, **data: Any) -> None:
        self._connection.send_event(self._number, {"event": event, "at": dt_util.utcnow().isoformat(), **data})

    def _may_read(self, entry: RionConfigEntry, rule_id: str) -> bool:
        """Whether the client may read the rule's state."""
        permissions = self._connection.user.permissions
        if permissions.access_all_entities(POLICY_READ):
            return True
        entity_id = async_alert_entity_id(self._hass, entry, rule_id)
        return entity_id is not None and permissions.check_entity(entity_id, POLICY_READ)
