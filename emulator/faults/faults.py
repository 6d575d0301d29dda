"""The faults of one meter: switched on and off by name, or ordered as objects."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
import itertools
from random import Random
from typing import TYPE_CHECKING, Any

from emulator.config import Prompt
from emulator.instrument import Result

from .condition import Condition, Stage
from .delivery import Delivery, Piece
from .fault import ROW, Fault, On
from .layers import Layers
from .order import ActiveFault, Order, Terms
from .registry import fault_type

if TYPE_CHECKING:
    from emulator.meter import EmulatedMeter


# A port is taken; the meter is off; it is none of its faults.
CANNOT_BEGIN = (OSError, RuntimeError, ValueError)


class Faults:
    """What goes wrong with one meter."""

    def __init__(self, rng: Random, meter: "EmulatedMeter | None" = None) -> None:
        """Begin without any; those that last need a meter."""
        self.layers = Layers()
        """What those that last have written over settings and other faults."""
        self.ftp_chances: dict[Condition, tuple[str, Callable[[], bool]]] = {}
        """For those that strike FTP: the fault of the server, and whether it strikes this time."""
        self._rng = rng
        self._meter = meter
        self._added: list[Fault] = []
        self._orders: dict[int, Order] = {}
        self._numbers = itertools.count(1)
        self._timers: dict[int, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, fault: Fault) -> None:
        """Order a fault."""
        self._added.append(fault)

    def remove(self, fault: Fault) -> None:
        """Take an order back, if it is not over."""
        if fault in self._added:
            self._added.remove(fault)

    def clear(self) -> None:
        """Take all orders back and switch everything off."""
        self._added.clear()
        for number in tuple(self._orders):
            self._switch_off(number)

    def switch_on(
        self,
        name: str,
        *,
        command: str | None = None,
        times: int | None = None,
        probability: float = 1.0,
        skip: int = 0,
        for_s: float | None = None,
        **parameters: object,
    ) -> int:
        """Switch a fault on and return its id; ValueError for a name or a value that does not fit.

        OSError or RuntimeError if it cannot begin, because a port is taken or the meter is off.
        Without `command` it strikes any command it can; it lets the first `skip` pass, then strikes `times` times
        (None: without limit), each time with its probability. What lasts begins at once, or with the command that it
        strikes, and ends after `for_s`; all else is switched off after `for_s`. `DRD row` stands for the rows of a
        stream.
        """
        terms = Terms(command=command, times=times, probability=probability, skip=skip, for_s=for_s)
        order = Order(next(self._numbers), fault_type(name), terms, parameters)
        self._orders[order.number] = order
        try:
            if order.begins_at_once:
                self._begin(order)
            elif order.condition is None and for_s is not None:
                self._end_after(for_s, order)
        except CANNOT_BEGIN:
            del self._orders[order.number]
            raise
        return order.number

    def switch_off(self, which: int | str) -> None:
        """Switch off the fault with this id, or all with this name; KeyError if there is none."""
        numbers = [number for number, order in self._orders.items() if which in {number, order.kind.name}]
        if not numbers:
            raise KeyError(which)
        for number in numbers:
            self._switch_off(number)

    def active(self) -> list[ActiveFault]:
        """Return what is switched on and not over, the oldest first."""
        self._forget()
        return [order.shown for order in self._orders.values()]

    def striking(self, line: str) -> list[Fault]:
        """Return the faults that strike this command, and forget those that are over."""
        striking = [fault for fault in self._added if fault.strikes(line, self._rng)]
        self._added = [fault for fault in self._added if not fault.over]
        for order in self._on(On.COMMAND):
            if order.waits and order.fault.strikes(line, self._rng):
                order.struck += 1
                if order.condition is None:
                    striking.append(order.fault)
                else:
                    self._begin(order)
        self._forget()
        return striking

    def row_delivery(self, row: bytes) -> Delivery:
        """Return how a row of a stream goes out."""
        delivery = Delivery((Piece(0.0, row),))
        if self._added or self._orders:
            for fault in self.striking(ROW):
                delivery = fault.change_delivery(delivery)
        return delivery

    def greeting(self) -> Prompt | None:
        """Return the prompt that greets a client, or None."""
        greetings = [fault.greeting() for fault in self._striking_event(On.CONNECTION)]
        return greetings[0] if greetings else None

    def hold_s(self, *, streaming: bool) -> float:
        """Return how long the slot stays taken after the end of a connection."""
        return max((fault.hold_s(streaming) for fault in self._striking_event(On.CLOSE)), default=0.0)

    def connected(self) -> None:
        """Tell those that last that a client has got the slot."""
        for condition, stage in self._lasting():
            condition.connected(stage)

    def disconnected(self) -> None:
        """Tell those that last that the slot's client is gone."""
        for condition, stage in self._lasting():
            condition.disconnected(stage)

    def strikes_ftp(self, name: str) -> bool:
        """Return whether this fault of the FTP server strikes this time."""
        # All are asked: each counts for itself.
        strikes = [chance() for fault, chance in self.ftp_chances.values() if fault == name]
        return not strikes or any(strikes)

    def powered_off(self) -> None:
        """End what the loss of power cures."""
        for order in tuple(self._orders.values()):
            if order.stage is not None and order.condition is not None and order.condition.cured_by_power:
                self._end(order)

    async def close(self) -> None:
        """Switch everything off, for the meter stops."""
        self.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _on(self, event: On) -> list[Order]:
        return [order for order in self._orders.values() if order.kind.on is event]

    def _lasting(self) -> list[tuple[Condition, Stage]]:
        orders = self._orders.values()
        return [(order.condition, order.stage) for order in orders if order.condition and order.stage]

    def _striking_event(self, event: On) -> list[Fault]:
        striking = [
            order for order in self._on(event) if order.condition is None and order.fault.strikes_now(self._rng)
        ]
        for order in striking:
            order.struck += 1
        self._forget()
        return [order.fault for order in striking]

    def _begin(self, order: Order) -> None:
        if order.condition is None or self._meter is None:
            raise ValueError(f"{order.kind.name} needs a meter")
        stage = order.stage = Stage(
            self._meter,
            strikes=lambda: self._strikes(order),
            exhausted=lambda: order.fault.times == 0,
            over=lambda: self._end(order),
            spawn=self._spawn,
        )
        if order.begins_at_once and order.kind.on is On.COMMAND:
            order.struck = 1
            order.fault.times = 0
        try:
            order.condition.begin(stage)
        except CANNOT_BEGIN:
            order.stage = None
            raise
        # Some are over as soon as they have begun.
        if order.terms.for_s is not None and order.stage is stage:
            self._end_after(order.terms.for_s, order)

    def _strikes(self, order: Order) -> bool:
        strikes = order.fault.strikes_now(self._rng)
        order.struck += strikes
        return strikes

    def _end(self, order: Order) -> None:
        """Let a condition end; it may begin again if it has something to wait for."""
        timer = self._timers.pop(order.number, None)
        if timer is not None:
            timer.cancel()
        stage, order.stage = order.stage, None
        if stage is not None and order.condition is not None:
            stage.clear()
            order.condition.end(stage)
        self._forget()

    def _end_after(self, seconds: float, order: Order) -> None:
        def ended() -> None:
            if order.begins_at_once or order.condition is None:
                self._switch_off(order.number)
            else:
                self._end(order)

        self._timers[order.number] = asyncio.get_running_loop().call_later(seconds, ended)

    def _switch_off(self, number: int) -> None:
        # Whoever ends may already have taken others with it.
        order = self._orders.pop(number, None)
        if order is not None:
            self._end(order)

    def _forget(self) -> None:
        for number, order in tuple(self._orders.items()):
            if order.over:
                self._switch_off(number)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            # A failure is raised here, for the loop to report it.
            task.result()


def refusal_of(faults: Iterable[Fault]) -> Result | None:
    """Return the first refusal of these faults, or None."""
    return next((result for fault in faults if (result := fault.refusal()) is not None), None)
