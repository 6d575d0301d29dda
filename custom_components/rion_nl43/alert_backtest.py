"""What a rule would have done: its judgement of the states that Home Assistant recorded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.recorder import DOMAIN as RECORDER_DOMAIN, is_entity_recorded
from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import ATTR_DEVICE_ID, ATTR_NAME, Platform
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.recorder import get_instance
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType, JsonValueType
import probatio

from .acoustics.stretches import Span
from .alert_checks import HIGHEST_DB, LOWEST_DB
from .alert_data import rounded
from .alert_rule import rule_from_subentry
from .alert_targets import TargetedRule, async_targeted_rules
from .alerts import Direction, Episode, Helper, Metric, Reading, Rule, backtest
from .const import CONF_ALARM, CONF_SERIAL, CONF_WARNING, DOMAIN
from .device import async_device_id, async_meter_name
from .monitor import UNREACHABLE
from .recorded import openings, read, readings, stretches, without
from .symbols import metric_symbol
from .window_sensor import window_key

SERVICE_BACKTEST: Final = "backtest"

ATTR_HOURS: Final = "hours"

RUN_STATE: Final = "run_state"
# A threshold amidst the noise of the street makes thousands.
MAX_EPISODES: Final = 100
# What a response says that it is made of.
BASIS: Final = "recorded states"
THRESHOLD: Final = probatio.All(probatio.Coerce(float), probatio.Range(min=LOWEST_DB, max=HIGHEST_DB))
BACKTEST_SCHEMA: Final = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_HOURS, default=24): probatio.All(
            probatio.Coerce(float), probatio.Range(min=1, max=366 * 24)
        ),
        probatio.Optional(CONF_WARNING): THRESHOLD,
        probatio.Optional(CONF_ALARM): THRESHOLD,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a rule would have made of the states of an entity, from the first one that was recorded in the time asked.

    `nearest_db` is the level that came nearest to the threshold, or farthest beyond it, within the schedule or not.
    Episodes are in their order; their levels are those of recorded states.
    """

    entity_id: str
    began: float
    ended: float
    coverage_percent: float
    nearest_db: float
    episodes: tuple[Episode, ...]


@callback
def async_setup_backtest(hass: HomeAssistant) -> None:
    """Register the action, whether meters are there or not."""
    hass.services.async_register(
        DOMAIN, SERVICE_BACKTEST, _async_backtest_rules, BACKTEST_SCHEMA, SupportsResponse.ONLY
    )


async def async_backtest(hass: HomeAssistant, entry: ConfigEntry[Any], rule: Rule, hours: float) -> Backtest:
    """Judge the states that were recorded in the last hours, whether the rule is switched on or not.

    Raises ServiceValidationError if there are none, and says why.
    """
    if RECORDER_DOMAIN not in hass.config.components:
        raise _no_backtest("no_recorder")
    level = _async_recorded(hass, entry, _level_key(rule.metric), metric_symbol(rule.metric, None))
    run_state = _async_recorded(hass, entry, RUN_STATE, RUN_STATE) if rule.needs_measurement else None
    if isinstance(rule.schedule, Helper) and not is_entity_recorded(hass, rule.schedule.name):
        raise _no_backtest("not_recorded", entity=rule.schedule.name)
    ended = dt_util.utcnow()
    calibrated = _async_calibrated(entry)
    judging = _Judging(hass, rule, level, run_state, ended - timedelta(hours=hours), ended, calibrated)
    return await get_instance(hass).async_add_executor_job(judging.run)


@callback
def _async_calibrated(entry: ConfigEntry[Any]) -> tuple[Span, ...]:
    """Return the times in which a calibrator was on the microphone, as far as that is known now."""
    if entry.state is not ConfigEntryState.LOADED:
        return ()
    return tuple(logged.span for logged in entry.runtime_data.monitor.calibration.log if logged.marks)


@callback
def _async_recorded(hass: HomeAssistant, entry: ConfigEntry[Any], key: str, name: str) -> str:
    """Return the id of a sensor of the meter whose states are recorded."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(Platform.SENSOR, DOMAIN, f"{entry.data[CONF_SERIAL]}_{key}")
    found = registry.async_get(entity_id) if entity_id else None
    if found is None:
        raise _no_backtest("no_sensor", symbol=name)
    if found.disabled:
        raise _no_backtest("sensor_disabled", entity=found.entity_id)
    if not is_entity_recorded(hass, found.entity_id):
        raise _no_backtest("not_recorded", entity=found.entity_id)
    return found.entity_id


def _level_key(metric: Metric) -> str:
    """Return the end of the unique id of the sensor that shows what a rule looks at."""
    quantity = metric.quantity.value.removeprefix("window_")
    if metric.window is None:
        return quantity
    return window_key(
        quantity if metric.percentage is None else f"l{metric.percentage}",
        metric.window.length_s // 60,
        metric.window.kind,
    )


def _no_backtest(why: str, **placeholders: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=f"backtest_{why}", translation_placeholders=placeholders
    )


@dataclass(slots=True)
class _Judging:
    """One backtest; it runs in a thread of the recorder, for there may be hundreds of thousands of states."""

    hass: HomeAssistant
    rule: Rule
    level: str
    run_state: str | None
    began: datetime
    ended: datetime
    calibrated: tuple[Span, ...] = ()
    total_s: float = 0.0
    covered_s: float = 0.0
    nearest_db: float | None = None

    def run(self) -> Backtest:
        """Read and judge."""
        helper = self.rule.schedule.name if isinstance(self.rule.schedule, Helper) else None
        wanted = [entity_id for entity_id in (self.level, self.run_state, helper) if entity_id]
        found = read(self.hass, self.began, self.ended, wanted)
        for entity_id in wanted:
            if not found[entity_id]:
                raise _no_backtest("nothing_recorded", entity=entity_id)
        run_states = found[self.run_state] if self.run_state else ()
        levels = without(found[self.level], self.calibrated)
        judged = self._counted(readings(stretches(levels, run_states, self.ended.timestamp()), self.rule))
        helper_said = openings(found[helper]) if helper else ()
        episodes = backtest(self.rule, judged, dt_util.get_default_time_zone(), helper_said)
        if self.nearest_db is None:
            raise _no_backtest("nothing_recorded", entity=self.level)
        return Backtest(
            entity_id=self.level,
            began=found[self.level][0].at,
            ended=self.ended.timestamp(),
            coverage_percent=100 * self.covered_s / self.total_s,
            nearest_db=self.nearest_db,
            episodes=episodes,
        )

    def _counted(self, judged: Iterator[Reading]) -> Iterator[Reading]:
        """Hand the readings on, and note what there is to tell of them."""
        farther = max if self.rule.direction is Direction.ABOVE else min
        for reading in judged:
            self.total_s += reading.covered_s
            if reading.level_db is not None:
                self.covered_s += reading.covered_s
                known = self.nearest_db
                self.nearest_db = reading.level_db if known is None else farther(known, reading.level_db)
            yield reading


async def _async_backtest_rules(call: ServiceCall) -> ServiceResponse:
    """Backtest all targeted rules; one that cannot be is told in its place, and raised where it is the only one."""
    targeted = [rule for rule in await async_targeted_rules(call, POLICY_READ) if rule.rule_id != UNREACHABLE]
    if not targeted:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_rule_targeted")
    outcomes: list[JsonValueType] = []
    for rule in targeted:
        try:
            outcome = await _async_outcome(call, rule)
        except ServiceValidationError as error:
            if len(targeted) == 1:
                raise
            outcome = {"error": str(error)}
        outcomes.append(
            {
                ATTR_DEVICE_ID: async_device_id(call.hass, rule.entry),
                ATTR_NAME: async_meter_name(call.hass, rule.entry),
                "rule_id": rule.rule_id,
                "rule": rule.alerts.rules[rule.rule_id].name,
                **outcome,
            }
        )
    return {"rules": outcomes}


async def _async_outcome(call: ServiceCall, targeted: TargetedRule) -> JsonObjectType:
    # Not the monitor's own rule: what it calls a helper need not be the entity id of now.
    rule = _with_thresholds(rule_from_subentry(targeted.entry.subentries[targeted.rule_id]), call)
    done = await async_backtest(call.hass, targeted.entry, rule, call.data[ATTR_HOURS])
    return {
        "warning": rule.warning_db,
        "alarm": rule.alarm_db,
        "entity_id": done.entity_id,
        "basis": BASIS,
        "from": _iso(done.began),
        "until": _iso(done.ended),
        "coverage": rounded(done.coverage_percent),
        "nearest": rounded(done.nearest_db),
        "count": len(done.episodes),
        "episodes": [_episode(episode) for episode in done.episodes[-MAX_EPISODES:]],
    }


def _with_thresholds(rule: Rule, call: ServiceCall) -> Rule:
    """Return the rule with the thresholds that were given, each of them instead of its own."""
    try:
        return replace(
            rule,
            warning_db=call.data.get(CONF_WARNING, rule.warning_db),
            alarm_db=call.data.get(CONF_ALARM, rule.alarm_db),
        )
    except ValueError as error:
        raise _no_backtest("thresholds") from error


def _episode(episode: Episode) -> JsonObjectType:
    return {
        "onset": _iso(episode.onset),
        "ended": _iso(episode.ended),
        "grade": episode.worst.word,
        "peak": rounded(episode.peak_db),
        "peak_at": _iso(episode.peak_at),
        "reopened": episode.reopened,
    }


def _iso(at: float | None) -> str | None:
    return None if at is None else dt_util.as_local(dt_util.utc_from_timestamp(at)).isoformat(timespec="seconds")
