"""What runs for each meter day and night: feed, run state, slow facts, control commands. No Home Assistant."""

from ..alerts import UNREACHABLE, UNREACHABLE_AFTER_S
from .alerting.meter_alerts import MeterAlerts
from .alerting.rule_state import RuleState
from .calibration.calibration import LASTS_AT_MOST, MeterCalibration
from .calibration.entry import (
    NOMINAL_DB,
    CalibrationEntry,
    CalibrationReadings,
    CalibrationRefusal,
    CalibrationRefused,
)
from .calibration.tone import HeardTone
from .card.activity import ActivityKind, CardActivity
from .card.meter_card import MeterCard
from .card.space import CardSpace
from .control.baseline import Baseline, Drift
from .control.command import Asked, Command, CommandState
from .control.commands import Commands
from .control.cycles import StartedCycle, StoppedCycle
from .errors import (
    AlertError,
    AlertRefusal,
    BlockReason,
    BrokeDown,
    CardNotQuiet,
    CommandBlocked,
    ControlRefused,
    CycleEnded,
    FtpStaysOff,
    NoFreeStoreName,
    NoFtp,
    NotBackAfterPowerCycle,
    NotConfirmed,
    NotSentInTime,
    PowerSwitchFailed,
    RefusalReason,
    Unquiet,
)
from .feed.facts import Facts
from .feed.options import FeedMode, FeedOptions
from .feed.sample import Sample
from .history.backfill import Imported
from .history.card_import import Found, LeftReason
from .history.history import MeterHistory
from .history.limits import LevelLimit, LimitStatus, LimitWatch
from .history.periods import Periods
from .history.store import DAMAGED_SUFFIX, Exclusion
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
    "DAMAGED_SUFFIX",
    "HISTORY_S",
    "LASTS_AT_MOST",
    "NOMINAL_DB",
    "TRACE_S",
    "UNREACHABLE",
    "UNREACHABLE_AFTER_S",
    "ActivityKind",
    "AlertError",
    "AlertRefusal",
    "Asked",
    "Baseline",
    "BlockReason",
    "BrokeDown",
    "CalibrationEntry",
    "CalibrationReadings",
    "CalibrationRefusal",
    "CalibrationRefused",
    "CardActivity",
    "CardNotQuiet",
    "CardSpace",
    "Command",
    "CommandBlocked",
    "CommandState",
    "Commands",
    "ControlRefused",
    "CycleEnded",
    "Diagnosis",
    "Diagnostician",
    "Drift",
    "Exclusion",
    "Facts",
    "FeedMode",
    "FeedOptions",
    "Found",
    "FtpStaysOff",
    "HeardTone",
    "History",
    "Imported",
    "LeftReason",
    "LevelLimit",
    "LimitStatus",
    "LimitWatch",
    "LinkDiagnosis",
    "Measurement",
    "MeasurementMemory",
    "MeasurementState",
    "MeterAlerts",
    "MeterCalibration",
    "MeterCard",
    "MeterHistory",
    "MeterLive",
    "MeterMonitor",
    "MetricLevels",
    "NoFreeStoreName",
    "NoFtp",
    "NotBackAfterPowerCycle",
    "NotConfirmed",
    "NotSentInTime",
    "Pace",
    "Periods",
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
    "Unquiet",
    "Watchdog",
    "WatchdogState",
    "known_metrics",
]
