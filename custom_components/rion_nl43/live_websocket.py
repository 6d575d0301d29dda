"""A meter live over Home Assistant's websocket: all that a view begins with, and then every sample.

Nothing can be done over it: that is for the actions, which ask who calls. It costs the meter nothing.
"""

from typing import Any, Final

from homeassistant.auth.models import User
from homeassistant.components import websocket_api
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError, Unauthorized
from homeassistant.util.hass_dict import HassKey
import probatio

from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .live_meter import LiveMeter, async_may_read
from .live_subscription import LiveSubscription
from .monitor import HISTORY_S, TRACE_S, known_metrics

type Watched = dict[tuple[websocket_api.ActiveConnection, int], tuple[LiveMeter, LiveSubscription]]

# More levels than a meter has, in longer words than any has.
METRICS_LIMIT: Final = 200
KEY_LENGTH_LIMIT: Final = 64
METERS: Final[HassKey[dict[str, LiveMeter]]] = HassKey(f"{DOMAIN}_live_meters")
WATCHED: Final[HassKey[Watched]] = HassKey(f"{DOMAIN}_live_subscriptions")


@callback
def async_setup_live_websocket(hass: HomeAssistant) -> None:
    """Register the commands."""
    hass.data[METERS] = {}
    hass.data[WATCHED] = {}
    websocket_api.async_register_command(hass, _ws_subscribe)
    websocket_api.async_register_command(hass, _ws_acknowledge)


@websocket_api.websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/live/subscribe",
        probatio.Required("config_entry_id"): str,
        probatio.Optional("history_s", default=TRACE_S): probatio.All(int, probatio.Range(min=0, max=HISTORY_S)),
        probatio.Optional("metrics", default=list): probatio.All(
            [probatio.All(str, probatio.Length(max=KEY_LENGTH_LIMIT))], probatio.Length(max=METRICS_LIMIT)
        ),
        probatio.Optional("acknowledges", default=False): bool,
    }
)
@callback
def _ws_subscribe(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Send a snapshot of a meter, then every sample and whatever else changes."""
    try:
        entry = async_loaded_entry(hass, msg["config_entry_id"], connection.user)
        known = known_metrics(entry.runtime_data.monitor.windows.specs)
        if unknown := [key for key in msg["metrics"] if key not in known]:
            raise _refusal("live_metric_unknown", meter=async_meter_name(hass, entry), metrics=", ".join(unknown))
    except ServiceValidationError as refusal:
        async_refuse(connection, msg["id"], refusal)
        return
    subscription = LiveSubscription(
        connection,
        msg["id"],
        {key: known[key] for key in sorted(set(msg["metrics"]))},
        history_s=msg["history_s"],
        acknowledges=msg["acknowledges"],
    )
    connection.subscriptions[msg["id"]] = _async_watch(hass, entry, subscription)
    connection.send_result(msg["id"])
    hass.data[METERS][entry.entry_id].async_send_snapshot(subscription)


@websocket_api.websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/live/acknowledge",
        probatio.Required("subscription"): int,
        probatio.Required("t"): probatio.Any(float, int),
    }
)
@callback
def _ws_acknowledge(hass: HomeAssistant, connection: websocket_api.ActiveConnection, msg: dict[str, Any]) -> None:
    """Take how far a client has come with the samples of a subscription."""
    watched = hass.data[WATCHED].get((connection, msg["subscription"]))
    if watched is None:
        async_refuse(connection, msg["id"], _refusal("live_subscription_unknown"))
        return
    meter, subscription = watched
    connection.send_result(msg["id"])
    meter.async_acknowledge(subscription, msg["t"])


@callback
def _async_watch(hass: HomeAssistant, entry: RionConfigEntry, subscription: LiveSubscription) -> CALLBACK_TYPE:
    """Let a meter have one subscription more; returns what ends it."""
    meters, watched = hass.data[METERS], hass.data[WATCHED]
    if (meter := meters.get(entry.entry_id)) is None:
        meter = meters[entry.entry_id] = LiveMeter(hass, entry)
    meter.async_add(subscription)
    watched[subscription.id] = meter, subscription

    @callback
    def end() -> None:
        del watched[subscription.id]
        meter.async_remove(subscription)
        if not meter.watched:
            meter.async_close()
            del meters[entry.entry_id]

    return end


@callback
def async_loaded_entry(hass: HomeAssistant, entry_id: str, user: User) -> RionConfigEntry:
    """Return the entry of a meter that is loaded; raises ServiceValidationError.

    Who may not read the meter is told nothing of it, not even its name: raises Unauthorized.
    """
    entry: RionConfigEntry | None = hass.config_entries.async_get_entry(entry_id)
    if entry is None or entry.domain != DOMAIN:
        raise _refusal("live_meter_unknown")
    if not async_may_read(hass, entry, user):
        raise Unauthorized
    if entry.state is not ConfigEntryState.LOADED:
        raise _refusal("meter_not_loaded", meter=async_meter_name(hass, entry))
    return entry


def _refusal(key: str, **placeholders: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders or None
    )


@callback
def async_refuse(connection: websocket_api.ActiveConnection, number: int, refusal: ServiceValidationError) -> None:
    """Tell a client why not; nothing is wrong here, so nothing is logged."""
    connection.send_error(
        number,
        websocket_api.ERR_NOT_FOUND,
        str(refusal),
        translation_domain=refusal.translation_domain,
        translation_key=refusal.translation_key,
        translation_placeholders=refusal.translation_placeholders,
    )
