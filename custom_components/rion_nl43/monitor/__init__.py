"""What runs for each meter day and night: feed, run state, slow facts, control commands. No Home Assistant."""

from ..alerts import UNREACHABLE, UNREACHABLE_AFTER_S
from .alerting.meter_alerts import MeterAlerts
from .alerting.rule_state import RuleState
from .control.baseline import Baseline, Drift
from .control.command import Asked, Command, CommandState
from .control.commands import Commands
from .control.cycles import StartedCycle, StoppedCycle
from .errors import (
    AlertError,
    AlertRefusal,
    BlockReason,
    BrokeDown,
    CommandBlocked,
    ControlRefused,
    CycleEnded,
    NoFreeStoreName,
    NotBackAfterPowerCycle,
    NotConfirmed,
    NotSentInTime,
    PowerSwitchFailed,
    RefusalReason,
)
from .feed.facts import Facts
from .feed.options import FeedMode, FeedOptions
from .feed.sample import Sample
from .live.meter_live import HISTORY_S, TRACE_S, History, MeterLive
from .live.metrics import MetricLevels, known_metrics
from .live.pace import Pace
from .measurement.measurement import Measurement, MeasurementMemory, MeasurementState, StartOrigin
from .monitor import MeterMonitor
from .recovery.diagnosis import Diagnosis, Diagnostician, LinkDiagnosis
from .recovery.power_cycle import PowerSwitch, Recovery
from .recovery.probe import ProbePorts
from .recovery.standby import Standby
from .recovery.stop_reason import StopReason
from .recovery.watchdog import Watchdog, WatchdogState

__all__ = [
    "HISTORY_S",
    "TRACE_S",
    "UNREACHABLE",
    "UNREACHABLE_AFTER_S",
    "AlertError",
    "AlertRefusal",
    "Asked",
    "Baseline",
    "BlockReason",
    "BrokeDown",
    "Command",
    "CommandBlocked",
    "CommandState",
    "Commands",
    "ControlRefused",
    "CycleEnded",
    "Diagnosis",
    "Diagnostician",
    "Drift",
    "Facts",
    "FeedMode",
    "FeedOptions",
    "History",
    "LinkDiagnosis",
    "Measurement",
    "MeasurementMemory",
    "MeasurementState",
    "MeterAlerts",
    "MeterLive",
    "MeterMonitor",
    "MetricLevels",
    "NoFreeStoreName",
    "NotBackAfterPowerCycle",
    "NotConfirmed",
    "NotSentInTime",
    "Pace",
    "PowerSwitch",
    "PowerSwitchFailed",
    "ProbePorts",
    "Recovery",
    "RefusalReason",
    "RuleState",
    "Sample",
    "Standby",
    "StartOrigin",
    "StartedCycle",
    "StopReason",
    "StoppedCycle",
    "Watchdog",
    "WatchdogState",
    "known_metrics",
]
