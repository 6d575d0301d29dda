"""Fix flows of the repair issues: what can be done is offered, and every issue can be acknowledged."""

import asyncio
from typing import Any

from homeassistant.components.repairs import FlowType, RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowContext
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow, FlowResultType
from homeassistant.helpers import config_validation as cv, issue_registry as ir
from homeassistant.helpers.selector import DateTimeSelector, TextSelector
from homeassistant.util import dt as dt_util
import probatio

from .calibration_services import (
    ATTR_AFTER,
    ATTR_BEFORE,
    ATTR_NOTE,
    ATTR_REFERENCE,
    LEVEL_SELECTOR,
    SNOOZE,
    readings_from,
)
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .errors import async_in_words, to_home_assistant_error
from .fixes import FIXES, NotBackError
from .issue_kinds import KINDS, IssueKind
from .issues import IssueKeeper, async_get_keeper
from .monitor import NOMINAL_DB, CalibrationRefused
from .nl43 import NL43Error

ATTR_AT = "at"
CALIBRATION_FORM = probatio.Schema(
    {
        probatio.Required(ATTR_AT): DateTimeSelector(),
        probatio.Required(ATTR_REFERENCE, default=NOMINAL_DB[0]): LEVEL_SELECTOR,
        probatio.Optional(ATTR_BEFORE): LEVEL_SELECTOR,
        probatio.Optional(ATTR_AFTER): LEVEL_SELECTOR,
        probatio.Optional(ATTR_NOTE, default=""): TextSelector(),
    }
)
BY_KEY = {kind.key: kind for kind in KINDS}


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow of an issue that an entry's keeper has raised."""
    kind, entry_id = (str((data or {})[name]) for name in ("kind", "entry_id"))
    return RionFixFlow(BY_KEY[kind], entry_id)


class RionFixFlow(RepairsFlow):
    """Offers what can be done, does it, and says so where it did not work."""

    def __init__(self, kind: IssueKind, entry_id: str) -> None:
        """Take the issue's kind and its meter's entry."""
        self._kind = kind
        self._entry_id = entry_id
        self._task: asyncio.Task[str] | None = None
        self._error = ""

    async def async_step_init(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Let the user choose."""
        keeper, issue = self._subject()
        return self.async_show_menu(
            step_id="init",
            menu_options=[*self._kind.fixes(keeper.scene), "acknowledge"],
            description_placeholders=issue.translation_placeholders,
        )

    async def async_step_acknowledge(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Let the issue rest until it has ended and come back."""
        keeper, _ = self._subject()
        keeper.async_acknowledge(self._kind)
        return self.async_create_entry(data={}, description="acknowledged")

    async def async_step_new_login(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Hand over to the flow that asks for the login and tries it."""
        entry = self._subject()[0].entry
        flow = next(iter(entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})), None)
        if flow is None:
            flow = await self.hass.config_entries.flow.async_init(
                DOMAIN,
                context=ConfigFlowContext(
                    source=SOURCE_REAUTH,
                    entry_id=entry.entry_id,
                    unique_id=entry.unique_id,
                    title_placeholders={"name": entry.title},
                ),
                data=dict(entry.data),
            )
        return self.async_abort(reason="asked_there", next_flow=(FlowType.CONFIG_FLOW, flow["flow_id"]))

    async def async_step_record_calibration(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask what was read in a calibration, and log it."""
        keeper, issue = self._subject()
        errors: dict[str, str] = {}
        if user_input is not None and ATTR_AT in user_input:
            at = dt_util.as_utc(cv.datetime(user_input[ATTR_AT]))
            try:
                keeper.entry.runtime_data.monitor.calibration.record(readings_from(user_input), at, at)
            except CalibrationRefused as refused:
                errors[ATTR_AT] = refused.refusal.value
            else:
                return await self.async_step_done()
        suggested = {ATTR_AT: f"{dt_util.now():%Y-%m-%d %H:%M:%S}", **(user_input or {})}
        return self.async_show_form(
            step_id="record_calibration",
            data_schema=self.add_suggested_values_to_schema(CALIBRATION_FORM, suggested),
            errors=errors,
            description_placeholders=issue.translation_placeholders,
        )

    async def async_step_snooze_calibration(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say nothing of it for a week."""
        self._subject()[0].entry.runtime_data.monitor.calibration.snooze(dt_util.utcnow() + SNOOZE)
        return self.async_create_entry(data={}, description="snoozed")

    async def async_step_record_heard(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Mark exactly the time for which calibrators were heard, and log them."""
        self._subject()[0].entry.runtime_data.monitor.calibration.record_heard()
        return self.async_create_entry(data={}, description="recorded")

    async def async_step_retry(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Connect now."""
        return self._async_fix("retry")

    async def async_step_look_again(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask again who answers."""
        return self._async_fix("look_again")

    async def async_step_power_cycle(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Switch the meter's power off and on."""
        return self._async_fix("power_cycle")

    async def async_step_set_clock(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Set the meter's clock."""
        return self._async_fix("set_clock")

    async def async_step_set_percentiles(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Let the meter compute L1 and L10."""
        return self._async_fix("set_percentiles")

    async def async_step_sleep_off(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Switch sleep mode off."""
        return self._async_fix("sleep_off")

    async def async_step_start_again(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Start a measurement."""
        return self._async_fix("start_again")

    async def async_step_set_back(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Set the settings as they were."""
        return self._async_fix("set_back")

    async def async_step_done(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """End well."""
        return self.async_create_entry(data={})

    async def async_step_not_back(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say that the meter did not come back, and let the user choose again."""
        return await self._async_say("not_back", user_input)

    async def async_step_failed(self, user_input: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say why the fix did not work, and let the user choose again."""
        return await self._async_say("failed", user_input)

    async def _async_say(self, step_id: str, user_input: dict[str, Any] | None) -> RepairsFlowResult:
        # A fix that ends at once brings along what was chosen in the menu.
        if user_input is not None and self.cur_step and self.cur_step["type"] is FlowResultType.FORM:
            return await self.async_step_init()
        return self.async_show_form(
            step_id=step_id,
            data_schema=probatio.Schema({}),
            description_placeholders={"error": self._error},
        )

    def _async_fix(self, step_id: str) -> RepairsFlowResult:
        """Do it while the user watches; the step is called once more when it is done."""
        if self._task is None:
            entry = self._subject()[0].entry
            # What was begun is brought to its end even if the dialog is closed: the meter's power may be off.
            fix = self.hass.async_create_background_task(self._async_run(step_id, entry), f"{entry.title} {step_id}")
            self._task = self.hass.async_create_task(_async_watch(fix))
        if not self._task.done():
            return self.async_show_progress(step_id=step_id, progress_action=step_id, progress_task=self._task)
        task, self._task = self._task, None
        return self.async_show_progress_done(next_step_id=task.result())

    async def _async_run(self, step_id: str, entry: RionConfigEntry) -> str:
        """Return the step that comes after the fix."""
        try:
            await FIXES[step_id](self.hass, entry)
        except NotBackError:
            return "not_back"
        except NL43Error as error:
            self._error = await async_in_words(self.hass, to_home_assistant_error(error))
            return "failed"
        return "done"

    def _subject(self) -> tuple[IssueKeeper, ir.IssueEntry]:
        """Return what the dialog is about; ends it where its meter does not run, or its issue has ended meanwhile."""
        if (keeper := async_get_keeper(self.hass, self._entry_id)) is None:
            raise AbortFlow("not_loaded")
        issue = ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id)
        if issue is None or not issue.active:
            raise AbortFlow("ended")
        return keeper, issue


async def _async_watch(fix: asyncio.Task[str]) -> str:
    """Wait for a fix, which goes on when nobody waits for it any more."""
    return await asyncio.shield(fix)
