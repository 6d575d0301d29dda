"""The control port of the meter: TCP, one client at a time, ASCII commands."""

from .listener import Door
from .port import ControlPort

__all__ = ["ControlPort", "Door"]
