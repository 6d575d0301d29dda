"""Days of a meter's life in virtual time, with faults at random, operators, persons and changes of mind."""

from .run import HOURS, run

__all__ = ["HOURS", "run"]
