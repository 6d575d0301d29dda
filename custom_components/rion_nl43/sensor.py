"""Sensors of a meter."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfInformation, UnitOfTime
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .acoustics import Basis
from .adding import async_add_in_groups, async_for_each_subentry
from .alert_entities import grade_entities
from .alert_runtime import async_for_each_rule
from .calibration_entities import CalibrationDueSensor, LastCalibrationSensor
from .card_sensor import CardDaysSensor, CardTransferSensor
from .const import SUBENTRY_LEVEL_LIMIT
from .coordinator import LevelsData, PushCoordinator, RionConfigEntry, StatusData
from .coverage_sensor import CoverageSensor
from .entity import RionEntity
from .level_sensor import LEVELS, SUB_CHANNELS, RionLevelSensor
from .limit_sensor import limit_sensors
from .meter_alert_entities import ActiveAlertsSensor, WorstGradeSensor
from .monitor import Diagnosis, Facts, MeasurementState, WatchdogState
from .nl43 import PowerSource
from .period_sensor import PERIODS, PeriodSensor
from .window_sensor import async_follow_windows

PARALLEL_UPDATES = 0

type Value = datetime | float | str | None

FREQUENCY_WEIGHTINGS: Final = ("A", "C", "Z")
TIME_WEIGHTINGS: Final = ("F", "S", "I")
BATTERY_LEVELS: Final = ("full", "middle", "low", "dead", "empty")
POWER_SOURCES: Final[dict[str, str]] = {
    PowerSource.BATTERY: "battery",
    PowerSource.EXTERNAL: "external",
    PowerSource.USB: "usb",
}
STORE_MODES: Final = {"Manual": "manual", "Auto": "auto", "Timer Auto": "timer_auto"}


@dataclass(frozen=True, kw_only=True)
class RionSensorDescription[T](SensorEntityDescription):
    """A sensor of what one coordinator publishes."""

    value_fn: Callable[[T], Value]
    attributes_fn: Callable[[T], dict[str, str] | None] = lambda _: None


def _second(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(microsecond=0)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


MEASUREMENT: Final[tuple[RionSensorDescription[LevelsData], ...]] = (
    RionSensorDescription(
        key="run_state",
        translation_key="run_state",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in MeasurementState],
        value_fn=lambda data: data.measurement.state,
    ),
    RionSensorDescription(
        key="measurement_start",
        translation_key="measurement_start",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda data: _second(data.measurement.started_at),
    ),
    RionSensorDescription(
        key="elapsed",
        translation_key="elapsed",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=0,
        entity_registry_enabled_default=False,
        value_fn=lambda data: _rounded(data.measurement.elapsed_s),
    ),
    RionSensorDescription(
        key="round_trip",
        translation_key="round_trip",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=2,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda data: None if data.round_trip_s is None else round(data.round_trip_s, 2),
    ),
)


def _frequency_weighting(channel: int) -> RionSensorDescription[Facts]:
    return _weighting(
        "frequency_weighting", channel, FREQUENCY_WEIGHTINGS, lambda facts: facts.frequency_weightings[channel]
    )


def _time_weighting(channel: int) -> RionSensorDescription[Facts]:
    return _weighting("time_weighting", channel, TIME_WEIGHTINGS, lambda facts: facts.time_weightings[channel])


def _weighting(
    quantity: str, channel: int, letters: tuple[str, ...], value_fn: Callable[[Facts], str | None]
) -> RionSensorDescription[Facts]:
    states = {letter: letter.lower() for letter in letters}
    return RionSensorDescription(
        key=f"sub{channel}_{quantity}" if channel else quantity,
        translation_key=f"sub_{quantity}" if channel else quantity,
        translation_placeholders={"channel": str(channel)} if channel else None,
        device_class=SensorDeviceClass.ENUM,
        options=list(states.values()),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda facts: states.get(value_fn(facts) or ""),
    )


def _card_size(key: str, value_fn: Callable[[Facts], float | None], *, enabled: bool) -> RionSensorDescription[Facts]:
    return RionSensorDescription(
        key=key,
        translation_key=key,
        device_class=SensorDeviceClass.DATA_SIZE,
        native_unit_of_measurement=UnitOfInformation.MEGABYTES,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=enabled,
        value_fn=value_fn,
    )


def _known(word: str | None, words: tuple[str, ...]) -> str | None:
    """Return the word as a state; the meter may know words that we do not."""
    return word.lower() if word and word.lower() in words else None


FACTS: Final[tuple[RionSensorDescription[Facts], ...]] = (
    RionSensorDescription(
        key="battery",
        translation_key="battery",
        device_class=SensorDeviceClass.ENUM,
        options=list(BATTERY_LEVELS),
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda facts: _known(facts.battery, BATTERY_LEVELS),
    ),
    RionSensorDescription(
        key="power_source",
        translation_key="power_source",
        device_class=SensorDeviceClass.ENUM,
        options=list(POWER_SOURCES.values()),
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda facts: POWER_SOURCES.get(facts.power or ""),
    ),
    _card_size("card_free", lambda facts: facts.card_free_mb, enabled=True),
    _card_size("card_total", lambda facts: facts.card_total_mb, enabled=False),
    RionSensorDescription(
        key="card_free_percent",
        translation_key="card_free_percent",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda facts: facts.card_free_percent,
    ),
    RionSensorDescription(
        key="clock_offset",
        translation_key="clock_offset",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_display_precision=0,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda facts: None if facts.clock_offset_s is None else round(facts.clock_offset_s),
    ),
    RionSensorDescription(
        key="store_mode",
        translation_key="store_mode",
        device_class=SensorDeviceClass.ENUM,
        options=list(STORE_MODES.values()),
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda facts: STORE_MODES.get(facts.store_mode or ""),
    ),
    RionSensorDescription(
        key="store_name",
        translation_key="store_name",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda facts: facts.store_name,
    ),
    *(describe(channel) for channel in (0, *SUB_CHANNELS) for describe in (_frequency_weighting, _time_weighting)),
)

STATUS: Final[tuple[RionSensorDescription[StatusData], ...]] = (
    RionSensorDescription(
        key="link",
        translation_key="link",
        device_class=SensorDeviceClass.ENUM,
        options=[diagnosis.value for diagnosis in Diagnosis],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.diagnosis,
    ),
    RionSensorDescription(
        key="reconnects",
        translation_key="reconnects",
        state_class=SensorStateClass.TOTAL_INCREASING,
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda status: status.reconnects,
    ),
    RionSensorDescription(
        key="last_loss",
        translation_key="last_loss",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: None if status.last_loss is None else status.last_loss.at,
        attributes_fn=lambda status: None if status.last_loss is None else {"reason": status.last_loss.reason},
    ),
    RionSensorDescription(
        key="feed",
        translation_key="feed",
        device_class=SensorDeviceClass.ENUM,
        options=[Basis.POLLED, Basis.STREAMED],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.basis,
    ),
    RionSensorDescription(
        key="watchdog",
        translation_key="watchdog",
        device_class=SensorDeviceClass.ENUM,
        options=[state.value for state in WatchdogState],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda status: status.watchdog,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of a meter."""
    runtime = entry.runtime_data
    sensors: Iterable[SensorEntity] = chain(
        (RionLevelSensor(entry, runtime.levels, description) for description in LEVELS),
        (RionSensor(entry, runtime.levels, description) for description in MEASUREMENT),
        (RionSensor(entry, runtime.facts, description) for description in FACTS),
        (RionSensor(entry, runtime.status, description) for description in STATUS),
        (PeriodSensor(entry, runtime.history, description) for description in PERIODS),
        (CardDaysSensor(entry), CardTransferSensor(entry)),
        (
            ActiveAlertsSensor(entry),
            WorstGradeSensor(entry),
            CoverageSensor(entry),
            LastCalibrationSensor(entry),
            CalibrationDueSensor(entry),
        ),
    )
    await async_add_in_groups(async_add_entities, sensors)
    await async_follow_windows(hass, entry, async_add_entities)
    async_for_each_rule(entry, async_add_entities, grade_entities)
    async_for_each_subentry(entry, SUBENTRY_LEVEL_LIMIT, async_add_entities, limit_sensors)


class RionSensor[T](RionEntity[PushCoordinator[T]], SensorEntity):
    """A sensor whose description says all about it."""

    entity_description: RionSensorDescription[T]

    @property
    @override
    def native_value(self) -> Value:
        """Return what the description makes of the published data."""
        return self.entity_description.value_fn(self.coordinator.data)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, str] | None:
        """Return what the description says beside the value."""
        return self.entity_description.attributes_fn(self.coordinator.data)

    @override
    def _shown(self) -> tuple[Any, ...]:
        return *super()._shown(), self.native_value, self.extra_state_attributes
