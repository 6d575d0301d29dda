"""The live trace in a browser without Home Assistant, its time in the hands of the test: pictures, figures, words."""

import re
from typing import Any

from playwright.async_api import Page, expect
import pytest

from .modules import mount, pass_s, run

pytestmark = pytest.mark.asyncio(loop_scope="session")

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


@pytest.mark.parametrize(("judges", "fewest", "most"), [(True, 60, 140), (False, 20, 80)])
async def test_a_limit_is_a_dashed_line(plain: Page, judges: bool, fewest: int, most: int) -> None:
    """All along, and nothing of it where it lies outside; dotted if nothing that is drawn is judged by it."""
    limits = [
        {"name": "", "level": 30, "direction": "above", "grade": "warning", "judges": judges},
        {"name": "", "level": 90, "direction": "above", "grade": "alarm", "judges": judges},
    ]
    places = [(t, 30) for t in range(1, 160)] + [(t, 29) for t in range(1, 160)]
    seen = await run(plain, "trace/draw.js", DRAWN, {"limits": limits}, places)
    assert fewest < max(seen[:159].count("warning"), seen[159:].count("warning")) < most
    assert "alarm" not in seen


async def test_a_level_is_judged_by_its_own_limits(plain: Page) -> None:
    """An Lp above the limit of an average of 15 minutes breaks nothing: it keeps its colour, and the limit is named."""
    script = """async ({limitsOf, linesOf}, rules, metrics) => {
      const { loadTexts } = await window.load("core/texts.js");
      const limits = limitsOf(rules, metrics, await loadTexts("en"), fake.fakeHass());
      const names = linesOf(metrics, limits).map(line => line.limits.map(({name}) => name));
      return [names, limits.map(({name, judges}) => [name, judges])];
    }"""
    quarter, direction = "window_leq_900_running", "above"
    rules = [
        {"name": "Now", "metric": "lp", "symbol": "LAF", "warning": 75, "alarm": 85, "direction": direction},
        {
            "name": "Day",
            "metric": quarter,
            "symbol": "LAeq,15min",
            "warning": None,
            "alarm": 65,
            "direction": direction,
        },
    ]
    parts, now, day = "cards/live-trace-parts.js", ["Now · 75.0", "Now · 85.0"], "Day · LAeq,15min 65.0"
    lines, limits = await run(plain, parts, script, rules, [])
    assert lines == [now]
    assert limits == [[now[0], True], [now[1], True], [day, False]]
    lines, limits = await run(plain, parts, script, rules, ["leq", quarter])
    assert lines == [now, [], [day]]
    assert limits[2] == [day, True]
    assert (await run(plain, parts, script, rules[1:], []))[0] == [[]]


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


async def test_what_is_said_agrees(plain: Page) -> None:
    """The drawing is a frame behind: a level that has just come is among those of the last minutes all the same."""
    script = """({summary}, lp) => {
      const live = {status: "live", name: "NL-43", labels: {lp: "LAF"}, state: {available: true}, sample: {lp}};
      const t = (key, holes) => JSON.stringify(holes);
      return JSON.parse(summary(live, {min: 31, max: 31.1}, undefined, "5m", t, {locale: {language: "en"}}));
    }"""
    for lp, lowest, highest in (
        (43, "31.0", "43.0"),
        (28.5, "28.5", "31.1"),
        (31.05, "31.0", "31.1"),
        (None, "31.0", "31.1"),
    ):
        said = await run(plain, "cards/live-trace-parts.js", script, lp)
        assert (said["min"], said["max"]) == (lowest, highest)
