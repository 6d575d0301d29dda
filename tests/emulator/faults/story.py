"""Stories: one for each fault, that tell what a client sees of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from .witness import Witness

type Act = Callable[[Witness], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Story:
    """What is done with a fault switched on; `config` is that of the meter, `switched` how the fault is switched on."""

    fault: str
    act: Act
    switched: dict[str, Any] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)

    async def told(self) -> str:
        """Play it and return what the client saw."""
        witness = await Witness.of(**self.config)
        try:
            await self.act(witness)
        finally:
            text = await witness.done()
        return text

    @property
    def order(self) -> str:
        """How the fault is switched on, as in code."""
        arguments = "".join(f", {name}={value!r}" for name, value in self.switched.items())
        return f'switch_on("{self.fault}"{arguments})'.replace("'", '"')


STORIES: dict[str, Story] = {}


def story(fault: str, *, config: dict[str, Any] | None = None, **switched: Any) -> Callable[[Act], Act]:
    """Register a story; the fault is switched on by it, with `on`, in the way that is given here."""

    def registered(act: Act) -> Act:
        STORIES[fault] = Story(fault, act, switched, config or {})
        return act

    return registered


def on(witness: Witness, fault: str) -> int:
    """Switch the fault on, as its story says."""
    return witness.meter.faults.switch_on(fault, **STORIES[fault].switched)
