"""The feed of samples: one exchange after the other, or one stream after the other with a few exchanges in between."""

import asyncio
from collections.abc import Awaitable, Callable
import copy
from dataclasses import replace
from datetime import UTC, datetime
import logging

from ...acoustics import Basis
from ...nl43 import (
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
    StreamRow,
    WrongMeter,
)
from ..measurement.clock import clock_offset_s
from ..measurement.run_tracker import DISAGREEING_ROWS
from ..signal import Signal
from ..state import MeterState
from ..waiters import Waiters
from .facts import Fact, contradicts
from .lock import FeedLock
from .options import FeedOptions
from .sample import COVERED_LIMIT_S
from .schedule import ALL, COMMANDS, LABELS, Ask, AskFact, Exchange, Schedule
from .streamed import Streaming

_LOGGER = logging.getLogger(__name__)

# After a loss the link needs longer than this to connect again; meanwhile its status is settled.
AFTER_LOSS_S = 1.0
# A stream that does not end as it should throws the link out of step, which it then tries to mend for some time.
STREAM_IS_TO_BLAME_S = 20.0
# However much there is to ask in a break, by whomever: rows come so often that the meter stays available.
ROW_IN_BREAK_S = 3.5


class Feed:
    """Polls or streams for as long as the meter is watched, connected and the right one; the link paces it.

    Whoever holds `lock` has the link to himself, but for control commands of other persons. `basis` is that of the
    samples that come now.
    """

    def __init__(self, meter: Meter, identity: Identity, state: MeterState) -> None:
        """Prepare to feed; `state` takes what is learnt."""
        self.schedule = Schedule(self._wanted)
        self.basis = Basis.POLLED
        self.basis_changes = Signal[Basis]("feed's basis")
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
        self._asked_again = set[Exchange]()
        self._asks: dict[Ask, Callable[[], Awaitable[None]]] = {
            Ask.LEVELS: self._ask_levels,
            Ask.RUN: self._ask_run,
            Ask.PAUSED: self._ask_paused,
            Ask.CLOCK: self._ask_clock,
            Ask.POWER: self._ask_power,
        }
        self._streaming = Streaming(meter, self._take_row)
        self.lock = FeedLock(self._streaming.interrupt)
        self._streams = False
        self._break_rows = 0
        self._slot_ended = float("-inf")
        self._levels_at = float("-inf")
        self._may_give_way = False
        self._until_given_way: asyncio.Timeout | None = None
        self._power_asked_at = float("-inf")
        self._power_cost_the_link = False
        state.words.connect(self._take_word)

    @property
    def answer_s(self) -> float:
        """Seconds from the last command to the end of its answer."""
        return self._meter.link.statistics.last_answer_s or 0.0

    @property
    def options(self) -> FeedOptions:
        """How samples are to be had; a change takes effect at once."""
        return self._streaming.options

    @options.setter
    def options(self, options: FeedOptions) -> None:
        self._streaming.options = options

    @property
    def lost_slots(self) -> int:
        """Slots that were missing within streams."""
        return self._streaming.lost_slots

    async def run(self) -> None:
        """Feed until cancelled."""
        link = self._meter.link
        unsubscribe = link.on_status(self._take_status)
        self._take_status(link.status)
        self._running = True
        try:
            while True:
                await self._connected.wait()
                try:
                    await self._feed()
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
        self._streaming.interrupt()
        await self._refreshing.wait()

    def watch(self, fact: Fact) -> None:
        """Read this too, soon and then now and then, until `schedule.unwatch`."""
        self.schedule.watch(fact)
        self._streaming.rest_soon()

    def give_way(self) -> None:
        """A person's command comes: a row goes after it, instead of anything else that is not on the wire yet."""
        if self._may_give_way and self._until_given_way is not None:
            self._may_give_way = False
            self._until_given_way.reschedule(self._loop.time())

    async def take_row(self) -> None:
        """Ask for a row: whoever holds `lock` for longer keeps the samples coming."""
        await self._carry_out(Ask.LEVELS)

    def take_run(self, run: RunState) -> None:
        """Take the meter's word on its run state, whoever asked for it."""
        now = self._loop.time()
        tracker = self._state.tracker
        before, own = tracker.state, tracker.commanded
        self._state.take_run(run, now)
        self.schedule.run_read(now)
        if before not in (None, tracker.state) and not own:
            self.schedule.suspect()
        if tracker.maybe_paused or (tracker.paused and run is RunState.STOP):
            self.schedule.want([Ask.PAUSED])

    def _take_word(self) -> None:
        if self._state.tracker.pause_over_at is not None:
            self.schedule.want_run()

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
        availability, was_connected = self._state.availability, self._connected.is_set()
        if status.state is LinkState.CONNECTED:
            self._connected.set()
            availability.believe()
            return
        self._connected.clear()
        if was_connected and status.state is LinkState.TIMEOUT and status.error is not None:
            availability.doubt(status.error, lambda: self._meter.link.heard_at)
        elif status.error is not None:
            availability.lose(status.error)
            if not was_connected:
                # Nothing feeds that would fail with it.
                self._fail_waiting(status.error)

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

    async def _feed(self) -> None:
        """Feed over one connection, and return if it is another one already."""
        statistics = self._meter.link.statistics
        if self._identified_on != (connection := statistics.connects):
            await self._confirm_identity()
            self._identified_on = connection
            self._identifying.release()
            self.schedule.connected()
            self._asked_again.clear()
            self._streaming.connected()
            self._state.connected()
            self._note_unsupported()
        while True:
            async with self.lock:
                if statistics.connects != connection:
                    return
                if self._may_stream():
                    await self._stream_or_break()
                else:
                    await self._poll()

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

    def _may_stream(self) -> bool:
        """Whether the next samples are to be streamed: not before all has been read that somebody waits for now."""
        if self._refreshing or not self.schedule.settled or self._state.levels is None:
            return False
        return self._streaming.may_begin()

    async def _poll(self) -> None:
        if self._streams:
            self._streams = False
            # It covers the time since the last row of the break, if that is not too long ago.
            self.schedule.row_first()
        self._change_basis(Basis.POLLED)
        # A person's command goes before this: then the rows are not to be interrupted longer than by that.
        now = self._loop.time()
        await self._carry_out(Ask.LEVELS if self._meter.link.person_waits else self.schedule.next(now))

    async def _stream_or_break(self) -> None:
        """Ask the next of what is due before the next stream, or stream until the next break."""
        if not self._streams:
            self._streams = True
            self._begin_break(facts=False)
        if exchange := self._next_in_break():
            await self._carry_out(exchange)
            return
        await self._streaming.run(wanted=not self.schedule.round_done)
        self._begin_break(facts=self._streaming.break_due)

    def _begin_break(self, *, facts: bool) -> None:
        self._break_rows = 0
        self.schedule.begin_break(self._loop.time(), facts=facts)

    def _next_in_break(self) -> Exchange | None:
        row_is_old = self._loop.time() - self._levels_at > ROW_IN_BREAK_S
        if self._break_rows and (self._meter.link.person_waits or row_is_old):
            # Between the commands of a person come rows, as ever; all else may depend on what he does.
            return Ask.LEVELS
        exchange = self.schedule.next_in_break(self._loop.time())
        if exchange is None and self._state.tracker.disagrees and self._break_rows < DISAGREEING_ROWS:
            return Ask.LEVELS
        return exchange

    def _take_row(self, row: StreamRow, ended: float) -> None:
        self._change_basis(Basis.STREAMED)
        self._slot_ended = ended
        self._state.take_slot(row.channels, ended)

    def _change_basis(self, basis: Basis) -> None:
        if basis is not self.basis:
            self.basis = basis
            self.basis_changes.send(basis)

    async def _carry_out(self, exchange: Exchange) -> None:
        """Ask, and bear an answer that is none."""
        self._may_give_way = exchange is not Ask.LEVELS
        try:
            async with asyncio.timeout(None) as self._until_given_way:
                await self._ask(exchange)
        except TimeoutError:
            self._put_off(exchange)
            return
        except (CommandRefused, AnswerError) as error:
            self._failed(exchange, error)
        finally:
            self._may_give_way = False
        if self._labelled != self._state.tracker.measurement_number:
            self._labelled = self._state.tracker.measurement_number
            self.schedule.want(LABELS)
        if self.schedule.round_done:
            self._refreshing.release()

    def _on_wire(self, _: float) -> None:
        self._may_give_way = False

    def _put_off(self, exchange: Exchange) -> None:
        """Ask later what had to give way."""
        if isinstance(exchange, AskFact):
            self.schedule.want([exchange.fact])
        elif exchange is Ask.RUN:
            self.schedule.want_run()
        else:
            self.schedule.want([exchange])

    async def _ask(self, exchange: Exchange) -> None:
        if isinstance(exchange, AskFact):
            change = await exchange.fact.read(self._meter, exchange.command, self._on_wire)
            known = self._state.facts
            self._state.change_facts(change)
            if not exchange.fact.often and contradicts(known, self._state.facts):
                self.schedule.suspect()
        else:
            await self._asks[exchange]()

    async def _ask_run(self) -> None:
        self.take_run(await self._meter.run_state(on_sent=self._on_wire))

    async def _ask_paused(self) -> None:
        self._state.take_paused(await self._meter.is_paused(on_sent=self._on_wire), self._loop.time())

    async def _ask_clock(self) -> None:
        self.take_clock(await self._meter.clock(on_sent=self._on_wire))

    async def _ask_levels(self) -> None:
        self._break_rows += 1
        levels = await self._meter.levels()
        self._levels_at = received = self._loop.time()
        # A short break is a hole, so that windows stay exact; a long one, as for a start cycle, is polled.
        covers = self.basis is Basis.POLLED or received - self._slot_ended > COVERED_LIMIT_S
        if self._state.take_levels(levels, received - self.answer_s, received, covers=covers):
            self.schedule.want_run()
            if self._state.tracker.run is RunState.START:
                self.schedule.want([Ask.PAUSED])

    async def _ask_power(self) -> None:
        """Read one row of the stream: a risk that is not taken again once it cost a connection."""

        def on_sent(at: float) -> None:
            self._on_wire(at)
            self._power_asked_at = at

        row = await self._meter.status_row(on_sent=on_sent)
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
            if exchange is Ask.PAUSED:
                self._state.take_paused(False, self._loop.time())
            if isinstance(exchange, AskFact):
                # Perhaps this unit knows it by another name.
                self.schedule.want([exchange.fact])
        elif exchange not in self._asked_again:
            # What is lost for the second time waits for its turn, which may be hours away.
            self._asked_again.add(exchange)
            self._put_off(exchange)

    def _note_unsupported(self) -> None:
        self._state.change_facts(lambda facts: replace(facts, unsupported=self.schedule.unsupported))

    def _fail_waiting(self, error: NL43Error) -> None:
        self._identifying.fail(error)
        self._refreshing.fail(error)
