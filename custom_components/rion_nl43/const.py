"""Constants of the Rion NL-43 integration."""

from enum import StrEnum
import logging
from typing import Final

DOMAIN: Final = "rion_nl43"
LOGGER: Final = logging.getLogger(__package__)
MANUFACTURER: Final = "Rion"

DEFAULT_PORT: Final = 2255

CONF_SERIAL: Final = "serial"
CONF_FIRMWARE: Final = "firmware"
CONF_PUBLISH: Final = "publish"


class PublishProfile(StrEnum):
    """How often the levels of a meter become states."""

    ECONOMICAL = "economical"
    NORMAL = "normal"
    LIVE = "live"


PUBLISH_INTERVAL_S: Final = {
    PublishProfile.ECONOMICAL: 60.0,
    PublishProfile.NORMAL: 10.0,
    PublishProfile.LIVE: 0.0,
}
