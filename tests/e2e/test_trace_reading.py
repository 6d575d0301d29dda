"""The live trace as it is read, without Home Assistant: with pointer and keys, over other spans, not at all."""

import re

from playwright.async_api import Locator, Page, expect
import pytest

from .modules import START, mount, pass_s, sticking_out, tell, watch

pytestmark = pytest.mark.asyncio(loop_scope="session")

# A minute of levels, 1 dB a second higher, with a hole of ten seconds.
MINUTE = f"""(() => {{
  const all = Array.from({{length: 61}}, (_, i) => {START} - 60 + i);
  const t = all.filter(at => at <= {START} - 30 || at >= {START} - 20);
  hass.connection.tell(fake.snapshot({START} + 1, {{trace: {{t, lp: t.map(at => at - {START} + 90)}}}}));
}})()"""
READING = re.compile(r"^(\d\d):(\d\d):(\d\d): (\d+)\.0 dB$")


async def read_at(plain: Page, plot: Locator, share: float) -> str:
    """Point at this share of the plot's width; returns what is read there."""
    box = await plot.bounding_box()
    assert box
    await plain.mouse.move(box["x"] + 30 + share * (box["width"] - 34), box["y"] + box["height"] / 2)
    await pass_s(plain, 1)
    return await plot.locator(".reading").inner_text()


async def test_a_level_is_read_under_the_pointer(plain: Page) -> None:
    """Its time and its level as they belong together; nothing in a hole, and nothing when the pointer has left."""
    card = await mount(plain)
    await plain.evaluate(MINUTE)
    await pass_s(plain, 1)
    plot = card.locator(".plot")
    for share in (0.2, 0.4, 0.9):
        found = READING.match(await read_at(plain, plot, share))
        assert found
        hours, minutes, seconds, level = map(int, found.groups())
        at = (hours - 13) * 3600 + minutes * 60 + seconds
        assert level == 90 + at
        assert abs(60 * share - 60 - at) < 8
    assert re.fullmatch(r"12:59:3\d: no level", await read_at(plain, plot, 0.48))
    reading = plot.locator(".reading")
    await expect(reading).to_have_attribute("aria-live", "off")
    # Nothing has come for some seconds; what is said of it fits in at the edge.
    assert re.fullmatch(r"13:00:0\d: no level", await read_at(plain, plot, 0.99))
    assert await sticking_out(card) == []
    await plain.mouse.move(5, 800)
    await expect(reading).to_be_empty()


async def test_the_pointer_stays_while_the_trace_moves(plain: Page) -> None:
    """What is under it then is read."""
    card = await mount(plain)
    await plain.evaluate(MINUTE)
    before = await read_at(plain, card.locator(".plot"), 0.9)
    await plain.evaluate(f"hass.connection.tell(fake.sample({START} + 5, 95))")
    await pass_s(plain, 1)
    await expect(card.locator(".reading")).not_to_have_text(before)


async def test_the_cursor_of_the_keys_stays_at_its_time(plain: Page) -> None:
    """Each key is read aloud once, and nothing is while samples come, until the cursor has left at the left."""
    card = await mount(plain)
    await plain.evaluate(MINUTE)
    await pass_s(plain, 1)
    plot, reading = card.locator(".plot"), card.locator(".reading")
    await expect(plot).to_have_attribute("role", "application")
    await expect(plot).to_have_attribute("aria-label", "Trace; arrow keys read levels")
    await plot.focus()
    times = {}
    for key in ("ArrowLeft", "PageUp", "ArrowRight", "Home", "PageDown", "End"):
        await plain.keyboard.press(key)
        await pass_s(plain, 0.1)
        found = re.match(r"(\d+):(\d+):(\d+):", await reading.inner_text())
        assert found
        hours, minutes, seconds = map(int, found.groups())
        times[key] = (hours - 13) * 3600 + minutes * 60 + seconds
    # They step by a 60th of what is shown, and by ten of it.
    steps = {"ArrowLeft": 0, "PageUp": -10, "ArrowRight": -9, "Home": -57, "PageDown": -47, "End": 1}
    assert all(abs(times[key] - at) <= 2 for key, at in steps.items()), times
    await expect(reading).to_have_attribute("aria-live", "polite")
    await plain.keyboard.press("End")
    await pass_s(plain, 0.1)
    await plain.keyboard.press("PageUp")
    await pass_s(plain, 0.1)
    told = await reading.inner_text()
    await plain.evaluate(
        """element => { window.said = [];
          new MutationObserver(() => said.push(element.textContent)).observe(element, {childList: true}); }""",
        await reading.element_handle(),
    )
    await plain.evaluate("window.playing = play(hass, 10)")
    await plain.evaluate(MINUTE)
    await pass_s(plain, 10)
    assert set(await plain.evaluate("said")) <= {told}
    await pass_s(plain, 60)
    await expect(reading).to_be_empty()
    await plain.keyboard.press("ArrowLeft")
    await pass_s(plain, 0.1)
    await expect(reading).not_to_be_empty()
    await plain.keyboard.press("Escape")
    await expect(reading).to_be_empty()


async def test_a_button_changes_the_span(plain: Page) -> None:
    """With the keys too; more of the past is asked for once, and the focus stays where it is."""
    card = await mount(plain)
    await tell(plain)
    for name, seconds, shown in (("1 h", 3600, 3600), ("1 min", 60, 3600), ("5 min", 300, 3600)):
        button = card.get_by_role("button", name=name, exact=True)
        await button.press("Enter")
        await plain.wait_for_function(f"hass.connection.open[0]?.message.history_s === {shown}")
        await tell(plain)
        assert await plain.evaluate("card._plot.shown.spanS") == seconds
        await expect(button).to_be_focused()
        await expect(card.get_by_role("group", name="Time shown").locator("[aria-pressed=true]")).to_have_text(name)
        assert await plain.evaluate("hass.connection.open.length") == 1


async def test_a_hidden_page_draws_nothing(plain: Page) -> None:
    """Nothing is drawn or written for nobody; what is seen at its return is the latest."""
    card = await mount(plain)
    await plain.evaluate("window.playing = play(hass, 10)")
    await pass_s(plain, 1)
    hide = """hidden => {
      Object.defineProperty(document, "hidden", {get: () => hidden, configurable: true});
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    await plain.evaluate(hide, True)
    await pass_s(plain, 1)
    await watch(card.locator(".head"))
    await plain.evaluate("drawn(), clearInterval(playing), play(hass, 10, 71)")
    await pass_s(plain, 10)
    assert await plain.evaluate("[drawn(), changes]") == [0, 0]
    await plain.evaluate(hide, False)
    await expect(card.locator(".level")).to_have_text("71.0")
    await pass_s(plain, 1)
    assert await plain.evaluate("drawn()") >= 5
