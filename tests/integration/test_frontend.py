"""What pages load of the integration: served under its version, and loaded while a meter is set up."""

from http import HTTPStatus
from pathlib import Path
import re
import shutil

from homeassistant.components import frontend
from homeassistant.components.frontend import DATA_EXTRA_MODULE_URL, UrlManager
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.typing import (  # type: ignore[import-untyped] # it has no types
    ClientSessionGenerator,
)

from custom_components.rion_nl43.frontend import FOLDER, MODULE, async_page_version, hash_of_files
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .helpers import MockConfigEntry, new_entry
from .texts import read

FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
MODULES = [name for name in FILES if name.endswith(".js")]


@pytest.fixture
def changes(hass: HomeAssistant) -> list[tuple[str, str]]:
    """What open pages are told to load; Home Assistant has its frontend, or what there is of it without a browser."""
    found: list[tuple[str, str]] = []
    hass.data[DATA_EXTRA_MODULE_URL] = UrlManager(lambda change, url: found.append((change, url)), [])
    hass.config.components.add(frontend.DOMAIN)
    return found


def loaded_urls(hass: HomeAssistant) -> list[str]:
    """Return what a page loads that is opened now."""
    return sorted(hass.data[DATA_EXTRA_MODULE_URL].urls)


def module_url(hass: HomeAssistant) -> str:
    """Return the address of the module."""
    return f"/rion_nl43/{async_page_version(hass)}/{MODULE}"


def code(name: str) -> str:
    """Return a module without its longer comments, which import types."""
    return re.sub(r"/\*.*?\*/", "", (FOLDER / name).read_text(encoding="utf-8"), flags=re.DOTALL)


class TestServing:
    """The folder."""

    @pytest.mark.usefixtures("loaded")
    @pytest.mark.parametrize("name", FILES)
    async def test_every_file(
        self, hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, name: str
    ) -> None:
        """Browsers get it without a login, as what it is, and keep it."""
        client = await hass_client_no_auth()
        response = await client.get(f"/rion_nl43/{async_page_version(hass)}/{name}")
        assert response.status == HTTPStatus.OK
        assert await response.read() == (FOLDER / name).read_bytes()
        assert response.content_type == {".js": "text/javascript", ".json": "application/json"}[Path(name).suffix]
        assert "max-age" in response.headers["Cache-Control"]

    @pytest.mark.usefixtures("loaded")
    @pytest.mark.parametrize(
        "path", ["{version}x/rion-nl43.js", "{version}/../__init__.py", "{version}/%2e%2e/__init__.py", "{version}/"]
    )
    async def test_nothing_else(
        self, hass: HomeAssistant, hass_client_no_auth: ClientSessionGenerator, path: str
    ) -> None:
        """Neither another version, nor what is not in the folder, nor a list of it."""
        client = await hass_client_no_auth()
        response = await client.get(f"/rion_nl43/{path.format(version=async_page_version(hass))}")
        assert response.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)

    @pytest.mark.usefixtures("loaded")
    async def test_version(self, hass: HomeAssistant) -> None:
        """It names the release and the state of the files."""
        assert async_page_version(hass) == f"{read('manifest.json')['version']}-{hash_of_files(FOLDER)}"
        assert re.fullmatch(r"[\w.-]+", async_page_version(hass))

    def test_version_follows_contents(self, tmp_path: Path) -> None:
        """Another content, name or file is another version; the same in another place is the same."""
        copy = tmp_path / "copy"
        shutil.copytree(FOLDER, copy)
        versions = [hash_of_files(copy)]
        assert versions == [hash_of_files(FOLDER)]
        (copy / "more.js").write_text("export const more = 1;\n")
        versions.append(hash_of_files(copy))
        (copy / "more.js").write_text("export const more = 2;\n")
        versions.append(hash_of_files(copy))
        (copy / "more.js").rename(copy / "others.js")
        versions.append(hash_of_files(copy))
        # The end of a name is not the beginning of the content.
        (copy / "others.js").unlink()
        (copy / "other").write_text("s.jsexport const more = 2;\n")
        versions.append(hash_of_files(copy))
        assert len(set(versions)) == len(versions)


class TestModules:
    """The files, read."""

    @pytest.mark.parametrize("name", MODULES)
    def test_imports(self, name: str) -> None:
        """They are files of the folder, so that all modules are of one version and none comes from elsewhere."""
        text = code(name)
        for target in re.findall(
            r"""^(?:import\s+|(?:import|export)\b[^;"']*\bfrom\s+)["']([^"']+)""", text, re.MULTILINE
        ):
            assert target.startswith(("./", "../")), target
            assert ((FOLDER / name).parent / target).resolve().relative_to(FOLDER).as_posix() in MODULES
        assert not re.search(r"\bimport\(", text)

    @pytest.mark.parametrize("name", MODULES)
    def test_no_data_becomes_markup(self, name: str) -> None:
        """Names of meters and rules are text."""
        text = code(name)
        assert not re.search(r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval)\b", text)


class TestLoading:
    """The module in the page."""

    async def test_without_a_frontend(self, loaded: MockConfigEntry, hass: HomeAssistant) -> None:
        """Meters do without."""
        assert frontend.DOMAIN not in hass.config.components
        assert loaded.state is ConfigEntryState.LOADED
        assert await hass.config_entries.async_unload(loaded.entry_id)

    async def test_once_for_all_meters(
        self,
        hass: HomeAssistant,
        meter: EmulatedMeter,
        emulated_meter: MeterFactory,
        changes: list[tuple[str, str]],
        entry: MockConfigEntry,
    ) -> None:
        """It is loaded with the first meter, and no more after the last."""
        assert not loaded_urls(hass)
        second = new_entry(await emulated_meter(serial="00830002", ftp_port=0))
        second.add_to_hass(hass)
        # The first that is set up takes the other along.
        assert await hass.config_entries.async_setup(entry.entry_id)
        assert second.state is ConfigEntryState.LOADED
        url = module_url(hass)
        assert changes == [("added", url)]
        assert loaded_urls(hass) == [url]
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert changes == [("added", url)]
        assert await hass.config_entries.async_unload(second.entry_id)
        assert changes == [("added", url), ("removed", url)]
        assert not loaded_urls(hass)

    @pytest.mark.usefixtures("meter")
    async def test_before_the_meter(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """A page that is opened while Home Assistant starts has it, though the meter comes later."""
        states: list[ConfigEntryState] = []
        hass.data[DATA_EXTRA_MODULE_URL] = UrlManager(lambda _change, _url: states.append(entry.state), [])
        hass.config.components.add(frontend.DOMAIN)
        assert await hass.config_entries.async_setup(entry.entry_id)
        assert states == [ConfigEntryState.SETUP_IN_PROGRESS]

    @pytest.mark.usefixtures("meter")
    async def test_again(self, hass: HomeAssistant, changes: list[tuple[str, str]], entry: MockConfigEntry) -> None:
        """A meter that is reloaded, or disabled and enabled, has it loaded under the same address."""
        assert await hass.config_entries.async_setup(entry.entry_id)
        url = module_url(hass)
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert loaded_urls(hass) == [url]
        await hass.config_entries.async_set_disabled_by(entry.entry_id, ConfigEntryDisabler.USER)
        assert not loaded_urls(hass)
        await hass.config_entries.async_set_disabled_by(entry.entry_id, None)
        assert loaded_urls(hass) == [url]
        await hass.config_entries.async_remove(entry.entry_id)
        assert not loaded_urls(hass)
        assert [change for change, _ in changes] == ["added", "removed"] * 3
