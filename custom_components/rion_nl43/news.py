"""News of all meters in one place, which outlives the reload of an entry: for triggers and other listeners."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .alerts import Transition
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .monitor.signal import Signal


class NewsKind(StrEnum):
    """What happened.

    `measurement_interrupted`: it stopped by itself or in an outage, not by a person; `measurement_stopped`: somebody
    stopped it. `meter_lost` is none of a connection that was given away on purpose.
    """

    ALERT = "alert"
    MEASUREMENT_STARTED = "measurement_started"
    MEASUREMENT_STOPPED = "measurement_stopped"
    MEASUREMENT_INTERRUPTED = "measurement_interrupted"
    METER_LOST = "meter_lost"
    METER_BACK = "meter_back"


@dataclass(frozen=True, slots=True)
class News:
    """One piece of news; `at` is aware UTC, and `data` is all of it in plain JSON.

    `rule_id` and `transition` are set for alerts only. `data` of an alert is that of `alert_data`; the others have
    `device_id`, `meter`, and what is known beside: `started` and, of an end, `reason`, `asked_by` and `asked_reason`;
    of a loss `reason`.
    """

    kind: NewsKind
    entry: RionConfigEntry
    at: datetime
    rule_id: str | None = None
    transition: Transition | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class NewsHub:
    """Hands the news of all meters to all who listen."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._signal = Signal[News]("news")

    @callback
    def async_subscribe(self, listener: Callable[[News], None]) -> CALLBACK_TYPE:
        """Be told all news from now on, in the event loop; returns what ends that."""
        return self._signal.connect(listener)

    @callback
    def async_tell(self, news: News) -> None:
        """Tell everybody; one who fails stops nobody else."""
        self._signal.send(news)


NEWS: Final[HassKey[NewsHub]] = HassKey(f"{DOMAIN}_news")


@callback
def async_get_news(hass: HomeAssistant) -> NewsHub:
    """Return the hub, which is there whether a meter is or not."""
    return hass.data.setdefault(NEWS, NewsHub())
