"""The cards of hours, files and reports in a browser without Home Assistant: what they ask, show and say."""

import json
from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest

from .axe import barriers
from .modules import START, run
from .visitor import PHONE, PICTURES, TIMEOUT_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR_S = 3600
HOURS, PERIODS = "cards/hours.js", "cards/periods-card.js"
REPORT, FILES = "cards/report-card.js", "cards/files-card.js"
# A dash, in place of a level.
NONE = "\N{EN DASH}"
SYMBOLS = {"leq": "LAeq", "lmax": "LAFmax"}
ASKED_HOURS = "rion_nl43/history/hours"
BROWSE, RESOLVE = "media_source/browse_media", "media_source/resolve_media"
MAKE_REPORT = "rion_nl43.create_report"
ROOT = "media-source://rion_nl43/00830001"
# Notes where a link leads, and under which name, instead of following it.
CATCH_LINKS = """() => {
  HTMLAnchorElement.prototype.click = function () {
    window.fetched = [this.pathname + this.search, this.download];
  };
}"""
REFUSED = {"refused": {"code": "timeout", "message": "The meter does not answer."}}


async def mount_card(plain: Page, module: str, **told: Any) -> Locator:
    """Put a card on the page; from now on time stands still but for what the test lets pass."""
    await plain.clock.install(time=START)
    await plain.clock.pause_at(START + 60)
    await plain.evaluate(
        """async ([module, told]) => (await import("/modules/mount_card.js")).mountCard(load, module, told)""",
        [module, told],
    )
    return plain.locator(told["tag"])


def hour(ago: int, **told: Any) -> dict[str, Any]:
    """Make the levels of a past hour; 1 is the last one that is over."""
    usual = {"coverage": 1.0, "leq": 60.0 + ago % 7, "lmax": 81.0, "lmin": 42.0, "meter_share": 0.0}
    return {"began": START - ago * HOUR_S, **usual, **told}


async def mount_hours(plain: Page, hours: list[dict[str, Any]] | dict[str, Any], **told: Any) -> Locator:
    """Put the card of hours on the page, with these known."""
    config = {"type": "custom:rion-nl43-hours", "config_entry_id": "entry", **told.pop("config", {})}
    answers = {ASKED_HOURS: {"hours": hours, "symbols": SYMBOLS} if isinstance(hours, list) else hours}
    given = {"define": "defineHours", "tag": "rion-nl43-hours", "config": config, "answers": answers}
    return await mount_card(plain, HOURS, **given, **told)


def rows(card: Locator) -> Locator:
    """Find the rows of hours."""
    return card.locator("tbody tr:not(.day)")


async def asked(plain: Page, what: str) -> list[dict[str, Any]]:
    """Tell what the card has asked of this kind."""
    found: list[dict[str, Any]] = await plain.evaluate("what => hass.asked.filter(({type}) => type === what)", what)
    return found


async def keep(plain: Page, card: Locator, name: str) -> None:
    """Keep pictures by day and by night, wide and on a phone, and look for barriers; time goes on from now on."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    # Who looks for barriers waits now and then.
    await plain.clock.resume()
    for dark in (False, True):
        await plain.evaluate("dark => document.body.classList.toggle('dark', dark)", dark)
        found = [str(each) for each in await barriers(plain) if each.card and each.grave]
        assert not found, "\n".join(found)
        await card.screenshot(path=PICTURES / f"{name}{'-dark' if dark else ''}.png")
    before = plain.viewport_size
    assert before
    await plain.evaluate("document.body.classList.remove('dark')")
    await plain.set_viewport_size(PHONE)
    assert await plain.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await card.screenshot(path=PICTURES / f"{name}-phone.png")
    await plain.set_viewport_size(before)


async def test_hours_are_listed(plain: Page) -> None:
    """The latest first; each with its levels and coverage, one from the meter's card is marked, a hole is said."""
    known = [hour(ago) for ago in range(24, 0, -1) if ago != 3]
    known[-1] |= {"leq": 63.4, "lmax": 90.0}
    known[-2] |= {"coverage": 0.98, "meter_share": 0.4}
    card = await mount_hours(plain, known, config={"title": "Gate"})
    await expect(rows(card)).to_have_count(8, timeout=TIMEOUT_MS)
    await expect(card.get_by_role("heading", name="Gate")).to_be_visible()
    for symbol in SYMBOLS.values():
        await expect(card.get_by_role("columnheader", name=symbol, exact=True)).to_be_visible()
    shown = (("12:00", "63.4", "90.0", "100%"), ("11:00", "98%", "from meter"), ("10:00", NONE, "0%"))
    for place, words in enumerate(shown):
        for word in words:
            await expect(rows(card).nth(place)).to_contain_text(word)
    await expect(card.get_by_text("from meter", exact=True)).to_have_count(2)
    await expect(card.get_by_title("40% of what is known of this hour was fetched")).to_have_count(1)
    (question,) = await asked(plain, ASKED_HOURS)
    assert question == {
        "type": ASKED_HOURS,
        "config_entry_id": "entry",
        "start": START - 24 * HOUR_S,
        "end": START,
    }
    await keep(plain, card, "hours-card")
    more = card.get_by_role("button")
    await expect(more).to_have_text("Show all 24 hours")
    await more.click()
    await expect(rows(card)).to_have_count(24)
    # Since midnight it is another day.
    await expect(card.locator("tr.day")).to_have_text(["Sunday, Jan 4"])
    await expect(more).to_have_text("Show fewer")
    await expect(more).to_have_attribute("aria-expanded", "true")


async def test_the_first_hour_is_announced(plain: Page) -> None:
    """Until it is over; then it is there by itself, and is asked for no more than once a minute."""
    card = await mount_hours(plain, [])
    await expect(card).to_contain_text("The first hour is there at 14:00.", timeout=TIMEOUT_MS)
    await expect(card.get_by_role("button")).to_be_hidden()
    await plain.evaluate("hour => { hass.answers['rion_nl43/history/hours'].hours = [hour]; }", hour(0))
    await plain.clock.run_for(1000 * HOUR_S)
    await expect(rows(card)).to_have_count(1, timeout=TIMEOUT_MS)
    await expect(rows(card)).to_contain_text("13:00")
    questions = await asked(plain, ASKED_HOURS)
    assert len(questions) == 61
    assert questions[-1]["end"] == START + HOUR_S


async def test_an_hour_before_the_first_is_none(plain: Page) -> None:
    """What was before the meter was added is no hole; what is missing up to now is one."""
    card = await mount_hours(plain, [hour(9, coverage=0.0, leq=None, lmax=None, lmin=None), hour(4), hour(3)])
    await expect(rows(card)).to_have_count(4, timeout=TIMEOUT_MS)
    assert await rows(card).locator("th").all_inner_texts() == ["12:00", "11:00", "10:00", "09:00"]


async def test_nothing_is_drawn_anew_for_nothing(plain: Page) -> None:
    """Whoever has the key in focus keeps it while the same hours come again."""
    card = await mount_hours(plain, [hour(ago) for ago in range(12, 0, -1)])
    more = card.get_by_role("button")
    await expect(more).to_be_visible(timeout=TIMEOUT_MS)
    await more.focus()
    first = await rows(card).first.element_handle()
    assert first
    await plain.clock.run_for(180_000)
    assert await first.evaluate("row => row.isConnected")
    await expect(more).to_be_focused()
    assert len(await asked(plain, ASKED_HOURS)) == 4


@pytest.mark.parametrize(
    ("config", "answer", "said"),
    [
        ({"config_entry_id": None}, [], "Choose a meter."),
        ({"hours": 0}, [], "The hours are a whole number from 1 to 168."),
        ({"config_entry_id": None, "device_id": "another"}, [], "is not there any more"),
        ({}, REFUSED, "This did not work. The meter does not answer."),
        ({}, {"refused": {"code": "unauthorized"}}, "You may not do this."),
    ],
)
async def test_what_is_wrong_is_said(plain: Page, config: dict[str, Any], answer: Any, said: str) -> None:
    """In the card, in the user's words."""
    card = await mount_hours(plain, answer, config=config)
    await expect(card.get_by_role("status")).to_contain_text(said, timeout=TIMEOUT_MS)


async def test_hours_in_german(plain: Page) -> None:
    """Figures and words are those of the user."""
    card = await mount_hours(plain, [hour(2, meter_share=1.0), hour(1)], locale={"language": "de"})
    await expect(rows(card).last).to_contain_text("62,0", timeout=TIMEOUT_MS)
    await expect(rows(card).last).to_contain_text("vom Messgerät")


async def test_periods_are_told_with_their_coverage(plain: Page) -> None:
    """With when they were; one with too little of it has no level, one that the day has not is left out."""
    config = {"type": "custom:rion-nl43-periods", "entities": ["sensor.day", "sensor.night", "sensor.evening"]}
    card = await mount_card(plain, PERIODS, define="definePeriods", tag="rion-nl43-periods", config=config)
    await expect(card).to_contain_text("Periods have levels some minutes after", timeout=TIMEOUT_MS)
    await plain.evaluate(
        """([began, hour]) => {
          const at = hours => new Date(1000 * (began + hours * hour)).toISOString();
          const period = (state, coverage, from, to) =>
            ({state, attributes: {coverage, began: at(from), ended: at(to)}});
          window.shown = [];
          card.addEventListener("hass-more-info", event => shown.push(event.detail.entityId));
          card.hass = {...hass,
            states: {"sensor.day": period("63.2", 98, -18, -6), "sensor.night": period("unknown", 40, -6, 3),
                     "sensor.evening": period("unavailable", 0, -6, -2)},
            formatEntityState: ({state}) => `${state} dB`,
            formatEntityName: ({state}) => state === "unknown" ? "LAeq last night" : "LAeq last day",
          };
        }""",
        [START, HOUR_S],
    )
    await expect(rows(card)).to_have_count(2, timeout=TIMEOUT_MS)
    day, night = (rows(card).nth(place) for place in (0, 1))
    for part in ("LAeq last day", "63.2 dB", "98%", "Jan 4, 19:00"):
        await expect(day).to_contain_text(part)
    for part in ("LAeq last night", NONE, "40%"):
        await expect(night).to_contain_text(part)
    await expect(night.locator("td.low")).to_have_count(1)
    await keep(plain, card, "periods-card")
    await card.get_by_role("button", name="LAeq last night").click()
    assert await plain.evaluate("shown") == ["sensor.night"]


async def mount_report(plain: Page, answer: Any) -> Locator:
    """Put the form of reports on the page."""
    await plain.evaluate(
        """() => {
          window.tabs = [];
          window.open = () => {
            const tab = {opener: window, closed: false, close: () => { tab.closed = true; }};
            tab.location = {replace: url => { tab.url = String(url); }};
            tabs.push(tab);
            return tab;
          };
        }"""
    )
    config = {"type": "custom:rion-nl43-report", "device_id": "device"}
    given = {"define": "defineReport", "tag": "rion-nl43-report", "config": config, "answers": {MAKE_REPORT: answer}}
    return await mount_card(plain, REPORT, **given)


async def test_a_report_is_opened(plain: Page) -> None:
    """That of the last day, week or month that is over, or of another; in a tab that was opened by the click itself."""
    card = await mount_report(plain, {"response": {"url": "/api/rion_nl43/report/1?authSig=x"}})
    button, date = card.get_by_role("button", name="Report"), card.get_by_label("With this day")
    await expect(date).to_have_value("2026-01-04", timeout=TIMEOUT_MS)
    for period, day in (("week", "2025-12-29"), ("month", "2025-12-31"), ("day", "2026-01-04")):
        await card.get_by_label("Period").select_option(period)
        await expect(date).to_have_value(day)
    await keep(plain, card, "report-card")
    await card.get_by_label("Period").select_option("week")
    await date.fill("2025-12-10")
    await button.click()
    again = card.get_by_role("link", name="Open it again")
    await expect(again).to_have_attribute("href", "/api/rion_nl43/report/1?authSig=x", timeout=TIMEOUT_MS)
    (question,) = await asked(plain, MAKE_REPORT)
    assert question["data"] == {"period": "week", "date": "2025-12-10", "format": "html", "language": "en"}
    assert question["target"] == {"device_id": "device"}
    (tab,) = await plain.evaluate("tabs.map(({opener, url, closed}) => ({opener, url, closed}))")
    assert tab["url"].endswith("/api/rion_nl43/report/1?authSig=x")
    assert (tab["opener"], tab["closed"]) == (None, False)


async def test_a_table_is_downloaded(plain: Page) -> None:
    """Without a tab, which would stay empty."""
    card = await mount_report(plain, {"response": {"url": "/api/table?authSig=x"}})
    await plain.evaluate(CATCH_LINKS)
    await card.get_by_label("As").select_option("csv", timeout=TIMEOUT_MS)
    await card.get_by_role("button", name="Report").click()
    await expect(card.get_by_role("link", name="Download it again")).to_be_visible(timeout=TIMEOUT_MS)
    assert await plain.evaluate("[fetched, tabs.length]") == [["/api/table?authSig=x", ""], 0]


async def test_a_report_that_fails(plain: Page) -> None:
    """Why is said, and the empty tab is closed."""
    card = await mount_report(plain, REFUSED)
    button = card.get_by_role("button", name="Report")
    await button.click(timeout=TIMEOUT_MS)
    await expect(card.get_by_role("status")).to_contain_text("The meter does not answer.", timeout=TIMEOUT_MS)
    assert await plain.evaluate("tabs.map(({closed}) => closed)") == [True]
    await expect(button).to_be_enabled()


@pytest.mark.parametrize(
    ("period", "today", "day"),
    [
        ("day", "2026-03-01", "2026-02-28"),
        ("day", "2024-03-01", "2024-02-29"),
        ("week", "2026-01-05", "2025-12-29"),
        ("month", "2026-01-01", "2025-12-31"),
        ("month", "2026-03-31", "2026-02-28"),
    ],
)
async def test_the_last_period(plain: Page, period: str, today: str, day: str) -> None:
    """A day in the last one that is over."""
    assert await run(plain, REPORT, "({lastOf}, period, today) => lastOf(period, today)", period, today) == day


def item(title: str, *, folder: bool = False) -> dict[str, Any]:
    """Make an entry of a folder as the media browser has it."""
    kind = "directory" if folder else "app"
    told = title if folder else f"{title} · 12 kB · 2026-01-05 12:00"
    return {"title": told, "media_content_id": f"{ROOT}/{title}", "can_expand": folder, "media_class": kind}


async def mount_files(plain: Page, answers: dict[str, Any]) -> Locator:
    """Put the card of files on the page."""
    config = {"type": "custom:rion-nl43-files", "meter": "00830001"}
    given = {"define": "defineFiles", "tag": "rion-nl43-files", "config": config, "answers": answers}
    return await mount_card(plain, FILES, **given)


async def test_files_are_gone_through(plain: Page) -> None:
    """The meter is asked at a click only; folders open, the way back is there, a file comes under its name."""
    items = [item("NL-43", folder=True), item("0001.rnd")]
    card = await mount_files(plain, {BROWSE: {"children": items}, RESOLVE: {"url": "/api/file?authSig=x"}})
    first = card.get_by_role("button", name="Show files")
    await expect(first).to_be_visible(timeout=TIMEOUT_MS)
    assert await asked(plain, BROWSE) == []
    await first.click()
    folder = card.get_by_role("button", name="Open NL-43")
    await expect(folder).to_be_visible(timeout=TIMEOUT_MS)
    await keep(plain, card, "files-card")
    await folder.click()
    way = card.locator(".way button")
    await expect(way).to_have_text(["Card", "NL-43"], timeout=TIMEOUT_MS)
    await expect(way.last).to_have_attribute("aria-current", "page")
    await plain.evaluate(CATCH_LINKS)
    await card.get_by_role("button", name="Download 0001.rnd").click()
    await plain.wait_for_function("window.fetched")
    assert await plain.evaluate("fetched") == ["/api/file?authSig=x", "0001.rnd"]
    await way.first.click()
    await expect(way).to_have_text(["Card"], timeout=TIMEOUT_MS)
    assert [each["media_content_id"] for each in await asked(plain, BROWSE)] == [ROOT, f"{ROOT}/NL-43", ROOT]


async def test_files_that_do_not_come(plain: Page) -> None:
    """Why is said, where one was stays, and it can be tried again."""
    card = await mount_files(plain, {BROWSE: REFUSED})
    first = card.get_by_role("button", name="Show files")
    await first.click(timeout=TIMEOUT_MS)
    await expect(card.get_by_role("status")).to_contain_text("The meter does not answer.", timeout=TIMEOUT_MS)
    await plain.evaluate("what => { hass.answers[what] = {children: []}; }", BROWSE)
    await first.click()
    await expect(card).to_contain_text("Nothing is in this folder.", timeout=TIMEOUT_MS)
    await expect(card.get_by_role("status")).to_have_text("")


async def test_a_busy_meter_is_asked_once(plain: Page) -> None:
    """Whoever clicks again while nothing has come asks for nothing more, and is told what goes on."""
    card = await mount_files(plain, {})
    await plain.evaluate(
        "what => { hass.answers[what] = () => new Promise(done => { window.answer = done; }); }", BROWSE
    )
    first = card.get_by_role("button", name="Show files")
    for _ in range(3):
        await first.dispatch_event("click", timeout=TIMEOUT_MS)
    await expect(card.get_by_role("status")).to_contain_text("Waiting for a quiet moment of the meter")
    assert len(await asked(plain, BROWSE)) == 1
    await plain.evaluate("answer({children: []})")
    await expect(card).to_contain_text("Nothing is in this folder.", timeout=TIMEOUT_MS)


async def test_names_stay_text(plain: Page) -> None:
    """Whatever a file is called, nothing of it becomes a part of the page."""
    name = "<img src=x onerror=window.broken=1>"
    card = await mount_files(plain, {BROWSE: {"children": [item(name)]}})
    await card.get_by_role("button", name="Show files").click(timeout=TIMEOUT_MS)
    await expect(card.get_by_role("listitem")).to_contain_text(name, timeout=TIMEOUT_MS)
    assert await plain.evaluate("window.broken") is None


async def test_strategy_without_a_history(plain: Page) -> None:
    """Without hours the list says when they come; without a limit how to add one; without FTP how to switch it on."""
    told = await sections(plain, {"files": False, "limits": [], "entities": {}}, known=0)
    text = json.dumps(told)
    assert "custom:rion-nl43-hours" in text
    assert "statistics-graph" not in text
    assert "No limit of a period yet" in text
    assert "The card cannot be read" in text
    assert "custom:rion-nl43-files" not in text


async def test_strategy_with_all(plain: Page) -> None:
    """Both graphs, by the meter's own statistics, and every limit with its gauge."""
    limit = {"limit_id": "a", "name": "Night", "limit": 45, "entities": {"projected": "sensor.projected"}}
    told = await sections(plain, {"files": True, "limits": [limit], "entities": {"calibration": "switch.c"}}, known=30)
    graphs = [card for each in told for card in each["cards"] if card["type"] == "statistics-graph"]
    levels = {"entity": "rion_nl43:m00830001_laeq", "name": "LAeq,1h"}
    assert [(graph["entities"], graph["days_to_show"]) for graph in graphs[:2]] == [([levels], 1), ([levels], 7)]
    (gauge,) = (card for each in told for card in each["cards"] if card["type"] == "gauge")
    assert (gauge["entity"], gauge["severity"]["red"]) == ("sensor.projected", 45)
    text = json.dumps(told)
    for card in ("custom:rion-nl43-files", "custom:rion-nl43-report", "switch.c"):
        assert card in text


async def sections(plain: Page, meter: dict[str, Any], known: int) -> list[dict[str, Any]]:
    """Make the page of a meter that has these; gives its sections."""
    script = """async ({MeterView}, meter, known) => {
      const hours = Array.from({length: known}, () => ({}));
      const hass = {...fake.fakeHass(), services: {rion_nl43: {create_report: {}}}};
      hass.config.components = ["media_source"];
      hass.callWS = async ({type, statistic_ids: [id] = []}) => type === "rion_nl43/history/hours"
        ? {hours: [], symbols: {leq: "LAeq", lmax: "LAFmax"}} : type === "rion_nl43/meters"
        ? {version: "test", is_admin: true, meters: [{name: "Gate", serial: "00830001", config_entry_id: "entry",
           device_id: "device", rules: [], disabled: {}, ...meter}]}
        : {[id]: hours};
      return (await MeterView.generate({meter: "00830001"}, hass)).sections;
    }"""
    found: list[dict[str, Any]] = await run(plain, "strategy/meter-view.js", script, meter, known)
    return found
