"""What the tests of issues and of their fix flows ask of Home Assistant."""

import asyncio
from collections.abc import Callable
from typing import Any

from homeassistant.components.repairs import RepairsFlowManager, RepairsFlowResult, repairs_flow_manager
from homeassistant.components.repairs.const import DOMAIN as REPAIRS
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.data_entry_flow import EVENT_DATA_ENTRY_FLOW_PROGRESSED, FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.issue_registry import EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED
from homeassistant.setup import async_setup_component
from homeassistant.util.event_type import EventType

from custom_components.rion_nl43.const import DOMAIN

from .helpers import MockConfigEntry, runtime


def issue_id(entry: MockConfigEntry, key: str) -> str:
    """Return the id of an entry's issue."""
    return f"{key}_{entry.entry_id}"


def issue(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> ir.IssueEntry | None:
    """Return the entry's issue, None if it is not raised."""
    found = ir.async_get(hass).async_get_issue(DOMAIN, issue_id(entry, key))
    return found if found is not None and found.active else None


def issues(hass: HomeAssistant) -> set[str]:
    """Return the translation keys of all issues of the integration that are raised."""
    return {
        str(found.translation_key)
        for found in ir.async_get(hass).issues.values()
        if found.domain == DOMAIN and found.active
    }


def told(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> dict[str, str]:
    """Return what an issue that is raised tells, beside the meter's name."""
    found = issue(hass, entry, key)
    assert found, f"no issue {key}, but {issues(hass)}"
    placeholders = dict(found.translation_placeholders or {})
    assert placeholders.pop("name") == entry.title
    return placeholders


async def until_event(
    hass: HomeAssistant, event_type: EventType[Any] | str, condition: Callable[[], Any], within_s: float
) -> float:
    """Wait until events of a type make the condition true; return the seconds that took."""
    changed = asyncio.Event()
    began = hass.loop.time()

    @callback
    def note(_event: Event[Any]) -> None:
        changed.set()

    unsubscribe = hass.bus.async_listen(event_type, note)
    try:
        async with asyncio.timeout(within_s):
            while not condition():
                changed.clear()
                await changed.wait()
    finally:
        unsubscribe()
    return hass.loop.time() - began


async def until_raised(hass: HomeAssistant, entry: MockConfigEntry, key: str, within_s: float = 60) -> float:
    """Wait for an issue."""
    return await until_event(
        hass, EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, lambda: issue(hass, entry, key) is not None, within_s
    )


async def until_withdrawn(hass: HomeAssistant, entry: MockConfigEntry, key: str, within_s: float = 60) -> float:
    """Wait until an issue is gone."""
    return await until_event(
        hass, EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, lambda: issue(hass, entry, key) is None, within_s
    )


async def read_facts(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let the monitor read everything now."""
    await runtime(entry).monitor.refresh_facts()
    await hass.async_block_till_done()


class FixDialog:
    """A person in front of the dialog that fixes an issue."""

    def __init__(self, hass: HomeAssistant, manager: RepairsFlowManager, result: RepairsFlowResult) -> None:
        """Look at the first page."""
        self.hass = hass
        self.result = result
        self._manager = manager

    @classmethod
    async def open(cls, hass: HomeAssistant, entry: MockConfigEntry, key: str) -> FixDialog:
        """Open the dialog of an issue that is raised."""
        await async_setup_component(hass, REPAIRS, {})
        await hass.async_block_till_done()
        manager = repairs_flow_manager(hass)
        assert manager
        return cls(hass, manager, await manager.async_init(DOMAIN, context={"issue_id": issue_id(entry, key)}))

    @property
    def options(self) -> list[str]:
        """What can be chosen."""
        assert self.result["type"] is FlowResultType.MENU
        options = self.result["menu_options"]
        assert isinstance(options, list)
        return options

    async def begin(self, option: str) -> None:
        """Choose, and look at what comes first."""
        self.result = await self._manager.async_configure(self.result["flow_id"], {"next_step_id": option})

    def close(self) -> None:
        """Close the dialog, whatever it shows."""
        self._manager.async_abort(self.result["flow_id"])

    async def choose(self, option: str) -> RepairsFlowResult:
        """Choose, and wait until something other than progress is to be seen."""
        await self.begin(option)
        while self.result["type"] is FlowResultType.SHOW_PROGRESS:
            assert self.result["progress_action"] == option
            await self._until_progressed()
            self.result = await self._manager.async_configure(self.result["flow_id"])
        return self.result

    async def submit(self, user_input: dict[str, Any]) -> RepairsFlowResult:
        """Fill in the form that is to be seen."""
        assert self.result["type"] is FlowResultType.FORM
        self.result = await self._manager.async_configure(self.result["flow_id"], user_input)
        return self.result

    async def go_back(self) -> None:
        """Submit the page that tells what did not work."""
        assert self.result["type"] is FlowResultType.FORM
        self.result = await self._manager.async_configure(self.result["flow_id"], {})

    async def _until_progressed(self) -> None:
        progressed: list[str] = []

        @callback
        def note(event: Event[Any]) -> None:
            progressed.append(event.data["flow_id"])

        unsubscribe = self.hass.bus.async_listen(EVENT_DATA_ENTRY_FLOW_PROGRESSED, note)
        try:
            await until_event(
                self.hass, EVENT_DATA_ENTRY_FLOW_PROGRESSED, lambda: self.result["flow_id"] in progressed, 300
            )
        finally:
            unsubscribe()
