"""What overrules the port's own behaviour while faults last."""

from dataclasses import dataclass, field
from typing import Literal

from emulator.config import SecondConnection

type Seen = Literal["refused", "timeout"]
type Loss = Literal["keep", "reset", "silent"]


@dataclass(slots=True)
class Overrules:
    """Each demand stands under the one who makes it, so that several may last at a time.

    Whoever changes one tells the port to `update`.
    """

    bars: dict[object, Seen] = field(default_factory=dict)
    """What becomes of all connection attempts."""
    fates: dict[object, SecondConnection] = field(default_factory=dict)
    """What becomes of a second connection; the last demand counts."""
    strangers: set[object] = field(default_factory=set)
    """Foreign clients that take the slot as soon as it is free."""
    strict: set[object] = field(default_factory=set)
    """Those who let the meter ignore what comes too soon."""

    @property
    def bar(self) -> Seen | None:
        """What becomes of all connection attempts: on a dead link nothing can be refused."""
        seen = self.bars.values()
        return None if not seen else "timeout" if "timeout" in seen else "refused"

    def fate(self, usual: SecondConnection) -> SecondConnection:
        """Return what becomes of a second connection."""
        return next(reversed(self.fates.values()), usual)
