"""The file in which a meter's history is kept, beside what else Home Assistant keeps of the meter."""

from pathlib import Path

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import STORAGE_DIR

from .const import DOMAIN
from .monitor import DAMAGED_SUFFIX, MeterHistory

# sqlite has two more files while a database is open, and after Home Assistant was killed.
SUFFIXES = ("", "-wal", "-shm", DAMAGED_SUFFIX)


def history_path(hass: HomeAssistant, entry_id: str) -> Path:
    """Return where the history of a meter's entry is kept."""
    return Path(hass.config.path(STORAGE_DIR, f"{DOMAIN}.{entry_id}.history.db"))


async def async_open_history(hass: HomeAssistant, entry: ConfigEntry, history: MeterHistory) -> None:
    """Let a history know what is kept of it, and keep it from now on."""
    path = history_path(hass, entry.entry_id)
    await hass.async_add_executor_job(_make_folder, path)
    await history.open(path, hass.async_add_executor_job)


async def async_remove_history(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete the file of an entry that is removed."""
    await hass.async_add_executor_job(_remove, history_path(hass, entry.entry_id))


def bytes_on_disk(path: Path) -> int:
    """Return how much there is in a history's files; blocks."""
    files = [path.with_name(path.name + suffix) for suffix in SUFFIXES]
    return sum(file.stat().st_size for file in files if file.exists())


def _make_folder(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)


def _remove(path: Path) -> None:
    for suffix in SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
