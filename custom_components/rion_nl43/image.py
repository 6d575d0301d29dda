"""The picture of a meter's last episode."""

from typing import Final, override

from homeassistant.components.image import ImageEntity, ImageEntityDescription
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .alerts import Episode, Transition
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .entity import MeterEntity
from .picture import draw_episode, draw_nothing

PARALLEL_UPDATES = 0

LAST_EPISODE: Final = ImageEntityDescription(key="last_episode", translation_key="last_episode")
# By then the trace has what came after the news.
TRACE_GROWN_S: Final = 61


async def async_setup_entry(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the picture of a meter."""
    async_add_entities([LastEpisodeImage(hass, entry)])


class LastEpisodeImage(MeterEntity, ImageEntity):
    """The newest episode of a meter, drawn when somebody looks; it is there whether the meter is or not."""

    _attr_content_type = "image/png"

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry) -> None:
        """Belong to the meter of this entry."""
        ImageEntity.__init__(self, hass)
        MeterEntity.__init__(self, entry, LAST_EPISODE)
        self._entry = entry
        self._alerts = entry.runtime_data.monitor.alerts
        self._drawn: tuple[Episode | None, str, bytes] | None = None
        self._later: CALLBACK_TYPE | None = None
        if episode := self._episode:
            # After a restart the picture is no newer than what it shows.
            last = max(episode.grades[-1].at, episode.ended or 0.0)
            self._attr_image_last_updated = dt_util.utc_from_timestamp(last)

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to listen."""
        await super().async_added_to_hass()
        self.async_on_remove(self._alerts.on_transition(self._async_take))
        self.async_on_remove(self._async_cancel)

    @override
    async def async_image(self) -> bytes:
        """Return the picture; before the first episode it says that there is none."""
        episode, name = self._episode, async_meter_name(self.hass, self._entry)
        if self._drawn is None or self._drawn[:2] != (episode, name):
            zone = dt_util.get_default_time_zone()

            def draw() -> bytes:
                return draw_nothing(meter=name) if episode is None else draw_episode(episode, meter=name, zone=zone)

            self._drawn = episode, name, await self.hass.async_add_executor_job(draw)
        return self._drawn[2]

    @property
    def _episode(self) -> Episode | None:
        return next(iter(self._alerts.episodes()), None)

    @callback
    def _async_take(self, transition: Transition) -> None:
        """Have a new picture now, and once more when the trace goes on beyond the news."""
        self._async_renew()
        self._async_cancel()
        self._later = async_call_later(self.hass, TRACE_GROWN_S, self._async_renew)

    @callback
    def _async_renew(self, _: object = None) -> None:
        self._attr_image_last_updated = dt_util.utcnow()
        self.async_write_ha_state()

    @callback
    def _async_cancel(self) -> None:
        if self._later:
            self._later()
            self._later = None
