"""Levels of periods of the day, as Home Assistant shows them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.rion_nl43.acoustics import Span, Stretch
from emulator import EmulatedMeter
from tests.conftest import START

from .helpers import MockConfigEntry, StateLog, entity_id, let_pass, runtime, state, until, value

MIDNIGHT = START.replace(hour=0)
QUARTER = timedelta(minutes=15)
KNOWN = ("current_24h", "last_day", "last_evening", "last_night", "last_rating")


def steady(began: datetime, ended: datetime, leq: float) -> Iterable[Stretch]:
    """Yield a steady sound by quarters of an hour."""
    while began < ended:
        yield Stretch.of_level(began.timestamp(), QUARTER.total_seconds(), leq, lmax=leq, lmin=leq)
        began += QUARTER


async def heard(entry: MockConfigEntry, began: datetime, ended: datetime, leq: float) -> None:
    """Let the history know of a steady sound."""
    await runtime(entry).monitor.history.add_records(steady(began, ended, leq), only_holes_s=None)


@pytest.fixture
async def known(hass: HomeAssistant, loaded: MockConfigEntry) -> MockConfigEntry:
    """A meter that has told its weightings: what was heard under others counts apart."""
    await until(hass, lambda: runtime(loaded).monitor.history.weighting == "AF", 120)
    return loaded


@pytest.fixture
async def two_days(known: MockConfigEntry) -> MockConfigEntry:
    """A meter that has heard 60 dB for two days."""
    await heard(known, MIDNIGHT - timedelta(days=2), START, 60.0)
    return known


async def test_before_anything_is_known(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Too little of each period is covered; they are there nevertheless."""
    assert [value(hass, key) for key in KNOWN] == ["unknown"] * len(KNOWN)
    assert state(hass, "last_night").attributes["coverage"] == 0


@pytest.mark.usefixtures("two_days")
async def test_levels(hass: HomeAssistant) -> None:
    """Each over its period, with its coverage; Lden of a steady sound is 6.4 dB above it."""
    assert [value(hass, key) for key in KNOWN] == ["60.0", "60.0", "60.0", "60.0", "66.4"]
    night = state(hass, "last_night").attributes
    assert night["coverage"] == 100
    assert night["began"] == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert night["ended"] == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert night["friendly_name"] == "NL-43 00830001 LAeq last night"
    rating = state(hass, "last_rating").attributes
    assert rating["friendly_name"] == "NL-43 00830001 Lden last full day"
    assert (rating["began"], rating["ended"]) == (datetime(2026, 3, 1, 7, tzinfo=UTC), night["ended"])
    assert entity_id(hass, "current_24h").endswith("_leq_today")


async def test_another_plan(hass: HomeAssistant, two_days: MockConfigEntry) -> None:
    """It takes effect at once; what it has not is unavailable."""
    hass.config_entries.async_update_entry(two_days, options={"day_plan": "us"})
    await hass.async_block_till_done()
    assert state(hass, "last_rating").attributes["friendly_name"].endswith("Ldn last full day")
    assert (value(hass, "last_rating"), value(hass, "last_evening")) == ("66.4", "unavailable")
    hass.config_entries.async_update_entry(two_days, options={"day_plan": "uk"})
    await hass.async_block_till_done()
    assert (value(hass, "last_rating"), value(hass, "last_day")) == ("unavailable", "60.0")


async def test_least_coverage(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """It is that of the options."""
    await heard(known, MIDNIGHT, MIDNIGHT + timedelta(hours=5), 60.0)
    assert value(hass, "current_24h") == "unknown"
    hass.config_entries.async_update_entry(known, options={"min_coverage": 50})
    await hass.async_block_till_done()
    assert value(hass, "current_24h") == "60.0"


async def test_meter_away(hass: HomeAssistant, two_days: MockConfigEntry) -> None:
    """What was heard is known whether the meter is there or not; what nobody hears lowers the coverage."""
    await runtime(two_days).monitor.standby.release()
    await let_pass(70)
    assert value(hass, "lp") == "unavailable"
    assert value(hass, "current_24h") == "60.0"
    await let_pass(3600)
    assert 80 < state(hass, "current_24h").attributes["coverage"] < 95


async def test_published_once_a_minute_at_most(
    hass: HomeAssistant, meter: EmulatedMeter, two_days: MockConfigEntry
) -> None:
    """And only if there is something new to tell."""
    log = StateLog(hass)
    tone = object()
    meter.instrument.add_sound(tone, 100.0)
    await let_pass(300)
    meter.instrument.remove_sound(tone)
    log.close()
    times = [at for at, _ in log.of(entity_id(hass, "current_24h"))]
    assert 3 <= len(times) <= 6
    assert all(later - before > 59 for before, later in pairwise(times))
    assert float(value(hass, "current_24h")) > 75
    assert not log.of(entity_id(hass, "last_night"))


async def test_calibration_counts_nowhere(hass: HomeAssistant, two_days: MockConfigEntry) -> None:
    """What is excluded is told as not covered, at once."""
    six, eight = (round(1000 * START.replace(hour=hour).timestamp()) for hour in (6, 8))
    await runtime(two_days).monitor.history.exclude(Span(six, eight), "calibration")
    assert state(hass, "current_24h").attributes["coverage"] == 74


@pytest.mark.usefixtures("all_enabled")
async def test_all_of_them(hass: HomeAssistant, known: MockConfigEntry) -> None:
    """The one that runs has a level, those that do not are unknown."""
    await heard(known, MIDNIGHT - timedelta(days=2), START, 60.0)
    assert er.async_get(hass).async_get(entity_id(hass, "current_day"))
    assert value(hass, "last_24h") == "60.0"
    assert 59 < float(value(hass, "current_day")) < 80
    assert (value(hass, "current_evening"), value(hass, "current_night")) == ("unknown", "unknown")
