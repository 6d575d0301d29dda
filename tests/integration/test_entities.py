"""All entities of a meter: what they are called and what they are."""

from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_UNIT_OF_MEASUREMENT,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from emulator import EmulatedMeter

from .entity_rows import ALL, Row
from .helpers import SERIAL, MockConfigEntry, let_pass


def described(entry: er.RegistryEntry) -> Row:
    """Return what the registry knows of an entity, as a row of the tables above."""
    prefix = f"nl_43_{SERIAL}_"
    platform, object_id = entry.entity_id.split(".")
    assert entry.unique_id.startswith(f"{SERIAL}_")
    assert object_id.startswith(prefix)
    assert entry.has_entity_name
    return (
        Platform(platform),
        entry.unique_id.removeprefix(f"{SERIAL}_"),
        object_id.removeprefix(prefix),
        entry.original_name or "",
        entry.original_device_class,
        entry.unit_of_measurement,
        entry.entity_category,
        entry.disabled_by is None,
    )


async def test_entities(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The entities are these and no others; the names are right without further ado for those enabled."""
    await let_pass(300)
    found = {row[:2]: row for row in map(described, registered(hass, loaded))}
    expected = {row[:2]: row for row in ALL}
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        enabled = row[-1]
        # The name of a disabled entity is the one it was added with: its facts were not known then.
        assert found[key] == (row if enabled else (*row[:3], found[key][3], *row[4:]))


@pytest.mark.usefixtures("all_enabled")
async def test_states(hass: HomeAssistant, meter: EmulatedMeter) -> None:
    """Every entity, once enabled, has its name, unit and class in its state too."""
    meter.instrument.settings["Measure Display Sub Channel 1"] = "On"
    await let_pass(300)
    for platform, _, object_id, name, device_class, unit, *_ in ALL:
        state = hass.states.get(f"{platform}.nl_43_{SERIAL}_{object_id}")
        assert state, object_id
        assert state.attributes[ATTR_FRIENDLY_NAME] == f"NL-43 {SERIAL} {name}"
        assert state.attributes.get(ATTR_DEVICE_CLASS) == device_class
        assert state.attributes.get(ATTR_UNIT_OF_MEASUREMENT) == unit
        if device_class == "sound_pressure":
            assert state.attributes["state_class"] == "measurement"


async def test_levels_show_one_decimal(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Home Assistant would show no decimals of a level by itself."""
    for entry in registered(hass, loaded):
        if entry.original_device_class == "sound_pressure" and entry.disabled_by is None:
            assert entry.options["sensor"] == {"suggested_display_precision": 1}


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> list[er.RegistryEntry]:
    """Return the entry's entities."""
    return er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
