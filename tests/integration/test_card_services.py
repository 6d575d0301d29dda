"""The actions for files on the card."""

import asyncio
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError, Unauthorized
import pytest

from custom_components.rion_nl43.card_services import stored_names
from custom_components.rion_nl43.monitor import Facts
from emulator import EmulatedMeter
from emulator.ftp.faults import CutThen
from tests.fixtures import MeterFactory

from .card_helpers import FILES, FOLDER, HEADER, PICTURE, RECORDS, WAVE, fill, sessions
from .helpers import (
    SERIAL,
    MockConfigEntry,
    MockUser,
    act,
    ask,
    device_id,
    entity_id,
    let_pass,
    runtime,
    state,
    until,
    value,
)
from .live_helpers import let_read


@pytest.fixture
def media(hass: HomeAssistant, tmp_path: Path) -> Path:
    """The media folder, the only one that Home Assistant may write to."""
    folder = tmp_path / "media"
    folder.mkdir()
    hass.config.media_dirs = {"local": str(folder)}
    hass.config.allowlist_external_dirs = {str(folder)}
    return folder


@pytest.fixture
async def target(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> dict[str, Any]:
    """The meter as a target; its card has files."""
    fill(meter)
    return {"device_id": device_id(hass, loaded)}


def files_in(folder: Path) -> list[Path]:
    """Return all files, however deep."""
    return [path for path in folder.rglob("*") if path.is_file()]


async def only(asked: Any) -> dict[str, Any]:
    """Return what a response tells of the only meter."""
    (found,) = (await asked)["meters"]
    assert isinstance(found, dict)
    return found


class TestListing:
    """What is in a folder."""

    async def test_the_card_itself(self, hass: HomeAssistant, target: dict[str, Any], loaded: MockConfigEntry) -> None:
        """Without a path."""
        found = await only(ask(hass, "list_files", **target))
        assert (found["device_id"], found["name"]) == (target["device_id"], loaded.title)
        assert [(each["path"], each["is_folder"]) for each in found["files"]] == [
            ("/DCIM", True),
            ("/NIKON001.DSC", False),
            ("/NL-43", True),
        ]

    @pytest.mark.parametrize("path", [FOLDER, f"{FOLDER}/", FOLDER.lstrip("/")])
    async def test_a_folder(self, hass: HomeAssistant, target: dict[str, Any], path: str) -> None:
        """However its path is written; times are Home Assistant's."""
        await hass.config.async_set_time_zone("America/New_York")
        found = await only(ask(hass, "list_files", path=path, **target))
        assert {
            "name": HEADER.rpartition("/")[2],
            "path": HEADER,
            "is_folder": False,
            "size": len(FILES[HEADER]),
            "modified": "2026-03-01T09:05:00-05:00",
        } in found["files"]

    @pytest.mark.parametrize("path", ["/NL-43/../..", "a//b", "a\\b", "CON"])
    async def test_no_path(self, hass: HomeAssistant, meter: EmulatedMeter, target: dict[str, Any], path: str) -> None:
        """The meter is not asked."""
        with pytest.raises(ServiceValidationError, match="no path on the card"):
            await ask(hass, "list_files", path=path, **target)
        assert sessions(meter) == 0

    async def test_not_there(self, hass: HomeAssistant, target: dict[str, Any]) -> None:
        """The meter says no."""
        with pytest.raises(HomeAssistantError, match="not there"):
            await ask(hass, "list_files", path="/none", **target)

    async def test_who_may(
        self, hass: HomeAssistant, target: dict[str, Any], media: Path, hass_admin_user: MockUser
    ) -> None:
        """Who may read an entity may list; to write a file here, one must be allowed to control one."""
        let_read(hass, hass_admin_user, ["light.kitchen"])
        with pytest.raises(Unauthorized):
            await ask(hass, "list_files", user_id=hass_admin_user.id, **target)
        let_read(hass, hass_admin_user, [entity_id(hass, "lp")])
        assert await ask(hass, "list_files", user_id=hass_admin_user.id, **target)
        with pytest.raises(Unauthorized):
            await ask(hass, "download_files", user_id=hass_admin_user.id, path=HEADER, **target)

    async def test_no_meter(self, hass: HomeAssistant, target: dict[str, Any]) -> None:
        """Something else is no target, and one that does not run is named."""
        with pytest.raises(ServiceValidationError, match="target"):
            await ask(hass, "list_files", entity_id="light.kitchen")

    async def test_all_meters(self, hass: HomeAssistant, target: dict[str, Any], loaded: MockConfigEntry) -> None:
        """By the word for all, and not without any."""
        assert len((await ask(hass, "list_files", entity_id="all"))["meters"]) == 1
        await hass.config_entries.async_unload(loaded.entry_id)
        with pytest.raises(ServiceValidationError, match="not loaded"):
            await ask(hass, "list_files", **target)


class TestDownloading:
    """Files of the card in a folder here."""

    async def test_a_file(self, hass: HomeAssistant, target: dict[str, Any], media: Path) -> None:
        """To its path on the card, below the meter's serial number, in the media folder."""
        found = await only(ask(hass, "download_files", path=HEADER, **target))
        whole = media / "rion_nl43" / SERIAL / HEADER.lstrip("/")
        assert whole.read_bytes() == FILES[HEADER]
        assert (found["target"], found["files"], found["size"]) == (str(whole), [str(whole)], len(FILES[HEADER]))
        assert found["left"] == []

    async def test_a_folder(self, hass: HomeAssistant, target: dict[str, Any], media: Path) -> None:
        """With all that is in it; what cannot be had is told, and leaves the others alone."""
        found = await only(ask(hass, "download_files", path="/NL-43", folder="media/yard", **target))
        root = media / "yard" / SERIAL
        there = {f"/{path.relative_to(root)}": path.read_bytes() for path in files_in(root)}
        assert there == {path: data for path, data in FILES.items() if "CON" not in path}
        assert sorted(found["files"]) == sorted(f"{root}{path}" for path in there)
        assert found["left"] == [
            {"path": "/NL-43/CON.rnd", "why": "A name on the card cannot be the name of a file here"}
        ]

    async def test_packed(self, hass: HomeAssistant, target: dict[str, Any], media: Path) -> None:
        """In one file, and nothing else is left."""
        for _ in range(2):
            found = await only(ask(hass, "download_files", path=FOLDER, zip=True, **target))
        (whole,) = files_in(media)
        assert found["files"] == [str(whole)]
        assert whole == media / "rion_nl43" / SERIAL / f"{FOLDER.lstrip('/')}.zip"
        with ZipFile(whole) as archive:
            assert {f"/NL-43/{name}": archive.read(name) for name in archive.namelist()} == {
                path: FILES[path] for path in (RECORDS, HEADER, WAVE)
            }
        assert not [path for path in whole.parent.iterdir() if path != whole]

    async def test_the_whole_card(self, hass: HomeAssistant, target: dict[str, Any], media: Path) -> None:
        """It has no name of its own."""
        await act(hass, "download_files", path="/", zip=True, **target)
        with ZipFile(media / "rion_nl43" / f"{SERIAL}.zip") as archive:
            assert f"{SERIAL}{PICTURE}" in archive.namelist()

    @pytest.mark.parametrize("folder", ["/etc", "media/../..", "media/a\nb", "elsewhere"])
    async def test_not_anywhere(
        self, hass: HomeAssistant, meter: EmulatedMeter, target: dict[str, Any], media: Path, folder: str
    ) -> None:
        """Only where Home Assistant may write."""
        with pytest.raises(ServiceValidationError, match="may not write"):
            await act(hass, "download_files", path=HEADER, folder=folder, **target)
        assert sessions(meter) == 0

    async def test_no_media_folder(self, hass: HomeAssistant, target: dict[str, Any]) -> None:
        """Then the folder has to be named."""
        hass.config.media_dirs = {}
        with pytest.raises(ServiceValidationError, match="no media folder"):
            await act(hass, "download_files", path=HEADER, **target)

    async def test_no_room(self, hass: HomeAssistant, target: dict[str, Any], media: Path) -> None:
        """What this computer cannot do is said."""
        (media / "rion_nl43").write_text("no folder")
        with pytest.raises(HomeAssistantError, match="could not be written"):
            await act(hass, "download_files", path=HEADER, **target)

    @pytest.mark.parametrize(("then", "packed"), [("told", True), ("told", False), ("unnoticed", False)])
    async def test_broken_off(
        self,
        hass: HomeAssistant,
        meter: EmulatedMeter,
        target: dict[str, Any],
        media: Path,
        *,
        then: CutThen,
        packed: bool,
    ) -> None:
        """Nothing is left of what is not whole."""
        meter.ftp.faults.cut_after, meter.ftp.faults.cut_then = 1000, then
        with pytest.raises(HomeAssistantError, match="broke off"):
            await act(hass, "download_files", path=f"{FOLDER}/Sound", zip=packed, **target)
        assert not files_in(media)
        assert not [path for path in (media / "rion_nl43" / SERIAL / FOLDER.lstrip("/")).iterdir() if "." in path.name]

    async def test_in_turn(
        self, hass: HomeAssistant, meter: EmulatedMeter, target: dict[str, Any], media: Path
    ) -> None:
        """Who comes second waits, and the sensor tells for whom."""
        assert value(hass, "card_transfer") == "idle"
        first = hass.async_create_task(ask(hass, "download_files", path=FOLDER, **target))
        await until(hass, lambda: value(hass, "card_transfer") == "downloading")
        second = hass.async_create_task(ask(hass, "list_files", **target))
        await asyncio.gather(first, second)
        assert sessions(meter) == 2
        assert value(hass, "card_transfer") == "idle"
        assert state(hass, "card_transfer").attributes["path"] is None

    async def test_progress(self, hass: HomeAssistant, target: dict[str, Any], loaded: MockConfigEntry) -> None:
        """How far it is, is told now and then, and no more once it is over."""
        card, told = runtime(loaded).monitor.card, []
        async with card.session() as session:

            async def slowly(chunk: bytes) -> None:
                await let_pass(4)
                told.append((state(hass, "card_transfer").attributes["done"], card.activity.done))

            await session.download(WAVE, slowly)
        assert value(hass, "card_transfer") == "idle"
        assert any(0 < shown <= done for shown, done in told)
        await let_pass(10)
        assert value(hass, "card_transfer") == "idle"


class TestStopCycle:
    """What a measurement has stored, at once."""

    @pytest.fixture
    async def meter(self, hass: HomeAssistant, emulated_meter: MeterFactory) -> EmulatedMeter:
        """A meter that stores by itself."""
        await hass.config.async_set_time_zone("UTC")
        return await emulated_meter(
            serial=SERIAL, ftp_port=0, settings={"Store Mode": "Auto", "Store Name": "0007", "Lp Store Interval": "1s"}
        )

    async def test_auto_store(self, hass: HomeAssistant, loaded: MockConfigEntry, media: Path) -> None:
        """The folder of the store."""
        chosen = {"device_id": device_id(hass, loaded)}
        started = await only(ask(hass, "start_cycle", **chosen))
        await let_pass(90)
        stopped = await only(ask(hass, "stop_cycle", download=True, **chosen))
        assert stopped["levels"]["main"]["leq"]
        assert stopped["download"]["error"] is None
        assert stopped["download"]["target"] == str(
            media / "rion_nl43" / SERIAL / "NL-43" / f"Auto_{started['store_name']}"
        )
        names = [Path(path).suffix for path in stopped["download"]["files"]]
        assert ".rnd" in names
        assert ".rnh" in names

    async def test_it_is_stopped_whatever_becomes_of_the_files(
        self, hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, media: Path
    ) -> None:
        """What went wrong is in the response; without one it is an error."""
        chosen = {"device_id": device_id(hass, loaded)}
        hass.config_entries.async_update_entry(loaded, options={"ftp_enabled": False})
        await let_pass(60)
        await runtime(loaded).monitor.commands.start()
        stopped = await only(ask(hass, "stop_cycle", download=True, **chosen))
        assert stopped["download"] == {"error": "FTP is not used with this meter. Switch it on in the options"}
        assert stopped["levels"]["main"]["leq"]
        await runtime(loaded).monitor.commands.start()
        with pytest.raises(HomeAssistantError, match="FTP is not used"):
            await act(hass, "stop_cycle", download=True, **chosen)
        assert not meter.instrument.run.measuring

    async def test_manual_store(self, hass: HomeAssistant, loaded: MockConfigEntry, media: Path) -> None:
        """By hand nothing is stored unless that is wanted."""
        chosen, commands = {"device_id": device_id(hass, loaded)}, runtime(loaded).monitor.commands
        await commands.set_setting("Store Mode", "Manual")
        for store, error in ((False, "Nothing was stored that could be downloaded"), (True, None)):
            await commands.start()
            await let_pass(60)
            stopped = await only(ask(hass, "stop_cycle", store=store, download=True, **chosen))
            assert stopped["download"]["error"] == error
        assert stopped["download"]["target"].endswith("Manual_0007")

    @pytest.mark.parametrize(
        ("mode", "name", "stored", "folder"),
        [
            ("Auto", "0007", False, "Auto_0007"),
            ("Timer Auto", "0007", False, "Auto_0007"),
            ("Manual", "0007", True, "Manual_0007"),
            ("Manual", "0007", False, None),
            ("Auto", None, False, None),
            (None, "0007", True, None),
        ],
    )
    async def test_where_it_is(
        self, loaded: MockConfigEntry, mode: str | None, name: str | None, stored: bool, folder: str | None
    ) -> None:
        """By the store mode and the name that were set."""
        facts = Facts(store_mode=mode, store_name=name)
        assert stored_names(loaded, facts, stored=stored) == (None if folder is None else ("NL-43", folder))
