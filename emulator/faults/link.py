"""Lasting faults of the control port and of the way to it."""

import asyncio
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from emulator.config import SecondConnection

from .condition import Cancellable, Condition, Stage
from .fault import On

type Seen = Literal["refused", "timeout"]
type Loss = Literal["keep", "reset", "silent"]

# How often it is looked whether a connection attempt has been dropped: nothing tells of it.
LOOK_S = 0.1


@dataclass(slots=True, eq=False)
class Wedge(Condition):
    """The port refuses until the meter is powered off and on; all else goes on."""

    cured_by_power: ClassVar[bool] = True

    after_connects: int | None
    after_s: float
    connection: Loss
    _connects: int = field(default=0, init=False)

    def begin(self, stage: Stage) -> None:
        """Refuse at once or after a time, or count connections."""
        if self.after_connects is None:
            self._wedge_later(stage)

    def connected(self, stage: Stage) -> None:
        """Count, if the number of connections decides."""
        self._connects += 1
        if self._connects == self.after_connects:
            self._wedge_later(stage)

    def end(self, stage: Stage) -> None:
        """Listen again. A connection that died meanwhile stays dead, and its slot is free."""
        stage.meter.control.overrules.bars.pop(self, None)
        stage.meter.control.forget_vanished()
        stage.meter.control.update()

    def _wedge_later(self, stage: Stage) -> None:
        if self.after_s:
            stage.later(self.after_s, lambda: self._wedge(stage))
        else:
            self._wedge(stage)

    def _wedge(self, stage: Stage) -> None:
        control = stage.meter.control
        control.overrules.bars[self] = "refused"
        control.update()
        control.lose(self.connection)


@dataclass(slots=True, eq=False)
class SecondClient(Condition):
    """What becomes of those who find the slot taken."""

    fate: SecondConnection

    def begin(self, stage: Stage) -> None:
        """Overrule the meter's own way."""
        stage.meter.control.overrules.fates[self] = self.fate
        stage.meter.control.update()

    def end(self, stage: Stage) -> None:
        """Go back to it."""
        del stage.meter.control.overrules.fates[self]
        stage.meter.control.update()


@dataclass(slots=True, eq=False)
class ForeignClient(Condition):
    """Somebody else has the slot, as soon as it is free or at once."""

    comes: Literal["when free", "at once"]

    def begin(self, stage: Stage) -> None:
        """Take the slot."""
        control = stage.meter.control
        control.overrules.strangers.add(self)
        if self.comes == "at once":
            control.lose("reset")
        control.update()

    def end(self, stage: Stage) -> None:
        """Give it back."""
        stage.meter.control.overrules.strangers.discard(self)
        stage.meter.control.update()


@dataclass(slots=True, eq=False)
class Strict(Condition):
    """What comes too soon after an answer is ignored."""

    def begin(self, stage: Stage) -> None:
        """Be strict."""
        stage.meter.control.overrules.strict.add(self)

    def end(self, stage: Stage) -> None:
        """Be as before."""
        stage.meter.control.overrules.strict.discard(self)


@dataclass(slots=True, eq=False)
class ConnectTimeout(Condition):
    """A connection attempt is not answered, while the slot is free; the attempt after it may be."""

    on: ClassVar[On] = On.CONNECTION

    lasts_s: float
    _dropped_before: int = field(default=0, init=False)

    def begin(self, stage: Stage) -> None:
        """Prepare for the next attempt."""
        if stage.meter.control.session is None:
            self._prepare(stage)

    def disconnected(self, stage: Stage) -> None:
        """Prepare for the next attempt."""
        self._prepare(stage)

    def end(self, stage: Stage) -> None:
        """Answer again."""
        stage.meter.control.overrules.bars.pop(self, None)
        stage.meter.control.update()

    def _prepare(self, stage: Stage) -> None:
        control = stage.meter.control
        if self in control.overrules.bars or not stage.strikes():
            return
        control.overrules.bars[self] = "timeout"
        control.update()
        dropped = control.dropped
        if dropped is None:
            # Nobody counts: the attempts of a while are dropped instead of one.
            stage.later(self.lasts_s, lambda: self._open(stage))
        else:
            self._dropped_before = dropped
            stage.later(LOOK_S, lambda: self._look(stage))

    def _look(self, stage: Stage) -> None:
        dropped = stage.meter.control.dropped or 0
        if dropped > self._dropped_before:
            stage.later(self.lasts_s, lambda: self._open(stage))
        else:
            # A socket that listens anew counts anew.
            self._dropped_before = dropped
            stage.later(LOOK_S, lambda: self._look(stage))

    def _open(self, stage: Stage) -> None:
        self.end(stage)
        if stage.exhausted:
            stage.over()
        else:
            self._prepare(stage)


@dataclass(slots=True, eq=False)
class HalfOpen(Condition):
    """A connection that rests too long dies: nothing passes any more, or the next bytes are answered by a reset."""

    on: ClassVar[On] = On.CONNECTION

    idle_s: float
    then: Literal["silent", "reset"]
    slot_freed_after_s: float | None
    _timer: Cancellable | None = field(default=None, init=False)

    def begin(self, stage: Stage) -> None:
        """Watch the connection there is."""
        self._watch(stage)

    def connected(self, stage: Stage) -> None:
        """Watch the new connection."""
        self._watch(stage)

    def end(self, stage: Stage) -> None:
        """Let the slot of a connection that died be free."""
        stage.meter.control.forget_vanished()

    def _watch(self, stage: Stage) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        session = stage.meter.control.session
        if session is None or session.vanished or session.resets_on_input:
            return
        left_s = session.last_traffic_at + self.idle_s - asyncio.get_running_loop().time()
        if left_s > 0:
            self._timer = stage.later(left_s, lambda: self._watch(stage))
        elif stage.strikes():
            self._strike(stage)
        else:
            self._timer = stage.later(self.idle_s, lambda: self._watch(stage))

    def _strike(self, stage: Stage) -> None:
        control = stage.meter.control
        if self.then == "silent":
            control.lose("silent")
            if self.slot_freed_after_s is not None:
                stage.later(self.slot_freed_after_s, lambda: self._freed(stage))
        elif control.session is not None:
            control.session.resets_on_input = True
            if stage.exhausted:
                stage.over()

    def _freed(self, stage: Stage) -> None:
        stage.meter.control.forget_vanished()
        if stage.exhausted:
            stage.over()


@dataclass(slots=True, eq=False)
class Unreachable(Condition):
    """Nobody gets through to the meter: the router refuses, or nothing answers."""

    seen: Seen
    connection: Loss

    def begin(self, stage: Stage) -> None:
        """Close the way."""
        control = stage.meter.control
        control.overrules.bars[self] = self.seen
        control.lose(self.connection)
        control.update()

    def end(self, stage: Stage) -> None:
        """Open it. A connection that died meanwhile stays dead, and its slot is free."""
        control = stage.meter.control
        del control.overrules.bars[self]
        control.forget_vanished()
        control.update()
