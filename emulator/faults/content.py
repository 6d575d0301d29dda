"""Faults of what an answer says."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import ClassVar

from emulator.instrument import Answer, Result
from emulator.instrument.parsing import parse
from emulator.instrument.rows import CHANNELS, FIELDS_PER_CHANNEL, NO_FLAG, NO_LEVEL, level

from .fault import Fault

MEASURED = frozenset({"dod?", "dlc?"})
# Fields of option RT may follow.
LEVEL_FIELDS = CHANNELS * FIELDS_PER_CHANNEL
FLAGS = 2
LMAX, LMIN, LN1, LN5 = 3, 4, 5, 9
BEYOND_DB = 0.1


@dataclass(slots=True)
class MissingValues(Fault):
    """The rows of DOD and DLC have no values, as in unused channels; `live` leaves Lp and the flags as they are."""

    only: ClassVar[frozenset[str]] = MEASURED

    live: bool

    def change_answer(self, answer: Answer) -> Answer:
        """Return the row without values."""
        return _by_channel(answer, self._without_values)

    def _without_values(self, block: list[str]) -> list[str]:
        missing = [NO_LEVEL] * (FIELDS_PER_CHANNEL - FLAGS)
        return [block[0], *missing[1:], *block[-FLAGS:]] if self.live else [*missing, *[NO_FLAG] * FLAGS]


@dataclass(slots=True)
class BeyondExtremes(Fault):
    """LN1 is above Lmax by a class of 0.1 dB, and LN5 below Lmin."""

    only: ClassVar[frozenset[str]] = MEASURED

    def change_answer(self, answer: Answer) -> Answer:
        """Return the row with LN1 and LN5 at the edges of their classes."""
        return _by_channel(answer, _beyond)


@dataclass(slots=True)
class OptionMissing(Fault):
    """The commands of some options are refused with a code."""

    options: frozenset[str]
    code: int
    _result: Result = field(default=Result.OK, init=False)

    def strikes(self, line: str, rng: Random) -> bool:
        """Return whether the line needs one of the options."""
        parsed = parse(line.encode("ascii", "backslashreplace"))
        if parsed is None:
            return False
        if parsed.command.option in self.options:
            self._result = Result(self.code)
        elif parsed.command.name == "System Version" and parsed.argument[-2:].upper() in self.options:
            self._result = Result.WRONG_PARAMETER
        else:
            return False
        return Fault.strikes(self, line, rng)

    def refusal(self) -> Result | None:
        """Return the code."""
        return self._result


def _by_channel(answer: Answer, change: Callable[[list[str]], list[str]]) -> Answer:
    if answer.data is None:
        return answer
    fields = answer.data.split(",")
    for begin in range(0, min(len(fields), LEVEL_FIELDS), FIELDS_PER_CHANNEL):
        fields[begin : begin + FIELDS_PER_CHANNEL] = change(fields[begin : begin + FIELDS_PER_CHANNEL])
    return replace(answer, data=",".join(fields))


def _beyond(block: list[str]) -> list[str]:
    block = block.copy()
    for extreme, percentile, beyond_db in ((LMAX, LN1, BEYOND_DB), (LMIN, LN5, -BEYOND_DB)):
        if block[extreme] != NO_LEVEL:
            block[percentile] = level(float(block[extreme]) + beyond_db)
    return block
