"""Adding and changing alert rules: a form, what to think of beforehand, and what the rule would have done so far."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntryState,
    ConfigSubentry,
    ConfigSubentryFlow,
    SubentryFlowResult,
    UnknownSubEntry,
)
from homeassistant.const import CONF_NAME
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .alert_backtest import Backtest, async_backtest
from .alert_checks import WINDOWED, Hint, Problem, hint, problems
from .alert_form import LEVEL, LIMITS, NEW_RULE, PROBLEM_SECTIONS, as_kept, as_shown, rule_schema
from .alert_rule import SIGNS, name_in_words, rule_data, rule_from_data, rule_from_subentry
from .alerts import Direction, Episode, Quantity, Rule
from .const import CONF_ENABLED, CONF_METRIC
from .errors import async_in_words
from .monitor import Facts
from .options import MeterOptions
from .symbols import plain_symbol, symbol

PREVIEW_HOURS: Final = 24
# So many episodes say how it would have been.
PREVIEW_EPISODES: Final = 6


class AlertRuleFlow(ConfigSubentryFlow):
    """Set a limit for a meter, or change one."""

    def __init__(self) -> None:
        """Begin with an empty form."""
        self._shown: Mapping[str, Any] = {}
        self._kept: dict[str, Any] = {}

    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask for a new rule."""
        if user_input is None:
            self._shown = as_shown(NEW_RULE)
            return self._show_form()
        return await self._async_take(user_input)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Ask what to change of a rule."""
        if user_input is None:
            subentry = self._get_reconfigure_subentry()
            self._shown = as_shown(subentry.data, self._own_name(subentry))
            return self._show_form()
        return await self._async_take(user_input)

    async def async_step_change(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Go back to the form."""
        return self._show_form()

    async def async_step_whole_measurement(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Tell that the level is one of the whole measurement, and offer the one that is mostly meant."""
        rule = self._rule
        offered = ["use_window"] if rule.metric.quantity in WINDOWED else []
        return self.async_show_menu(
            step_id="whole_measurement",
            menu_options=[*offered, "keep", "change"],
            description_placeholders={"symbol": self._symbols()[rule.metric.quantity]},
        )

    async def async_step_polled_peaks(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Tell that there are too few samples for short peaks."""
        return self.async_show_menu(step_id="polled_peaks", menu_options=["keep", "change"])

    async def async_step_use_window(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Take the level over the form's window instead."""
        instead = WINDOWED[self._rule.metric.quantity]
        return await self._async_take({**self._shown, LEVEL: {**self._shown[LEVEL], CONF_METRIC: instead.value}})

    async def async_step_keep(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Go on, warned."""
        return await self._async_show_preview()

    async def async_step_preview(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Tell which alerts there would have been."""
        return await self._async_show_preview()

    # Menus are steps, and which of the three it is depends on what was recorded.
    async_step_preview_quiet = async_step_preview
    async_step_no_preview = async_step_preview

    async def async_step_save(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Add the rule, or change it: it takes effect at once."""
        rule = self._rule
        if self.source == SOURCE_USER:
            return self.async_create_entry(title=rule.name, data=rule_data(rule))
        try:
            subentry = self._get_reconfigure_subentry()
        except UnknownSubEntry:
            return self.async_abort(reason="rule_removed")
        # The rule may have been switched off or on while the form was open.
        data = rule_data(rule) | {CONF_ENABLED: subentry.data.get(CONF_ENABLED, True)}
        return self.async_update_and_abort(self._get_entry(), subentry, title=rule.name, data=data)

    def _show_form(self, found: tuple[Problem, ...] = ()) -> SubentryFlowResult:
        """Show the form as it was filled, with what is wrong told at its section."""
        errors = {PROBLEM_SECTIONS[problem.kind]: problem.kind.value for problem in reversed(found)}
        told = {key: text for problem in found for key, text in problem.placeholders.items()}
        return self.async_show_form(
            step_id="user" if self.source == SOURCE_USER else "reconfigure",
            data_schema=self.add_suggested_values_to_schema(rule_schema(errors or (LEVEL, LIMITS)), self._shown),
            errors=errors,
            description_placeholders={**self._symbols(), **told},
        )

    async def _async_take(self, user_input: Mapping[str, Any]) -> SubentryFlowResult:
        """Take a filled form: to the form again if something is wrong, else one step on."""
        self._shown, self._kept = user_input, as_kept(user_input)
        feed = MeterOptions.from_entry(self._get_entry()).feed
        if found := problems(self._kept, feed, self._is_there):
            return self._show_form(found)
        thought = hint(self._rule.metric, feed)
        if thought is Hint.WHOLE_MEASUREMENT:
            return await self.async_step_whole_measurement()
        if thought is Hint.POLLED_PEAKS:
            return await self.async_step_polled_peaks()
        return await self._async_show_preview()

    async def _async_show_preview(self) -> SubentryFlowResult:
        """Tell what the rule would have done, as far as that is known, and let it be saved."""
        try:
            backtest = await async_backtest(self.hass, self._get_entry(), self._rule, PREVIEW_HOURS)
        except ServiceValidationError as error:
            step, told = "no_preview", {"reason": await async_in_words(self.hass, error)}
        else:
            step = "preview" if backtest.episodes else "preview_quiet"
            told = _told(backtest)
        return self.async_show_menu(
            step_id=step,
            menu_options=["save", "change"],
            description_placeholders={"rule": self._rule.name, "hours": str(PREVIEW_HOURS), **told},
        )

    @property
    def _rule(self) -> Rule:
        """The rule of the form that was filled last."""
        name = str(self._shown.get(CONF_NAME, "")).strip()
        rule = rule_from_data("new", name, self._kept)
        return rule if name else rule_from_data("new", name_in_words(rule, self._facts), self._kept)

    @property
    def _facts(self) -> Facts | None:
        """What is known of the meter's settings."""
        entry = self._get_entry()
        return entry.runtime_data.monitor.facts if entry.state is ConfigEntryState.LOADED else None

    def _own_name(self, subentry: ConfigSubentry) -> str | None:
        """Return the name that somebody gave a rule, None where it has the one that follows from its figures."""
        try:
            rule = rule_from_subentry(subentry)
        except ValueError:
            return subentry.title
        return None if rule.name in {name_in_words(rule, facts) for facts in (None, self._facts)} else rule.name

    def _symbols(self) -> dict[str, str]:
        """Return the symbols of the meter's levels, by quantity."""
        facts = self._facts
        of_meter = [quantity.value for quantity in Quantity if not quantity.windowed]
        return {quantity: symbol(quantity, facts) if facts else plain_symbol(quantity) for quantity in of_meter}

    def _is_there(self, entity_id: str) -> bool:
        return self.hass.states.get(entity_id) is not None or er.async_get(self.hass).async_get(entity_id) is not None


def _told(backtest: Backtest) -> dict[str, str]:
    """Return what a preview leaves open: the last episodes, one a line."""
    shown = [_line(episode) for episode in backtest.episodes[-PREVIEW_EPISODES:]]
    return {
        "count": str(len(backtest.episodes)),
        "episodes": "\n".join(shown if len(shown) == len(backtest.episodes) else ["- ...", *shown]),
        "nearest": f"{backtest.nearest_db:.1f}",
        "began": f"{_local(backtest.began):%Y-%m-%d %H:%M}",
        "coverage": f"{backtest.coverage_percent:.0f}",
    }


def _line(episode: Episode) -> str:
    """Return from when to when it was, its peak, and the threshold of its worst grade, in signs of all languages."""
    ended = "..." if episode.ended is None else f"{_local(episode.ended):%H:%M:%S}"
    beyond = f"{SIGNS[Direction(episode.direction)]} {episode.thresholds_db[episode.worst.word]:g} dB"
    return f"- {_local(episode.onset):%Y-%m-%d %H:%M:%S} - {ended}: {episode.peak_db:.1f} dB {beyond}"


def _local(at: float) -> datetime:
    return dt_util.as_local(dt_util.utc_from_timestamp(at))
