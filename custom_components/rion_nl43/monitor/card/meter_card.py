"""What is on the meter's card, and how to get it while the meter goes on measuring."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
import logging
from pathlib import Path
from typing import Any

from ...nl43 import (
    AnswerError,
    CommandRefused,
    FtpLoginFailed,
    FtpRefused,
    FtpTimedOut,
    LinkClosed,
    LinkState,
    Meter,
    NL43Error,
)
from ...nl43.ftp import Entry, FolderFetched, FtpClient, FtpSession, fetch_file, fetch_folder
from ...nl43.ftp.fetch import RunBlocking
from ..control.baseline import Baseline
from ..control.commands import Commands
from ..control.sender import Sender
from ..errors import CardNotQuiet, NoFtp, Unquiet
from ..feed.feed import Feed
from ..kept import kept_mapping
from ..measurement.measurement import MeasurementState
from ..recovery.diagnosis import Diagnostician
from ..recovery.standby import Standby
from ..signal import Signal
from ..state import MeterState
from .activity import ActivityKind, ActivityTeller, CardActivity
from .clock import CardClock
from .quiet import LOOK_EVERY_S, Quiet
from .space import CardSpace
from .switch import FtpSwitch

_LOGGER = logging.getLogger(__name__)

# So long a session waits for its moment.
PATIENCE_S = 60.0
# The server may need some seconds after it was switched on, and the meter to notice that the last session has ended.
LOG_IN_WITHIN_S = 30.0
LOG_IN_EVERY_S = 2.0
# Who looks at one folder looks at another one next: FTP stays on for so long after a session.
LINGER_S = 30.0
PUT_BACK_WITHIN_S = 10.0
PUT_BACK_AGAIN_S = 60.0
LEAVE_WITHIN_S = 6.0
NOT_WATCHED = "the meter is not watched any more"


class MeterCard:
    """Opens sessions with the meter's FTP server: one at a time, in a quiet moment, and leaves FTP as it was found.

    FTP is switched over the link in between the polls and is put back half a minute after the last session; after a
    restart or when the connection was lost, as soon as there is one again. Nothing on the card is ever changed.
    """

    def __init__(
        self,
        meter: Meter,
        state: MeterState,
        feed: Feed,
        *,
        baseline: Baseline,
        diagnosis: Diagnostician,
        commands: Commands,
        standby: Standby,
        restored: object = None,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the parts; `restored` is `memory` of an earlier run, and `keep` is called when `memory` has changed."""
        kept = kept_mapping(restored)
        self.space = CardSpace(kept_mapping(kept.get("space")))
        self._client: FtpClient | None = None
        self._meter = meter
        self._state = state
        self._feed = feed
        self._keep = keep
        self._loop = asyncio.get_running_loop()
        self._door = diagnosis.ftp_door
        self._sender = Sender(meter, state, feed, baseline, diagnosis)
        self._switch = FtpSwitch(meter, self._sender, restored=kept.get("ftp_owes"), keep=self._changed)
        self._quiet = Quiet(
            meter, state, feed, commands, diagnosis=diagnosis, standby=standby, on_command=self._switch.take_command
        )
        self._diagnosis = diagnosis
        self._teller = ActivityTeller()
        self._refusals = Signal[()]("refused FTP login")
        self._login_refused = False
        self._left_badly = False
        self._turn = asyncio.Lock()
        self._waiting = 0
        self._ended_at = float("-inf")
        self._news = asyncio.Event()
        self._cut: asyncio.Timeout | None = None
        self._why_cut: NL43Error | None = None
        self._closed = False
        self._clock = CardClock(state, kept.get("clock_ahead_of_utc_s"), keep)
        state.facts_changes.connect(lambda _: self._take_space())
        state.measurements.connect(lambda _: self._take_space())
        standby.on_change(self._take_standby)
        standby.before_release = self._leave

    @property
    def client(self) -> FtpClient | None:
        """Who opens the sessions; None: FTP is not wanted."""
        return self._client

    @client.setter
    def client(self, client: FtpClient | None) -> None:
        self._client = client
        self._login_refused = False

    @property
    def activity(self) -> CardActivity:
        """What goes on at the card."""
        return self._teller.current

    @property
    def login_refused(self) -> bool:
        """Whether the meter has refused the login of this client, and not accepted it since."""
        return self._login_refused

    @property
    def wanted(self) -> bool:
        """Whether somebody waits for the session that is open now: who can go on later lets him."""
        return self._waiting > 0

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart."""
        return {
            "ftp_owes": self._switch.owes,
            "clock_ahead_of_utc_s": self._clock.ahead_of_utc_s,
            "space": self.space.memory,
        }

    def on_activity(self, callback: Callable[[CardActivity], None]) -> Callable[[], None]:
        """Be told the activity, at most twice a second, and when it begins and ends."""
        return self._teller.on_change(callback)

    def on_login_refused(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told when `login_refused` becomes true."""
        return self._refusals.connect(callback)

    def now(self) -> datetime:
        """What the meter's clock shows now, naive: local time if it was never read."""
        return self._clock.now()

    def expect(self, total: int | None) -> None:
        """Tell with the activity how many bytes are to come in the session that is open."""
        self._teller.expect(total)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Have the FTP port without any session of this program, to try another login; raises CardNotQuiet."""
        async with self._turn_by(self._loop.time() + PATIENCE_S), self._door.hold():
            yield

    @asynccontextmanager
    async def session(
        self, kind: ActivityKind = ActivityKind.LISTING, *, patience_s: float = PATIENCE_S
    ) -> AsyncIterator[FtpSession]:
        """Be logged in for the body of the `with`, in which no command that is a part of it may be waited for.

        Waits up to `patience_s` until no command or cycle and no other transfer is under way; what begins later does
        not disturb the session, but for standby. While the control port hangs FTP goes on, if it was on.
        Raises NoFtp, CardNotQuiet, FtpStaysOff, FtpLoginFailed, FtpRefused, FtpTimedOut; WrongMeter, NotSentInTime,
        AnswerError; LinkClosed when the meter is not watched any more.
        """
        client = self._client
        if client is None:
            raise NoFtp
        deadline = self._loop.time() + patience_s
        async with self._turn_by(deadline):
            if self._closed:
                raise LinkClosed(NOT_WATCHED)
            self._teller.begin(kind)
            try:
                async with self._until_cut(), AsyncExitStack() as stack:
                    await self._quiet.wait(deadline, settled=kind is ActivityKind.IMPORTING)
                    session = await self._open(client, stack)
                    session.watch = self._moved
                    try:
                        yield session
                    finally:
                        self._left_badly = not session.usable
            finally:
                self._ended_at = self._loop.time()
                self._teller.end()

    async def entries(self, path: str = "/") -> list[Entry]:
        """Return what is in a folder; raises as `session`, and what `FtpSession.list` raises."""
        async with self.session(ActivityKind.LISTING) as session:
            return await session.list(path, self.now())

    async def download(self, path: str, target: Path, *, run: RunBlocking = asyncio.to_thread) -> int:
        """Download a file in the place of `target`, whole or not at all, and return its size.

        Raises as `session`, and what `fetch_file` raises.
        """
        folder, _, name = path.rpartition("/")
        async with self.session(ActivityKind.DOWNLOADING) as session:
            entries = await session.list(folder or "/", self.now())
            listed = next((entry.size for entry in entries if entry.name == name and not entry.is_folder), None)
            self.expect(listed)
            return await fetch_file(session, path, target, listed=listed, run=run)

    async def download_folder(self, path: str, target: Path, *, run: RunBlocking = asyncio.to_thread) -> FolderFetched:
        """Download a folder with all that is in it; raises as `session`, and what `fetch_folder` raises."""
        async with self.session(ActivityKind.DOWNLOADING) as session:
            return await fetch_folder(session, path, target, self.now(), run=run)

    async def run(self) -> None:
        """Leave FTP as it was found, in time, until cancelled."""
        unsubscribe = self._meter.link.on_status(lambda _: self._news.set())
        try:
            while True:
                self._news.clear()
                again_s = await self._put_back_in_time()
                try:
                    async with asyncio.timeout(again_s):
                        await self._news.wait()
                except TimeoutError:
                    continue
        finally:
            unsubscribe()

    async def close(self) -> None:
        """End the session that is open, open no other, and leave FTP as it was found, if that can be done quickly."""
        self._closed = True
        self._cut_off(LinkClosed(NOT_WATCHED))
        await self._leave()

    async def _leave(self) -> None:
        if self._meter.link.status.state is not LinkState.CONNECTED:
            return
        try:
            async with asyncio.timeout(LEAVE_WITHIN_S), self._turn:
                await self._switch.put_back(self._loop.time() + LEAVE_WITHIN_S, trust=True)
        except (NL43Error, TimeoutError) as error:
            _LOGGER.debug("FTP is left as it is until there is a connection again: %r", error)

    async def _put_back_in_time(self) -> float | None:
        """Put FTP back if it is time for that; return after how long to look again if there is no news before."""
        if self._switch.owes is None:
            return None
        if self._turn.locked() or self._waiting or self._meter.link.status.state is not LinkState.CONNECTED:
            return None
        if (wait_s := self._ended_at + LINGER_S - self._loop.time()) > 0:
            return wait_s
        try:
            if self._quiet.trouble(settled=False) is not None:
                return LOOK_EVERY_S
            async with self._turn:
                await self._switch.put_back(self._loop.time() + PUT_BACK_WITHIN_S)
        except NL43Error as error:
            _LOGGER.debug("FTP could not be switched off yet: %s", error)
        return PUT_BACK_AGAIN_S

    async def _open(self, client: FtpClient, stack: AsyncExitStack) -> FtpSession:
        """Switch FTP on if that can be done, and log in."""
        if self._quiet.wedged:
            return await self._log_in(client, stack)
        if not self._clock.known:
            with contextlib.suppress(AnswerError, CommandRefused):
                self._feed.take_clock(await self._sender.read("Clock?", self._meter.clock))
        if self._switch.owes == "Off" and self._loop.time() < self._ended_at + LINGER_S:
            # Most likely it is on still; it costs less to try than to ask.
            with contextlib.suppress(FtpRefused, FtpTimedOut):
                return await self._log_in(client, stack, within_s=0.0)
        switched = await self._switch.on(self._loop.time() + PATIENCE_S)
        try:
            return await self._log_in(client, stack)
        except (FtpRefused, FtpTimedOut) as error:
            if switched or not self._left_badly:
                raise
            # The meter may still think that the session is open that was cut off here; nobody else is in, then.
            _LOGGER.debug("FTP is switched off and on: %s", error)
        await self._switch.renew(self._loop.time() + PATIENCE_S)
        return await self._log_in(client, stack)

    async def _log_in(self, client: FtpClient, stack: AsyncExitStack, within_s: float = LOG_IN_WITHIN_S) -> FtpSession:
        deadline = self._loop.time() + within_s
        while True:
            try:
                await stack.enter_async_context(self._door.hold())
                session = await stack.enter_async_context(client.session())
            except FtpLoginFailed:
                if client is self._client and not self._login_refused:
                    self._login_refused = True
                    self._refusals.send()
                raise
            except (FtpRefused, FtpTimedOut) as error:
                await stack.aclose()
                if self._loop.time() + LOG_IN_EVERY_S > deadline:
                    raise
                _LOGGER.debug("FTP is not ready yet: %s", error)
            else:
                self._login_refused = self._login_refused and client is not self._client
                self._door.heard()
                return session
            await asyncio.sleep(LOG_IN_EVERY_S)

    def _moved(self, path: str, size: int, listed: int | None) -> None:
        self._door.heard()
        self._teller.moved(path, size, listed)

    @asynccontextmanager
    async def _turn_by(self, deadline: float) -> AsyncIterator[None]:
        """Wait until all transfers that were asked for before are over."""
        self._waiting += 1
        try:
            async with asyncio.timeout_at(deadline):
                await self._turn.acquire()
        except TimeoutError:
            raise CardNotQuiet(Unquiet.TRANSFER, self._diagnosis.current.diagnosis) from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turn.release()
            self._news.set()

    @asynccontextmanager
    async def _until_cut(self) -> AsyncIterator[None]:
        """Let `_cut_off` end the body of the `with`."""
        try:
            async with asyncio.timeout(None) as self._cut:
                yield
        except TimeoutError:
            if self._why_cut is None:
                raise
            raise self._why_cut from None
        finally:
            self._cut = self._why_cut = None

    def _cut_off(self, why: NL43Error) -> None:
        if self._cut is not None and self._why_cut is None:
            self._why_cut = why
            self._cut.reschedule(self._loop.time())

    def _take_standby(self, active: bool) -> None:
        if active:
            self._cut_off(CardNotQuiet(Unquiet.STANDBY, self._diagnosis.current.diagnosis))

    def _take_space(self) -> None:
        facts, measurement = self._state.facts, self._state.measurement
        measures = measurement.state is MeasurementState.MEASURING
        words = (facts.store_mode, facts.lp_store_interval, facts.leq_calculation_interval)
        known = tuple(word for word in words if word is not None)
        if self.space.take(
            datetime.now(UTC),
            facts.card_free_mb,
            facts.card_total_mb,
            measuring_since=measurement.started_at if measures else None,
            storing=known if len(known) == len(words) else (),
        ):
            self._keep()

    def _changed(self) -> None:
        self._news.set()
        self._keep()
