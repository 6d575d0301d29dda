"""The files on a meter's card, gone through and fetched by clicking: on the meter's page and in the media browser."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from http import HTTPStatus
import io
import math
from pathlib import Path
import struct
import wave

from playwright.async_api import Locator, Page, expect
import pytest
import pytest_asyncio

from emulator import EmulatedMeter, MeterConfig
from emulator.card.files import Blob
from script.demo_home import dashboard, meters as demo
from script.demo_home.home import Home

from .dialogs import click_until
from .test_strategy import section
from .visitor import SETTLING_MS, TIMEOUT_MS, Visitor, address

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERIAL = "00730003"
# The quiet moment that the meter needs is not there at once.
LISTED_MS = SETTLING_MS
# Where option WR puts a wave, and what the instrument calls it. A file of long ago is listed without its time.
WRITTEN = datetime.now().replace(second=0, microsecond=0) - timedelta(hours=1)
STORE, SOUND = "Auto_0019", "Sound"
WAVE = f"NL_0001_{WRITTEN:%Y%m%d_%H%M%S}_130dB_0019_0001_ST0001.wav"
# It is still played when all pictures are taken.
WAVE_S, WAVE_HZ = 60, 12_000
# The media browser's players are nowhere on the page: here they are noted, and how often each has been moved.
NOTE_PLAYERS = """
window.players = [];
window.Audio = new Proxy(window.Audio, {construct(audio, parameters) {
  const player = new audio(...parameters);
  player.seeks = 0;
  player.addEventListener("seeked", () => player.seeks++);
  window.players.push(player);
  return player;
}});
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def meter(home: Home) -> AsyncIterator[EmulatedMeter]:
    """A meter for this alone, with a picture of its display and a wave on the card, and a dashboard."""
    config = MeterConfig(serial=SERIAL, options=frozenset({"EX", "WR"}), settings={"FTP": "On"})
    async with EmulatedMeter(config) as found:
        found.ftp.open(found.host, 0)
        assert found.instrument.press_screenshot()
        put_wave(found)
        await demo.add(home.api, address(found))
        await dashboard.save(home.api)
        yield found
        added = (await demo.devices(home.api))[SERIAL]
        await home.api.delete(f"/api/config/config_entries/entry/{added.entry_id}")
    found.referee.assert_clean()


def files_on(meter: EmulatedMeter, folder: str) -> dict[str, bytes]:
    """Give what the meter itself has in a folder."""
    files = meter.instrument.card.files
    return {each.name: files.read(f"{folder}/{each.name}") for each in files.entries(folder) if not each.is_folder}


def picture_of(meter: EmulatedMeter) -> tuple[str, str, bytes]:
    """Give the folder of the first picture on the card, its name and what is in it."""
    card = meter.instrument.card
    for folder in card.files.entries(card.root):
        path = f"{card.root}/{folder.name}"
        if folder.is_folder and (pictures := {n: b for n, b in files_on(meter, path).items() if n.endswith(".bmp")}):
            name = min(pictures)
            return folder.name, name, pictures[name]
    raise AssertionError("no picture")


def put_wave(meter: EmulatedMeter) -> None:
    """Let a wave be on the card."""
    card = meter.instrument.card
    folder = f"{card.root}/{STORE}/{SOUND}"
    card.files.make_folder(f"{card.root}/{STORE}", WRITTEN)
    card.files.make_folder(folder, WRITTEN)
    card.files.put(f"{folder}/{WAVE}", Blob(tone(), WRITTEN), WRITTEN)


def tone() -> bytes:
    """Give a wave as the instrument writes it: with a chunk of its own that no player knows."""
    samples = (round(8000 * math.sin(2 * math.pi * 440 * n / WAVE_HZ)) for n in range(WAVE_S * WAVE_HZ))
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(WAVE_HZ)
        writer.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    riff, rest = file.getvalue()[:12], file.getvalue()[12:]
    own = b"rion" + struct.pack("<I", 256) + bytes(256)
    return riff[:4] + struct.pack("<I", 4 + len(own) + len(rest)) + riff[8:] + own + rest


async def test_a_file_is_downloaded_on_the_page(visitor: Visitor, meter: EmulatedMeter, tmp_path: Path) -> None:
    """Folder by folder; what comes is what is on the card, byte by byte."""
    page, (folder, name, content) = visitor.page, picture_of(meter)
    await visitor.go(f"/{dashboard.URL_PATH}/meter-{meter.config.serial}")
    card = section(page, "Card of the meter").locator("rion-nl43-files")
    await expect(card.get_by_role("button", name="Show files")).to_be_visible(timeout=TIMEOUT_MS)
    await _open(card, "Show files", f"Open {meter.instrument.card.root[1:]}")
    await _open(card, f"Open {meter.instrument.card.root[1:]}", f"Open {folder}")
    file = card.get_by_role("button", name=f"Download {name}")
    await click_until(card.get_by_role("button", name=f"Open {folder}"), file)
    await card.scroll_into_view_if_needed()
    await visitor.pictures("card-files")
    async with page.expect_download(timeout=LISTED_MS) as fetching:
        await file.click()
    download = await fetching.value
    assert download.suggested_filename == name
    path = tmp_path / "downloaded"
    await download.save_as(path)
    assert path.read_bytes() == content


async def _open(card: Locator, key: str, then: str) -> None:
    """Click a key, and wait until another is there: the meter is asked once, however long it takes."""
    await card.get_by_role("button", name=key, exact=True).click()
    await expect(card.get_by_role("button", name=then, exact=True)).to_be_visible(timeout=LISTED_MS)


async def test_a_picture_is_looked_at_in_the_media_browser(visitor: Visitor, meter: EmulatedMeter) -> None:
    """The key on the meter's page leads to its card; a picture of the display opens as one."""
    page, (folder, name, _) = visitor.page, picture_of(meter)
    await visitor.go(f"/{dashboard.URL_PATH}/meter-{meter.config.serial}")
    key = section(page, "Card of the meter").get_by_text("Open in the media browser")
    root = item(page, meter.instrument.card.root[1:])
    await key.click(timeout=TIMEOUT_MS)
    await expect(root).to_be_visible(timeout=LISTED_MS)
    await root.click()
    await expect(item(page, folder)).to_be_visible(timeout=LISTED_MS)
    # The small picture comes from the meter as well, when it has a quiet moment.
    async with page.expect_response(lambda response: name in response.url and response.ok, timeout=LISTED_MS) as small:
        await item(page, folder).click()
    await (await small.value).finished()
    await expect(item(page, name)).to_be_visible(timeout=LISTED_MS)
    await page.mouse.move(0, 0)
    await visitor.pictures("card-media")
    shown = page.locator("hui-dialog-web-browser-play-media img")
    await click_until(item(page, name), shown)
    await page.wait_for_function(
        "image => image.complete && image.naturalWidth > 0", arg=await shown.element_handle(), timeout=LISTED_MS
    )
    await visitor.picture("card-media-picture")


async def test_a_wave_is_played_in_the_media_browser(visitor: Visitor, meter: EmulatedMeter) -> None:
    """It comes from the meter once, and one can move about in it."""
    page, log = visitor.page, meter.referee.ftp
    await page.add_init_script(NOTE_PLAYERS)
    await visitor.go(f"/{dashboard.URL_PATH}/meter-{meter.config.serial}")
    key = section(page, "Card of the meter").get_by_text("Open in the media browser")
    await key.click(timeout=TIMEOUT_MS)
    for folder in (meter.instrument.card.root[1:], STORE, SOUND):
        await expect(item(page, folder)).to_be_visible(timeout=LISTED_MS)
        await item(page, folder).click()
    await expect(item(page, WAVE)).to_be_visible(timeout=LISTED_MS)
    answers: list[int] = []
    page.on("response", lambda response: answers.append(response.status) if WAVE in response.url else None)
    asked_before = len(log.sessions)

    position = page.get_by_role("slider", name="Track position")
    await click_until(item(page, WAVE), position)
    player = await page.evaluate_handle("players.at(-1)")
    await page.wait_for_function("player => player.readyState >= 3", arg=player, timeout=LISTED_MS)
    assert await player.evaluate("player => player.duration") == pytest.approx(WAVE_S)
    await page.wait_for_function("player => !player.paused && player.currentTime > 1", arg=player)
    for share, seeks in ((0.9, 1), (0.2, 2)):
        track = await position.bounding_box()
        assert track
        await page.mouse.click(track["x"] + share * track["width"], track["y"] + track["height"] / 2)
        await page.wait_for_function("([player, seeks]) => player.seeks === seeks", arg=[player, seeks])
        assert await player.evaluate("player => player.currentTime") == pytest.approx(share * WAVE_S, abs=0.1 * WAVE_S)
    assert not await player.evaluate("player => player.error")
    assert set(answers) == {HTTPStatus.PARTIAL_CONTENT}
    assert len(log.sessions) == asked_before + 1
    await page.mouse.move(0, 0)
    await visitor.pictures("card-media-wave")


def item(page: Page, title: str) -> Locator:
    """Find a folder or a file in the media browser."""
    return page.locator("ha-media-player-browse").get_by_text(title).filter(visible=True).first
