"""A limit of a period, from the click that sets it to the click that deletes it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import math
import re
import time
from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from script.demo_home import DOMAIN, dashboard, meters as demo
from script.demo_home.home import Home
from script.demo_home.meters import Device

from .device_rows import device_page, row, value
from .dialogs import click_until, dialog_of, entry_row, submit
from .sound import noise
from .test_strategy import section, tile
from .visitor import DESKTOP, LEVEL, PHONE, SETTLING_MS, TIMEOUT_MS, Visitor, address

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERIAL = "00730005"
NAME = "Neighbours"
LIMIT_DB, HIGHER_DB = 65, 85
# Louder than the first limit, which breaks it within a quarter of an hour, and not louder than the second one.
LOUD_DB = 75.0
PERIOD = timedelta(hours=2)
# Of what lies between two samples, one a second, only the truth hears.
OFF_DB = 0.2
# A sample stands for the time since the one before it, and may take a while to come on a slow machine.
EARLY_S, LATE_S = 3, 15
# The figures move once a minute, and the period begins within one.
MOVED_MS = SETTLING_MS
ON = ("projected", "allowed", "time_to_breach", "time_above", "exceedances", "last_level", "last_time_above")
NAMES = (
    "projected LAeq",
    "allowed LAeq",
    "time to breach",
    "time above",
    "exceedances",
    "last LAeq",
    "last time above",
)
NO_EVENING = "The day has no evening by the hours of the options."
TO_THE_MIDDLE = "element => element.scrollIntoView({block: 'center'})"
# As Home Assistant writes so many of them.
MINUTES = re.compile(r"\b\d+\s?m(in)?\b")
SUBENTRIES = "config_entries/subentries/list"


@dataclass(frozen=True, slots=True)
class Site:
    """A quiet place with a meter for this alone; `made_s` is when its own time was 0, in seconds since the epoch."""

    meter: EmulatedMeter
    device: Device
    made_s: float

    def spent(self, from_s: float, to_s: float) -> float:
        """Tell the energy of what there was to hear between two times since the epoch."""
        leq = self.meter.truth.span(from_s - self.made_s, to_s - self.made_s).laeq
        return 10 ** (leq / 10) * (to_s - from_s)


@pytest_asyncio.fixture(loop_scope="session")
async def site(home: Home) -> AsyncIterator[Site]:
    """Have the hours of a country whose days have no evening, and a dashboard."""
    async with EmulatedMeter(MeterConfig(serial=SERIAL, scene="quiet", seed=5)) as meter:
        made_s = time.time() - meter.clock.now().seconds
        meter.ftp.open(meter.host, 0)
        await demo.add(home.api, address(meter))
        device = (await demo.devices(home.api))[SERIAL]
        await demo.set_options(home.api, device, day_plan="uk", watchdog="off")
        await dashboard.save(home.api)
        yield Site(meter, device, made_s)
        await home.api.delete(f"/api/config/config_entries/entry/{device.entry_id}")
    meter.referee.assert_clean()


async def test_a_limit_is_set_followed_changed_and_deleted(visitor: Visitor, home: Home, site: Site) -> None:
    """By clicking alone; its figures are those of what there was to hear, and nothing needs a new connection."""
    # What was heard before the meter has told its weightings counts apart.
    await visitor.go(device_page(site.device))
    await expect(value(visitor.page, "LAF")).to_contain_text(LEVEL, timeout=SETTLING_MS)
    connections = len(site.meter.referee.connections)
    began = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    await _set(visitor, home, site, began)
    entities = await _entities(home)
    await _is_kept(visitor, home, site, entities)
    limits = await _open_dashboard(visitor)
    await expect(limits).to_contain_text(f"{NAME} · {LIMIT_DB}.0 dB", timeout=TIMEOUT_MS)
    await expect(limits.locator("hui-gauge-card")).to_contain_text(re.compile(r"[345]\d\.\d"), timeout=TIMEOUT_MS)
    with noise(site.meter, LOUD_DB):
        loud_s = time.time()
        await _moves_on_the_dashboard(visitor, home, limits, entities)
        await _moves_on_the_device_page(visitor, home, site, entities)
        above = await _state(home, entities["time_above"])
        assert -EARLY_S <= _at_s(above) - loud_s - float(above["state"]) <= LATE_S
        assert await _allowed_off(home, entities, site, began, LIMIT_DB) <= OFF_DB
    await _change(visitor, home, site, entities, began)
    await _delete(visitor, home, site, entities)
    assert len(site.meter.referee.connections) == connections


async def _set(visitor: Visitor, home: Home, site: Site, began: datetime) -> None:
    """Add the limit from the meter's menu, after a mistake that the form tells where it is."""
    page, dialog = visitor.page, dialog_of(visitor.page)
    await _open_page(visitor)
    add = entry_row(page, site.meter).get_by_role("menuitem", name="Add limit of a period")
    await click_until(entry_row(page, site.meter).get_by_role("button", name="Menu").first, add)
    await visitor.picture("limit-menu")
    name, limit = dialog.get_by_role("textbox", name="Name"), dialog.get_by_role("spinbutton", name="Limit")
    await click_until(add, name)
    await expect(limit).to_have_value("55")
    await visitor.pictures("limit-form")
    await name.fill(NAME)
    await limit.fill(str(LIMIT_DB))
    await dialog.get_by_role("radio", name="Evening").click()
    await submit(dialog)
    period = dialog.locator("ha-form ha-alert[alert-type=error] + ha-selector")
    await expect(dialog.get_by_text(NO_EVENING)).to_be_visible(timeout=TIMEOUT_MS)
    await expect(period.get_by_text("The whole day, from midnight to midnight")).to_be_visible()
    await visitor.pictures("limit-form-error")
    assert not await _subentries(home, site)

    # What was filled in has stayed.
    await expect(name).to_have_value(NAME)
    await expect(limit).to_have_value(str(LIMIT_DB))
    await dialog.get_by_role("radio", name="Hours of its own").click()
    until = began + PERIOD
    for label, at in (("From", began), ("Until", until)):
        clock = dialog.get_by_role("group", name=label)
        await clock.get_by_role("spinbutton", name="hh").fill(f"{at:%H}")
        await clock.get_by_role("spinbutton", name="mm").fill(f"{at:%M}")
    await dialog.get_by_text("If it is not later than the beginning").scroll_into_view_if_needed()
    await visitor.picture("limit-form-own-hours")
    await submit(dialog)
    await _close(dialog, f"Created configuration for {NAME}", "Finish")
    limit_row = _limit_row(page, site.meter)
    await expect(limit_row).to_contain_text("Limit of a period", timeout=TIMEOUT_MS)
    await limit_row.scroll_into_view_if_needed()
    await visitor.pictures("limit-on-page")
    (subentry,) = await _subentries(home, site)
    assert (subentry["subentry_type"], subentry["title"]) == ("level_limit", NAME)


async def _is_kept(visitor: Visitor, home: Home, site: Site, entities: dict[str, str]) -> None:
    """See on the meter's own page that it is quiet: it may be as loud as the limit from now on, or a little louder."""
    page = visitor.page
    await visitor.go(device_page(site.device))
    for name in NAMES:
        await expect(row(page, f"{NAME} {name}")).to_be_visible(timeout=TIMEOUT_MS)
    projected, allowed = value(page, f"{NAME} projected LAeq"), value(page, f"{NAME} allowed LAeq")
    await expect(projected).to_contain_text(LEVEL, timeout=MOVED_MS)
    await expect(allowed).to_contain_text(LEVEL, timeout=MOVED_MS)
    await expect(value(page, f"{NAME} time to breach")).to_contain_text("Unknown")
    await expect(value(page, f"{NAME} exceedances")).to_contain_text(re.compile(r"\b0\b"))
    await _pictures(visitor, "limit-device-quiet", row(page, f"{NAME} last LAeq"))
    quiet_db, allowed_db = [float(await home.api.state(entities[key])) for key in ("projected", "allowed")]
    assert quiet_db < LIMIT_DB <= allowed_db


async def _moves_on_the_dashboard(visitor: Visitor, home: Home, limits: Locator, entities: dict[str, str]) -> None:
    """See the gauge pass the limit, for how long and how often it was too loud, and until when that can go on."""
    gauge = limits.locator("hui-gauge-card")
    await expect(gauge).to_contain_text(re.compile(r"7\d\.\d"), timeout=MOVED_MS)
    await expect(gauge).to_contain_text(await home.api.state(entities["projected"]))
    await expect(tile(limits, "Still allowed")).to_contain_text(await home.api.state(entities["allowed"]))
    await expect(tile(limits, "Time to breach")).to_contain_text(MINUTES)
    await expect(tile(limits, "Time above")).to_contain_text(re.compile(r"\b[1-9]\d*\ss"))
    await expect(tile(limits, "Exceedances")).to_contain_text(re.compile(r"\b1\b"))
    await _pictures(visitor, "limit-dashboard", tile(limits, "Still allowed"))


async def _moves_on_the_device_page(visitor: Visitor, home: Home, site: Site, entities: dict[str, str]) -> None:
    """See the time above the limit go on there, which is still one exceedance."""
    page = visitor.page
    await visitor.go(device_page(site.device))
    above = value(page, f"{NAME} time above")
    await expect(above).to_contain_text(re.compile(r"\b[1-9]\d*\ss"), timeout=TIMEOUT_MS)
    shown = await home.api.state(entities["time_above"])
    await expect(above).not_to_contain_text(re.compile(rf"\b{shown}\ss"), timeout=MOVED_MS)
    await expect(value(page, f"{NAME} exceedances")).to_contain_text(re.compile(r"\b1\b"))
    await expect(value(page, f"{NAME} time to breach")).to_contain_text(MINUTES)
    await expect(value(page, f"{NAME} projected LAeq")).to_contain_text(re.compile(r"7\d\.\d\sdB"))
    await _pictures(visitor, "limit-device", row(page, f"{NAME} last LAeq"))


async def _change(visitor: Visitor, home: Home, site: Site, entities: dict[str, str], began: datetime) -> None:
    """Set another level: what is allowed follows at once, and nothing has been above that."""
    page, dialog = visitor.page, dialog_of(visitor.page)
    await _open_page(visitor)
    limit = dialog.get_by_role("spinbutton", name="Limit")
    await click_until(_limit_row(page, site.meter).get_by_role("button", name="Edit limit of a period"), limit)
    await expect(limit).to_have_value(str(LIMIT_DB), timeout=TIMEOUT_MS)
    await expect(dialog.get_by_role("textbox", name="Name")).to_have_value(NAME)
    await visitor.pictures("limit-change")
    await limit.fill(str(HIGHER_DB))
    await submit(dialog)
    await _close(dialog, "Reconfiguration was successful", "Close")
    await visitor.go(device_page(site.device))
    allowed = value(page, f"{NAME} allowed LAeq")
    await expect(allowed).to_contain_text(re.compile(rf"{HIGHER_DB}\.\d\sdB"), timeout=TIMEOUT_MS)
    await expect(value(page, f"{NAME} time above")).to_contain_text(re.compile(r"\b0\ss"))
    await expect(value(page, f"{NAME} exceedances")).to_contain_text(re.compile(r"\b0\b"))
    await allowed.evaluate(TO_THE_MIDDLE)
    await visitor.picture("limit-device-changed")
    assert await _allowed_off(home, entities, site, began, HIGHER_DB) <= OFF_DB
    assert await _entities(home) == entities
    limits = await _open_dashboard(visitor)
    await expect(limits).to_contain_text(f"{NAME} · {HIGHER_DB}.0 dB", timeout=TIMEOUT_MS)


async def _delete(visitor: Visitor, home: Home, site: Site, entities: dict[str, str]) -> None:
    """Delete the limit: with it go its entities, from the pages and from Home Assistant."""
    page = visitor.page
    await _open_page(visitor)
    limit_row, sure = _limit_row(page, site.meter), page.get_by_role("button", name="Delete").last
    delete = limit_row.get_by_role("menuitem", name="Delete")
    await click_until(limit_row.get_by_role("button", name="Menu"), delete)
    await click_until(delete, sure)
    await visitor.picture("limit-delete")
    await sure.click()
    await expect(limit_row).to_have_count(0, timeout=TIMEOUT_MS)
    await visitor.go(device_page(site.device))
    await expect(row(page, "Active alerts")).to_be_visible(timeout=TIMEOUT_MS)
    for name in NAMES:
        await expect(row(page, f"{NAME} {name}")).to_have_count(0)
    limits = await _open_dashboard(visitor)
    await expect(limits.get_by_text("No limit of a period yet")).to_be_visible(timeout=TIMEOUT_MS)
    assert not await _subentries(home, site)
    async with home.api.websocket() as websocket:
        registry = await websocket.command("config/entity_registry/list")
        states = await websocket.command("get_states")
    there = {each["entity_id"] for each in (*registry, *states)}
    assert not there & set(entities.values())


async def _open_page(visitor: Visitor) -> None:
    await visitor.go(f"/config/integrations/integration/{DOMAIN}")


async def _open_dashboard(visitor: Visitor) -> Locator:
    """Open the meter's page of the dashboard; give what it says of limits."""
    await visitor.go(f"/{dashboard.URL_PATH}/meter-{SERIAL}")
    return section(visitor.page, "Limits of periods")


async def _close(dialog: Locator, said: str, key: str) -> None:
    """Wait until the dialog says that it is done, and close it."""
    await expect(dialog.get_by_text(said)).to_be_visible(timeout=TIMEOUT_MS)
    await dialog.get_by_role("button", name=key).last.click()
    await expect(dialog.get_by_text(said)).to_be_hidden(timeout=TIMEOUT_MS)


async def _pictures(visitor: Visitor, name: str, shown: Locator) -> None:
    """Keep pictures with this in their middle, on the phone as well, where it lies farther down."""
    await shown.evaluate(TO_THE_MIDDLE)
    await visitor.pictures(name)
    await visitor.page.set_viewport_size(PHONE)
    await shown.evaluate(TO_THE_MIDDLE)
    await visitor.picture(f"{name}-phone")
    await visitor.page.set_viewport_size(DESKTOP)


def _limit_row(page: Page, meter: EmulatedMeter) -> Locator:
    """Find the limit on the integration's page."""
    return entry_row(page, meter).locator("ha-config-sub-entry-row").filter(has_text=NAME)


async def _subentries(home: Home, site: Site) -> list[dict[str, Any]]:
    async with home.api.websocket() as websocket:
        found: list[dict[str, Any]] = await websocket.command(SUBENTRIES, entry_id=site.device.entry_id)
    return found


async def _entities(home: Home) -> dict[str, str]:
    """Give the entities of the limit that are on, by what they tell."""
    async with home.api.websocket() as websocket:
        known = (await websocket.command(f"{DOMAIN}/meters"))["meters"]
    (limit,) = next(meter["limits"] for meter in known if meter["serial"] == SERIAL)
    entities: dict[str, str] = limit["entities"]
    assert sorted(entities) == sorted(ON)
    return entities


async def _state(home: Home, entity_id: str) -> dict[str, Any]:
    state: dict[str, Any] = await home.api.get(f"/api/states/{entity_id}")
    return state


def _at_s(state: dict[str, Any]) -> float:
    """Tell when Home Assistant learnt a state, in seconds since the epoch."""
    return datetime.fromisoformat(state["last_updated"]).timestamp()


async def _allowed_off(home: Home, entities: dict[str, str], site: Site, began: datetime, limit_db: float) -> float:
    """Tell by how many dB the level that is allowed is off from that by what there was to hear."""
    state = await _state(home, entities["allowed"])
    at_s, began_s = _at_s(state), began.timestamp()
    whole_s = PERIOD.total_seconds()
    left = 10 ** (limit_db / 10) * whole_s - site.spent(began_s, at_s)
    true = 10 * math.log10(left / (whole_s - (at_s - began_s)))
    return abs(float(state["state"]) - true)
