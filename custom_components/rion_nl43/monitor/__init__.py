"""What runs for each meter day and night: feed, run state, slow facts, control commands. No Home Assistant."""

from .errors import ControlRefused, NotConfirmed, RefusalReason
from .facts import Facts
from .measurement import Measurement, MeasurementMemory, MeasurementState, StartOrigin
from .monitor import MeterMonitor
from .sample import Sample

__all__ = [
    "ControlRefused",
    "Facts",
    "Measurement",
    "MeasurementMemory",
    "MeasurementState",
    "MeterMonitor",
    "NotConfirmed",
    "RefusalReason",
    "Sample",
    "StartOrigin",
]
