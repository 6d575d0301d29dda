"""Faults that are switched on: each with its number, its terms and what it has done so far."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .condition import Condition, Stage
from .fault import Fault, On
from .fault_type import FaultType


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """When a fault strikes: from which command on, how often, by what chance, for how long (s)."""

    command: str | None = None
    times: int | None = None
    probability: float = 1.0
    skip: int = 0
    for_s: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if self.times is not None and self.times < 1:
            raise ValueError(f"times is at least 1, or none for no limit, not {self.times!r}")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"probability is from 0 to 1, not {self.probability!r}")
        if self.skip < 0:
            raise ValueError(f"skip is at least 0, not {self.skip!r}")
        if self.for_s is not None and not self.for_s > 0:
            raise ValueError(f"for_s is more than 0, or none for no end, not {self.for_s!r}")

    @property
    def wait(self) -> bool:
        """Whether a condition waits for a command instead of beginning at once."""
        return self.command is not None or self.probability < 1 or self.skip > 0


@dataclass(frozen=True, slots=True)
class ActiveFault:
    """One fault that is switched on, fit to be shown."""

    id: int
    name: str
    terms: Terms
    parameters: Mapping[str, Any]
    struck: int
    """How often it has struck so far."""
    lasting: bool
    """Whether it is happening now, and is not just waiting for what it strikes."""
    detail: str
    """What else there is to know, such as the address of a page."""


class Order:
    """One fault that is switched on."""

    def __init__(self, number: int, kind: FaultType, terms: Terms, parameters: Mapping[str, object]) -> None:
        """Prepare it; ValueError for what does not fit."""
        made = kind.make(**kind.checked(parameters))
        if kind.on is not On.COMMAND and terms.command is not None:
            raise ValueError(f"{kind.name} strikes {kind.on}, not commands")
        self.number = number
        self.kind = kind
        self.terms = terms
        self.parameters = kind.checked(parameters)
        self.condition = made if isinstance(made, Condition) else None
        self.fault = made if isinstance(made, Fault) else Fault(None)
        """What strikes; of a condition, what lets it begin or is asked each time by it."""
        self.fault.command, self.fault.times = terms.command, terms.times
        self.fault.probability, self.fault.skip = terms.probability, terms.skip
        self.struck = 0
        self.stage: Stage | None = None
        """Where the condition plays while it lasts."""
        if self.begins_at_once and kind.on is On.COMMAND and terms.times not in {None, 1}:
            raise ValueError(f"{kind.name} begins at once: to come {terms.times} times it needs something to wait for")

    @property
    def begins_at_once(self) -> bool:
        """Whether it waits for nothing."""
        return self.condition is not None and (self.kind.on is not On.COMMAND or not self.terms.wait)

    @property
    def waits(self) -> bool:
        """Whether it waits for something to strike: not while it lasts."""
        return self.stage is None and not self.begins_at_once

    @property
    def over(self) -> bool:
        """Whether it can do no more."""
        if self.stage is not None:
            return False
        return self.fault.over

    @property
    def shown(self) -> ActiveFault:
        """What there is to show."""
        return ActiveFault(
            self.number,
            self.kind.name,
            self.terms,
            self.parameters,
            self.struck,
            self.stage is not None,
            "" if self.condition is None else self.condition.detail,
        )
