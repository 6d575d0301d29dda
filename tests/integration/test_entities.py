"""All entities of a meter: what they are called and what they are."""

from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_UNIT_OF_MEASUREMENT,
    EntityCategory,
    Platform,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from emulator import EmulatedMeter

from .helpers import SERIAL, MockConfigEntry, let_pass

SENSOR, BINARY_SENSOR, BUTTON = Platform.SENSOR, Platform.BINARY_SENSOR, Platform.BUTTON
DIAGNOSTIC, CONFIG = EntityCategory.DIAGNOSTIC, EntityCategory.CONFIG
LEVEL = ("sound_pressure", "dB", None)

type Row = tuple[Platform, str, str, str, str | None, str | None, EntityCategory | None, bool]

# Platform, key, object id, name, device class, unit, category, enabled.
MAIN: list[Row] = [
    (SENSOR, "lp", "lp", "LAF", *LEVEL, True),
    (SENSOR, "leq", "leq", "LAeq", *LEVEL, True),
    (SENSOR, "le", "le", "LAE", *LEVEL, False),
    (SENSOR, "lmax", "lmax", "LAFmax", *LEVEL, True),
    (SENSOR, "lmin", "lmin", "LAFmin", *LEVEL, True),
    (SENSOR, "lpeak", "lpeak", "Lpeak", *LEVEL, True),
    (SENSOR, "ln1", "ln1", "L5", *LEVEL, True),
    (SENSOR, "ln2", "ln2", "L10", *LEVEL, True),
    (SENSOR, "ln3", "ln3", "L50", *LEVEL, True),
    (SENSOR, "ln4", "ln4", "L90", *LEVEL, True),
    (SENSOR, "ln5", "ln5", "L95", *LEVEL, True),
    (SENSOR, "run_state", "run_state", "Run state", "enum", None, None, True),
    (SENSOR, "measurement_start", "measurement_start", "Measurement start", "timestamp", None, None, True),
    (SENSOR, "elapsed", "measurement_time", "Measurement time", "duration", "s", None, False),
    (SENSOR, "battery", "battery", "Battery", "enum", None, DIAGNOSTIC, True),
    (SENSOR, "power_source", "power_source", "Power source", "enum", None, DIAGNOSTIC, True),
    (SENSOR, "card_free", "card_free_space", "Card free space", "data_size", "MB", DIAGNOSTIC, True),
    (SENSOR, "card_total", "card_size", "Card size", "data_size", "MB", DIAGNOSTIC, False),
    (SENSOR, "card_free_percent", "card_free_share", "Card free share", None, "%", DIAGNOSTIC, True),
    (SENSOR, "clock_offset", "clock_offset", "Clock offset", "duration", "s", DIAGNOSTIC, True),
    (SENSOR, "store_mode", "store_mode", "Store mode", "enum", None, DIAGNOSTIC, False),
    (SENSOR, "store_name", "store_name", "Store name", None, None, DIAGNOSTIC, False),
    (SENSOR, "frequency_weighting", "frequency_weighting", "Frequency weighting", "enum", None, DIAGNOSTIC, False),
    (SENSOR, "time_weighting", "time_weighting", "Time weighting", "enum", None, DIAGNOSTIC, False),
    (SENSOR, "link", "link", "Link", "enum", None, DIAGNOSTIC, True),
    (BINARY_SENSOR, "over", "over_range", "Over range", "problem", None, None, True),
    (BINARY_SENSOR, "under", "under_range", "Under range", "problem", None, None, True),
    (BINARY_SENSOR, "connected", "connection", "Connection", "connectivity", None, DIAGNOSTIC, True),
    (BUTTON, "start", "start_measurement", "Start measurement", None, None, None, True),
    (BUTTON, "stop", "stop_measurement", "Stop measurement", None, None, None, True),
    (BUTTON, "pause", "pause_measurement", "Pause measurement", None, None, None, True),
    (BUTTON, "resume", "resume_measurement", "Resume measurement", None, None, None, True),
    (BUTTON, "store", "store_result", "Store result", None, None, None, True),
    (BUTTON, "sync_clock", "set_clock", "Set clock", None, None, CONFIG, True),
]
# The first sub channel is weighted C and fast; the others are not in use.
IN_USE = {"lp": "LCF", "leq": "LCeq", "le": "LCE", "lmax": "LCFmax", "lmin": "LCFmin"}
UNUSED = {"lp": "Lp", "leq": "Leq", "le": "LE", "lmax": "Lmax", "lmin": "Lmin"}
SUB_SYMBOLS = {1: IN_USE, 2: UNUSED, 3: UNUSED}
ANY_CHANNEL = {"lpeak": "Lpeak", "ln1": "L5", "ln2": "L10", "ln3": "L50", "ln4": "L90", "ln5": "L95"}
SUBS: list[Row] = [
    *(
        (SENSOR, f"sub{n}_{key}", f"sub_{n}_{key}", f"{symbol} sub channel {n}", *LEVEL, False)
        for n, symbols in SUB_SYMBOLS.items()
        for key, symbol in (symbols | ANY_CHANNEL).items()
    ),
    *(
        (
            SENSOR,
            f"sub{n}_{word}_weighting",
            f"{word}_weighting_sub_channel_{n}",
            f"{word.capitalize()} weighting sub channel {n}",
            "enum",
            None,
            DIAGNOSTIC,
            False,
        )
        for n in SUB_SYMBOLS
        for word in ("frequency", "time")
    ),
]


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
    expected = {row[:2]: row for row in MAIN + SUBS}
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
    for platform, _, object_id, name, device_class, unit, *_ in MAIN + SUBS:
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
