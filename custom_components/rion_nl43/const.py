"""Constants of the Rion NL-43 integration."""

from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "rion_nl43"
LOGGER: Final = logging.getLogger(__package__)
MANUFACTURER: Final = "Rion"

EVENT_COMMAND: Final = "rion_nl43_command"
EVENT_ALERT: Final = "rion_nl43_alert"

DEFAULT_PORT: Final = 2255
DEFAULT_FTP_PORT: Final = 21
DEFAULT_FTP_USER: Final = "USER"
DEFAULT_FTP_PASSWORD: Final = "0000"  # noqa: S105 - the meter's published factory setting, no secret

CONF_SERIAL: Final = "serial"
CONF_FIRMWARE: Final = "firmware"
CONF_FTP_PORT: Final = "ftp_port"
CONF_FTP_USER: Final = "ftp_user"
CONF_FTP_PASSWORD: Final = "ftp_password"  # noqa: S105 - the name of a field

CONF_PUBLISH: Final = "publish"
CONF_FEED: Final = "feed"
CONF_CALIBRATION_INTERVAL_DAYS: Final = "calibration_interval_days"
CONF_AUTO_CLOCK: Final = "auto_clock"
CONF_STREAM_BREAK_MIN: Final = "stream_break_min"
CONF_WINDOWS: Final = "windows"
CONF_MIN_COVERAGE: Final = "min_coverage"
CONF_WATCHDOG: Final = "watchdog"
CONF_WATCHDOG_SCHEDULE: Final = "watchdog_schedule"
CONF_POWER_SWITCH: Final = "power_switch"
CONF_CLOCK_LIMIT_S: Final = "clock_limit_s"
CONF_WANT_L1_L10: Final = "want_l1_l10"
CONF_CARD_LIMIT: Final = "card_limit"
CONF_COMMAND_EXPIRY_S: Final = "command_expiry_s"
CONF_ON_MAP: Final = "on_map"
CONF_POSITION: Final = "position"
CONF_FTP_ENABLED: Final = "ftp_enabled"
CONF_FTP_PASSIVE: Final = "ftp_passive"
CONF_FTP_FIRST_PORT: Final = "ftp_first_port"
CONF_FTP_LAST_PORT: Final = "ftp_last_port"
CONF_REPAIR_HISTORY: Final = "repair_history"
CONF_DAY_PLAN: Final = "day_plan"
CONF_DAY_FROM: Final = "day_from"
CONF_EVENING_FROM: Final = "evening_from"
CONF_NIGHT_FROM: Final = "night_from"

SUBENTRY_ALERT_RULE: Final = "alert_rule"
SUBENTRY_LEVEL_LIMIT: Final = "level_limit"

CONF_METRIC: Final = "metric"
CONF_WINDOW_MINUTES: Final = "window_minutes"
CONF_WINDOW_KIND: Final = "window_kind"
CONF_PERCENTAGE: Final = "percentage"
CONF_DIRECTION: Final = "direction"
CONF_WARNING: Final = "warning"
CONF_ALARM: Final = "alarm"
CONF_DURATION: Final = "duration"
CONF_SHARE: Final = "share"
CONF_CLEAR_MARGIN: Final = "clear_margin"
CONF_COOLDOWN: Final = "cooldown"
CONF_SCHEDULE: Final = "schedule"
CONF_DAYS: Final = "days"
CONF_BEGIN: Final = "begin"
CONF_UNTIL: Final = "until"
CONF_SCHEDULE_ENTITY: Final = "schedule_entity"
CONF_ONLY_WHILE_MEASURING: Final = "only_while_measuring"
CONF_ENABLED: Final = "enabled"

CONF_LIMIT: Final = "limit"
CONF_LIMIT_PERIOD: Final = "limit_period"


class PublishProfile(StrEnum):
    """How often the levels of a meter become states."""

    ECONOMICAL = "economical"
    NORMAL = "normal"
    LIVE = "live"


class WatchdogMode(StrEnum):
    """When a meter should be measuring."""

    OFF = "off"
    ALWAYS = "always"
    SCHEDULE = "schedule"


class RuleSchedule(StrEnum):
    """What says when an alert rule applies."""

    ALWAYS = "always"
    WEEKLY = "weekly"
    HELPER = "helper"


PUBLISH_INTERVAL_S: Final = {
    PublishProfile.ECONOMICAL: 60.0,
    PublishProfile.NORMAL: 10.0,
    PublishProfile.LIVE: 1.0,
}
# A level of a running window is published once in its length, and at least this often: with more, ten days of a meter
# would take more than 25 MB in the recorder's database.
WINDOW_INTERVAL_LIMIT_S: Final = 300.0
