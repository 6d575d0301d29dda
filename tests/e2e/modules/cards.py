"""Cards in a browser without Home Assistant: put on the page, asked what they asked, and looked at."""

from typing import Any

from playwright.async_api import Locator, Page

from ..axe import barriers
from ..visitor import PHONE, PICTURES
from . import START

# What is answered where something is refused.
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
