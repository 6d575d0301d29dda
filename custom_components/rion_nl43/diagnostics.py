"""Diagnostics of a meter, without what tells where or whose it is."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
import re
from typing import Any, Final

from homeassistant.components.diagnostics import REDACTED, async_redact_data
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceEntry
from homeassistant.util import dt as dt_util

from .acoustics import Span
from .alerts import Explanation, Grade
from .const import (
    CONF_FTP_PASSWORD,
    CONF_FTP_USER,
    CONF_POSITION,
    CONF_SERIAL,
    SUBENTRY_ALERT_RULE,
    SUBENTRY_LEVEL_LIMIT,
)
from .coordinator import RionConfigEntry
from .history_file import bytes_on_disk, history_path
from .monitor import UNREACHABLE, Command, MeterAlerts, MeterCard, MeterMonitor
from .nl43 import LinkHistory
from .options import MeterOptions
from .running_options import window_specs

TO_REDACT: Final = {CONF_HOST, CONF_SERIAL, CONF_FTP_USER, CONF_FTP_PASSWORD, CONF_POSITION}
# The meter's own addresses stand in lines that set or ask for them.
PRIVATE_COMMANDS: Final = ("ethernet",)
DAY_MS: Final = 86_400_000
# Of an explanation, in seconds since the epoch.
WALL_TIMES: Final = ("at", "last_sample_at", "snoozed_until")

# The system's errors name the address that a host's name stands for.
_IPV4 = re.compile(r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b")


async def async_get_config_entry_diagnostics(hass: HomeAssistant, entry: RionConfigEntry) -> dict[str, Any]:
    """Return what is known of the meter, its link and its measurement; all times are ISO 8601 in UTC."""
    found = {
        "data": dict(entry.data),
        "options": asdict(MeterOptions.from_entry(entry)),
        "rules": {
            # What the user calls them is nobody's business.
            subentry.subentry_id: dict(subentry.data)
            for subentry in entry.get_subentries_of_type(SUBENTRY_ALERT_RULE)
        },
        "limits": {
            subentry.subentry_id: dict(subentry.data) for subentry in entry.get_subentries_of_type(SUBENTRY_LEVEL_LIMIT)
        },
        **(_running(hass, entry) if entry.state is ConfigEntryState.LOADED else {}),
    }
    if entry.state is ConfigEntryState.LOADED:
        found["history"] = await _past(hass, entry)
    private = entry.data[CONF_HOST], entry.data[CONF_SERIAL]
    return {key: _plain(value, private) for key, value in async_redact_data(found, TO_REDACT).items()}


async def async_get_device_diagnostics(
    hass: HomeAssistant, entry: RionConfigEntry, device: DeviceEntry
) -> dict[str, Any]:
    """Return the same: a meter is one entry and one device."""
    return await async_get_config_entry_diagnostics(hass, entry)


def _running(hass: HomeAssistant, entry: RionConfigEntry) -> dict[str, Any]:
    """Return what is known while the meter is watched."""
    runtime = entry.runtime_data
    monitor = runtime.monitor
    clock = _Clock(hass)
    return {
        "available": monitor.available,
        "reason": _kind(monitor.reason),
        "link": {
            **_link(monitor, clock),
            "statistics": asdict(runtime.link.statistics),
            "history": _history(runtime.link.history, clock),
            "unsupported": sorted(monitor.facts.unsupported),
        },
        "feed": {"wanted": asdict(monitor.feed_options), "basis": monitor.basis},
        "publish_interval_s": runtime.levels.interval_s,
        "measurement": asdict(monitor.measurement),
        "sample": asdict(monitor.sample) if monitor.sample else None,
        "windows": _windows(monitor, MeterOptions.from_entry(entry)),
        "facts": asdict(monitor.facts),
        "card": _card(monitor.card),
        "drifts": [asdict(drift) for drift in monitor.baseline.drifts],
        "commands": [_command(command) for command in monitor.commands.recent],
        "standby": {"active": monitor.standby.active, "until": monitor.standby.until},
        "recovery": {
            "power_switch": monitor.recovery.power_switch is not None,
            "cycles": monitor.recovery.cycles,
            "needs_person": monitor.recovery.needs_person,
        },
        "watchdog": {
            "expected": monitor.watchdog.expected,
            "state": monitor.watchdog.state,
            "last_stop": monitor.watchdog.last_stop,
        },
        "alerts": _alerts(monitor.alerts),
        "acknowledged": sorted(runtime.memory.acknowledged),
    }


def _card(card: MeterCard) -> dict[str, Any]:
    """Return how files are to be had and what is being fetched, without the login."""
    return {
        "ftp_wanted": card.client is not None,
        "login_refused": card.login_refused,
        "activity": asdict(card.activity),
        "mb_per_day": card.space.mb_per_day,
        "days_left": card.space.days_left,
    }


async def _past(hass: HomeAssistant, entry: RionConfigEntry) -> dict[str, Any]:
    """Return what the history knows of the last day, without its levels."""
    history = entry.runtime_data.monitor.history
    now_ms = round(1000 * dt_util.utcnow().timestamp())
    day = Span(now_ms - DAY_MS, now_ms)
    hours = await history.hours(day)
    return {
        "bytes_on_disk": await hass.async_add_executor_job(bytes_on_disk, history_path(hass, entry.entry_id)),
        "weighting": history.weighting,
        "hours": {
            _wall(hour.began): {"coverage": round(hour.coverage, 3), "from_meter": round(hour.meter_share, 3)}
            for _, hour in sorted(hours.items())
        },
        "holes": len(await history.holes(day)),
        "holes_before_repair": len(await history.holes(day, repaired=True)),
        "exclusions": len(history.exclusions),
        "limits": {limit.id: asdict(history.limits.status(limit.id)) for limit in history.limits.limits},
    }


def _alerts(alerts: MeterAlerts) -> dict[str, Any]:
    return {
        "rules": {rule_id: _rule(alerts, rule_id) for rule_id in (*alerts.rules, UNREACHABLE)},
        "unreachable_after_s": alerts.unreachable_after_s,
        "episodes": len(alerts.episodes()),
    }


def _rule(alerts: MeterAlerts, rule_id: str) -> dict[str, Any]:
    """Return how a rule is and why, without what somebody wrote."""
    state = alerts.state(rule_id)
    episode = state.episode
    return {
        "grade": state.grade.word,
        "since": _wall(episode.onset if episode else None),
        "acknowledged": episode is not None and episode.acknowledged is not None,
        "reopened": episode.reopened if episode else 0,
        "level_db": state.level_db,
        "pending": state.pending,
        "snoozed_until": _wall(state.snoozed_until),
        "no_data": state.no_data,
        "in_schedule": state.in_schedule,
        "episodes": len(alerts.episodes(rule_id)),
        "explanation": _explanation(alerts.explain(rule_id)),
    }


def _explanation(explanation: Explanation) -> dict[str, Any]:
    nearest = explanation.nearest
    return {**_readable(asdict(explanation)), "nearest": _readable(asdict(nearest)) if nearest else None}


def _readable(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of the judge with times and grades in words."""
    return {
        key: _wall(value) if key in WALL_TIMES else value.word if isinstance(value, Grade) else value
        for key, value in found.items()
    }


def _wall(at: float | None) -> str | None:
    return None if at is None else datetime.fromtimestamp(at, UTC).isoformat()


class _Clock:
    """Turns loop times into wall-clock times."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._loop_now = hass.loop.time()
        self._now = dt_util.utcnow()

    def iso(self, at: float) -> str:
        """Return the wall-clock time of a loop time."""
        return (self._now - timedelta(seconds=self._loop_now - at)).isoformat(timespec="milliseconds")


def _kind(error: Exception | None) -> str | None:
    """Return the kind of an error only, for its text may name the host."""
    return type(error).__name__ if error else None


def _link(monitor: MeterMonitor, clock: _Clock) -> dict[str, Any]:
    status, diagnosis = monitor.status, monitor.diagnosis.current
    return {
        "state": status.state,
        "since": clock.iso(status.since),
        "error": _kind(status.error),
        "diagnosis": diagnosis.diagnosis,
        "diagnosed_at": clock.iso(diagnosis.since),
        "web_app": diagnosis.web_app,
    }


def _history(history: LinkHistory, clock: _Clock) -> dict[str, Any]:
    return {
        "connects": [clock.iso(at) for at in history.connects],
        "losses": [
            {"at": clock.iso(loss.at), "reason": loss.reason, "connected_s": round(loss.connected_s, 1)}
            for loss in history.losses
        ],
        "latency_up_to_s": {str(bound): count for bound, count in history.latency_counts.items()},
        "exchanges": [
            {
                "at": clock.iso(exchange.at),
                "line": _line(exchange.line),
                "outcome": exchange.outcome,
                "took_s": round(exchange.took_s, 3),
            }
            for exchange in history.exchanges
        ],
    }


def _line(line: str) -> str:
    """Return a command without an address that it may set."""
    return line.partition(",")[0] + f",{REDACTED}" if line.casefold().startswith(PRIVATE_COMMANDS) else line


def _command(command: Command) -> dict[str, Any]:
    return {
        "name": command.name,
        "detail": _line(command.detail),
        "asked_reason": command.asked.reason,
        "by_user": command.asked.by is not None,
        "state": command.state,
        "asked_at": command.asked_at.isoformat(),
        "changed_at": command.changed_at.isoformat(),
        "error": _kind(command.error),
        "reason": command.reason,
    }


def _windows(monitor: MeterMonitor, options: MeterOptions) -> list[dict[str, Any]]:
    found = []
    for spec in window_specs(options):
        levels = asdict(monitor.windows.levels(spec))
        for key in ("began", "ended"):
            levels[key] = datetime.fromtimestamp(levels[key], UTC).isoformat()
        found.append({"kind": spec.kind, "length_s": spec.length_s, **levels})
    return found


def _plain(value: Any, private: tuple[str, ...]) -> Any:
    """Return a tree in plain JSON without private words, whatever text they stand in."""
    if isinstance(value, str):
        for word in private:
            value = value.replace(word, REDACTED)
        return _IPV4.sub(REDACTED, value)
    if isinstance(value, datetime | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(part, private) for key, part in value.items()}
    if isinstance(value, list | tuple | frozenset):
        return [_plain(part, private) for part in value]
    return value
