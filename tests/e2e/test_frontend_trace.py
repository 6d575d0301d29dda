"""The live trace in a browser without Home Assistant, its time in the hands of the test: pictures, figures, words."""

import re
from typing import Any

from playwright.async_api import Locator, Page, expect
import pytest

from .modules import run

pytestmark = pytest.mark.asyncio(loop_scope="session")

# 2026-01-05, 13:00:00 UTC.
START = 1_767_618_000
MOUNT = "/modules/mount.js"
DIAGNOSES = ("connected", "connecting", "timeout", "refused", "wedged", "asleep", "standby", "power_cycling")

# The colours of these places of a picture of 200 x 100, whose plot is 166 x 76, drawn of this; as words.
DRAWN = """({draw, plotOf}, picture, places) => {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const plot = plotOf(200, 100);
  Object.assign(canvas, {width: 200, height: 100});
  const theme = {text: "#000", muted: "#000", grid: "#fff0", card: "#fff0", trace: "#00f", warning: "#0f0",
    alarm: "#f00", lines: ["#0ff"], font: "11px sans-serif"};
  draw(context, {width: 200, height: 100, from: 0, to: 166, min: 0, max: 76, columnS: 1, lines: [], limits: [],
    rests: [], restNames: {}, levelTicks: [], timeTicks: [], timeText: String, cursor: null, ...picture}, theme);
  return places.map(([t, db]) => {
    const [red, green, blue, alpha] = context.getImageData(plot.left + t, plot.top + 76 - db - 1, 1, 1).data;
    return alpha < 16 ? "" : blue > 128 ? "trace" : green > 128 ? "warning" : red > 128 ? "alarm" : "shade";
  });
}"""


def columns(levels: dict[int, tuple[int, int]]) -> list[dict[str, Any]]:
    """Make columns of the lowest and the highest level at these times, joined where one follows another."""
    return [
        {"t": t, "first": low, "last": low, "min": low, "max": high, "joined": t - 1 in levels}
        for t, (low, high) in levels.items()
    ]


async def mount(plain: Page, config: dict[str, object] | None = None, language: str = "en") -> Locator:
    """Put a live trace on the page; from now on time stands still but for what the test lets pass."""
    await plain.clock.install(time=START)
    await plain.clock.pause_at(START + 1)
    await plain.evaluate(
        f"""async ([config, locale]) => {{
          Object.assign(window, await import("{MOUNT}"));
          Object.assign(window, await window.mount(load, config, locale));
        }}""",
        [config or {}, {"language": language}],
    )
    await plain.wait_for_function("hass.connection.open.length && card._plot.seen")
    return plain.locator("rion-nl43-live-trace")


async def pass_s(plain: Page, seconds: float) -> None:
    """Let time pass."""
    await plain.clock.run_for(round(1000 * seconds))


async def drawn_in_10_s(plain: Page) -> int:
    """Let ten seconds pass; returns how many pictures were drawn."""
    await plain.evaluate("drawn()")
    await pass_s(plain, 10)
    count = await plain.evaluate("drawn()")
    assert isinstance(count, int)
    return count


async def test_nothing_is_drawn_in_a_hole(plain: Page) -> None:
    """A line ends before it and begins after it."""
    line = {"columns": columns(dict.fromkeys((*range(40), *range(80, 160)), (40, 40))), "color": "#00f", "limits": []}
    places = [(20, 40), (60, 40), (120, 40)]
    assert await run(plain, "trace/draw.js", DRAWN, {"lines": [line]}, places) == ["trace", "", "trace"]


async def test_the_line_has_the_colour_of_its_limits(plain: Page) -> None:
    """Above them, or below one that is to be kept up; a peak of a single column is seen."""
    limits = [
        {"name": "Loud", "level": 50, "direction": "above", "grade": "warning"},
        {"name": "Loud", "level": 60, "direction": "above", "grade": "alarm"},
        {"name": "Dead", "level": 20, "direction": "below", "grade": "alarm"},
    ]
    levels = dict.fromkeys(range(160), (40, 40)) | {30: (40, 70)} | dict.fromkeys(range(100, 120), (10, 10))
    line = {"columns": columns(levels), "color": "#00f", "limits": limits}
    places = [(10, 40), (30, 45), (30, 55), (30, 65), (110, 10)]
    seen = await run(plain, "trace/draw.js", DRAWN, {"lines": [line]}, places)
    assert seen == ["trace", "trace", "warning", "alarm", "alarm"]


async def test_rests_are_shaded(plain: Page) -> None:
    """From bottom to top, for as long as they were."""
    rests = [{"from": 50, "to": 70, "state": "paused"}]
    places = [(45, 10), (55, 10), (65, 70), (75, 70)]
    assert await run(plain, "trace/draw.js", DRAWN, {"rests": rests}, places) == ["", "shade", "shade", ""]


async def test_a_limit_is_a_dashed_line(plain: Page) -> None:
    """All along, and nothing of it where it lies outside."""
    limits = [
        {"name": "", "level": 30, "direction": "above", "grade": "warning"},
        {"name": "", "level": 90, "direction": "above", "grade": "alarm"},
    ]
    places = [(t, 30) for t in range(1, 160)] + [(t, 29) for t in range(1, 160)]
    seen = await run(plain, "trace/draw.js", DRAWN, {"limits": limits}, places)
    assert 60 < seen.count("warning") < 140
    assert "alarm" not in seen


async def test_it_is_drawn_as_often_as_can_be_seen(plain: Page) -> None:
    """With each sample over a minute, with each half pixel over an hour, each second without samples, unseen never."""
    card = await mount(plain)
    await plain.evaluate("window.playing = play(hass, 10)")
    assert 90 <= await drawn_in_10_s(plain) <= 102
    await card.get_by_role("button", name="1 h").click()
    await plain.wait_for_function("hass.connection.open[0]?.message.history_s === 3600")
    await plain.evaluate("clearInterval(playing), window.playing = play(hass, 10)")
    assert 9 <= await drawn_in_10_s(plain) <= 12
    await plain.evaluate("clearInterval(playing)")
    assert 7 <= await drawn_in_10_s(plain) <= 11
    await plain.evaluate("play(hass, 10), document.body.style.paddingTop = '5000px'")
    await plain.wait_for_function("!card._plot.seen")
    assert await drawn_in_10_s(plain) <= 1


async def test_it_is_calm_for_who_wants_it_calm(plain: Page) -> None:
    """One step a second, of the trace and of the figure."""
    await plain.emulate_media(reduced_motion="reduce")
    card = await mount(plain)
    await plain.evaluate("play(hass, 10)")
    assert 8 <= await drawn_in_10_s(plain) <= 12
    figures: list[str] = []
    for level in range(60, 80):
        await plain.evaluate(f"hass.connection.tell(fake.sample(Date.now() / 1000, {level}))")
        await pass_s(plain, 0.09)
        figures.append(await card.locator(".level").inner_text())
    assert len(set(figures)) <= 4


async def test_pictures_are_as_sharp_as_the_screen(plain: Page) -> None:
    """One pixel of the canvas for each of the screen's, two for each of the page's."""
    card = await mount(plain)
    await plain.evaluate("play(hass, 10)")
    await pass_s(plain, 1)
    sizes = await card.locator("canvas").evaluate("canvas => [canvas.width, canvas.offsetWidth, devicePixelRatio]")
    assert sizes[2] == 2
    assert sizes[0] == 2 * sizes[1]


async def test_the_figure_is_the_latest(plain: Page) -> None:
    """Not with each of many samples, but never an old one for long: not after news of the rules either."""
    card = await mount(plain)
    await plain.evaluate("hass.connection.tell(fake.snapshot(Date.now() / 1000))")
    await plain.evaluate("hass.connection.tell(fake.sample(Date.now() / 1000, 60))")
    await pass_s(plain, 1)
    await plain.evaluate(
        """hass.connection.tell({event: "rules", rules: []}),
           hass.connection.tell(fake.sample(Date.now() / 1000, 99.5))"""
    )
    await pass_s(plain, 0.3)
    await expect(card.locator(".level")).to_have_text("99.5")


async def test_it_moves_on_while_nothing_comes(plain: Page) -> None:
    """By Home Assistant's clock, whatever the browser's says; the level read then is none."""
    card = await mount(plain)
    ahead = 500
    await plain.evaluate(
        f"""(() => {{
          const at = Date.now() / 1000 + {ahead};
          hass.connection.tell(fake.snapshot(at, {{trace: {{t: [at - 1, at], lp: [60, 61]}}}}));
        }})()"""
    )
    await pass_s(plain, 40)
    await card.locator(".plot").focus()
    for key in ("End", "ArrowLeft"):
        await plain.keyboard.press(key)
    await pass_s(plain, 1)
    await expect(card.locator(".reading")).to_have_text(re.compile(r"13:08:5\d: no level"))
    await expect(card.locator("canvas")).to_have_attribute(
        "aria-label", re.compile("60.0 to 61.0 dB in the last 1 min")
    )


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
    await expect(card.locator(".message button")).to_be_visible()


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
