"""The sensor that tells for how much of today there are levels."""

from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import PERCENTAGE, EntityCategory
from homeassistant.core import callback
from homeassistant.helpers.event import async_track_time_interval

from .coordinator import RionConfigEntry
from .entity import MeterEntity

TOLD_EVERY: Final = timedelta(seconds=30)
COVERAGE_TODAY: Final = SensorEntityDescription(
    key="coverage_today",
    translation_key="coverage_today",
    native_unit_of_measurement=PERCENTAGE,
    state_class=SensorStateClass.MEASUREMENT,
    suggested_display_precision=1,
    entity_category=EntityCategory.DIAGNOSTIC,
)


class CoverageSensor(MeterEntity, SensorEntity):
    """The share of today for which there are levels; it falls while the meter is away, so it is told every half minute.

    Home Assistant itself would go on to ask when the entity is removed and nothing else is asked for.
    """

    _attr_should_poll = False
    _unrecorded_attributes = frozenset({"since"})

    def __init__(self, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        super().__init__(entry, COVERAGE_TODAY)
        self._coverage = entry.runtime_data.monitor.coverage

    @override
    async def async_added_to_hass(self) -> None:
        """Tell it from now on."""
        await super().async_added_to_hass()
        self.async_on_remove(async_track_time_interval(self.hass, self._async_tell, TOLD_EVERY))

    @callback
    def _async_tell(self, _: datetime) -> None:
        self.async_write_ha_state()

    @property
    @override
    def native_value(self) -> float | None:
        """Return the share in %, rounded down so that 100 % is all of it."""
        percent = self._coverage.percent
        return None if percent is None else int(percent * 10) / 10

    @property
    @override
    def extra_state_attributes(self) -> dict[str, datetime]:
        """Return where the count begins: at midnight, unless the meter was added today."""
        return {"since": self._coverage.since}
