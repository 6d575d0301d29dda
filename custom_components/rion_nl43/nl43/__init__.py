"""Driver of the Rion NL-43, NL-53 and NL-63 sound level meters over TCP: asyncio, standard library only."""

from .errors import (
    AnswerError,
    AnswerTimedOut,
    CommandRefused,
    CommandUnknown,
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    DesignationRefused,
    HostUnknown,
    InvalidCommand,
    LinkClosed,
    LinkError,
    NL43Error,
    NotAMeter,
    ParameterRefused,
    ResultCode,
    StateRefused,
    UnusableAnswer,
    WrongMeter,
)
from .levels import ChannelLevels, Levels, PowerSource, StatusRow, parse_levels, parse_status_row
from .link import Link
from .meter import Identity, Meter, RunState
from .request import Priority, Request
from .slot import Slot
from .status import LinkState, LinkStatistics, LinkStatus, LinkTiming

__all__ = [
    "AnswerError",
    "AnswerTimedOut",
    "ChannelLevels",
    "CommandRefused",
    "CommandUnknown",
    "ConnectionLost",
    "ConnectionRefused",
    "ConnectionTimedOut",
    "DesignationRefused",
    "HostUnknown",
    "Identity",
    "InvalidCommand",
    "Levels",
    "Link",
    "LinkClosed",
    "LinkError",
    "LinkState",
    "LinkStatistics",
    "LinkStatus",
    "LinkTiming",
    "Meter",
    "NL43Error",
    "NotAMeter",
    "ParameterRefused",
    "PowerSource",
    "Priority",
    "Request",
    "ResultCode",
    "RunState",
    "Slot",
    "StateRefused",
    "StatusRow",
    "UnusableAnswer",
    "WrongMeter",
    "parse_levels",
    "parse_status_row",
]
