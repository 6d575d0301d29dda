"""Files and folders of a meter's card in a folder of Home Assistant, packed if wanted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
import os
from pathlib import Path
import shutil
import tempfile
from typing import Final
import zipfile

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from .card_paths import entry_at, on_card
from .const import CONF_SERIAL, DOMAIN
from .coordinator import RionConfigEntry
from .episode_file import whole_path
from .monitor import ActivityKind
from .nl43 import NL43Error
from .nl43.ftp import FolderFetched, fetch_file, fetch_folder, safe_path

# So long an action waits for its turn: others may have much to fetch.
PATIENCE_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Download:
    """What was downloaded: where it is, or the one file that all is packed in, and what was left and why."""

    target: Path
    files: tuple[Path, ...]
    size: int
    left: Mapping[str, NL43Error] = field(default_factory=dict)


async def async_download(
    hass: HomeAssistant, entry: RionConfigEntry, names: tuple[str, ...], folder: str | None, *, packed: bool = False
) -> Download:
    """Download a file or a folder of the card to its path on the card, below the meter's serial number, in `folder`.

    That is one that Home Assistant may write to, or `rion_nl43` in the first media folder. What is there is replaced.
    Raises what `MeterCard.session` and `fetch_folder` raise; HomeAssistantError of this computer.
    """
    target = _base(hass, folder) / safe_path(entry.data[CONF_SERIAL], *names)
    if not await hass.async_add_executor_job(_is_allowed, hass, target):
        raise _error(ServiceValidationError, "path_not_allowed", target)
    try:
        return await _download(hass, entry, names, target, packed=packed)
    except OSError as error:
        raise _error(HomeAssistantError, "file_not_written", target, error=str(error)) from error


async def _download(
    hass: HomeAssistant, entry: RionConfigEntry, names: tuple[str, ...], target: Path, *, packed: bool
) -> Download:
    card, path, run = entry.runtime_data.monitor.card, on_card(names), hass.async_add_executor_job
    room: Path | None = None
    try:
        async with card.session(ActivityKind.DOWNLOADING, patience_s=PATIENCE_S) as session:
            if names and not (found := await entry_at(session, path, card.now())).is_folder:
                card.expect(found.size)
                size = await fetch_file(session, path, target, listed=found.size, run=run)
                return Download(target, (target,), size)
            if packed:
                room = await run(_make_room, target)
            fetched = await fetch_folder(session, path, room or target, card.now(), run=run)
        if room is None:
            return Download(target, tuple(fetched.files), fetched.size, fetched.left)
        # The meter is free again meanwhile.
        return await run(_pack, fetched, room, target)
    finally:
        if room is not None:
            await run(partial(shutil.rmtree, room, ignore_errors=True))


def _base(hass: HomeAssistant, folder: str | None) -> Path:
    if folder is not None:
        return whole_path(hass, Path(folder))
    if not hass.config.media_dirs:
        raise ServiceValidationError(translation_domain=DOMAIN, translation_key="no_media_folder")
    return Path(next(iter(hass.config.media_dirs.values())), DOMAIN)


def _is_allowed(hass: HomeAssistant, target: Path) -> bool:
    # A path with control characters is nobody's, and some of them are errors to the system.
    return str(target).isprintable() and hass.config.is_allowed_path(str(target))


def _make_room(target: Path) -> Path:
    """Return a new folder on the same file system."""
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(dir=target.parent, prefix="."))


def _pack(fetched: FolderFetched, room: Path, target: Path) -> Download:
    """Pack what was fetched; the file takes its place when all of it is there."""
    packed, part = target.parent / f"{target.name}.zip", room / ".part"
    with part.open("xb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in fetched.files:
                archive.write(path, Path(target.name, path.relative_to(room)))
        file.flush()
        os.fsync(file.fileno())
    part.replace(packed)
    return Download(packed, (packed,), fetched.size, fetched.left)


def _error[E: HomeAssistantError](kind: type[E], key: str, path: Path, **more: str) -> E:
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders={"file": str(path), **more})
