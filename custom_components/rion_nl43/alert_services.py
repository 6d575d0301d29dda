"""Actions for alerts: acknowledge, snooze, look up, explain, export, and make an automation."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.core import HomeAssistant, ServiceCall, ServiceResponse, SupportsResponse, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType
import probatio

from .alert_automation import BLUEPRINTS, as_yaml, async_find_blueprint, from_blueprint, from_trigger
from .alert_data import async_alert_entity_id, episode_data, rounded
from .alert_targets import TargetedRule, async_targeted_rules
from .alert_words import explanation_text
from .alerts import UNREACHABLE_NAME, Episode, Explanation, Nearest
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .device import async_device_id, async_meter_name
from .episode_file import async_write_table
from .episode_table import episodes_table
from .errors import to_home_assistant_error
from .monitor import UNREACHABLE, AlertError

SERVICE_ACKNOWLEDGE: Final = "acknowledge"
SERVICE_SNOOZE: Final = "snooze"
SERVICE_UNSNOOZE: Final = "unsnooze"
SERVICE_GET_EPISODES: Final = "get_episodes"
SERVICE_EXPLAIN: Final = "explain"
SERVICE_EXPORT_EPISODES: Final = "export_episodes"
SERVICE_GET_AUTOMATION: Final = "get_automation"

ATTR_EPISODE_ID: Final = "episode_id"
ATTR_NOTE: Final = "note"
ATTR_DURATION: Final = "duration"
ATTR_SINCE: Final = "since"
ATTR_UNTIL: Final = "until"
ATTR_OPEN_ONLY: Final = "open_only"
ATTR_LIMIT: Final = "limit"
ATTR_FILE: Final = "file"
ATTR_BLUEPRINT: Final = "blueprint"
ATTR_INPUTS: Final = "inputs"

MAX_NOTE: Final = 500
MAX_SNOOZE: Final = timedelta(days=30)
# As many as a meter keeps.
MAX_EPISODES: Final = 500
NO_BLUEPRINT: Final = "none"

NOTE: Final = probatio.All(cv.string, probatio.Length(max=MAX_NOTE))
ACKNOWLEDGE_SCHEMA: Final = probatio.All(
    probatio.Schema(
        {
            **cv.ENTITY_SERVICE_FIELDS,
            probatio.Optional(ATTR_EPISODE_ID): cv.string,
            probatio.Optional(ATTR_NOTE, default=""): NOTE,
        }
    ),
    probatio.AtLeastOne(ATTR_EPISODE_ID, *map(str, cv.ENTITY_SERVICE_FIELDS)),
)
SNOOZE_SCHEMA: Final = cv.make_entity_service_schema(
    {probatio.Required(ATTR_DURATION): probatio.All(cv.positive_time_period, probatio.Range(max=MAX_SNOOZE))}
)
RULES_SCHEMA: Final = cv.make_entity_service_schema({})
PERIOD: Final = {
    probatio.Optional(ATTR_SINCE): cv.datetime,
    probatio.Optional(ATTR_UNTIL): cv.datetime,
    probatio.Optional(ATTR_OPEN_ONLY, default=False): cv.boolean,
}
GET_EPISODES_SCHEMA: Final = probatio.Schema(
    {
        **cv.ENTITY_SERVICE_FIELDS,
        **PERIOD,
        probatio.Optional(ATTR_LIMIT, default=100): probatio.All(
            probatio.Coerce(int), probatio.Range(min=1, max=MAX_EPISODES)
        ),
    }
)
EXPORT_SCHEMA: Final = probatio.Schema({**cv.ENTITY_SERVICE_FIELDS, **PERIOD, probatio.Optional(ATTR_FILE): cv.string})
AUTOMATION_SCHEMA: Final = cv.make_entity_service_schema(
    {
        probatio.Optional(ATTR_BLUEPRINT, default=BLUEPRINTS[0]): probatio.In((*BLUEPRINTS, NO_BLUEPRINT)),
        probatio.Optional(ATTR_INPUTS, default=dict): {cv.string: object},
    }
)


@callback
def async_setup_alert_services(hass: HomeAssistant) -> None:
    """Register the actions, whether meters are there or not."""
    for name, action, schema, response in (
        (SERVICE_ACKNOWLEDGE, _async_acknowledge, ACKNOWLEDGE_SCHEMA, SupportsResponse.OPTIONAL),
        (SERVICE_SNOOZE, _async_snooze, SNOOZE_SCHEMA, SupportsResponse.NONE),
        (SERVICE_UNSNOOZE, _async_unsnooze, RULES_SCHEMA, SupportsResponse.NONE),
        (SERVICE_GET_EPISODES, _async_get_episodes, GET_EPISODES_SCHEMA, SupportsResponse.ONLY),
        (SERVICE_EXPLAIN, _async_explain, RULES_SCHEMA, SupportsResponse.ONLY),
        (SERVICE_EXPORT_EPISODES, _async_export_episodes, EXPORT_SCHEMA, SupportsResponse.ONLY),
        (SERVICE_GET_AUTOMATION, _async_get_automation, AUTOMATION_SCHEMA, SupportsResponse.ONLY),
    ):
        hass.services.async_register(DOMAIN, name, action, schema, response)


async def _async_acknowledge(call: ServiceCall) -> ServiceResponse:
    rules = await async_targeted_rules(call, POLICY_CONTROL)
    by, note = call.context.user_id, call.data[ATTR_NOTE]
    if (episode_id := call.data.get(ATTR_EPISODE_ID)) is not None:
        rule = _rule_with(rules, episode_id)
        done = _each([rule], lambda rule: rule.alerts.acknowledge_episode(episode_id, by=by, note=note))
    else:
        # Of a meter all that is open is meant; who names a rule is told if there is nothing to acknowledge.
        wanted = [rule for rule in rules if rule.named or _waits(rule)]
        done = _each(wanted, lambda rule: rule.alerts.acknowledge(rule.rule_id, by=by, note=note))
    if not call.return_response:
        return None
    return {"episodes": [episode_data(call.hass, rule.entry, episode) for rule, episode in done]}


async def _async_snooze(call: ServiceCall) -> None:
    until = (dt_util.utcnow() + call.data[ATTR_DURATION]).timestamp()
    _each(
        await async_targeted_rules(call, POLICY_CONTROL),
        lambda rule: rule.alerts.snooze(rule.rule_id, until),
    )


async def _async_unsnooze(call: ServiceCall) -> None:
    _each(await async_targeted_rules(call, POLICY_CONTROL), lambda rule: rule.alerts.unsnooze(rule.rule_id))


async def _async_get_episodes(call: ServiceCall) -> ServiceResponse:
    found = await _async_find(call)
    shown = found[: call.data[ATTR_LIMIT]]
    return {
        "episodes": [episode_data(call.hass, entry, episode) for entry, episode in shown],
        "left_out": len(found) - len(shown),
    }


async def _async_explain(call: ServiceCall) -> ServiceResponse:
    rules = await async_targeted_rules(call, POLICY_READ)
    explained = _each(rules, lambda rule: rule.alerts.explain(rule.rule_id))
    return {"rules": [_explanation(call.hass, rule, explanation) for rule, explanation in explained]}


async def _async_export_episodes(call: ServiceCall) -> ServiceResponse:
    found = await _async_find(call)
    users = {user.id: user.name or user.id for user in await call.hass.auth.async_get_users()}
    rows = [(async_meter_name(call.hass, entry), episode) for entry, episode in found]
    table = episodes_table(rows, users, dt_util.get_default_time_zone())
    written = None
    if (file := call.data.get(ATTR_FILE)) is not None:
        written = await async_write_table(call.hass, file, table)
    return {"csv": table, "episodes": len(rows), ATTR_FILE: written}


async def _async_get_automation(call: ServiceCall) -> ServiceResponse:
    rules = await async_targeted_rules(call, POLICY_READ)
    entity_id = async_alert_entity_id(call.hass, rules[0].entry, rules[0].rule_id)
    if len(rules) != 1 or entity_id is None:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="one_rule_only")
    (rule,) = rules
    alias = f"{async_meter_name(call.hass, rule.entry)}: {_name(rule)}"
    if (name := call.data[ATTR_BLUEPRINT]) == NO_BLUEPRINT:
        automation = from_trigger(alias, entity_id)
        return {"automation": automation, "yaml": as_yaml(automation)}
    source = await async_find_blueprint(call.hass, name)
    automation = from_blueprint(source.path, alias, entity_id, call.data[ATTR_INPUTS])
    return {
        "automation": automation,
        "yaml": as_yaml(automation),
        "blueprint_installed": source.installed,
        "blueprint_import": source.import_address,
    }


async def _async_find(call: ServiceCall) -> list[tuple[RionConfigEntry, Episode]]:
    """Return the episodes that were open within the period, the newest first."""
    # Who may only look may not write a file.
    rules = await async_targeted_rules(call, POLICY_CONTROL if ATTR_FILE in call.data else POLICY_READ)
    since, until = _timestamp(call.data.get(ATTR_SINCE)), _timestamp(call.data.get(ATTR_UNTIL))
    if since is not None and until is not None and since >= until:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="period_empty")
    found = [
        (rule.entry, episode)
        for rule in rules
        for episode in rule.alerts.episodes(rule.rule_id)
        if (episode.open or not call.data[ATTR_OPEN_ONLY])
        and (until is None or episode.onset < until)
        and (since is None or episode.ended is None or episode.ended >= since)
    ]
    return sorted(found, key=lambda each: each[1].onset, reverse=True)


def _each[R](rules: list[TargetedRule], act: Callable[[TargetedRule], R]) -> list[tuple[TargetedRule, R]]:
    """Act on each rule; raises ServiceValidationError for those that failed when all are done."""
    done: list[tuple[TargetedRule, R]] = []
    failed: list[tuple[TargetedRule, AlertError]] = []
    for rule in rules:
        try:
            done.append((rule, act(rule)))
        except AlertError as error:
            failed.append((rule, error))
    if len(failed) == len(rules) == 1:
        raise to_home_assistant_error(failed[0][1]) from failed[0][1]
    if failed:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="rules_failed",
            translation_placeholders={
                "failed": str(len(failed)),
                "count": str(len(rules)),
                "errors": "; ".join(f"{_name(rule)}: {to_home_assistant_error(error)}" for rule, error in failed),
            },
        )
    return done


def _rule_with(rules: list[TargetedRule], episode_id: str) -> TargetedRule:
    """Return the rule of an episode."""
    for rule in rules:
        episode = rule.alerts.episode(episode_id)
        if episode is not None and episode.rule_id == rule.rule_id:
            return rule
    raise ServiceValidationError(translation_domain=DOMAIN, translation_key="episode_unknown")


def _waits(rule: TargetedRule) -> bool:
    episode = rule.alerts.state(rule.rule_id).episode
    return episode is not None and episode.acknowledged is None


def _name(rule: TargetedRule) -> str:
    return UNREACHABLE_NAME if rule.rule_id == UNREACHABLE else rule.alerts.rules[rule.rule_id].name


def _explanation(hass: HomeAssistant, rule: TargetedRule, explanation: Explanation) -> JsonObjectType:
    return {
        "device_id": async_device_id(hass, rule.entry),
        "meter": async_meter_name(hass, rule.entry),
        "rule_id": rule.rule_id,
        "rule": _name(rule),
        "text": explanation_text(
            explanation,
            rule.alerts.rules.get(rule.rule_id),
            rule.alerts.state(rule.rule_id).episode,
            dt_util.get_default_time_zone(),
        ),
        "verdict": explanation.verdict.value,
        "grade": explanation.grade.word,
        "level": rounded(explanation.level_db),
        "threshold": explanation.threshold_db,
        "over_s": round(explanation.over_s, 1),
        "judged_s": round(explanation.judged_s, 1),
        "needed_s": round(explanation.needed_s, 1),
        "duration_s": explanation.duration_s,
        "last_sample": _iso(explanation.last_sample_at),
        "snoozed_until": _iso(explanation.snoozed_until),
        "nearest": _nearest(explanation.nearest) if explanation.nearest else None,
    }


def _nearest(nearest: Nearest) -> JsonObjectType:
    return {
        "at": _iso(nearest.at),
        "over_s": round(nearest.over_s, 1),
        "grade": nearest.grade.word,
        "level": rounded(nearest.level_db),
        "dropped": nearest.dropped.value,
    }


def _timestamp(at: datetime | None) -> float | None:
    """Return a time of the call; without a zone it is of Home Assistant's."""
    return None if at is None else dt_util.as_utc(at).timestamp()


def _iso(at: float | None) -> str | None:
    return None if at is None else dt_util.as_local(dt_util.utc_from_timestamp(at)).isoformat()
