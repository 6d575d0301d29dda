"""The options of a meter, typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_LATITUDE, CONF_LONGITUDE

from .const import (
    CONF_CARD_LIMIT,
    CONF_CLOCK_LIMIT_S,
    CONF_COMMAND_EXPIRY_S,
    CONF_FEED,
    CONF_MIN_COVERAGE,
    CONF_ON_MAP,
    CONF_POSITION,
    CONF_POWER_SWITCH,
    CONF_PUBLISH,
    CONF_STREAM_BREAK_MIN,
    CONF_WANT_L1_L10,
    CONF_WATCHDOG,
    CONF_WATCHDOG_SCHEDULE,
    CONF_WINDOWS,
    PublishProfile,
    WatchdogMode,
)

POLLED: Final = "polled"
STREAMED: Final = "streamed"
FEEDS: Final = (POLLED, STREAMED)
WINDOW_CHOICES_MIN: Final = (1, 2, 5, 10, 15, 30, 60)


class Position(NamedTuple):
    """Where a meter stands, in degrees of WGS 84."""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class MeterOptions:
    """What the user chose for a meter; the defaults are those of a meter without options."""

    publish: PublishProfile = PublishProfile.NORMAL
    feed: str = POLLED
    """POLLED or STREAMED: the words of the monitor's FeedMode."""
    stream_break_min: int = 5
    """0: never."""
    windows: tuple[int, ...] = (1, 5, 15, 60)
    """Lengths in minutes, ascending."""
    min_coverage: int = 75
    """Percent."""
    watchdog: WatchdogMode = WatchdogMode.OFF
    watchdog_schedule: str | None = None
    """Entity id; kept in the other modes as well, see `schedule`."""
    power_switch: str | None = None
    """Entity id of the switch that powers the meter."""
    clock_limit_s: int = 60
    """Largest clock offset that goes without a warning; 0: never warn."""
    want_l1_l10: bool = False
    card_limit: int = 10
    """Percent of the card free, below which to warn; 0: never warn."""
    command_expiry_s: int = 10
    on_map: bool = False
    position: Position | None = None
    """Kept while the meter is not shown on the map as well, see `shown_position`."""

    @classmethod
    def from_entry(cls, entry: ConfigEntry[Any]) -> Self:
        """Return an entry's options."""
        return cls.from_mapping(entry.options)

    @classmethod
    def from_mapping(cls, options: Mapping[str, Any]) -> Self:
        """Return the options of the flat mapping that an entry keeps; what is missing has its default."""
        default = cls()
        return cls(
            publish=PublishProfile(options.get(CONF_PUBLISH, default.publish)),
            feed=options.get(CONF_FEED, default.feed),
            stream_break_min=int(options.get(CONF_STREAM_BREAK_MIN, default.stream_break_min)),
            windows=tuple(sorted(int(minutes) for minutes in options.get(CONF_WINDOWS, default.windows))),
            min_coverage=int(options.get(CONF_MIN_COVERAGE, default.min_coverage)),
            watchdog=WatchdogMode(options.get(CONF_WATCHDOG, default.watchdog)),
            watchdog_schedule=options.get(CONF_WATCHDOG_SCHEDULE),
            power_switch=options.get(CONF_POWER_SWITCH),
            clock_limit_s=int(options.get(CONF_CLOCK_LIMIT_S, default.clock_limit_s)),
            want_l1_l10=bool(options.get(CONF_WANT_L1_L10, default.want_l1_l10)),
            card_limit=int(options.get(CONF_CARD_LIMIT, default.card_limit)),
            command_expiry_s=int(options.get(CONF_COMMAND_EXPIRY_S, default.command_expiry_s)),
            on_map=bool(options.get(CONF_ON_MAP, default.on_map)),
            position=_position(options.get(CONF_POSITION)),
        )

    @property
    def schedule(self) -> str | None:
        """Entity id of the schedule that says when to measure, if one does."""
        return self.watchdog_schedule if self.watchdog is WatchdogMode.SCHEDULE else None

    @property
    def shown_position(self) -> Position | None:
        """Where the meter is shown on the map, if it is."""
        return self.position if self.on_map else None

    @property
    def named_entities(self) -> tuple[str, ...]:
        """Entity ids of the helpers in use: the schedule and the power switch."""
        return tuple(entity_id for entity_id in (self.schedule, self.power_switch) if entity_id)

    def as_mapping(self) -> dict[str, Any]:
        """Return the flat mapping that an entry keeps."""
        kept: dict[str, Any] = {
            CONF_PUBLISH: self.publish.value,
            CONF_FEED: self.feed,
            CONF_STREAM_BREAK_MIN: self.stream_break_min,
            CONF_WINDOWS: list(self.windows),
            CONF_MIN_COVERAGE: self.min_coverage,
            CONF_WATCHDOG: self.watchdog.value,
            CONF_WATCHDOG_SCHEDULE: self.watchdog_schedule,
            CONF_POWER_SWITCH: self.power_switch,
            CONF_CLOCK_LIMIT_S: self.clock_limit_s,
            CONF_WANT_L1_L10: self.want_l1_l10,
            CONF_CARD_LIMIT: self.card_limit,
            CONF_COMMAND_EXPIRY_S: self.command_expiry_s,
            CONF_ON_MAP: self.on_map,
            CONF_POSITION: self.position and self.position._asdict(),
        }
        return {key: value for key, value in kept.items() if value is not None}


def _position(kept: Mapping[str, Any] | None) -> Position | None:
    return None if kept is None else Position(float(kept[CONF_LATITUDE]), float(kept[CONF_LONGITUDE]))
