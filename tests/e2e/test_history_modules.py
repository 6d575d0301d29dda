"""The cards of hours and periods, and a meter's page, in a browser without Home Assistant: what they ask and show."""

import json
from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest

from .modules import START, run
from .modules.cards import REFUSED, asked, keep, mount_card
from .visitor import TIMEOUT_MS

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR_S = 3600
HOURS, PERIODS = "cards/hours.js", "cards/periods-card.js"
# A dash, in place of a level.
NONE = "\N{EN DASH}"
SYMBOLS = {"leq": "LAeq", "lmax": "LAFmax"}
ASKED_HOURS = "rion_nl43/history/hours"


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
        ({}, {"refused": {"message": "No port is free"}}, "This did not work. No port is free."),
        ({}, {"refused": {"message": "空きがありません"}}, "This did not work. 空きがありません。"),
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


async def test_strategy_of_the_first_page(plain: Page) -> None:
    """A meter with a trace shows its last rating as well; where there are many, all have one row only."""
    script = """async ({FleetView}, traces) => {
      const entities = {last_rating: "sensor.r"};
      const meter = {name: "Gate", serial: "1", config_entry_id: "entry", rules: [], entities};
      const hass = {...fake.fakeHass(), callWS: async () => ({version: "test", is_admin: true, meters: [meter]})};
      const {sections} = await FleetView.generate({traces}, hass);
      return sections.flatMap(({cards}) => cards).some(({entity}) => entity === "sensor.r");
    }"""
    assert [await run(plain, "strategy/fleet-view.js", script, traces) for traces in (True, False)] == [True, False]
