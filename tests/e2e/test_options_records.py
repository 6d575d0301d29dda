"""The options of the card's files, the periods of the day, calibration and clock: what is saved holds at the meter."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from datetime import UTC, datetime, timedelta
import re
import socket

from playwright.async_api import Locator, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from emulator.referee import Sight
from script.demo_home import DOMAIN, DemoError, dashboard, meters as demo
from script.demo_home.home import Home, free_port

from .device_rows import device_page, value
from .dialogs import open_issue, open_options, submit, unfold
from .facts import wait_for_logbook
from .test_strategy import section, tile
from .visitor import SETTLING_MS, TIMEOUT_MS, Visitor, address

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERIAL, WRONG_SERIAL = "00730004", "00730005"
# The quiet moment that the meter needs is not there at once.
LISTED_MS = SETTLING_MS
HOURS = "The hours of a rule, or your own."
FILES, PERIODS, CALIBRATION = "Files on the card", "Periods of the day", "Calibration and clock"
PORTS = 4
OFF_BY_S, RIGHT_WITHIN_S = 45.0, 2.0
# The meter is to have been stopped for half a minute; while it measures it is watched for longer than that.
STOPPED_FOR_S = 30.0
POLLS = 45
INTERVAL_DAYS = 365


@contextlib.asynccontextmanager
async def added(home: Home, config: MeterConfig) -> AsyncIterator[EmulatedMeter]:
    """Run a meter that Home Assistant has, until the block is left."""
    async with EmulatedMeter(config) as meter:
        meter.ftp.open(meter.host, 0)
        await demo.add(home.api, address(meter))
        yield meter
        entry_id = (await demo.devices(home.api))[config.serial].entry_id
        await home.api.delete(f"/api/config/config_entries/entry/{entry_id}")
    meter.referee.assert_clean()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def meter(home: Home) -> AsyncIterator[EmulatedMeter]:
    """A meter for this alone, which can be asked for passive mode as well, and a dashboard."""
    async with added(home, MeterConfig(serial=SERIAL, settings={"FTP": "On"}, ftp_data="both")) as found:
        await dashboard.save(home.api)
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def wrong(home: Home) -> AsyncIterator[EmulatedMeter]:
    """A meter that measures, and whose clock is wrong; a new one for each try, for it is set once an hour at most."""
    async with added(home, MeterConfig(serial=WRONG_SERIAL, clock_offset_s=OFF_BY_S)) as found:
        found.instrument.press_start()
        yield found


async def test_passive_mode(visitor: Visitor, meter: EmulatedMeter) -> None:
    """Ports in the wrong order are told; passive mode is asked for, and what to do is said where the meter has none."""
    dialog = await options(visitor, meter, FILES, "Passive mode")
    await visitor.pictures("options-records-files", at_section(dialog, FILES))
    await number(dialog, "First data port").fill("50009")
    await number(dialog, "Last data port").fill("50000")
    await submit(dialog)
    wrong_order = dialog.get_by_text("The first data port is higher than the last.")
    await expect(wrong_order).to_be_visible(timeout=TIMEOUT_MS)
    await expect(number(dialog, "First data port")).to_have_value("50009")
    await visitor.pictures("options-records-ports-order", wrong_order.scroll_into_view_if_needed)

    await number(dialog, "First data port").fill("")
    await number(dialog, "Last data port").fill("")
    await turn(dialog, "Use FTP", on=True)
    await turn(dialog, "Passive mode", on=True)
    await save(dialog, meter)
    meter.faults.switch_on("ftp-passive-asked")
    before = len(meter.referee.ftp.commands)
    card = await files_of(visitor, meter)
    await key(card, "Show files").click()
    said = card.get_by_text("Switch the passive mode off in the options")
    await expect(said).to_be_visible(timeout=LISTED_MS)
    await visitor.pictures("options-records-passive-refused", said.scroll_into_view_if_needed)
    replies = replies_since(meter, before)
    assert replies["EPSV"] == replies["PASV"] == "502 Not Implemented"
    assert not {"PORT", "LIST"} & replies.keys()

    meter.faults.clear()
    before = len(meter.referee.ftp.commands)
    await list_card(card, meter)
    replies = replies_since(meter, before)
    assert replies["EPSV"].startswith("229 ")
    assert replies["LIST"].startswith("226 ")
    assert "PORT" not in replies

    dialog = await options(visitor, meter, FILES, "Passive mode")
    await expect(switch(dialog, "Passive mode")).to_be_checked()
    for name in ("First data port", "Last data port"):
        await expect(number(dialog, name)).to_have_value("")
    await turn(dialog, "Passive mode", on=False)
    await save(dialog, meter)


async def test_without_ftp_and_with_chosen_ports(visitor: Visitor, meter: EmulatedMeter) -> None:
    """Without FTP the page says so and nothing is fetched; with it the meter comes in on the chosen ports alone."""
    page = visitor.page
    dialog = await options(visitor, meter, FILES, "Passive mode")
    await turn(dialog, "Use FTP", on=False)
    await save(dialog, meter)
    sessions = len(meter.referee.ftp.sessions)
    await visitor.go(page_of(meter))
    card = section(page, "Card of the meter")
    await expect(card.get_by_text("The card cannot be read")).to_be_visible(timeout=TIMEOUT_MS)
    await expect(key(card, "Show files")).to_have_count(0)
    await expect(card.get_by_text("Open in the media browser")).to_have_count(0)
    await visitor.pictures("options-records-no-ftp", card.scroll_into_view_if_needed)
    await card.get_by_role("button", name="Options of the meter").click()
    await page.wait_for_url(f"**/integration/{DOMAIN}**")
    assert len(meter.referee.ftp.sessions) == sessions

    ports = free_ports()
    dialog = await options(visitor, meter, FILES, "Passive mode")
    await expect(switch(dialog, "Use FTP")).not_to_be_checked()
    await turn(dialog, "Use FTP", on=True)
    await turn(dialog, "Passive mode", on=False)
    await number(dialog, "First data port").fill(str(ports.start))
    await number(dialog, "Last data port").fill(str(ports.stop - 1))
    await save(dialog, meter)
    before = len(meter.referee.ftp.commands)
    with contextlib.ExitStack() as taken:
        for port in ports:
            taken.enter_context(socket.create_server(("127.0.0.1", port)))
        card = await files_of(visitor, meter)
        await key(card, "Show files").click()
        said = card.get_by_text("None of the data ports in the options is free")
        await expect(said).to_be_visible(timeout=LISTED_MS)
        await visitor.pictures("options-records-ports-taken", said.scroll_into_view_if_needed)
    assert "PORT" not in replies_since(meter, before)
    await list_card(card, meter)
    await key(card, f"Open {meter.instrument.card.root[1:]}").click()
    await expect(card.locator("[aria-current]")).to_have_text(meter.instrument.card.root[1:], timeout=LISTED_MS)
    asked = ports_since(meter, before)
    assert len(asked) >= 2
    assert set(asked) <= set(ports)

    dialog = await options(visitor, meter, FILES, "Passive mode")
    await expect(switch(dialog, "Use FTP")).to_be_checked()
    await expect(number(dialog, "First data port")).to_have_value(str(ports.start))
    await expect(number(dialog, "Last data port")).to_have_value(str(ports.stop - 1))


async def test_periods_of_the_day(visitor: Visitor, home: Home, meter: EmulatedMeter) -> None:
    """Other hours change the page and the sensors at once; hours that make no day are refused."""
    page, ids = visitor.page, await entities(home, SERIAL)
    periods = page.locator("rion-nl43-periods")
    dialog = await options(visitor, meter, PERIODS, HOURS)
    await visitor.pictures("options-records-periods", at_section(dialog, PERIODS))
    await dialog.get_by_text("United States: day 7-22").click()
    await save(dialog, meter)
    await visitor.go(page_of(meter))
    await expect(row_of(periods, "LAeq last day")).to_contain_text(span("07:00", "22:00"), timeout=SETTLING_MS)
    await expect(row_of(periods, "LAeq last night")).to_contain_text(span("22:00", "07:00"))
    await expect(row_of(periods, "Ldn last full day")).to_be_visible()
    await expect(row_of(periods, "last evening")).to_have_count(0)
    assert await home.api.state(ids["last_evening"]) == "unavailable"
    # Nobody has heard the last day.
    assert await home.api.state(ids["last_day"]) == "unknown"
    await visitor.pictures("options-records-periods-us", periods.scroll_into_view_if_needed)

    dialog = await options(visitor, meter, PERIODS, HOURS)
    await expect(dialog.get_by_role("radio", name="United States")).to_be_checked()
    await dialog.get_by_text("Own hours: those below").click()
    await set_hour(dialog, "Day from", 6)
    await set_hour(dialog, "Evening from", 5)
    await set_hour(dialog, "Night from", 22)
    await submit(dialog)
    no_day = dialog.get_by_text("Day, evening and night have to follow each other once around the clock.")
    await expect(no_day).to_be_visible(timeout=TIMEOUT_MS)
    await expect(hour_of(dialog, "Evening from")).to_have_value("5")
    await visitor.pictures("options-records-no-day", no_day.scroll_into_view_if_needed)
    await set_hour(dialog, "Evening from", 20)
    await save(dialog, meter)
    await visitor.go(page_of(meter))
    await expect(row_of(periods, "LAeq last evening")).to_contain_text(span("20:00", "22:00"), timeout=SETTLING_MS)
    await expect(row_of(periods, "LAeq last day")).to_contain_text(span("06:00", "20:00"))
    await expect(row_of(periods, "LAeq last night")).to_contain_text(span("22:00", "06:00"))
    await expect(row_of(periods, "Lden last full day")).to_be_visible()
    assert await home.api.state(ids["last_evening"]) == "unknown"
    await visitor.pictures("options-records-periods-own", periods.scroll_into_view_if_needed)

    dialog = await options(visitor, meter, PERIODS, HOURS)
    await expect(dialog.get_by_role("radio", name="Own hours")).to_be_checked()
    for name, hour in {"Day from": "6", "Evening from": "20", "Night from": "22"}.items():
        await expect(hour_of(dialog, name)).to_have_value(hour)
    night = dialog.get_by_role("group", name="Night from")
    await visitor.pictures("options-records-own-hours", night.scroll_into_view_if_needed)


async def test_clock_and_calibration(visitor: Visitor, home: Home, wrong: EmulatedMeter) -> None:
    """The clock is set when no measurement runs, and not before; a calibration that is due is told of."""
    page, device = visitor.page, (await demo.devices(home.api))[WRONG_SERIAL]
    await visitor.go(device_page(device))
    await expect(value(page, "Run state")).to_contain_text("Measuring", timeout=SETTLING_MS)
    await expect(value(page, "Clock offset")).to_contain_text(re.compile("4[456]"), timeout=SETTLING_MS)
    await expect(value(page, "Store mode")).to_contain_text("Manual", timeout=SETTLING_MS)
    dialog = await options(visitor, wrong, CALIBRATION, "Calibrate every")
    await number(dialog, "Calibrate every*").fill(str(INTERVAL_DAYS))
    await turn(dialog, "Set the clock by itself", on=True)
    await visitor.pictures("options-records-calibration", at_section(dialog, CALIBRATION))
    await save(dialog, wrong)
    polls = lines(wrong).count("DOD?")
    await seen(wrong, lambda: lines(wrong).count("DOD?") >= polls + POLLS)
    assert not clocks_set(wrong)
    assert off_by_s(wrong) > RIGHT_WITHIN_S

    stopped_at = asyncio.get_running_loop().time()
    wrong.instrument.press_stop()
    await seen(wrong, lambda: bool(clocks_set(wrong)))
    (set_at,) = clocks_set(wrong)
    assert set_at - stopped_at >= STOPPED_FOR_S
    await wait_for_logbook(home, WRONG_SERIAL, "setting of the clock, asked for by the automatic clock, completed")
    assert off_by_s(wrong) <= RIGHT_WITHIN_S
    await visitor.go(device_page(device))
    await expect(value(page, "Clock offset")).to_contain_text(re.compile(r"\b[01]\s?s"), timeout=SETTLING_MS)

    dialog = await options(visitor, wrong, CALIBRATION, "Calibrate every")
    await expect(number(dialog, "Calibrate every*")).to_have_value(str(INTERVAL_DAYS))
    await expect(switch(dialog, "Set the clock by itself")).to_be_checked()
    dialog = await open_issue(visitor, f"{device.name}: a calibration is due")
    await expect(dialog.get_by_text("The last one that is noted: ")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("options-records-calibration-due")
    await dialog.get_by_text("Note a calibration").click()
    before = dialog.get_by_role("spinbutton", name="Level before the adjustment")
    await before.fill("93.8")
    await visitor.pictures("options-records-note-calibration")
    await submit(dialog)
    await expect(dialog.get_by_text("Done.")).to_be_visible(timeout=TIMEOUT_MS)
    ids = await entities(home, WRONG_SERIAL)
    last, due = [await home.api.state(ids[name]) for name in ("last_calibration", "calibration_due")]
    assert datetime.fromisoformat(due) - datetime.fromisoformat(last) == timedelta(days=INTERVAL_DAYS)
    await visitor.go(page_of(wrong))
    calibration = section(page, "Calibration")
    await expect(tile(calibration, "Next calibration due")).to_be_visible(timeout=TIMEOUT_MS)
    await visitor.pictures("options-records-next-calibration", calibration.scroll_into_view_if_needed)


async def options(visitor: Visitor, meter: EmulatedMeter, name: str, inside: str) -> Locator:
    """Open a meter's options with one section unfolded."""
    dialog = await open_options(visitor, meter)
    await unfold(dialog, name, inside)
    return dialog


def at_section(dialog: Locator, name: str) -> Callable[[], Awaitable[None]]:
    """Give what brings a section into view, from its head on."""

    async def show() -> None:
        await dialog.get_by_role("button", name=name, exact=True).evaluate("head => head.scrollIntoView()")

    return show


async def save(dialog: Locator, meter: EmulatedMeter) -> None:
    """Send the options, and see that they are taken without a new connection."""
    connections = len(meter.referee.connections)
    await submit(dialog)
    await expect(dialog.get_by_text("Options successfully saved")).to_be_visible(timeout=TIMEOUT_MS)
    assert len(meter.referee.connections) == connections
    assert meter.referee.open_connections == 1


def number(dialog: Locator, name: str) -> Locator:
    """Find a field for a number."""
    return dialog.get_by_role("spinbutton", name=name, exact=True)


def switch(dialog: Locator, name: str) -> Locator:
    """Find a switch, whose name goes on with what it is for."""
    return dialog.get_by_role("switch", name=re.compile(f"^{name}"))


async def turn(dialog: Locator, name: str, *, on: bool) -> None:
    """Have a switch on or off."""
    if await switch(dialog, name).is_checked() is not on:
        # What is drawn of it lies above it.
        await switch(dialog, name).click(force=True)
    await expect(switch(dialog, name)).to_be_checked(checked=on)


def hour_of(dialog: Locator, name: str) -> Locator:
    """Find the field for the hours of a time."""
    return dialog.get_by_role("group", name=name).get_by_role("spinbutton").first


async def set_hour(dialog: Locator, name: str, hour: int) -> None:
    """Choose a full hour."""
    field = dialog.get_by_role("group", name=name).get_by_role("spinbutton")
    for part, figure in enumerate((hour, 0, 0)):
        await field.nth(part).fill(str(figure))
    await field.last.blur()


def row_of(periods: Locator, name: str) -> Locator:
    """Find the row of a period."""
    return periods.locator("tbody tr").filter(has_text=name)


def span(began: str, ended: str) -> re.Pattern[str]:
    """Match a time from when to when, of one day or of two."""
    return re.compile(f"{began}.*{ended}")


def page_of(meter: EmulatedMeter) -> str:
    """Give the path of a meter's page on the dashboard."""
    return f"/{dashboard.URL_PATH}/meter-{meter.config.serial}"


async def files_of(visitor: Visitor, meter: EmulatedMeter) -> Locator:
    """Go to the files of a meter's card, of which none has been asked for."""
    await visitor.go(page_of(meter))
    card = section(visitor.page, "Card of the meter").locator("rion-nl43-files")
    await expect(key(card, "Show files")).to_be_visible(timeout=TIMEOUT_MS)
    return card


async def list_card(card: Locator, meter: EmulatedMeter) -> None:
    """Have the card listed."""
    await key(card, "Show files").click()
    await expect(key(card, f"Open {meter.instrument.card.root[1:]}")).to_be_visible(timeout=LISTED_MS)


def key(within: Locator, name: str) -> Locator:
    """Find a key."""
    return within.get_by_role("button", name=name, exact=True)


def replies_since(meter: EmulatedMeter, before: int) -> dict[str, str]:
    """Give what the FTP server has replied to each command since then, by the commands' names."""
    return {each.line.partition(" ")[0]: each.reply for each in meter.referee.ftp.commands[before:]}


def ports_since(meter: EmulatedMeter, before: int) -> list[int]:
    """Give the ports that the meter was told to open data connections to."""
    told = [each.line.split(",")[-2:] for each in meter.referee.ftp.commands[before:] if each.line.startswith("PORT ")]
    return [256 * int(high) + int(low) for high, low in told]


def free_ports() -> range:
    """Find some ports in a row that nobody uses."""
    while True:
        first = free_port(0)
        with contextlib.suppress(DemoError, OverflowError):
            return range(first, max(free_port(port) for port in range(first, first + PORTS)) + 1)


async def entities(home: Home, serial: str) -> dict[str, str]:
    """Give the ids of a meter's entities."""
    async with home.api.websocket() as websocket:
        known = (await websocket.command(f"{DOMAIN}/meters"))["meters"]
    found: dict[str, str] = next(meter["entities"] for meter in known if meter["serial"] == serial)
    return found


def lines(meter: EmulatedMeter) -> list[str]:
    """Give the commands that the meter has heard."""
    return [command.line for command in meter.referee.commands]


def clocks_set(meter: EmulatedMeter) -> list[float]:
    """Give the loop's times at which the meter's clock was set."""
    return [command.at for command in meter.referee.commands if command.line.startswith("Clock,")]


def off_by_s(meter: EmulatedMeter) -> float:
    """Tell how far the meter's own clock is from a right one."""
    right = meter.instrument.local_clock.local(datetime.now(UTC))
    return abs((meter.instrument.clock - right) / timedelta(seconds=1))


async def seen(meter: EmulatedMeter, enough: Callable[[], bool]) -> None:
    """Wait until the referee has seen enough.

    Raises:
        TimeoutError: It has not.
    """
    news = asyncio.Event()

    def watch(sight: Sight) -> None:
        news.set()

    meter.referee.watchers.append(watch)
    try:
        async with asyncio.timeout(SETTLING_MS / 1000):
            while not enough():
                await news.wait()
                news.clear()
    finally:
        meter.referee.watchers.remove(watch)
