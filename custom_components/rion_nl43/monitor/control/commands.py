"""Commands with a life: each is sent once or not at all, in time or not at all, and its outcome is told."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
import logging
from typing import Any

from ...nl43 import CommandExpired, Meter, NL43Error
from ...nl43.framing import encode
from ..errors import BlockReason, CommandBlocked, CycleEnded
from ..feed.feed import Feed
from ..recovery.diagnosis import Diagnostician
from ..signal import Signal
from ..state import MeterState
from .baseline import Baseline
from .command import RESTARTED, Asked, Command, CommandState
from .controls import Control, Controls
from .cycles import Cycles, StartedCycle, StoppedCycle
from .life import Life, Step
from .sender import Sender
from .settings import Settings, checked_line

_LOGGER = logging.getLogger(__name__)

EXPIRY_S = 10.0
# Nothing comes of a question that is asked late but its answer.
REQUEST_EXPIRY_S = 60.0
REMEMBERED = 50
LONGEST_DETAIL = 80
GIVEN_UP = "nobody waits for it any more"
NOBODY = Asked()


class Commands:
    """Carries out the commands for one meter, one exchange at a time between those of the feed.

    Every method raises what ended the command otherwise than completed: NotSentInTime, CommandBlocked, ControlRefused,
    NotConfirmed or another error of the driver. `expiry_s`: within so many seconds a command must be on the wire; later
    it is expired and never sent; a request by `send` has a minute. For the steps of a cycle that counts from when they
    are due.
    """

    def __init__(
        self,
        meter: Meter,
        state: MeterState,
        feed: Feed,
        baseline: Baseline,
        diagnosis: Diagnostician,
        *,
        restored: Any,
        keep: Callable[[], None],
    ) -> None:
        """Command the meter that `feed` watches; `diagnosis` says why that cannot be done.

        `restored` may be anything; of the commands in it none is sent again. `keep` is called when there is news.
        """
        self.expiry_s = EXPIRY_S
        self._loop = asyncio.get_running_loop()
        self._meter = meter
        self._keep = keep
        self._changes = Signal[Command]("commands")
        self._recent = _restored(restored)
        self._sender = Sender(meter, state, feed, baseline, diagnosis)
        self._controls = Controls(meter, state, feed, self._sender)
        self._settings = Settings(meter, state, feed, self._sender, controls=self._controls, baseline=baseline)
        self._cycles = Cycles(meter, state, self._sender, self._controls, self._settings)
        self._turn = asyncio.Lock()
        self._setting_turns = defaultdict[str, asyncio.Lock](asyncio.Lock)
        self._cycle: Life | None = None
        self._starting: asyncio.Timeout | None = None

    @property
    def recent(self) -> tuple[Command, ...]:
        """The last 50, oldest first."""
        return tuple(self._recent.values())

    @property
    def memory(self) -> list[dict[str, Any]]:
        """What to keep over a restart."""
        return [command.to_json() for command in self._recent.values()]

    def on_change(self, callback: Callable[[Command], None]) -> Callable[[], None]:
        """Be told every state of every command."""
        return self._changes.connect(callback)

    async def start(self, asked: Asked = NOBODY) -> None:
        """Start a measurement."""
        await self._control("start", Control.START, asked, self._controls.start)

    async def stop(self, asked: Asked = NOBODY) -> None:
        """Stop the measurement, or end the start cycle that is under way and what it has started."""
        await self._control("stop", Control.STOP, asked, self._controls.stop)

    async def pause(self, asked: Asked = NOBODY) -> None:
        """Pause the measurement."""
        await self._control("pause", Control.PAUSE, asked, self._controls.pause)

    async def resume(self, asked: Asked = NOBODY) -> None:
        """Go on with the paused measurement."""
        await self._control("resume", Control.RESUME, asked, self._controls.resume)

    async def store(self, asked: Asked = NOBODY) -> None:
        """Store the last result on the card (Store Mode Manual)."""
        await self._control("store", Control.STORE, asked, self._controls.store)

    async def sync_clock(self, asked: Asked = NOBODY) -> None:
        """Set the meter's clock to local time; takes up to some seconds."""
        await self._control("set_clock", Control.CLOCK, asked, self._controls.sync_clock)

    async def start_cycle(
        self, asked: Asked = NOBODY, *, sleep_off: bool = True, set_clock: bool = True, find_name: bool = True
    ) -> StartedCycle:
        """Switch sleep off, set the clock, find a free store name, start, confirm; a Stop ends it.

        Raises NoFreeStoreName and CycleEnded too.
        """
        start = partial(self._cycles.start, sleep_off=sleep_off, set_clock=set_clock, find_name=find_name)

        async def cycle(life: Life) -> StartedCycle:
            self._check_no_cycle("start_cycle")
            try:
                async with asyncio.timeout(None) as starting:
                    return await self._whole_cycle(life, start, starting)
            except TimeoutError:
                raise CycleEnded("the start cycle was ended by a Stop") from None

        return await self._live("start_cycle", "", asked, cycle)

    async def stop_cycle(self, asked: Asked = NOBODY, *, store: bool = False) -> StoppedCycle:
        """Stop, confirm, read the results, and in store mode Manual store them if wished; ends a start cycle first."""

        async def cycle(life: Life) -> StoppedCycle:
            starting = self._end_start_cycle()
            if not starting:
                self._check_no_cycle("stop_cycle")
            return await self._whole_cycle(life, partial(self._cycles.stop, store=store, starting=starting))

        return await self._live("stop_cycle", "", asked, cycle)

    async def set_setting(self, name: str, value: str, asked: Asked = NOBODY) -> None:
        """Change a setting and read it back; raises InvalidCommand too."""
        await self._live("set", f"{name},{value}", asked, lambda life: self._set(life, name, value))

    async def send(self, line: str, asked: Asked = NOBODY) -> str | None:
        """Send a request, and return its data; or a setting, which is read back. Raises InvalidCommand too."""
        name, comma, value = line.partition(",")

        async def send(life: Life) -> str | None:
            if comma:
                await self._set(life, name, value.strip(" "))
                return None
            return await self._ask(life, line)

        return await self._live("send", line, asked, send)

    async def run[T](
        self,
        name: str,
        detail: str,
        asked: Asked,
        action: Callable[[], Awaitable[T]],
        *,
        blocked: Callable[[], BlockReason | None] = lambda: None,
    ) -> T:
        """Give the life of a command to what another part does, whatever that raises, unless something blocks it."""

        async def run(life: Life) -> T:
            if reason := blocked():
                raise CommandBlocked(name, reason)
            life.reach(CommandState.SENT)
            return await action()

        return await self._live(name, detail, asked, run)

    async def _control(
        self, name: str, control: Control, asked: Asked, action: Callable[[Step], Awaitable[None]]
    ) -> None:
        await self._live(name, control, asked, lambda life: self._in_turn(life, control, action))

    async def _in_turn(self, life: Life, line: str, action: Callable[[Step], Awaitable[None]]) -> None:
        """Send a control or a setting that no cycle is to be crossed by."""
        starting = line == Control.STOP and self._end_start_cycle()
        if not starting:
            self._check_no_cycle(line)
        step = Step(line, self._loop.time() + self.expiry_s, life.reach)
        async with self._turn_by(step.deadline, line, self._turn):
            if starting:
                await self._cycles.stop_started(partial(self._cycle_step, life))
            else:
                await action(step)
        life.note = step.note

    async def _whole_cycle[T](
        self,
        life: Life,
        action: Callable[[Callable[[str], Step]], Awaitable[T]],
        starting: asyncio.Timeout | None = None,
    ) -> T:
        """Carry out a cycle that nothing is to cross, but for a Stop that ends it by `starting`."""
        self._cycle, self._starting = life, starting
        try:
            async with self._turn_by(self._loop.time() + self.expiry_s, life.command.name, self._turn):
                return await action(partial(self._cycle_step, life))
        finally:
            if self._cycle is life:
                self._cycle = self._starting = None

    def _end_start_cycle(self) -> bool:
        """End the start cycle that is under way; returns whether there was one."""
        if self._starting is None:
            return False
        self._starting.reschedule(self._loop.time())
        self._cycle = self._starting = None
        return True

    def _cycle_step(self, life: Life, line: str) -> Step:
        confirms = line in (Control.START, Control.STOP)

        def reach(state: CommandState) -> None:
            life.reach(state if confirms else CommandState.SENT)

        return Step(line, self._loop.time() + self.expiry_s, reach)

    async def _set(self, life: Life, name: str, value: str) -> None:
        line = checked_line(name, value)
        controls = {
            Control.START: self._controls.start,
            Control.STOP: self._controls.stop,
            Control.PAUSE: self._controls.pause,
            Control.RESUME: self._controls.resume,
            Control.STORE: self._controls.store,
        }
        if line in controls:
            await self._in_turn(life, line, controls[Control(line)])
            return
        step = Step(line, self._loop.time() + self.expiry_s, life.reach)
        # Set again before it was read back, a setting would be taken for one that had no effect.
        async with self._turn_by(step.deadline, line, self._setting_turns[line.partition(",")[0]]):
            self._check_no_cycle(line)
            await self._settings.set(step, line)
        life.note = step.note

    async def _ask(self, life: Life, line: str) -> str | None:
        encode(line)
        step = Step(line, self._loop.time() + max(self.expiry_s, REQUEST_EXPIRY_S), life.reach)
        return await self._sender.request(step, partial(self._meter.send, line))

    def _check_no_cycle(self, line: str) -> None:
        if self._cycle is not None:
            raise CommandBlocked(line, BlockReason.CYCLE_RUNNING)

    @asynccontextmanager
    async def _turn_by(self, deadline: float, line: str, turn: asyncio.Lock) -> AsyncIterator[None]:
        """Wait until the commands asked for before are over."""
        try:
            async with asyncio.timeout_at(deadline):
                await turn.acquire()
        except TimeoutError:
            raise self._sender.expired(line) from None
        try:
            yield
        finally:
            turn.release()

    async def _live[T](self, name: str, detail: str, asked: Asked, action: Callable[[Life], Awaitable[T]]) -> T:
        """Let a command live, from queued to its end."""
        life = Life(Command.new(name, _printable(detail), asked), self._tell)
        try:
            result = await action(life)
        except asyncio.CancelledError:
            life.end(CommandState.FAILED if life.was_sent else CommandState.EXPIRED, GIVEN_UP)
            raise
        except CommandBlocked as error:
            life.end(CommandState.FAILED if life.was_sent else CommandState.BLOCKED, str(error), error)
            raise
        except CommandExpired as error:
            life.end(CommandState.FAILED if life.was_sent else CommandState.EXPIRED, str(error), error)
            raise
        except NL43Error as error:
            life.end(CommandState.FAILED, str(error), error)
            raise
        except Exception as error:  # what `run` is given may raise anything, and it is raised on
            life.end(CommandState.FAILED, _printable(str(error)))
            raise
        life.end(CommandState.COMPLETED, life.note)
        return result

    def _tell(self, command: Command) -> None:
        self._recent[command.id] = command
        while len(self._recent) > REMEMBERED:
            del self._recent[next(iter(self._recent))]
        self._keep()
        self._changes.send(command)


def _printable(text: str) -> str:
    """Return text of others fit to be shown: short, and control characters as escapes."""
    return (text if text.isprintable() else ascii(text)[1:-1])[:LONGEST_DETAIL]


def _restored(kept: Any) -> dict[str, Command]:
    """Take the commands of an earlier run, of which those that were under way have come to nothing that is known."""
    commands: dict[str, Command] = {}
    for piece in kept[-REMEMBERED:] if isinstance(kept, list) else ():
        try:
            command = Command.from_json(piece)
        except (KeyError, TypeError, ValueError) as error:
            _LOGGER.debug("No use could be made of a kept command: %r", error)
            continue
        if not command.state.final:
            queued = command.state is CommandState.QUEUED
            state = CommandState.EXPIRED if queued else CommandState.FAILED
            command = replace(command, state=state, changed_at=datetime.now(UTC), reason=RESTARTED)
        commands[command.id] = command
    return commands
