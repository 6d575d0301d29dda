"""What is kept of a meter while Home Assistant does not run."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.memory import SAVE_DELAY_S, MemoryStore
from emulator import EmulatedMeter

from .helpers import SERIAL, MockConfigEntry, act, let_pass, press, runtime, until_available, value

KEY = f"{DOMAIN}.somebody"
FLAT = {
    "started_at": "2026-03-02T07:00:00+00:00",
    "origin": "command",
    "uncertainty_s": 0.5,
    "paused_s": 0.0,
    "paused_since": None,
}


@pytest.fixture
def store(hass: HomeAssistant, hass_storage: dict[str, Any]) -> MemoryStore:
    """The file of an entry."""
    return MemoryStore(hass, "somebody")


def on_disk(hass_storage: dict[str, Any], version: int, minor_version: int | None, data: object) -> None:
    """Put a file there."""
    file = {"version": version, "key": KEY, "data": data}
    hass_storage[KEY] = file if minor_version is None else file | {"minor_version": minor_version}


async def test_nothing_kept(store: MemoryStore) -> None:
    """Without a file nothing is known."""
    assert await store.async_load() == {}
    assert store.acknowledged == set()


async def test_kept_and_read(hass: HomeAssistant, hass_storage: dict[str, Any], store: MemoryStore) -> None:
    """What one run keeps the next one reads."""
    store.async_keep(lambda: {"measurement": FLAT, "standby": {"until": None}})
    store.acknowledged |= {"wedged", "card_low"}
    await store.async_save()
    assert hass_storage[KEY]["data"]["acknowledged"] == ["card_low", "wedged"]
    again = MemoryStore(hass, "somebody")
    assert await again.async_load() == {"measurement": FLAT, "standby": {"until": None}}
    assert again.acknowledged == {"wedged", "card_low"}


@pytest.mark.parametrize(("version", "minor_version"), [(1, None), (1, 1)])
async def test_flat_file(
    hass_storage: dict[str, Any], store: MemoryStore, version: int, minor_version: int | None
) -> None:
    """The file of an earlier version held the measurement alone."""
    on_disk(hass_storage, version, minor_version, FLAT)
    assert await store.async_load() == {"measurement": FLAT}


async def test_empty_flat_file(hass_storage: dict[str, Any], store: MemoryStore) -> None:
    """That of a meter that did not measure."""
    on_disk(hass_storage, 1, 1, {})
    assert await store.async_load() == {}


async def test_file_of_a_later_version(hass_storage: dict[str, Any], store: MemoryStore) -> None:
    """What is added later does not disturb."""
    on_disk(hass_storage, 1, 3, {"monitor": {"measurement": FLAT}, "rules": []})
    assert await store.async_load() == {"measurement": FLAT}


@pytest.mark.parametrize(
    "rubbish", [[], [1, 2], "text", {"monitor": 3}, {"monitor": ["a"]}, {"acknowledged": {"a": 1}}, {"acknowledged": 7}]
)
@pytest.mark.parametrize("minor_version", [1, 2])
async def test_rubbish(hass_storage: dict[str, Any], store: MemoryStore, rubbish: object, minor_version: int) -> None:
    """A file that makes no sense is as good as none."""
    on_disk(hass_storage, 1, minor_version, rubbish)
    kept = await store.async_load()
    assert kept in ({}, {"measurement": rubbish})
    assert store.acknowledged == set()


async def test_half_rubbish(hass_storage: dict[str, Any], store: MemoryStore) -> None:
    """What makes sense is taken."""
    on_disk(hass_storage, 1, 2, {"monitor": None, "acknowledged": ["wedged", 3, None]})
    assert await store.async_load() == {}
    assert store.acknowledged == {"wedged"}


async def test_changes_do_not_put_off_one_another(
    hass: HomeAssistant, hass_storage: dict[str, Any], store: MemoryStore
) -> None:
    """However often something changes, it is on disk some seconds later, and written once for many changes."""
    written = 0

    def collect() -> dict[str, Any]:
        nonlocal written
        written += 1
        return {"measurement": written}

    store.async_keep(collect)
    for _ in range(40):
        store.async_note_change()
        await let_pass(0.25)
    await hass.async_block_till_done()
    assert 1 <= written <= 10 / SAVE_DELAY_S
    assert hass_storage[KEY]["data"]["monitor"] == {"measurement": written}


async def test_flat_file_of_a_running_measurement(
    hass: HomeAssistant, meter: EmulatedMeter, entry: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """The start that an earlier version kept is still known after the update."""
    assert meter.instrument.press_start()
    started_at = dt_util.utcnow()
    await let_pass(600)
    hass_storage[f"{DOMAIN}.{entry.entry_id}"] = {
        "version": 1,
        "minor_version": 1,
        "key": f"{DOMAIN}.{entry.entry_id}",
        "data": FLAT | {"started_at": started_at.isoformat()},
    }
    assert await hass.config_entries.async_setup(entry.entry_id)
    await until_available(hass)
    await let_pass(60)
    told = dt_util.parse_datetime(value(hass, "measurement_start"), raise_on_error=True)
    assert abs(told - started_at) <= timedelta(seconds=1)


async def test_standby_outlives_a_restart(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """A meter that was given away is not taken back by a restart."""
    await act(hass, "standby")
    await let_pass(SAVE_DELAY_S + 1)
    await hass.async_block_till_done()
    assert hass_storage[f"{DOMAIN}.{loaded.entry_id}"]["data"]["monitor"]["standby"]
    connections = len(meter.referee.connections)
    assert await hass.config_entries.async_reload(loaded.entry_id)
    await let_pass(600)
    assert runtime(loaded).monitor.standby.active
    assert len(meter.referee.connections) == connections
    await act(hass, "resume")
    await until_available(hass)


async def test_commands_outlive_a_restart(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """What was asked for and what became of it is still known; nothing is sent again."""
    await press(hass, "start")
    before = runtime(loaded).monitor.commands.recent
    assert [command.name for command in before] == ["start"]
    assert await hass.config_entries.async_reload(loaded.entry_id)
    after = runtime(loaded).monitor.commands.recent
    assert [(command.id, command.state, command.asked_at) for command in after] == [
        (command.id, command.state, command.asked_at) for command in before
    ]


async def test_no_secrets_on_disk(hass: HomeAssistant, loaded: MockConfigEntry, hass_storage: dict[str, Any]) -> None:
    """The memory does not say whose meter it is, or how to log in."""
    await press(hass, "start")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    kept = str(hass_storage[f"{DOMAIN}.{loaded.entry_id}"]["data"])
    assert SERIAL not in kept
    assert "USER" not in kept
