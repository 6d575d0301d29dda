"""Anything at any time: persons, operators, options, standby, restarts of the program and faults, all at random.

Whatever happens: nothing wrong is told, nothing is sent twice, every command ends, and the meter comes back.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
import contextlib
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.monitor import FeedMode, FeedOptions, MeterMonitor, ProbePorts
from custom_components.rion_nl43.nl43 import NL43Error
from emulator import EmulatedMeter, MeterConfig
from emulator.pytest_plugin import DEFAULTS
from tests.monitor.watching import Watching

from .chronicle import Chronicle
from .faults import CASES, Case
from .play import STREAM_BACK_S
from .witness import Witness

# By a cycle that is under way and by a link that has just been lost a command may be held up for so long.
LONGEST_COMMAND_S = 400.0
BACK_WITHIN_S = 200.0
STATE_KNOWN_S = 75.0

# What each asks the meter for, at most once.
COMMANDS: dict[str, tuple[Callable[[MeterMonitor], Awaitable[object]], tuple[str, ...]]] = {
    "start": (lambda monitor: monitor.commands.start(), ("Measure,Start",)),
    "stop": (lambda monitor: monitor.commands.stop(), ("Measure,Stop",)),
    "pause": (lambda monitor: monitor.commands.pause(), ("Pause,On",)),
    "resume": (lambda monitor: monitor.commands.resume(), ("Pause,Off",)),
    "store": (lambda monitor: monitor.commands.store(), ("Manual Store,Start",)),
    "sync_clock": (lambda monitor: monitor.commands.sync_clock(), ("Clock",)),
    "start_cycle": (lambda monitor: monitor.commands.start_cycle(), ("Clock", "Measure,Start", "Sleep Mode,Off")),
    "stop_cycle": (lambda monitor: monitor.commands.stop_cycle(store=True), ("Measure,Stop", "Manual Store,Start")),
    "set": (lambda monitor: monitor.commands.set_setting("Percentile 1", "3"), ("Percentile 1,3",)),
    "send": (lambda monitor: monitor.commands.send("Type?"), ()),
    "refresh": (lambda monitor: monitor.refresh_facts(), ()),
}
FEEDS = (
    FeedOptions(),
    FeedOptions(FeedMode.STREAMED, 20),
    FeedOptions(FeedMode.STREAMED, 300),
    FeedOptions(FeedMode.STREAMED, None),
)
WAITS = st.sampled_from((0.0, 0.01, 0.3, 1.05, 2.5, 7.0, 30.0))
OPERATIONS = st.one_of(
    st.tuples(st.just("command"), st.sampled_from(sorted(COMMANDS))),
    st.tuples(st.just("command"), st.sampled_from(sorted(COMMANDS))),
    st.tuples(st.just("give_up"), st.none()),
    st.tuples(st.just("feed"), st.sampled_from(FEEDS)),
    st.tuples(st.just("release"), st.sampled_from((None, 0.5, 20.0))),
    st.tuples(st.just("take_back"), st.none()),
    st.tuples(st.just("watch"), st.sampled_from(("Language", "Key Lock", "Store Name"))),
    st.tuples(st.just("unwatch"), st.none()),
    st.tuples(st.just("press"), st.sampled_from(("press_start", "press_stop", "press_pause"))),
    st.tuples(st.just("restart"), st.none()),
    st.tuples(st.just("expect"), st.sampled_from((None, False))),
    st.tuples(st.just("fault"), st.sampled_from([case for case in CASES if case.mixes])),
)


class Life:
    """One meter, the monitor that watches it now, and whoever commands it."""

    def __init__(self, meter: EmulatedMeter) -> None:
        """Nothing has happened yet."""
        self.meter = meter
        self.complaints: list[str] = []
        self.asked = Counter[str]()
        self._chronicle = Chronicle(meter, asyncio.get_running_loop().time)
        self._persons: list[asyncio.Task[None]] = []
        self._watching: list[Callable[[], None]] = []
        self._options = FeedOptions()
        self._begin(None)

    def _begin(self, restored: dict[str, Any] | None) -> None:
        self._restarted = restored is not None
        self.watch = Watching(self.meter, restored=restored, feed=self._options)
        self.watch.monitor.probe_ports = ProbePorts(self.meter.ftp_port or 0, ())
        self.witness = Witness(self.watch, self._chronicle)
        self._runs = asyncio.create_task(self.watch.monitor.run())

    async def end(self) -> None:
        """The program ends."""
        for person in self._persons:
            person.cancel()
        self._runs.cancel()
        await asyncio.wait({self._runs, *self._persons})
        await self.watch.link.close()
        self.witness.check_coverage(0.0, [(0.0, float("inf"))])
        # A pause that nobody saw moves the start that rows tell; what was paused before a restart counts as paused
        # until the meter has been asked.
        known = {" a start ", "it was not paused"} if self._restarted else {" a start "}
        self.complaints += [text for text in self.witness.complaints if not any(part in text for part in known)]

    async def happen(self, what: str, how: Any) -> None:
        """Let something happen."""
        await getattr(self, f"_{what}")(how)

    async def _command(self, name: str) -> None:
        action, lines = COMMANDS[name]
        self.asked.update(lines)

        async def ask() -> None:
            try:
                async with asyncio.timeout(LONGEST_COMMAND_S):
                    await action(self.watch.monitor)
            except NL43Error:
                pass
            except TimeoutError:
                self.complaints.append(f"{name} does not end")

        self._persons.append(asyncio.create_task(ask()))

    async def _give_up(self, _: None) -> None:
        if waiting := [person for person in self._persons if not person.done()]:
            waiting[0].cancel()

    async def _feed(self, options: FeedOptions) -> None:
        self._options = self.watch.monitor.feed_options = options

    async def _release(self, for_s: float | None) -> None:
        await self.watch.monitor.standby.release(
            None if for_s is None else datetime.now(UTC) + timedelta(seconds=for_s)
        )

    async def _take_back(self, _: None) -> None:
        await self.watch.monitor.standby.take_back()

    async def _watch(self, name: str) -> None:
        self._watching.append(self.watch.monitor.watch_setting(name))

    async def _unwatch(self, _: None) -> None:
        if self._watching:
            self._watching.pop(0)()

    async def _press(self, button: str) -> None:
        if self.meter.instrument.powered:
            getattr(self.meter.instrument, button)()

    async def _expect(self, expected: bool | None) -> None:
        self.watch.monitor.watchdog.expected = expected

    async def _restart(self, _: None) -> None:
        await self.end()
        self._persons.clear()
        self._watching.clear()
        slot = self.watch.link.slot
        self._begin(json.loads(json.dumps(self.watch.monitor.memory)))
        self.watch.link.slot = slot

    async def _fault(self, case: Case) -> None:
        for name, terms in case.orders:
            with contextlib.suppress(RuntimeError):
                self.meter.faults.switch_on(name, **terms)

    async def recover(self) -> None:
        """Once nothing goes wrong any more the meter is back, and all that is told of it is true."""
        await asyncio.gather(*self._persons, return_exceptions=True)
        self.meter.faults.clear()
        if not self.meter.instrument.powered:
            await self.meter.power_on()
        await self.watch.monitor.standby.take_back()
        rows = self.watch.monitor.statistics.exchanges + self.watch.monitor.statistics.stream_rows
        await self.watch.until(lambda: self.watch.monitor.available, BACK_WITHIN_S)
        streamed = self.watch.monitor.feed_options.mode is FeedMode.STREAMED
        basis = Basis.STREAMED if streamed else Basis.POLLED
        await self.watch.until(lambda: self.watch.monitor.basis is basis, STREAM_BACK_S)
        self.watch.monitor.feed_options = FeedOptions()
        await asyncio.sleep(STATE_KNOWN_S)
        if not self.watch.monitor.available:
            self.complaints.append("it went away by itself")
        if not self.witness.check_state():
            self.complaints.append(f"{self.watch.monitor.measurement} is wrong")
        assert self.watch.monitor.statistics.exchanges + self.watch.monitor.statistics.stream_rows > rows

    def check_commands(self) -> None:
        """Complain of what was sent more often than it was asked for, and of commands without an end."""
        sent = Counter(self._asked_for(record.line) for record in self.meter.referee.commands)
        for line, count in sent.items():
            if line is not None and count > self.asked[line]:
                self.complaints.append(f"{line} sent {count} times, asked for {self.asked[line]} times")
        for command in self.watch.monitor.commands.recent:
            if not command.state.final:
                self.complaints.append(f"{command} has no end")

    @staticmethod
    def _asked_for(line: str) -> str | None:
        if line.startswith("Clock,"):
            return "Clock"
        return None if line.startswith("Store Name,") or "," not in line else line


@pytest.mark.usefixtures("virtual_clock")
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(st.tuples(OPERATIONS, WAITS), min_size=5, max_size=25), st.integers(0, 1000))
async def test_anything_at_any_time(story: list[tuple[tuple[str, Any], float]], seed: int) -> None:
    loop = asyncio.get_running_loop()
    loop.set_debug(False)
    unheard: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: unheard.append(context))
    before = asyncio.all_tasks()
    meter = EmulatedMeter(MeterConfig(**DEFAULTS | {"seed": seed, "settings": {"FTP": "On"}}))
    await meter.start(ftp_port=0)
    life = Life(meter)
    try:
        await asyncio.sleep(seed / 50)
        for (what, how), wait_s in story:
            await life.happen(what, how)
            await asyncio.sleep(wait_s)
        await life.recover()
    finally:
        await life.end()
        await meter.stop()
        loop.set_exception_handler(None)
    life.check_commands()
    assert life.complaints == []
    assert unheard == []
    assert asyncio.all_tasks() == before
    meter.referee.assert_clean()
