"""Calibrations in JSON, as attributes and actions tell them."""

from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonObjectType

from .monitor import CalibrationEntry


def calibration_data(entry: CalibrationEntry) -> JsonObjectType:
    """Return a calibration with its times in local time and its levels in dB."""
    return {
        "began": dt_util.as_local(entry.began).isoformat(timespec="seconds"),
        "ended": dt_util.as_local(entry.ended).isoformat(timespec="seconds"),
        "reference_level": entry.reference_db,
        "level_before": entry.before_db,
        "level_after": entry.after_db,
        "drift": entry.drift_db,
        "note": entry.note,
        "ended_by_itself": entry.ended_by_itself,
    }
