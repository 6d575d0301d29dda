"""What shows the alerts of a meter as a whole, and that it is unreachable."""

from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import ATTR_LATITUDE, ATTR_LONGITUDE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity import EntityDescription

from .alert_entities import episode_attributes
from .alerts import Grade
from .coordinator import RionConfigEntry
from .entity import MeterEntity
from .monitor import UNREACHABLE
from .options import MeterOptions

ACTIVE_ALERTS: Final = SensorEntityDescription(
    key="active_alerts", translation_key="active_alerts", state_class=SensorStateClass.MEASUREMENT
)
WORST_GRADE: Final = SensorEntityDescription(
    key="worst_grade",
    translation_key="worst_grade",
    device_class=SensorDeviceClass.ENUM,
    options=[grade.word for grade in Grade],
)
IS_UNREACHABLE: Final = BinarySensorEntityDescription(
    key=UNREACHABLE, translation_key="unreachable", device_class=BinarySensorDeviceClass.PROBLEM
)


class MeterAlertEntity(MeterEntity):
    """An entity of a meter's alerts; it is there whether the meter is or not."""

    _attr_should_poll = False

    def __init__(self, entry: RionConfigEntry, description: EntityDescription) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, description)
        self._alerts = entry.runtime_data.monitor.alerts
        self._written: tuple[object, ...] | None = None

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to follow the alerts."""
        await super().async_added_to_hass()
        self._written = self._shown()
        self.async_on_remove(self._alerts.on_change(self._async_handle_change))

    def _shown(self) -> tuple[object, ...]:
        """Return what the state is made of."""
        return self.state, self.extra_state_attributes

    @callback
    def _async_handle_change(self) -> None:
        """Write the state only where it says something new."""
        if (shown := self._shown()) != self._written:
            self._written = shown
            self.async_write_ha_state()


class ActiveAlertsSensor(MeterAlertEntity, SensorEntity):
    """How many episodes are open, that of the built-in rule included."""

    # Names of rules may be long, and the rules' own entities tell their history.
    _unrecorded_attributes = frozenset({"rules"})

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, ACTIVE_ALERTS)

    @property
    @override
    def native_value(self) -> int:
        """Return how many are open."""
        return len(self._alerts.open_episodes)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return whose they are."""
        return {"rules": [episode.rule_name for episode in self._alerts.open_episodes]}


class WorstGradeSensor(MeterAlertEntity, SensorEntity):
    """The highest grade of all rules, and where the meter stands: maps show it by this sensor."""

    _unrecorded_attributes = frozenset({ATTR_LATITUDE, ATTR_LONGITUDE})

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, WORST_GRADE)
        self._entry = entry

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the options as well."""
        await super().async_added_to_hass()

        async def changed(_hass: HomeAssistant, _entry: RionConfigEntry) -> None:
            self._async_handle_change()

        self.async_on_remove(self._entry.add_update_listener(changed))

    @property
    @override
    def native_value(self) -> str:
        """Return the grade in a word."""
        return self._alerts.worst.word

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return where the meter stands, if the user wants it on the map."""
        position = MeterOptions.from_entry(self._entry).shown_position
        return {} if position is None else {ATTR_LATITUDE: position.latitude, ATTR_LONGITUDE: position.longitude}


class UnreachableSensor(MeterAlertEntity, BinarySensorEntity):
    """On while the meter is unreachable and should not be, for longer than a hiccup of the network takes."""

    _unrecorded_attributes = frozenset({"episode_id", "snoozed_until"})

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, IS_UNREACHABLE)

    @property
    @override
    def is_on(self) -> bool:
        """Return whether its episode is open."""
        return self._alerts.state(UNREACHABLE).episode is not None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return what is known of the open episode."""
        return episode_attributes(self._alerts.state(UNREACHABLE))
