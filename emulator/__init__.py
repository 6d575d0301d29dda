"""An emulator of the Rion NL-43, NL-53 and NL-63 sound level meters."""

from .acoustics import SceneError, Truth
from .config import Latency, MeterConfig, Prompt
from .faults import (
    FAULTS,
    ActiveFault,
    CutAnswer,
    DelayAnswer,
    DropAnswer,
    Fault,
    Faults,
    RefuseWith,
    ReplaceAnswer,
    ReplaceBytes,
)
from .ftp_log import FtpCommandRecord, FtpSessionRecord
from .meter import EmulatedMeter
from .referee import CommandRecord, ConnectionRecord, Kind, Referee, Violation

__all__ = [
    "FAULTS",
    "ActiveFault",
    "CommandRecord",
    "ConnectionRecord",
    "CutAnswer",
    "DelayAnswer",
    "DropAnswer",
    "EmulatedMeter",
    "Fault",
    "Faults",
    "FtpCommandRecord",
    "FtpSessionRecord",
    "Kind",
    "Latency",
    "MeterConfig",
    "Prompt",
    "Referee",
    "RefuseWith",
    "ReplaceAnswer",
    "ReplaceBytes",
    "SceneError",
    "Truth",
    "Violation",
]
