"""The first talk with a meter: who is there?"""

import asyncio
from contextlib import AsyncExitStack
from typing import Final

from homeassistant.core import HomeAssistant

from .connections import async_get_connections
from .nl43 import (
    AnswerTimedOut,
    CommandRefused,
    ConnectionRefused,
    ConnectionTimedOut,
    HostUnknown,
    Identity,
    Link,
    Meter,
    NL43Error,
    NotAMeter,
)

# The user waits; what a connection of ours before this one still costs is included.
DEADLINE_S: Final = 14

ERRORS: Final[tuple[tuple[type[NL43Error], str], ...]] = (
    (ConnectionRefused, "refused"),
    (ConnectionTimedOut, "timeout"),
    (HostUnknown, "unknown_host"),
    (AnswerTimedOut, "silent"),
    (NotAMeter, "not_a_meter"),
    (CommandRefused, "not_a_meter"),
    (NL43Error, "lost"),
)


class NoMeterError(Exception):
    """Nobody there whom we could talk with; `key` names the message for the user."""

    def __init__(self, key: str) -> None:
        """Name the message."""
        super().__init__(key)
        self.key = key


async def async_meet(hass: HomeAssistant, host: str, port: int) -> tuple[Link, Identity]:
    """Open a link and ask the meter who it is; the caller gets the link, open.

    Raises NoMeterError within DEADLINE_S, with nothing left open.
    """
    link = async_get_connections(hass).async_take(host, port)
    link.open()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(link.close)
        identity = await _async_identify(link)
        stack.pop_all()
        return link, identity


async def _async_identify(link: Link) -> Identity:
    connected = False
    try:
        async with asyncio.timeout(DEADLINE_S):
            await link.connected()
            connected = True
            return await Meter(link).identity()
    except NL43Error as error:
        key = next(key for kind, key in ERRORS if isinstance(error, kind))
        raise NoMeterError("silent" if connected and key == "timeout" else key) from error
    except TimeoutError as error:
        raise NoMeterError("silent" if connected else "timeout") from error
