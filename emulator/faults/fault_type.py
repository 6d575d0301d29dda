"""A kind of fault that can be switched on by its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .condition import Condition
from .fault import Fault, On
from .parameters import Parameter, checked


@dataclass(frozen=True, slots=True)
class FaultType:
    """One fault: what it is called, what it does in a sentence, and its number in the list of failure modes."""

    name: str
    number: str
    title: str
    description: str
    make: Callable[..., Fault | Condition]
    parameters: tuple[Parameter, ...] = ()
    on: On = On.COMMAND
    once: bool = False
    """Whether it is over as soon as it has happened, and not when it is switched off."""

    def checked(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Return a value for each parameter; ValueError for one that does not fit."""
        return checked(self.parameters, given, self.name)
