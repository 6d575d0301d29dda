"""An emulator of the Rion NL-43, NL-53 and NL-63 sound level meters."""

from .config import Latency, MeterConfig, Prompt
from .faults import (
    CutAnswer,
    DelayAnswer,
    DropAnswer,
    Fault,
    Faults,
    RefuseWith,
    ReplaceAnswer,
    ReplaceBytes,
)
from .meter import EmulatedMeter
from .referee import CommandRecord, ConnectionRecord, Kind, Referee, Violation

__all__ = [
    "CommandRecord",
    "ConnectionRecord",
    "CutAnswer",
    "DelayAnswer",
    "DropAnswer",
    "EmulatedMeter",
    "Fault",
    "Faults",
    "Kind",
    "Latency",
    "MeterConfig",
    "Prompt",
    "Referee",
    "RefuseWith",
    "ReplaceAnswer",
    "ReplaceBytes",
    "Violation",
]
