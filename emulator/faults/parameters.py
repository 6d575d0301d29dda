"""The parameters of faults: typed, with defaults, checked when a fault is switched on."""

from collections.abc import Mapping
from dataclasses import dataclass
import math
from typing import Any, Literal

type Value = str | float | int | bool | None
type Kind = Literal["number", "whole", "switch", "text", "choice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter. Numbers lie between `low` and `high`; `optional` ones may be None, which `none_means` explains."""

    name: str
    kind: Kind
    default: Value
    description: str
    low: float = 0.0
    high: float = math.inf
    choices: tuple[str, ...] = ()
    none_means: str = ""

    @property
    def optional(self) -> bool:
        """Whether None is a value."""
        return bool(self.none_means)

    def checked(self, value: object) -> Value:
        """Return the value; ValueError if it is of another type or out of range."""
        if value is None and self.optional:
            return None
        if not self._fits(value):
            raise ValueError(f"{self.name} is {self.expected}, not {value!r}")
        return value  # type: ignore[return-value]  # its type has just been checked

    @property
    def expected(self) -> str:
        """What it takes, in words."""
        low, high = f"{self.low:g}", f"{self.high:g}"
        limits = f"of at least {low}" if math.isinf(self.high) else f"from {low} to {high}"
        words = {
            "number": f"a number {limits}",
            "whole": f"a whole number {limits}",
            "switch": "true or false",
            "text": "a text in ASCII",
            "choice": f"one of {', '.join(self.choices)}",
        }[self.kind]
        return f"{words}; none means {self.none_means}" if self.optional else words

    def _fits(self, value: object) -> bool:
        match self.kind:
            case "switch":
                return isinstance(value, bool)
            case "text":
                return isinstance(value, str) and value.isascii() and (value.isprintable() or not value)
            case "choice":
                return value in self.choices
            case "whole" if not isinstance(value, int):
                return False
        # A bool is an int to Python, and NaN compares with nothing.
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high


def number(
    name: str,
    default: float | None,
    description: str,
    *,
    low: float = 0.0,
    high: float = math.inf,
    none_means: str = "",
) -> Parameter:
    """Return a parameter that is a number."""
    return Parameter(
        name=name, kind="number", default=default, description=description, low=low, high=high, none_means=none_means
    )


def whole(
    name: str,
    default: int | None,
    description: str,
    *,
    low: int = 0,
    high: float = math.inf,
    none_means: str = "",
) -> Parameter:
    """Return a parameter that is a whole number."""
    return Parameter(
        name=name, kind="whole", default=default, description=description, low=low, high=high, none_means=none_means
    )


def switch(name: str, default: bool, description: str) -> Parameter:
    """Return a parameter that is true or false."""
    return Parameter(name=name, kind="switch", default=default, description=description)


def text(name: str, default: str | None, description: str, *, none_means: str = "") -> Parameter:
    """Return a parameter that is a text."""
    return Parameter(name=name, kind="text", default=default, description=description, none_means=none_means)


def choice(name: str, choices: tuple[str, ...], description: str, *, none_means: str = "") -> Parameter:
    """Return a parameter that is one of some words, the first by default, or by default None if that is a value."""
    return Parameter(
        name=name,
        kind="choice",
        default=None if none_means else choices[0],
        description=description,
        choices=choices,
        none_means=none_means,
    )


def checked(parameters: tuple[Parameter, ...], given: Mapping[str, object], owner: str) -> dict[str, Any]:
    """Return a value for each parameter, the default where none is given; ValueError for what does not fit."""
    known = {parameter.name: parameter for parameter in parameters}
    if unknown := sorted(given.keys() - known.keys()):
        raise ValueError(f"{owner} has no parameter {', '.join(unknown)}; it has {', '.join(known) or 'none'}")
    try:
        return {name: known[name].checked(given.get(name, known[name].default)) for name in known}
    except ValueError as error:
        raise ValueError(f"{owner}: {error}") from None
