"""What a rule is given to judge, once per sample."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """A level that stands for the time from `ended` - `covered_s` to `ended`, in seconds since the epoch.

    `level_db` is None where the level is missing or may not be judged, as one that is held; such time is not covered.
    `measuring` is None while the meter's run state is not known. `leq_db` is the sound meanwhile, Lp of a row or Leq of
    a slot, of which the level of an episode is made; `overload`: the meter was overloaded.
    """

    ended: float
    covered_s: float
    level_db: float | None
    measuring: bool | None = None
    leq_db: float | None = None
    overload: bool = False
