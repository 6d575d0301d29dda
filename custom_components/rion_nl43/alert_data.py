"""Alerts in plain JSON, for the event bus, for templates and for those who ask for episodes.

Levels are in dB, times are ISO 8601 in Home Assistant's time zone, durations in seconds.
"""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from homeassistant.components.http.auth import async_sign_path
from homeassistant.const import ATTR_DEVICE_ID, ATTR_ENTITY_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .alerts import Episode, Transition
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_device_id, async_meter_name
from .monitor import UNREACHABLE
from .user_names import async_user_name

PICTURE_URL: Final = f"/api/{DOMAIN}/episodes/{{config_entry_id}}/{{episode_id}}.png"
# As long as a notice is looked at; a restart of Home Assistant ends it before.
PICTURE_VALID_FOR: Final = timedelta(days=7)


@callback
def alert_data(hass: HomeAssistant, entry: RionConfigEntry, transition: Transition) -> dict[str, Any]:
    """Return what happened, and the episode to which it did, as it is afterwards.

    `threshold` is that of the grade that the news is about; `reason` says why the episode ended.
    """
    episode = transition.episode
    about = episode.grade or transition.previous or episode.worst
    return {
        **_data(hass, entry, episode),
        "kind": transition.kind.value,
        "at": _iso(transition.at),
        "previous_grade": transition.previous.word,
        "level": rounded(transition.level_db),
        "threshold": episode.thresholds_db.get(about.word),
        "reason": episode.end_reason and episode.end_reason.value,
    }


@callback
def episode_data(hass: HomeAssistant, entry: RionConfigEntry, episode: Episode) -> dict[str, Any]:
    """Return all of an episode but its trace, for those who ask: unlike on the event bus, a user has a name."""
    acknowledged = episode.acknowledged
    return {
        **_data(hass, entry, episode),
        "open": episode.open,
        "thresholds": dict(episode.thresholds_db),
        "grades": [{"at": _iso(change.at), "grade": change.grade.word} for change in episode.grades],
        "ended": _iso(episode.ended),
        "end_reason": episode.end_reason and episode.end_reason.value,
        "onset_level": rounded(episode.onset_db),
        "peak_at": _iso(episode.peak_at),
        "acknowledged_at": _iso(acknowledged.at if acknowledged else None),
        "acknowledged_by_name": async_user_name(hass, acknowledged.by if acknowledged else None),
    }


@callback
def async_alert_entity_id(hass: HomeAssistant, entry: RionConfigEntry, rule_id: str) -> str | None:
    """Return the entity that shows the alerts of a rule: its event, or the sensor of the built-in rule."""
    serial, registry = entry.runtime_data.identity.serial, er.async_get(hass)
    if rule_id == UNREACHABLE:
        return registry.async_get_entity_id(Platform.BINARY_SENSOR, DOMAIN, f"{serial}_{UNREACHABLE}")
    return registry.async_get_entity_id(Platform.EVENT, DOMAIN, f"{serial}_{rule_id}_alert")


@callback
def async_picture_path(hass: HomeAssistant, entry: RionConfigEntry, episode_id: str) -> str:
    """Return the path of an episode's picture, which needs no login for some days."""
    path = PICTURE_URL.format(config_entry_id=entry.entry_id, episode_id=quote(episode_id, safe=""))
    return async_sign_path(hass, path, PICTURE_VALID_FOR, use_content_user=True)


def rounded(figure: float | None) -> float | None:
    """Return a level or a share as people are told it."""
    return None if figure is None else round(figure, 1)


@callback
def _data(hass: HomeAssistant, entry: RionConfigEntry, episode: Episode) -> dict[str, Any]:
    acknowledged = episode.acknowledged
    until = dt_util.utcnow().timestamp() if episode.ended is None else episode.ended
    return {
        ATTR_DEVICE_ID: async_device_id(hass, entry),
        ATTR_ENTITY_ID: async_alert_entity_id(hass, entry, episode.rule_id),
        "meter": async_meter_name(hass, entry),
        "rule_id": episode.rule_id,
        "rule": episode.rule_name,
        "episode_id": episode.id,
        "grade": episode.grade.word,
        "worst_grade": episode.worst.word,
        "metric": episode.metric,
        "symbol": episode.symbol,
        "direction": episode.direction,
        "began": _iso(episode.began),
        "onset": _iso(episode.onset),
        "duration": round(max(0.0, until - episode.onset), 1),
        "peak": rounded(episode.peak_db),
        "leq": rounded(episode.leq_db),
        "coverage": rounded(episode.coverage_percent),
        "overload": episode.overload,
        "no_data": episode.no_data,
        "reopened": episode.reopened,
        "picture": async_picture_path(hass, entry, episode.id),
        "acknowledged": acknowledged is not None,
        "acknowledged_by": acknowledged and acknowledged.by,
        "note": acknowledged.note if acknowledged else "",
    }


def _iso(at: float | None) -> str | None:
    return None if at is None else dt_util.as_local(dt_util.utc_from_timestamp(at)).isoformat()
