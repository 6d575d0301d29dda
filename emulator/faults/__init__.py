"""Faults to order: what goes wrong, with which command, how often, for how long.

By name: `faults.switch_on("slow-answer", command="DOD?", times=2, delay_s=6)`, all of them in `FAULTS`. Or as objects:
`faults.add(CutAnswer("DOD?", after_bytes=17))`.
"""

from .answers import CutAnswer, DelayAnswer, DropAnswer, RefuseWith, ReplaceAnswer, ReplaceBytes
from .delivery import Delivery, Piece, Then
from .fault import ROW, Fault, On
from .fault_type import FaultType
from .faults import Faults, refusal_of
from .order import ActiveFault, Terms
from .parameters import Parameter
from .registry import FAULTS, fault_type

__all__ = [
    "FAULTS",
    "ROW",
    "ActiveFault",
    "CutAnswer",
    "DelayAnswer",
    "Delivery",
    "DropAnswer",
    "Fault",
    "FaultType",
    "Faults",
    "On",
    "Parameter",
    "Piece",
    "RefuseWith",
    "ReplaceAnswer",
    "ReplaceBytes",
    "Terms",
    "Then",
    "fault_type",
    "refusal_of",
]
