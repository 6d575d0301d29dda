"""What the command table says of one command."""

from dataclasses import dataclass
from enum import Enum, Flag, auto
from typing import Literal

from .values import Values, Words

type Option = Literal["EX", "RT", "WR"]
type Source = Literal["documented", "sister", "observed", "assumed"]
type Confidence = Literal["high", "medium", "low"]

_BY_SOURCE: dict[Source, Confidence] = {"observed": "high", "documented": "high", "sister": "medium", "assumed": "low"}


class Kind(Flag):
    """What may be sent: `name,value`, `name?`, or either."""

    SETTING = auto()
    REQUEST = auto()
    BOTH = SETTING | REQUEST


class When(Enum):
    """In which states the setting is accepted."""

    ALWAYS = auto()
    STOPPED = auto()
    BY_STATE = auto()
    """By the state machine: measuring, pausing, storing."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command. A stored setting has a `default`; the others are acted on or answered when they come."""

    name: str
    kind: Kind = Kind.BOTH
    values: Values | None = None
    default: str | None = None
    when: When = When.STOPPED
    option: Option | None = None
    source: Source = "assumed"
    """Where the values are from; the names are documented."""
    argument: Values | None = None
    """What a request takes behind its question mark."""
    trust: Confidence | None = None
    """How far values and effect can be relied on, where the source alone does not say it."""
    chosen: str = ""
    """What the emulator does with it besides keeping and telling a value, and what was decided where nobody knows."""

    @property
    def confidence(self) -> Confidence:
        """How far values and effect can be relied on."""
        return self.trust or _BY_SOURCE[self.source]

    @property
    def stored(self) -> bool:
        """Whether the meter keeps the value as text."""
        return self.default is not None


ON_OFF = Words(("On", "Off"))


def setting(
    name: str,
    values: Values,
    default: str,
    *,
    option: Option | None = None,
    when: When = When.STOPPED,
    source: Source = "assumed",
    trust: Confidence | None = None,
    chosen: str = "",
) -> Command:
    """Return a setting that the meter stores and tells."""
    return Command(name, Kind.BOTH, values, default, when, option, source, trust=trust, chosen=chosen)


def switch(
    name: str,
    default: str = "Off",
    *,
    option: Option | None = None,
    when: When = When.STOPPED,
    source: Source = "documented",
    trust: Confidence | None = None,
    chosen: str = "",
) -> Command:
    """Return a setting that is `On` or `Off`."""
    return setting(name, ON_OFF, default, option=option, when=when, source=source, trust=trust, chosen=chosen)


def request(
    name: str,
    *,
    option: Option | None = None,
    source: Source = "documented",
    argument: Values | None = None,
    trust: Confidence | None = None,
    chosen: str = "",
) -> Command:
    """Return something that can only be asked."""
    return Command(name, Kind.REQUEST, option=option, source=source, argument=argument, trust=trust, chosen=chosen)
