"""Alert rules and their judgement: rule, schedule, engine, episode. Pure: time is passed in."""

from .backtest import HelperChange, backtest
from .engine import AlertEngine
from .episode import Acknowledgement, EndReason, Episode, GradeChange, Trace
from .explanation import Dropped, Explanation, Nearest, Verdict
from .judge import Judge
from .metric import Metric, Quantity
from .opening import is_open, next_change
from .raiser import Raiser
from .reachability import UNREACHABLE, UNREACHABLE_AFTER_S, UNREACHABLE_NAME
from .reading import Reading
from .refusal import Refusal, Refused
from .rule import Direction, Grade, Rule
from .schedule import Always, Helper, Schedule, Weekly
from .transition import Transition, TransitionKind

__all__ = [
    "UNREACHABLE",
    "UNREACHABLE_AFTER_S",
    "UNREACHABLE_NAME",
    "Acknowledgement",
    "AlertEngine",
    "Always",
    "Direction",
    "Dropped",
    "EndReason",
    "Episode",
    "Explanation",
    "Grade",
    "GradeChange",
    "Helper",
    "HelperChange",
    "Judge",
    "Metric",
    "Nearest",
    "Quantity",
    "Raiser",
    "Reading",
    "Refusal",
    "Refused",
    "Rule",
    "Schedule",
    "Trace",
    "Transition",
    "TransitionKind",
    "Verdict",
    "Weekly",
    "backtest",
    "is_open",
    "next_change",
]
