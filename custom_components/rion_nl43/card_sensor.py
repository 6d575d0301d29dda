"""Sensors of a meter's card: what is fetched from it, and for how long it has room."""

from typing import Any, Final, override

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.helpers.event import async_call_later

from .coordinator import FactsCoordinator, RionConfigEntry
from .entity import MeterEntity, RionEntity
from .monitor import ActivityKind, CardActivity

DAYS_LEFT: Final = SensorEntityDescription(
    key="card_days_left",
    translation_key="card_days_left",
    device_class=SensorDeviceClass.DURATION,
    state_class=SensorStateClass.MEASUREMENT,
    native_unit_of_measurement=UnitOfTime.DAYS,
    suggested_display_precision=0,
    entity_category=EntityCategory.DIAGNOSTIC,
)
TRANSFER: Final = SensorEntityDescription(
    key="card_transfer",
    translation_key="card_transfer",
    device_class=SensorDeviceClass.ENUM,
    options=[kind.value for kind in ActivityKind],
    entity_category=EntityCategory.DIAGNOSTIC,
)
# What begins and ends is told at once; how far it is, not so often that the recorder has much of it.
PROGRESS_EVERY_S: Final = 5.0


class CardDaysSensor(RionEntity[FactsCoordinator], SensorEntity):
    """For how many days of measuring the card has room at the present rate; unknown before a rate is."""

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, entry.runtime_data.facts, DAYS_LEFT)

    @property
    @override
    def native_value(self) -> float | None:
        """Return the days, to a tenth."""
        days = self.coordinator.monitor.card.space.days_left
        return None if days is None else round(days, 1)

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), self.native_value


class CardTransferSensor(MeterEntity, SensorEntity):
    """What is fetched from the card now; others wait for their turn until it is idle."""

    _attr_should_poll = False
    # The recorder gets what begins and what ends.
    _unrecorded_attributes = frozenset({"path", "done", "total"})

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, TRANSFER)
        self._card = entry.runtime_data.monitor.card
        self._told: CardActivity | None = None
        self._later: CALLBACK_TYPE | None = None

    @property
    @override
    def native_value(self) -> str:
        """Return what it is."""
        return self._card.activity.kind

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return how far it is, in bytes."""
        activity = self._card.activity
        return {"path": activity.path, "done": activity.done, "total": activity.total}

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to listen."""
        self.async_on_remove(self._card.on_activity(self._async_take))
        self.async_on_remove(self._async_forget_later)

    @callback
    def _async_take(self, activity: CardActivity) -> None:
        """Show what begins and ends at once, and how far it is now and then."""
        if self._told is None or activity.kind is not self._told.kind:
            self._async_show()
        elif self._later is None:
            self._later = async_call_later(self.hass, PROGRESS_EVERY_S, self._async_show)

    @callback
    def _async_show(self, _now: object = None) -> None:
        self._async_forget_later()
        self._told = self._card.activity
        self.async_write_ha_state()

    @callback
    def _async_forget_later(self) -> None:
        if self._later is not None:
            self._later()
            self._later = None
