"""The alert episodes that are kept of a meter while Home Assistant does not run."""

from typing import Any

from homeassistant.core import HomeAssistant
import pytest

from custom_components.rion_nl43.alerts import EndReason, Episode, Grade, GradeChange, Trace
from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.episode_store import EpisodeStore
from custom_components.rion_nl43.memory import SAVE_DELAY_S
from custom_components.rion_nl43.monitor import UNREACHABLE, UNREACHABLE_AFTER_S
from emulator import EmulatedMeter

from .helpers import SERIAL, MockConfigEntry, let_pass, runtime, until_available

KEY = f"{DOMAIN}.somebody.episodes"
EPISODE = Episode(
    id="a",
    rule_id="rule",
    rule_name="Rule",
    metric="lp",
    direction="above",
    began=1.0,
    onset=2.0,
    grades=(GradeChange(2.0, Grade.ALARM),),
    ended=60.0,
    end_reason=EndReason.CLEARED,
    trace=Trace(0.0, 1.0, (50.0, None, 71.5)),
)


@pytest.fixture
def store(hass: HomeAssistant, hass_storage: dict[str, Any]) -> EpisodeStore:
    """The file of an entry."""
    return EpisodeStore(hass, "somebody")


def file_of(entry: MockConfigEntry) -> str:
    """Return the name of the entry's file."""
    return f"{DOMAIN}.{entry.entry_id}.episodes"


async def test_nothing_kept(hass_storage: dict[str, Any], store: EpisodeStore) -> None:
    """Without a file nothing is known, and without episodes none is written."""
    assert await store.async_load() == []
    await store.async_save()
    assert KEY not in hass_storage


async def test_kept_and_read(hass: HomeAssistant, store: EpisodeStore) -> None:
    """What one run keeps the next one reads, traces included."""
    store.async_keep(lambda: [EPISODE])
    await store.async_save()
    assert await EpisodeStore(hass, "somebody").async_load() == [EPISODE]


@pytest.mark.parametrize("rubbish", [[], [1, 2], "text", {"episodes": 3}, {"episodes": {"a": 1}}, {"other": []}])
async def test_rubbish(hass_storage: dict[str, Any], store: EpisodeStore, rubbish: object) -> None:
    """A file that makes no sense is as good as none."""
    hass_storage[KEY] = {"version": 1, "minor_version": 1, "key": KEY, "data": rubbish}
    assert await store.async_load() == []


async def test_file_of_a_later_version(hass_storage: dict[str, Any], store: EpisodeStore) -> None:
    """What is added later does not disturb."""
    episode = EPISODE.to_json() | {"mood": "good"}
    hass_storage[KEY] = {"version": 1, "minor_version": 2, "key": KEY, "data": {"episodes": [1, episode], "more": 5}}
    assert await store.async_load() == [EPISODE]


async def test_changes_do_not_put_off_one_another(
    hass: HomeAssistant, hass_storage: dict[str, Any], store: EpisodeStore
) -> None:
    """However often something changes, it is on disk some seconds later, as it was at the last change."""
    episodes: list[Episode] = []
    store.async_keep(lambda: episodes)
    for _ in range(40):
        episodes.append(EPISODE)
        store.async_note_change()
        await let_pass(0.25)
        await hass.async_block_till_done()
        on_disk = len(hass_storage[KEY]["data"]["episodes"]) if KEY in hass_storage else 0
        assert len(episodes) - on_disk <= SAVE_DELAY_S / 0.25 + 1
    await let_pass(SAVE_DELAY_S)
    await hass.async_block_till_done()
    assert len(hass_storage[KEY]["data"]["episodes"]) == 40


async def test_what_is_on_disk_is_not_written_again(hass_storage: dict[str, Any], store: EpisodeStore) -> None:
    """Hundreds of episodes are a large file."""
    episodes = [EPISODE]
    store.async_keep(lambda: episodes)
    store.async_note_change()
    await store.async_save()
    assert hass_storage.pop(KEY)
    await let_pass(60)
    await store.async_save()
    assert KEY not in hass_storage
    episodes.append(EPISODE)
    await store.async_save()
    assert hass_storage[KEY]


async def test_episodes_outlive_a_restart(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Open ones go on, and are on disk soon after anything happens to them."""
    await meter.power_off()
    await let_pass(UNREACHABLE_AFTER_S + 10 + SAVE_DELAY_S)
    await hass.async_block_till_done()
    (kept,) = hass_storage[file_of(loaded)]["data"]["episodes"]
    assert kept["rule_id"] == UNREACHABLE
    assert SERIAL not in str(kept)
    before = runtime(loaded).monitor.alerts.open_episodes
    assert await hass.config_entries.async_reload(loaded.entry_id)
    assert [episode.id for episode in runtime(loaded).monitor.alerts.open_episodes] == [before[0].id]
    await meter.power_on()
    await until_available(hass)
    assert await hass.config_entries.async_unload(loaded.entry_id)
    (kept,) = hass_storage[file_of(loaded)]["data"]["episodes"]
    assert (kept["id"], kept["end_reason"]) == (before[0].id, EndReason.REACHABLE)


async def test_the_file_goes_with_the_entry(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, hass_storage: dict[str, Any]
) -> None:
    """Nothing of a meter is left behind."""
    await meter.power_off()
    await let_pass(UNREACHABLE_AFTER_S + 10 + SAVE_DELAY_S)
    await hass.async_block_till_done()
    assert file_of(loaded) in hass_storage
    await hass.config_entries.async_remove(loaded.entry_id)
    await hass.async_block_till_done()
    assert file_of(loaded) not in hass_storage
