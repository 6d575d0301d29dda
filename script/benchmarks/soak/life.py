"""One meter and all that happens to it in a number of hours."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
import contextlib
from dataclasses import dataclass, field
import json
import logging
import random
import time
from typing import Any

import custom_components.rion_nl43
from custom_components.rion_nl43.monitor import Diagnosis, FeedOptions, MeterMonitor, ProbePorts, Sample
from custom_components.rion_nl43.nl43 import Identity, Link, Meter
from custom_components.rion_nl43.nl43.slot import Slot
from emulator import EmulatedMeter, Latency, MeterConfig
from emulator.acoustics import LayeredScene
from tests.matrix.faults import AFTER_BACKOFF_S

from ..virtual import BEGIN, REFEREE_KEEPS, virtual_time
from .alarms import Alarms
from .ledger import Ledger, Trouble
from .people import WINDOWS, People
from .weather import EVERY_S, FIRST_SAMPLE_S, LOOK_EVERY_S, Weather
from .witness import STATES, Ramp, Witness, memory_mb, own_objects

HOUR_S = 3600.0
# At the end of each hour the weather clears up: then all must be well, and what is left over is counted.
STORM_S = 3250.0
CLEAR_S = 200.0
CALM_S = HOUR_S - STORM_S - CLEAR_S
BOOT_S = 30.0
RESTART_EVERY_S = 7200.0
NOTHING_LISTENS = 9


@dataclass(slots=True)
class Life:
    """What came of it."""

    seed: int
    hours: int
    ledger: Ledger = field(default_factory=Ledger)
    complaints: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    tasks: list[int] = field(default_factory=list)
    objects: list[int] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    strikes: list[tuple[float, str]] = field(default_factory=list)
    """Faults, and when they began."""
    cpu_s: float = 0.0


def live(hours: int, seed: int, *, cellular: bool) -> Life:
    """Live through so many hours; the same seed, the same life, as far as the machine's own timing allows."""
    life = Life(seed, hours)
    since = time.process_time()
    asyncio.run(_live(life, cellular=cellular))
    life.cpu_s = time.process_time() - since
    return life


async def _live(life: Life, *, cellular: bool) -> None:
    rng = random.Random(life.seed)
    ramp = Ramp()
    config = MeterConfig(
        seed=life.seed,
        scene=LayeredScene([ramp]),
        latency=Latency.lte() if cellular else Latency.lan(),
        settings={"FTP": "On"},
        second_connection="silent",
        referee_keeps=REFEREE_KEEPS,
    )
    with virtual_time():
        meter = EmulatedMeter(config)
        await meter.start(ftp_port=0)
        try:
            await _Soak(life, meter, ramp, rng).run()
        finally:
            await meter.stop()


class _Soak:
    """Keeps a monitor running, and all the others who make its life hard."""

    def __init__(self, life: Life, meter: EmulatedMeter, ramp: Ramp, rng: random.Random) -> None:
        self._life = life
        self._meter = meter
        self._rng = rng
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        life.ledger.take_trouble(Trouble(0.0, 0.0, FIRST_SAMPLE_S))
        self._slot = Slot()
        self._memory: Any = None
        self._witness = Witness(meter, ramp, lambda: self._now)
        self._alarms = Alarms(ramp, self._witness, lambda: self._now)
        self._weather = Weather(meter, life.ledger, rng)
        self._people = People(lambda: self._monitor, self._witness, rng)
        self._monitor: MeterMonitor
        self._running: asyncio.Task[None]

    @property
    def _now(self) -> float:
        """Seconds since the beginning."""
        return self._loop.time() - self._began

    async def run(self) -> None:
        logger = logging.getLogger(custom_components.rion_nl43.__name__)
        logger.addHandler(self._witness)
        self._loop.set_exception_handler(lambda _, context: self._witness.complain("errors in callbacks", str(context)))
        self._begin()
        looking = asyncio.create_task(self._look())
        try:
            for hour in range(self._life.hours):
                async with _meanwhile(
                    self._storm(),
                    self._people.command(),
                    self._people.change_mind(),
                    self._people.stream(),
                    self._restarts(),
                ):
                    await asyncio.sleep(STORM_S)
                await self._clear_up()
                await asyncio.sleep(hour * HOUR_S + STORM_S + CLEAR_S - self._now)
                covered_before_s = self._life.ledger.covered_s
                await asyncio.sleep(CALM_S)
                self._check(self._life.ledger.covered_s - covered_before_s)
                self._life.ledger.settle()
        finally:
            looking.cancel()
            await self._end()
            await asyncio.wait({looking})
            logger.removeHandler(self._witness)
            self._sum_up()

    def _begin(self) -> None:
        """Watch the meter as after a start of the program."""
        link = Link(self._meter.host, self._meter.port, slot=self._slot, rng=random.Random(self._rng.random()))
        identity = Identity(self._meter.config.model, self._meter.config.serial)
        monitor = self._monitor = MeterMonitor(
            Meter(link), identity, restored=self._memory, episodes=self._alarms.episodes
        )
        assert self._meter.ftp_port  # noqa: S101 # it has been started with FTP
        monitor.probe_ports = ProbePorts(self._meter.ftp_port, (NOTHING_LISTENS,))
        monitor.recovery.power_switch = self._switch_power
        monitor.windows.configure(WINDOWS)
        self._alarms.watch(monitor)
        monitor.on_sample(self._take_sample)
        monitor.on_measurement(lambda measurement: self._witness.take_measurement(self._now, measurement))
        monitor.commands.on_change(self._witness.take_command)
        self._link = link
        self._running = asyncio.create_task(monitor.run())

    async def _end(self) -> None:
        """Stop watching, and keep what is to be kept as a file would."""
        if self._running.done():
            self._witness.complain("monitors that broke down", repr(self._running))
        self._running.cancel()
        await asyncio.wait({self._running})
        await self._link.close()
        self._memory = json.loads(json.dumps(self._monitor.memory))
        self._alarms.keep(self._monitor)
        statistics = self._monitor.statistics
        for name in ("connects", "exchanges", "stream_rows", "timeouts", "unusable", "resyncs"):
            self._life.counts[name] += getattr(statistics, name)

    def _take_sample(self, sample: Sample) -> None:
        at = sample.at.timestamp() - BEGIN.timestamp()
        self._life.ledger.take_sample(at, sample.duration_s, streamed=sample.slot is not None)
        self._witness.take_sample(self._now, sample)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self._witness.note_state(self._now)
            self._alarms.look()
            if self._weather.overloaded:
                self._witness.overloaded(self._now)
            away = self._monitor.standby.active or not self._meter.instrument.powered
            self._weather.look(self._now, away=away)

    async def _storm(self) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / EVERY_S))
            if self._meter.instrument.powered:
                self._weather.strike(self._now)
                if self._weather.overloaded:
                    self._witness.overloaded(self._now)

    async def _restarts(self) -> None:
        while True:
            await asyncio.sleep(self._rng.expovariate(1 / RESTART_EVERY_S))
            async with self._people.present:
                began = self._now
                try:
                    await self._end()
                    await asyncio.sleep(self._rng.uniform(0, 60))
                finally:
                    self._begin()
                    self._life.ledger.take_trouble(Trouble(began, self._now, AFTER_BACKOFF_S + FIRST_SAMPLE_S))
            self._life.counts["restarts"] += 1

    async def _switch_power(self, on: bool) -> None:
        if not on:
            await self._meter.power_off()
            self._life.counts["power cycles"] += 1
        else:
            self._loop.call_later(BOOT_S, self._boot)

    def _boot(self) -> None:
        if not self._meter.instrument.powered:
            self._meter.instrument.power_on()
            self._meter.control.update()
            self._meter.ftp.update()

    async def _clear_up(self) -> None:
        """Let everything be as it should be."""
        self._weather.clear()
        self._boot()
        self._monitor.feed_options = FeedOptions()
        await self._people.leave()

    def _check(self, covered_s: float) -> None:
        """Complain of what is not well although it was calm for long enough."""
        monitor, life = self._monitor, self._life
        if not monitor.available or monitor.diagnosis.current.diagnosis is not Diagnosis.CONNECTED:
            self._witness.complain("not back in calm", f"{self._now:.0f} s: {monitor.diagnosis.current}")
        state, run = monitor.measurement.state, self._meter.instrument.run.state
        if state is None or run not in STATES[state]:
            self._witness.complain("run states not known in calm", f"{self._now:.0f} s: {state}, but the meter: {run}")
        self._alarms.check(monitor)
        life.counts["calm seconds"] += round(CALM_S)
        life.counts["calm seconds covered"] += round(covered_s)
        life.tasks.append(len(asyncio.all_tasks()))
        life.memory_mb.append(memory_mb())
        life.objects.append(own_objects())

    def _sum_up(self) -> None:
        life, witness = self._life, self._witness
        by_command: Any = self._meter.referee.report()["by_command"]
        measures = by_command.get("Measure,…", 0)
        if measures > witness.measures:
            witness.complain("settings sent twice", f"Measure,… {measures} times for {witness.measures} commands")
        life.complaints, life.examples = witness.complaints, witness.examples
        life.counts["faults"] = len(self._weather.strikes)
        life.strikes = self._weather.strikes
        life.counts["commands asked"] = self._people.asked
        life.counts["samples"] = witness.samples
        life.counts["alerts raised"] = self._alarms.raised
        life.counts["alerts checked in calm"] = self._alarms.checks
        life.counts["changes of the run state"] = witness.changes
        life.counts.update({f"commands {state.value}": count for state, count in witness.commands.items()})


@contextlib.asynccontextmanager
async def _meanwhile(*works: Any) -> AsyncIterator[None]:
    """Let others do their work for the body of the `async with`."""
    tasks = {asyncio.create_task(work) for work in works}
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in tasks:
        if not task.cancelled():
            task.result()
