"""How the meter behaves: settings, state machine, command table and rows. No sockets; time is told to it."""

from .execution import Answer, Result, Stream, execute, understand
from .instrument import Instrument
from .moment import Moment
from .parsing import Parsed
from .run import State
from .settings import Settings
from .table import COMMANDS
from .truth import TrueLevels

__all__ = [
    "COMMANDS",
    "Answer",
    "Instrument",
    "Moment",
    "Parsed",
    "Result",
    "Settings",
    "State",
    "Stream",
    "TrueLevels",
    "execute",
    "understand",
]
