"""The options of a meter, typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any, Final, NamedTuple, Self

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_LATITUDE, CONF_LONGITUDE

from .acoustics import PRESETS, DayPlan, Rating
from .const import (
    CONF_AUTO_CLOCK,
    CONF_CALIBRATION_INTERVAL_DAYS,
    CONF_CARD_LIMIT,
    CONF_CLOCK_LIMIT_S,
    CONF_COMMAND_EXPIRY_S,
    CONF_DAY_FROM,
    CONF_DAY_PLAN,
    CONF_EVENING_FROM,
    CONF_FEED,
    CONF_FTP_ENABLED,
    CONF_FTP_FIRST_PORT,
    CONF_FTP_LAST_PORT,
    CONF_FTP_PASSIVE,
    CONF_MIN_COVERAGE,
    CONF_NIGHT_FROM,
    CONF_ON_MAP,
    CONF_POSITION,
    CONF_POWER_SWITCH,
    CONF_PUBLISH,
    CONF_REPAIR_HISTORY,
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
# The day is divided by the hours of the options, not by those of a preset.
OWN_PLAN: Final = "own"
DAY_PLANS: Final = (*PRESETS, OWN_PLAN)


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
    calibration_interval_days: int = 0
    """0: a calibration is never due."""
    auto_clock: bool = False
    card_limit: int = 10
    """Percent of the card free, below which to warn; 0: never warn."""
    command_expiry_s: int = 10
    on_map: bool = False
    position: Position | None = None
    """Kept while the meter is not shown on the map as well, see `shown_position`."""
    ftp_enabled: bool = True
    """Whether files of the meter's card may be listed and fetched."""
    ftp_passive: bool = False
    ftp_first_port: int | None = None
    ftp_last_port: int | None = None
    """See `ftp_ports`."""
    repair_history: bool = True
    """Whether gaps of the history are filled from the card."""
    day_plan: str = "eu"
    """A key of PRESETS, or OWN_PLAN: then the hours below count, see `plan`."""
    day_from: time = time(7)
    evening_from: time | None = None
    night_from: time = time(23)

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
            calibration_interval_days=int(
                options.get(CONF_CALIBRATION_INTERVAL_DAYS, default.calibration_interval_days)
            ),
            auto_clock=bool(options.get(CONF_AUTO_CLOCK, default.auto_clock)),
            want_l1_l10=bool(options.get(CONF_WANT_L1_L10, default.want_l1_l10)),
            card_limit=int(options.get(CONF_CARD_LIMIT, default.card_limit)),
            command_expiry_s=int(options.get(CONF_COMMAND_EXPIRY_S, default.command_expiry_s)),
            on_map=bool(options.get(CONF_ON_MAP, default.on_map)),
            position=_position(options.get(CONF_POSITION)),
            ftp_enabled=bool(options.get(CONF_FTP_ENABLED, default.ftp_enabled)),
            ftp_passive=bool(options.get(CONF_FTP_PASSIVE, default.ftp_passive)),
            ftp_first_port=_port(options.get(CONF_FTP_FIRST_PORT)),
            ftp_last_port=_port(options.get(CONF_FTP_LAST_PORT)),
            repair_history=bool(options.get(CONF_REPAIR_HISTORY, default.repair_history)),
            day_plan=str(options.get(CONF_DAY_PLAN, default.day_plan)),
            day_from=_time(options.get(CONF_DAY_FROM)) or default.day_from,
            evening_from=_time(options.get(CONF_EVENING_FROM)),
            night_from=_time(options.get(CONF_NIGHT_FROM)) or default.night_from,
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
    def plan(self) -> DayPlan:
        """How a day is divided; raises ValueError if the hours of one's own make no day."""
        if self.day_plan != OWN_PLAN:
            return PRESETS[self.day_plan]
        evening = None if self.evening_from is None else minute_of(self.evening_from)
        rating = Rating.LDN if evening is None else Rating.LDEN
        return DayPlan(minute_of(self.day_from), minute_of(self.night_from), evening, rating)

    @property
    def named_entities(self) -> tuple[str, ...]:
        """Entity ids of the helpers in use: the schedule and the power switch."""
        return tuple(entity_id for entity_id in (self.schedule, self.power_switch) if entity_id)

    @property
    def ftp_ports(self) -> range | None:
        """Ports that the meter may open data connections to, all if None; one that is alone is the only one."""
        first, last = self.ftp_first_port or self.ftp_last_port, self.ftp_last_port or self.ftp_first_port
        return None if first is None or last is None else range(first, last + 1)

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
            CONF_CALIBRATION_INTERVAL_DAYS: self.calibration_interval_days,
            CONF_AUTO_CLOCK: self.auto_clock,
            CONF_CARD_LIMIT: self.card_limit,
            CONF_COMMAND_EXPIRY_S: self.command_expiry_s,
            CONF_ON_MAP: self.on_map,
            CONF_POSITION: self.position and self.position._asdict(),
            CONF_FTP_ENABLED: self.ftp_enabled,
            CONF_FTP_PASSIVE: self.ftp_passive,
            CONF_FTP_FIRST_PORT: self.ftp_first_port,
            CONF_FTP_LAST_PORT: self.ftp_last_port,
            CONF_REPAIR_HISTORY: self.repair_history,
            CONF_DAY_PLAN: self.day_plan,
            CONF_DAY_FROM: self.day_from.isoformat(),
            CONF_EVENING_FROM: self.evening_from and self.evening_from.isoformat(),
            CONF_NIGHT_FROM: self.night_from.isoformat(),
        }
        return {key: value for key, value in kept.items() if value is not None}


def _position(kept: Mapping[str, Any] | None) -> Position | None:
    return None if kept is None else Position(float(kept[CONF_LATITUDE]), float(kept[CONF_LONGITUDE]))


def minute_of(at: time) -> int:
    """Return how many whole minutes after midnight a time of the clock is."""
    return at.hour * 60 + at.minute


def _time(kept: str | None) -> time | None:
    """Return a time of the clock in whole minutes, which is what counts."""
    return None if kept is None else time.fromisoformat(kept).replace(second=0, microsecond=0)


def _port(kept: float | None) -> int | None:
    return None if kept is None else int(kept)
