"""All faults by name, in the order of the list of failure modes."""

import difflib

from . import catalogue_link, catalogue_meter
from .fault_type import FaultType

FAULTS = {
    fault.name: fault
    for fault in (
        *catalogue_link.SLOT,
        *catalogue_link.ANSWERS,
        *catalogue_link.LOSSES,
        *catalogue_meter.FTP,
        *catalogue_meter.INSTRUMENT,
    )
}


def fault_type(name: str) -> FaultType:
    """Return the fault of this name; ValueError if there is none."""
    if name not in FAULTS:
        near = difflib.get_close_matches(name, FAULTS, 1, 0.4)
        hint = f"; perhaps {near[0]}?" if near else ""
        raise ValueError(f"there is no fault {name!r}{hint}")
    return FAULTS[name]
