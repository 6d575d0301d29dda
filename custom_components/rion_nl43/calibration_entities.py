"""The entities of a meter's calibration, which are there whether the meter is or not."""

from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.entity import EntityDescription

from .calibration_data import calibration_data
from .const import LOGGER
from .coordinator import RionConfigEntry
from .entity import MeterEntity

CALIBRATION: Final = SwitchEntityDescription(key="calibration", translation_key="calibration")
LAST_CALIBRATION: Final = SensorEntityDescription(
    key="last_calibration",
    translation_key="last_calibration",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
)
CALIBRATION_DUE: Final = SensorEntityDescription(
    key="calibration_due",
    translation_key="calibration_due",
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
)


class _CalibrationEntity(MeterEntity):
    """An entity that follows the calibrations of its meter."""

    _attr_should_poll = False

    def __init__(self, entry: RionConfigEntry, description: EntityDescription) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, description)
        self._calibration = entry.runtime_data.monitor.calibration

    @override
    async def async_added_to_hass(self) -> None:
        """Follow them from now on."""
        await super().async_added_to_hass()
        self.async_on_remove(self._calibration.on_change(self.async_write_ha_state))


class CalibrationSwitch(_CalibrationEntity, SwitchEntity):
    """Whether a calibration goes on: what the meter hears meanwhile alarms nobody and counts nowhere."""

    # They say nothing that is not known of the calibration afterwards.
    _unrecorded_attributes = frozenset({"began", "ends_at"})

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, CALIBRATION)

    @property
    @override
    def is_on(self) -> bool:
        """Return whether it goes on."""
        return self._calibration.active

    @property
    @override
    def extra_state_attributes(self) -> dict[str, datetime | None]:
        """Return since when, and when it ends by itself."""
        return {"began": self._calibration.began, "ends_at": self._calibration.ends_at}

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Begin a calibration."""
        self._calibration.begin(self._asked("switch").by)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """End it."""
        self._calibration.end(by=self._asked("switch").by)


class LastCalibrationSensor(_CalibrationEntity, SensorEntity):
    """When the last calibration was over, and what was read in it."""

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, LAST_CALIBRATION)

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return its end."""
        last = self._calibration.last
        return None if last is None else last.ended.replace(microsecond=0)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any] | None:
        """Return what was read."""
        last = self._calibration.last
        return None if last is None else dict(calibration_data(last))


class CalibrationDueSensor(_CalibrationEntity, SensorEntity):
    """When the next calibration is due, if any is."""

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, CALIBRATION_DUE)

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the time."""
        due_at = self._calibration.due_at
        return None if due_at is None else due_at.replace(microsecond=0)


@callback
def async_log_calibrations(entry: RionConfigEntry) -> None:
    """Write to the log where a calibration had to end by itself, until the entry is unloaded."""
    calibration = entry.runtime_data.monitor.calibration
    known = calibration.last

    @callback
    def look() -> None:
        nonlocal known
        if (last := calibration.last) is not None and last is not known and last.ended_by_itself:
            LOGGER.warning(
                "The calibration of %s that began at %s ended by itself: nobody has ended it", entry.title, last.began
            )
        known = last

    entry.async_on_unload(calibration.on_change(look))
