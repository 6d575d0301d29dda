"""What the live trace says, in a browser without Home Assistant, its time in the hands of the test."""

import re

from playwright.async_api import Page, expect
import pytest

from .modules import START, mount, pass_s, sticking_out, tell, watch
from .visitor import PHONE

pytestmark = pytest.mark.asyncio(loop_scope="session")

DIAGNOSES = ("connected", "connecting", "timeout", "refused", "wedged", "asleep", "standby", "power_cycling")
NO_LEVEL = "\N{EN DASH}"
# The lowest card of a dashboard on a phone: three rows of its grid.
THREE_ROWS_PX = 184
PHONE_CARD_PX = PHONE["width"] - 32


async def test_what_is_wrong_is_said_once(plain: Page) -> None:
    """It is in a live region, where it stays as it is however much news there is; the picture's words change slowly."""
    card = await mount(plain)
    await tell(plain)
    message = card.get_by_role("status", include_hidden=True)
    await watch(message)
    lost = {"available": False, "diagnosis": "timeout", "feed": None, "run_state": "unknown"}
    await plain.evaluate("told => hass.connection.tell({event: 'state', ...told})", lost)
    await expect(message).to_contain_text("No answer")
    at_first = await plain.evaluate("changes")
    for _ in range(5):
        await plain.evaluate("hass.connection.tell({event: 'rules', rules: []})")
        await plain.evaluate("told => hass.connection.tell({event: 'state', ...told})", lost)
        await pass_s(plain, 1)
    assert await plain.evaluate("changes") == at_first == 1
    await tell(plain)
    await expect(message).to_be_hidden()
    await plain.evaluate("play(hass, 10)")
    await watch(card.get_by_role("img"))
    await plain.evaluate("hass.connection.tell({event: 'rules', rules: []})")
    await pass_s(plain, 20)
    assert 1 <= await plain.evaluate("changes") <= 12


async def test_a_meter_comes_and_goes(plain: Page) -> None:
    """While it is set up anew, and after it was removed, there is no level; a new one is looked for."""
    card = await mount(plain)
    message, level = card.locator(".message"), card.locator(".level")
    await tell(plain)
    await plain.evaluate("hass.connection.tell({event: 'reloading'})")
    await expect(message).to_contain_text("The meter is being set up")
    await expect(level).to_have_text(NO_LEVEL)
    await tell(plain)
    await expect(message).to_be_hidden()
    await expect(level).to_have_text("60.0")
    await plain.evaluate("hass.connection.tell({event: 'gone'})")
    await expect(message).to_contain_text("The meter was removed")
    await pass_s(plain, 6)
    await plain.wait_for_function("hass.connection.open.length")
    await tell(plain)
    await expect(message).to_be_hidden()


async def test_no_old_level_is_taken_for_one_of_now(plain: Page) -> None:
    """Not when the connection is lost, nor when nothing comes although it is not known to be lost."""
    card = await mount(plain)
    message, level = card.locator(".message"), card.locator(".level")
    await tell(plain)
    await plain.evaluate("hass.connection.lose()")
    await expect(message).to_contain_text("Waiting for Home Assistant")
    await expect(level).to_have_text(NO_LEVEL)
    await plain.evaluate("hass.connection.refusal = {code: 'unknown_command'}, hass.connection.reconnect()")
    await pass_s(plain, 3)
    await expect(message).to_contain_text("Waiting for Home Assistant")
    await plain.evaluate("hass.connection.refusal = undefined")
    await pass_s(plain, 5)
    await plain.wait_for_function("hass.connection.open.length")
    await tell(plain)
    await expect(level).to_have_text("60.0")
    await pass_s(plain, 50)
    await expect(message).to_be_hidden()
    await pass_s(plain, 15)
    await expect(message).to_contain_text("Waiting for Home Assistant")
    await expect(level).to_have_text(NO_LEVEL)
    await plain.evaluate("hass.connection.tell({event: 'heartbeat'})")
    await expect(message).to_be_hidden()
    await expect(level).to_have_text("60.0")


async def test_a_pause_is_not_as_long_as_the_measurement(plain: Page) -> None:
    """How long it has been measuring is told while it measures."""
    card = await mount(plain)
    await tell(plain, {"measuring_since": START - 7_200})
    await expect(card.locator(".facts")).to_contain_text("Measuring for 2 h 0 min")
    await tell(plain, {"measuring_since": START - 7_200, "run_state": "paused"})
    await expect(card.locator(".facts")).to_have_text(re.compile("Paused$"))


MISTAKES: list[tuple[dict[str, object], str, str]] = [
    ({"device_id": None}, "Choose a meter.", "Wähle ein Messgerät."),
    ({"span": "1d"}, "1min, 5min, 1h; it is not 1d", "1d geht nicht"),
    ({"metrics": "leq"}, "are a list", "sind eine Liste"),
    ({"metrics": ["L eq"]}, "There is no level L eq.", "Einen Pegel L eq gibt es nicht."),
    ({"metrics": ["leq", "lmax", "lmin", "lpeak", "ln1"]}, "4 further levels at most", "höchstens 4 weitere Pegel"),
    ({"range": [100, 30]}, "the lower one first", "der kleinere zuerst"),
    ({"range": "30-100"}, "the lower one first", "der kleinere zuerst"),
]


@pytest.mark.parametrize(("config", "english", "german"), MISTAKES)
async def test_a_mistake_in_its_configuration_is_said(
    plain: Page, config: dict[str, object], english: str, german: str
) -> None:
    """In the user's language and in place of all else, until it is mended."""
    card = await mount(plain, config)
    message = card.locator(".message")
    await expect(message).to_contain_text(english)
    await expect(card.locator(".plot")).to_be_hidden()
    assert await plain.evaluate("hass.connection.open.length") == 0
    await plain.evaluate("card.hass = {...hass, language: 'de'}")
    await plain.evaluate("config => card.setConfig(config)", {"type": "card", "device_id": "device", **config})
    await expect(message).to_contain_text(german)
    await plain.evaluate("card.setConfig({type: 'card', device_id: 'device', title: 'Tor'})")
    await plain.wait_for_function("hass.connection.open.length")
    await tell(plain)
    await expect(message).to_be_hidden()
    await expect(card.locator(".plot")).to_be_visible()


async def test_the_form_can_mend_what_it_shows(plain: Page) -> None:
    """Nobody is sent away from it for want of a meter or for too many levels; only for what it cannot show."""
    await mount(plain)
    refused = await plain.evaluate(
        """async () => {
          const { assertConfig } = await customElements.get("rion-nl43-live-trace").getConfigForm();
          const metrics = ["a", "b", "c", "d", "e"];
          return [{}, {device_id: ""}, {metrics}, {span: "1d"}, {metrics: "leq"}].map(config => {
            try { assertConfig(config); } catch (error) { return error.message; }
          });
        }"""
    )
    assert refused[:4] == [None] * 4
    assert "list" in refused[4]


async def test_it_begins_with_a_meter_that_is_there(plain: Page) -> None:
    """Where there is one; where there is none, or nobody knows, the card says what is missing."""
    await mount(plain)
    script = """async answer => {
      const hass = {...fake.fakeHass(), callWS: async () => { if (!answer) { throw new Error("no"); } return answer; }};
      return customElements.get("rion-nl43-live-trace").getStubConfig(hass);
    }"""
    meters = [{"device_id": None}, {"device_id": "off", "loaded": False}, {"device_id": "on", "loaded": True}]
    assert await plain.evaluate(script, {"meters": meters}) == {"device_id": "on"}
    assert await plain.evaluate(script, {"meters": []}) == {}
    assert await plain.evaluate(script, None) == {}


async def test_why_no_meter_was_found_is_said(plain: Page) -> None:
    """In Home Assistant's words; it is asked again."""
    card = await mount(plain)
    await pass_s(plain, 4)
    await plain.evaluate(
        """window.answered = hass.callWS,
           hass.callWS = async () => { throw {code: "unknown_error", message: "Out of order"}; },
           card.setConfig({type: "card", entity: "sensor.gate"})"""
    )
    await expect(card.locator(".message")).to_contain_text("No live levels")
    await expect(card.locator(".message")).to_contain_text("Out of order")
    await plain.evaluate("hass.callWS = answered, hass.entities['sensor.gate'] = {device_id: 'device'}")
    await pass_s(plain, 6)
    await plain.wait_for_function("hass.connection.open.length")
    await tell(plain)
    await expect(card.locator(".message")).to_be_hidden()


STATES: dict[str, str] = {
    **{
        diagnosis: f"hass.connection.tell(fake.snapshot({START}, {{...lost, diagnosis: '{diagnosis}'}}))"
        for diagnosis in DIAGNOSES
    },
    "measuring": f"hass.connection.tell(fake.snapshot({START}, told))",
    "outdated": f"hass.connection.tell(fake.snapshot({START}, {{...told, version: 'newer'}}))",
    "reloading": "hass.connection.tell({event: 'reloading'})",
    "gone": "hass.connection.tell({event: 'gone'})",
    "lost": "hass.connection.lose()",
    "unknown": "card.setConfig({type: 'card', device_id: 'nowhere'})",
    "mistaken": "card.setConfig({type: 'card', device_id: 'device', range: [1]})",
}


@pytest.mark.parametrize("language", ["en", "de", "fr", "ja"])
async def test_it_fits_three_rows_of_a_phone(plain: Page, language: str) -> None:
    """Whatever it has to say; a new version leaves the trace, and its button, in sight."""
    await plain.set_viewport_size(PHONE)
    card = await mount(plain, language=language)
    rule = {"name": "Too loud for the night", "metric": "lp", "symbol": "LAF", "direction": "above", "warning": 70}
    rules = [{**rule, "alarm": 80, "enabled": True, "grade": "warning"}]
    told = {"rules": rules, "labels": {"lp": "LAF"}, "measuring_since": START - 40_000}
    await plain.evaluate(
        """([told, height, width]) => {
          card.style.cssText = `height: ${height}px; width: ${width}px`;
          Object.assign(window, {told, lost: {...told, available: false, feed: null, run_state: "unknown"}});
        }""",
        [told, THREE_ROWS_PX, PHONE_CARD_PX],
    )
    await plain.wait_for_function("card.shadowRoot.querySelector('.low')")
    for state, script in STATES.items():
        await tell(plain)
        await plain.evaluate(script)
        if state in {"unknown", "mistaken"}:
            await plain.wait_for_function("card._problem")
        await pass_s(plain, 1)
        assert await sticking_out(card) == [], (state, language)
        await expect(card.locator(".message")).to_be_visible(visible=state != "measuring")
        await expect(card.locator(".plot")).to_be_visible(visible=state in {"measuring", "outdated"})


async def test_every_trouble_has_words(plain: Page) -> None:
    """What is wrong and what to do, instead of a level that is not one of now."""
    card = await mount(plain)
    said = set()
    for diagnosis in DIAGNOSES:
        told = {"available": False, "feed": None, "diagnosis": diagnosis, "run_state": "unknown"}
        await plain.evaluate(f"told => hass.connection.tell(fake.snapshot({START}, told))", told)
        await plain.evaluate(f"hass.connection.tell(fake.sample({START}, 60))")
        text = await card.locator(".message").inner_text()
        assert "trace." not in text
        assert len(text.splitlines()) == 2
        said.add(text)
        await expect(card.locator(".level")).to_have_text("\N{EN DASH}")
    # A meter that is connected and one that is being connected wait for the same.
    assert len(said) == len(DIAGNOSES) - 1


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Es gibt"), ("fr", "Une nouvelle"), ("ja", "新しい"), ("en", "A new version")]
)
async def test_an_old_page_is_to_be_reloaded(plain: Page, language: str, words: str) -> None:
    """With a button for it, in the language of the user."""
    card = await mount(plain, language=language)
    await plain.evaluate(f"hass.connection.tell(fake.snapshot({START}, {{version: 'newer'}}))")
    await expect(card.locator(".message")).to_contain_text(words)
    button = card.locator(".message button")
    await button.focus()
    await plain.evaluate("hass.connection.tell({event: 'rules', rules: []})")
    await expect(button).to_be_focused()
    async with plain.expect_navigation():
        await button.press("Enter")
    await expect(card).to_have_count(0)


async def test_nothing_stays_of_another_meter(plain: Page) -> None:
    """As soon as the card is told of it; one that is not there is looked for now and then."""
    card = await mount(plain, {"metrics": ["leq"]})
    await plain.evaluate("window.playing = play(hass, 10)")
    await plain.evaluate("hass.connection.tell(fake.sample(Date.now() / 1000, 60, {metrics: {leq: 61}}))")
    await pass_s(plain, 1)
    await expect(card.locator(".legend")).to_contain_text("61.0")
    await plain.evaluate("card.setConfig({type: 'custom:rion-nl43-live-trace', device_id: 'other'})")
    await expect(card.locator(".level")).to_have_text("\N{EN DASH}")
    await expect(card.locator(".message")).to_contain_text("There is no such meter")
    await expect(card.locator(".legend")).to_be_hidden()
    assert await plain.evaluate("hass.connection.open.length") == 0
    await plain.evaluate(
        """() => {
          const before = hass.callWS;
          hass.callWS = async message => {
            const answer = await before(message);
            return {...answer, meters: answer.meters.map(meter => ({...meter, device_id: "other"}))};
          };
        }"""
    )
    await pass_s(plain, 5)
    await plain.wait_for_function("hass.connection.open.length")
    await plain.evaluate("hass.connection.tell(fake.snapshot(Date.now() / 1000))")
    await expect(card.locator(".message")).to_be_hidden()


async def test_what_is_refused_is_said(plain: Page) -> None:
    """In the words of the user's language, where Home Assistant has them."""
    card = await mount(plain)
    await plain.evaluate(
        """hass.loadBackendTranslation = async () => (key, holes) => `${key} ${holes.meter}`,
           hass.connection.refusal = {code: "not_found", message: "no", translation_domain: "rion_nl43",
             translation_key: "meter_not_loaded", translation_placeholders: {meter: "Gate"}},
           hass.connection.reconnect()"""
    )
    await expect(card.locator(".message")).to_contain_text(
        "component.rion_nl43.exceptions.meter_not_loaded.message Gate"
    )
    await plain.evaluate("hass.connection.refusal = undefined")
    await pass_s(plain, 5)
    await plain.evaluate("hass.connection.tell(fake.snapshot(Date.now() / 1000))")
    await expect(card.locator(".message")).to_be_hidden()
