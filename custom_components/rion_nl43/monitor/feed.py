"""The polled feed: one exchange after the other for as long as the meter is watched; the link paces them."""

import asyncio
from collections.abc import Awaitable, Callable
import copy
from dataclasses import replace
from datetime import UTC, datetime
import logging

from ..nl43 import (
    AnswerError,
    CommandRefused,
    CommandUnknown,
    DesignationRefused,
    Identity,
    LinkClosed,
    LinkError,
    LinkState,
    LinkStatus,
    Meter,
    NL43Error,
    RunState,
    WrongMeter,
)
from .clock import clock_offset_s
from .facts import Fact
from .schedule import ALL, COMMANDS, LABELS, Ask, AskFact, Exchange, Schedule
from .state import MeterState
from .waiters import Waiters

_LOGGER = logging.getLogger(__name__)

# After a loss the link needs longer than this to connect again; meanwhile its status is settled.
AFTER_LOSS_S = 1.0
# A stream that does not end as it should throws the link out of step, which it then tries to mend for some time.
STREAM_IS_TO_BLAME_S = 20.0


class Feed:
    """Polls the meter while its link is connected and the meter is the right one.

    Whoever holds `lock` has the link to himself, but for control commands of other persons.
    """

    def __init__(self, meter: Meter, identity: Identity, state: MeterState) -> None:
        """Prepare to poll; `state` takes what is learnt."""
        self.lock = asyncio.Lock()
        self.schedule = Schedule(self._wanted)
        self._meter = meter
        self._identity = identity
        self._state = state
        self._loop = asyncio.get_running_loop()
        self._connected = asyncio.Event()
        self._running = False
        self._identified_on = 0
        self._identifying = Waiters()
        self._refreshing = Waiters()
        self._labelled = 0
        self._asks: dict[Ask, Callable[[], Awaitable[None]]] = {
            Ask.LEVELS: self._ask_levels,
            Ask.RUN: self._ask_run,
            Ask.PAUSED: self._ask_paused,
            Ask.CLOCK: self._ask_clock,
            Ask.POWER: self._ask_power,
        }
        self._power_asked_at = float("-inf")
        self._power_cost_the_link = False

    @property
    def answer_s(self) -> float:
        """Seconds from the last command to the end of its answer."""
        return self._meter.link.statistics.last_answer_s or 0.0

    async def run(self) -> None:
        """Poll until cancelled."""
        link = self._meter.link
        unsubscribe = link.on_status(self._take_status)
        self._take_status(link.status)
        self._running = True
        try:
            while True:
                await self._connected.wait()
                try:
                    await self._poll()
                except LinkError as error:
                    if self._loop.time() - self._power_asked_at < STREAM_IS_TO_BLAME_S:
                        self._power_cost_the_link = True
                    self._fail_waiting(error)
                    await asyncio.sleep(AFTER_LOSS_S)
                except WrongMeter as error:
                    self._state.availability.lose(error)
                    self._fail_waiting(error)
                    await link.close()
        finally:
            self._running = False
            unsubscribe()
            self._state.availability.close()
            self._fail_waiting(LinkClosed("the meter is not watched any more"))

    async def identified(self) -> None:
        """Return once the meter at the other end is known to be the right one; raises LinkError or WrongMeter."""
        self._check_connected()
        if self._identified_on != self._meter.link.statistics.connects:
            await self._identifying.wait()

    async def refresh(self) -> None:
        """Read all slow facts anew, between samples; raises LinkError if the connection ends before."""
        self._check_connected()
        self.schedule.want(ALL)
        await self._refreshing.wait()

    def take_run(self, run: RunState) -> None:
        """Take the meter's word on its run state, whoever asked for it."""
        now = self._loop.time()
        self._state.take_run(run, now)
        self.schedule.run_read(now)
        tracker = self._state.tracker
        if tracker.maybe_paused or (tracker.paused and run is RunState.STOP):
            self.schedule.want([Ask.PAUSED])

    def take_clock(self, told: datetime) -> float:
        """Take the meter's naive local time; returns its offset in seconds."""
        offset_s = clock_offset_s(told, datetime.now(UTC), self.answer_s, self._state.time_zone)
        self._state.change_facts(lambda facts: replace(facts, clock_offset_s=offset_s))
        return offset_s

    def _check_connected(self) -> None:
        if not self._running:
            raise LinkClosed("the meter is not watched")
        if error := self._meter.link.status.error:
            raise copy.copy(error)

    def _take_status(self, status: LinkStatus) -> None:
        if status.state is LinkState.CONNECTED:
            self._connected.set()
            return
        self._connected.clear()
        if status.error is not None:
            self._state.availability.lose(status.error)

    def _wanted(self, ask: Ask | Fact) -> bool:
        tracker, sample = self._state.tracker, self._state.sample
        if ask is Ask.PAUSED:
            return tracker.run is RunState.START or tracker.paused or tracker.maybe_paused
        if ask is Ask.POWER:
            return not self._power_cost_the_link
        if isinstance(ask, Fact) and ask.channel:
            channels = sample.levels.channels if sample else ()
            return ask.channel < len(channels) and channels[ask.channel].lp is not None
        return True

    async def _poll(self) -> None:
        """Poll over one connection, and return if it is another one already."""
        statistics = self._meter.link.statistics
        if self._identified_on != (connection := statistics.connects):
            await self._confirm_identity()
            self._identified_on = connection
            self._identifying.release()
            self.schedule.connected()
            self._state.connected()
            self._note_unsupported()
        while True:
            async with self.lock:
                if statistics.connects != connection:
                    return
                await self._next()

    async def _confirm_identity(self) -> None:
        while True:
            try:
                found = await self._meter.serial_number()
            except (AnswerError, CommandRefused) as error:
                self._state.availability.lose(error)
            else:
                break
        if found != self._identity.serial:
            raise WrongMeter(self._identity.serial, found)

    async def _next(self) -> None:
        if self._labelled != self._state.tracker.measurement_number:
            self._labelled = self._state.tracker.measurement_number
            self.schedule.want(LABELS)
        exchange = self.schedule.next(self._loop.time())
        try:
            await self._ask(exchange)
        except (CommandRefused, AnswerError) as error:
            self._failed(exchange, error)
        if self.schedule.round_done:
            self._refreshing.release()

    async def _ask(self, exchange: Exchange) -> None:
        if isinstance(exchange, AskFact):
            self._state.change_facts(await exchange.fact.read(self._meter, exchange.command))
        else:
            await self._asks[exchange]()

    async def _ask_run(self) -> None:
        self.take_run(await self._meter.run_state())

    async def _ask_paused(self) -> None:
        self._state.take_paused(await self._meter.is_paused(), self._loop.time())

    async def _ask_clock(self) -> None:
        self.take_clock(await self._meter.clock())

    async def _ask_levels(self) -> None:
        levels = await self._meter.levels()
        received = self._loop.time()
        if self._state.take_levels(levels, received - self.answer_s, received):
            self.schedule.want_run()
            if self._state.tracker.run is RunState.START:
                self.schedule.want([Ask.PAUSED])

    async def _ask_power(self) -> None:
        """Read one row of the stream: a risk that is not taken again once it cost a connection."""
        self._power_asked_at = self._loop.time()
        row = await self._meter.status_row()
        self._state.change_facts(lambda facts: replace(facts, power=row.power))

    def _failed(self, exchange: Exchange, error: CommandRefused | AnswerError) -> None:
        _LOGGER.debug("%s: %s", exchange, error)
        if exchange is Ask.LEVELS:
            return
        if exchange is Ask.RUN:
            self.schedule.run_failed(self._loop.time())
        elif exchange is Ask.POWER or isinstance(error, CommandUnknown | DesignationRefused):
            self.schedule.refuse(exchange.command if isinstance(exchange, AskFact) else COMMANDS[exchange])
            self._note_unsupported()
            if isinstance(exchange, AskFact):
                # Perhaps this unit knows it by another name.
                self.schedule.want([exchange.fact])

    def _note_unsupported(self) -> None:
        self._state.change_facts(lambda facts: replace(facts, unsupported=self.schedule.unsupported))

    def _fail_waiting(self, error: NL43Error) -> None:
        self._identifying.fail(error)
        self._refreshing.fail(error)
