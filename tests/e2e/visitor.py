"""A person at a browser."""

from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
import os
from pathlib import Path
import re
from typing import Literal, Self

from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Playwright, StorageState, ViewportSize, expect

from emulator import EmulatedMeter
from emulator.instrument.run import State
from script.demo_home import DOMAIN, ROOT
from script.demo_home.home import PASSWORD, USERNAME
from script.demo_home.meters import Address

PICTURES = ROOT / "artifacts" / "e2e"
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
# The machine may be slow, and Home Assistant's pages are large.
TIMEOUT_MS = 60_000
# A meter that has just been added or reloaded is asked for all its facts first.
SETTLING_MS = 180_000

CHROMIUM_FLAGS = (
    "--no-sandbox",  # a container's root cannot have one
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Home Assistant fetches the pictures of its own integrations, maps and card examples from the internet, which tests do
# not have.
FROM_THE_INTERNET = re.compile(rf"/api/(?:brands/(?!integration/{DOMAIN}/)|map_tiles/)|/stub_config/[\w-]+\.png$")

# The text of an element as a person sees it, the insides of Home Assistant's web components included.
TEXT_WITH_SHADOWS = """element => {
  const text = node => node.nodeType === Node.TEXT_NODE ? node.data
    : [...(node.shadowRoot?.childNodes ?? []), ...node.childNodes].map(text).join("");
  return text(element);
}"""
LEVEL = re.compile(r"\d+\.\d\sdB")

type ColorScheme = Literal["light", "dark"]

# What a page is seen on, by what is added to the name of its picture.
LOOKS: tuple[tuple[str, ColorScheme, ViewportSize], ...] = (
    ("", "light", DESKTOP),
    ("-dark", "dark", DESKTOP),
    ("-phone", "light", PHONE),
)


async def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium."""
    return await playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=list(CHROMIUM_FLAGS))


class Visitor:
    """One window with its own session; whatever the browser's console complains about is remembered."""

    def __init__(self, page: Page, url: str) -> None:
        """Watch a new page."""
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        self.tolerated: set[str] = set()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @classmethod
    @contextlib.asynccontextmanager
    async def arrive(
        cls,
        browser: Browser,
        url: str,
        session: StorageState | None = None,
        color_scheme: ColorScheme = "light",
        viewport: ViewportSize = DESKTOP,
    ) -> AsyncIterator[Self]:
        """Open a window, logged in where a session is given.

        Raises:
            AssertionError: The console complained, when the window is closed.
        """
        context = await browser.new_context(
            storage_state=session, color_scheme=color_scheme, viewport=viewport, locale="en-GB", timezone_id="UTC"
        )
        visitor = cls(await context.new_page(), url)
        yield visitor
        await context.close()
        complaints = [text for text in visitor.complaints if text not in visitor.tolerated]
        assert not complaints, complaints

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not FROM_THE_INTERNET.search(message.location.get("url", "")):
            self.complaints.append(f"{message.text} {message.location}")

    async def log_in(self, username: str = USERNAME) -> None:
        """Fill in the login page; all have the same password."""
        await self.page.goto(self.url)
        await self.page.get_by_label("Username").fill(username)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_role("button", name="Log in").click()
        await expect(self.page.locator("ha-sidebar")).to_be_visible(timeout=TIMEOUT_MS)

    async def go(self, path: str) -> None:
        """Open a page of Home Assistant by its address."""
        await self.page.goto(f"{self.url}{path}")

    async def speak(self, language: str) -> None:
        """Choose a language, as in the profile, from the next page on."""
        await self.page.add_init_script(f"localStorage.setItem('selectedLanguage', '\"{language}\"')")

    async def picture(self, name: str, *, whole: bool = False) -> Path:
        """Keep a picture of what is seen, or with `whole` of the page down to its end."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        await self.page.screenshot(path=path, animations="disabled", full_page=whole)
        return path

    async def pictures(self, name: str, settled: Callable[[], Awaitable[None]] | None = None) -> None:
        """Keep pictures of what is seen on a desk by day and by night, and on a phone; `settled` waits before each."""
        for suffix, color_scheme, viewport in LOOKS:
            await self.page.emulate_media(color_scheme=color_scheme)
            await self.page.set_viewport_size(viewport)
            if settled:
                await settled()
            await self.picture(f"{name}{suffix}")
        await self.page.set_viewport_size(DESKTOP)


async def expect_to_live(level: Locator) -> None:
    """Wait until a level is shown, and then until it is another one.

    Raises:
        AssertionError: There is none, or it stays.
    """
    await expect(level).to_contain_text(LEVEL, timeout=TIMEOUT_MS)
    shown = LEVEL.search(await level.evaluate(TEXT_WITH_SHADOWS))
    assert shown
    await expect(level).not_to_contain_text(shown.group(), timeout=TIMEOUT_MS)
    await expect(level).to_contain_text(LEVEL, timeout=TIMEOUT_MS)


def state_of(meter: EmulatedMeter) -> State:
    """Tell what the meter itself says that it is doing."""
    return meter.instrument.state


def address(meter: EmulatedMeter) -> Address:
    """Tell where an emulated meter listens."""
    assert meter.ftp_port
    return Address(meter.config.serial, meter.host, meter.port, meter.ftp_port)
