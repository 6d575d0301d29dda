"""Alert rules and their judgement: rule, schedule, engine, episode. Pure: time is passed in."""

from .episode import Acknowledgement, EndReason, Episode, GradeChange, Trace
from .explanation import Dropped, Explanation, Nearest, Verdict
from .metric import Metric, Quantity
from .reading import Reading
from .rule import Direction, Grade, Rule
from .schedule import Always, Helper, Schedule, Weekly
from .transition import Transition, TransitionKind

__all__ = [
    "Acknowledgement",
    "Always",
    "Direction",
    "Dropped",
    "EndReason",
    "Episode",
    "Explanation",
    "Grade",
    "GradeChange",
    "Helper",
    "Metric",
    "Nearest",
    "Quantity",
    "Reading",
    "Rule",
    "Schedule",
    "Trace",
    "Transition",
    "TransitionKind",
    "Verdict",
    "Weekly",
]
