"""How often samples become states."""

from itertools import pairwise
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.setup import async_setup_component
import pytest

from custom_components.rion_nl43.const import CONF_FEED, CONF_MIN_COVERAGE, CONF_PUBLISH, PublishProfile
from custom_components.rion_nl43.options import STREAMED
from emulator import EmulatedMeter
from emulator.faults import ReplaceAnswer
from tests.fixtures import MeterFactory

from .helpers import MockConfigEntry, StateLog, entity_id, let_pass, new_entry, press, runtime, state, until, value

SUB = "  -.-," * 14 + "-,-"


def row(lp: float, *, over: int = 0, under: int = 0) -> str:
    """Return a row of displayed values with a live level only."""
    main = f"{lp:5.1f}," + "  -.-," * 13 + f"{over},{under}"
    return f"{main},{SUB},{SUB},{SUB}"


async def choose(hass: HomeAssistant, entry: MockConfigEntry, profile: PublishProfile, **options: Any) -> None:
    """Choose how often levels are published."""
    hass.config_entries.async_update_entry(entry, options={CONF_PUBLISH: profile.value, **options})
    await hass.async_block_till_done()


async def test_at_most_six_states_a_minute(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """By default no entity changes more often than every 10 s, though the meter is read every second."""
    await press(hass, "start")
    await let_pass(60)
    log = StateLog(hass)
    began = len(meter.referee.commands)
    await let_pass(600)
    log.close()
    assert len(meter.referee.commands) - began > 550
    log.assert_apart(10)
    assert len(log.of(entity_id(hass, "lp"))) >= 50


async def test_only_what_changed(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A value that stays is not written again, not even as reported."""
    meter.faults.add(ReplaceAnswer("DOD?", row(51.2), times=None))
    await until(hass, lambda: value(hass, "lp") == "51.2")
    reported = state(hass, "lp").last_reported
    await let_pass(120)
    assert state(hass, "lp").last_reported == reported


@pytest.mark.parametrize(
    ("profile", "writes"),
    [
        (PublishProfile.ECONOMICAL, range(9, 11)),
        (PublishProfile.NORMAL, range(50, 61)),
        (PublishProfile.LIVE, range(400, 601)),
    ],
)
async def test_profiles(
    hass: HomeAssistant,
    meter: EmulatedMeter,
    loaded: MockConfigEntry,
    profile: PublishProfile,
    writes: range,
) -> None:
    """The profile is taken up at once, over the same connection."""
    await choose(hass, loaded, profile)
    await let_pass(60)
    log = StateLog(hass)
    await let_pass(600)
    log.close()
    assert len(log.of(entity_id(hass, "lp"))) in writes
    assert len(meter.referee.connections) == 1
    assert loaded.state is ConfigEntryState.LOADED


async def test_windows_as_often_as_they_are_long(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """By default a running window is published once in its length and every 5 min: more would fill the disk."""
    await until(hass, lambda: value(hass, "leq_15min") not in ("unknown", STATE_UNAVAILABLE), 900)
    await let_pass(300)
    log = StateLog(hass)
    await let_pass(3000)
    log.close()
    for key, interval_s in (("leq_1min", 60), ("leq_15min", 300), ("l10_15min", 300), ("l90_15min", 300)):
        times = [at for at, _ in log.of(entity_id(hass, key))]
        assert all(second - first >= interval_s for first, second in pairwise(times)), key
        assert len(times) >= 3000 / interval_s / 2, key


async def test_windows_live(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Who wants all has the windows as often as the rest."""
    await choose(hass, loaded, PublishProfile.LIVE)
    await let_pass(120)
    log = StateLog(hass)
    await let_pass(120)
    log.close()
    assert len(log.of(entity_id(hass, "leq_1min"))) >= 30


async def test_a_window_that_is_lost_is_news(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A window that is not covered any more becomes unknown at once, however long it is."""
    await choose(hass, loaded, PublishProfile.NORMAL, **{CONF_MIN_COVERAGE: 98})
    await let_pass(1000)
    assert value(hass, "leq_15min") not in ("unknown", STATE_UNAVAILABLE)
    meter.faults.add(ReplaceAnswer("DOD?", row(51.2).replace(" 51.2", "  -.-"), times=None))
    assert await until(hass, lambda: value(hass, "leq_15min") == "unknown", 120) <= 40


async def test_meters_that_come_together_publish_apart(
    hass: HomeAssistant, loaded: MockConfigEntry, emulated_meter: MeterFactory
) -> None:
    """A hundred meters that return at the same moment would hold up Home Assistant every 10 s ever after."""
    other = new_entry(await emulated_meter(serial="00830002"))
    other.add_to_hass(hass)
    assert await hass.config_entries.async_setup(other.entry_id)
    for entry in (loaded, other):
        await runtime(entry).monitor.standby.release()
    await let_pass(20)
    for entry in (loaded, other):
        await runtime(entry).monitor.standby.take_back()
    await let_pass(45)
    log = StateLog(hass)
    await let_pass(60)
    log.close()
    (ours, theirs) = ([at for at, _ in log.of(f"sensor.nl_43_{serial}_lp")] for serial in ("00830001", "00830002"))
    assert len(ours) >= 4
    assert len(theirs) >= 4
    assert min(abs(first - second) for first in ours for second in theirs) > 1
    await hass.config_entries.async_unload(other.entry_id)


async def test_streamed_live(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Ten samples a second make one state a second at most."""
    await choose(hass, loaded, PublishProfile.LIVE, **{CONF_FEED: STREAMED})
    await until(hass, lambda: value(hass, "feed") == "streamed")
    await let_pass(30)
    log = StateLog(hass)
    await let_pass(120)
    log.close()
    log.assert_apart(0.999)
    assert 90 <= len(log.of(entity_id(hass, "lp"))) <= 121


async def test_run_state_at_once(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """A start is published when the meter has confirmed it, however long the interval."""
    await choose(hass, loaded, PublishProfile.ECONOMICAL)
    await let_pass(90)
    assert value(hass, "run_state") == "stopped"
    await press(hass, "start")
    assert value(hass, "run_state") == "measuring"
    assert value(hass, "measurement_start") not in ("unknown", "unavailable")
    meter.instrument.press_stop()
    assert await until(hass, lambda: value(hass, "run_state") == "stopped", 90) <= 62


async def test_overload_of_one_sample_is_not_missed(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry
) -> None:
    """A flag of any sample since the last publication shows, and goes with the next."""
    await choose(hass, loaded, PublishProfile.ECONOMICAL)
    await until(hass, lambda: value(hass, "over", Platform.BINARY_SENSOR) == STATE_OFF)
    await let_pass(65)
    meter.faults.add(ReplaceAnswer("DOD?", row(139.9, over=1), times=1))
    meter.faults.add(ReplaceAnswer("DOD?", row(19.0, under=1), times=1, skip=1))
    await until(hass, lambda: value(hass, "over", Platform.BINARY_SENSOR) == STATE_ON, 70)
    assert value(hass, "under", Platform.BINARY_SENSOR) == STATE_ON
    await let_pass(1)
    await until(hass, lambda: value(hass, "over", Platform.BINARY_SENSOR) == STATE_OFF, 70)
    assert value(hass, "under", Platform.BINARY_SENSOR) == STATE_OFF


async def test_asked_for_ahead_of_time(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """Home Assistant's own action to update an entity publishes what is known."""
    await async_setup_component(hass, "homeassistant", {})
    await choose(hass, loaded, PublishProfile.ECONOMICAL)
    await let_pass(65)
    published = runtime(loaded).levels.data
    await let_pass(5)
    await hass.services.async_call(
        "homeassistant", "update_entity", {"entity_id": entity_id(hass, "lp")}, blocking=True
    )
    assert runtime(loaded).levels.data is not published
    assert runtime(loaded).levels.data.sample is runtime(loaded).monitor.sample


async def test_asked_for_while_away(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry) -> None:
    """What cannot be had now is said so; how the link is can always be told."""
    data = runtime(loaded)
    await data.monitor.standby.release()
    await until(hass, lambda: value(hass, "lp") == STATE_UNAVAILABLE)
    await data.levels.async_refresh()
    assert isinstance(data.levels.last_exception, UpdateFailed)
    assert data.levels.last_exception.translation_key == "not_available"
    await data.facts.async_refresh()
    assert isinstance(data.facts.last_exception, UpdateFailed)
    assert data.facts.last_exception.translation_key == "link_closed"
    await data.status.async_refresh()
    assert data.status.last_update_success
    assert data.status.data.standby
    await data.monitor.standby.take_back()
    await until(hass, lambda: value(hass, "lp") != STATE_UNAVAILABLE)
