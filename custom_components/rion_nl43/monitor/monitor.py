"""What runs for one meter day and night."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from typing import Any

from ..acoustics import Basis
from ..nl43 import Identity, LinkStatistics, LinkStatus, Meter, NL43Error
from .alerting.meter_alerts import MeterAlerts
from .calibration.calibration import MeterCalibration
from .card.meter_card import MeterCard
from .control.auto_clock import AutoClock
from .control.baseline import Baseline
from .control.commands import Commands
from .control.settings import WatchedSettings
from .coverage import DayCoverage
from .errors import BrokeDown
from .feed.facts import Facts
from .feed.feed import Feed
from .feed.options import FeedOptions
from .feed.sample import Sample
from .history.backfill import Backfill
from .history.history import MeterHistory
from .keeping import keep_running
from .kept import kept_mapping
from .live.meter_live import MeterLive
from .measurement.measurement import Measurement, MeasurementMemory
from .recovery.diagnosis import Diagnostician
from .recovery.power_cycle import Recovery
from .recovery.probe import ProbePorts
from .recovery.rest import keep_rest, restore_rest
from .recovery.standby import Standby
from .recovery.watchdog import Watchdog
from .signal import Signal
from .state import MeterState
from .windows import MeterWindows


class MeterMonitor:
    """Keeps one meter's link, feeds on it, keeps what is known of the meter and carries out commands.

    It is put together of parts, each of which gets what it needs when it is made, and is an attribute of its own:
    `calibration`, `windows`, `coverage`, `history`, `alerts`, `live`, `commands`, `baseline`, `diagnosis`,
    `standby`, `recovery`, `watchdog`, `auto_clock`, `card`, `backfill`. The link belongs to the caller, who closes
    it in the end; `run` opens it, unless the meter is released. Callbacks run in the event loop, and each `on_...`
    returns what ends the subscription.
    """

    def __init__(
        self,
        meter: Meter,
        identity: Identity,
        *,
        restored: Mapping[str, Any] | None = None,
        episodes: object = None,
        live: MeterLive | None = None,
        time_zone: tzinfo = UTC,
    ) -> None:
        """Take the meter, in a running event loop.

        `restored` is the `memory` of an earlier run and `episodes` that of its alerts, in which anything may stand:
        each part takes its own piece and leaves alone what makes no sense. `live` is that of an earlier monitor of this
        meter in the same program. `time_zone` is that of the meter's clock.
        """
        kept = kept_mapping(restored)
        self.identity = identity
        self._meter = meter
        self._memory_changes = Signal[()]("memory")
        keep = self._memory_changes.send
        link = meter.link
        restore_rest(link.slot, kept.get("slot"), asyncio.get_running_loop().time())
        self._state = MeterState(MeasurementMemory.from_json(kept.get("measurement")), time_zone)
        self._feed = Feed(meter, identity, self._state)
        self.standby = Standby(link, kept.get("standby"), keep)
        # What a calibrator sounds is no sound of the place: it is seen live, and nowhere else.
        self.calibration = MeterCalibration(kept.get("calibration"), keep)
        self.on_sample(self.calibration.take_sample)
        # Windows and then alerts go before all others: who gets a sample finds what follows from it.
        self.windows = MeterWindows(time_zone)
        self.on_sample(self.calibration.gated(self.windows.take_sample))
        self.calibration.on_marked(self.windows.exclude)
        self.on_facts(self.windows.take_facts)
        self.coverage = DayCoverage(time_zone, kept.get("coverage"), keep)
        self.on_sample(self.calibration.gated(self.coverage.take_sample))
        self.calibration.on_marked(self.coverage.exclude)
        self.history = MeterHistory(time_zone, kept.get("history"), keep)
        self.on_sample(self.calibration.gated(self.history.take_sample))
        self.on_facts(self.history.take_facts)
        self.calibration.exclude = self.history.exclude
        self.alerts = MeterAlerts(
            self._state,
            self.windows,
            self.standby,
            calibration=self.calibration,
            serial=identity.serial,
            restored=kept.get("alerts"),
            episodes=episodes,
            keep=keep,
        )
        self.live = MeterLive() if live is None else live
        self.on_sample(self.live.take_sample)
        self.on_measurement(self.live.take_measurement)
        self.baseline = Baseline(self._state, kept.get("baseline"), keep)
        self.diagnosis = Diagnostician(link, self._state, kept.get("diagnosis"), keep)
        self.commands = Commands(
            meter,
            self._state,
            self._feed,
            self.baseline,
            self.diagnosis,
            restored=kept.get("commands"),
            keep=keep,
        )
        self.auto_clock = AutoClock(self._state, self.commands, kept.get("auto_clock"), keep)
        self._watched_settings = WatchedSettings(self._state, self._feed)
        self.recovery = Recovery(link, self.diagnosis, self.commands, kept.get("recovery"), keep)
        self.watchdog = Watchdog(meter, self._state, self.commands, kept.get("watchdog"), keep)
        self.card = MeterCard(
            meter,
            self._state,
            self._feed,
            baseline=self.baseline,
            diagnosis=self.diagnosis,
            commands=self.commands,
            standby=self.standby,
            restored=kept.get("card"),
            keep=keep,
        )
        self.backfill = Backfill(
            self._state, self.card, self.history, identity, restored=kept.get("backfill"), keep=keep
        )
        self.on_measurement(lambda _: keep())

    @property
    def time_zone(self) -> tzinfo:
        """The time zone of the meter's clock."""
        return self._state.time_zone

    @time_zone.setter
    def time_zone(self, time_zone: tzinfo) -> None:
        self._state.time_zone = self.windows.time_zone = time_zone
        self.coverage.set_time_zone(time_zone)
        self.history.set_time_zone(time_zone)
        self.alerts.set_time_zone(time_zone)

    @property
    def status(self) -> LinkStatus:
        """How the link is."""
        return self._meter.link.status

    @property
    def statistics(self) -> LinkStatistics:
        """What the link did so far."""
        return self._meter.link.statistics

    @property
    def available(self) -> bool:
        """Connected, identity confirmed on this connection, and a good row came lately."""
        return self._state.availability.available

    @property
    def reason(self) -> NL43Error | None:
        """What ended the availability; None while available, and before the first attempt has failed."""
        return self._state.availability.reason

    @property
    def sample(self) -> Sample | None:
        """The latest sample."""
        return self._state.sample

    @property
    def measurement(self) -> Measurement:
        """What is known of the measurement at this moment."""
        return self._state.measurement

    @property
    def measurements_begun(self) -> int:
        """How many measurements were begun while this watched, by anyone."""
        return self._state.tracker.measurement_number

    @property
    def facts(self) -> Facts:
        """What is known of the meter beside its levels."""
        return self._state.facts

    @property
    def memory(self) -> dict[str, Any]:
        """What to hand in as `restored` after a restart: plain JSON, a key for each part that keeps something."""
        measurement = self._state.memory
        return {
            "measurement": None if measurement is None else measurement.to_json(),
            "alerts": self.alerts.memory,
            "auto_clock": self.auto_clock.memory,
            "baseline": self.baseline.memory,
            "backfill": self.backfill.memory,
            "card": self.card.memory,
            "calibration": self.calibration.memory,
            "commands": self.commands.memory,
            "coverage": self.coverage.memory,
            "diagnosis": self.diagnosis.memory,
            "history": self.history.memory,
            "slot": keep_rest(self._meter.link.slot, asyncio.get_running_loop().time()),
            "standby": self.standby.memory,
            "recovery": self.recovery.memory,
            "watchdog": self.watchdog.memory,
        }

    @property
    def probe_ports(self) -> ProbePorts:
        """Where to look for FTP and the web app when the control port refuses."""
        return self.diagnosis.probe_ports

    @probe_ports.setter
    def probe_ports(self, ports: ProbePorts) -> None:
        self.diagnosis.probe_ports = ports

    @property
    def feed_options(self) -> FeedOptions:
        """How samples are to be had; takes effect at once, over the same connection."""
        return self._feed.options

    @feed_options.setter
    def feed_options(self, options: FeedOptions) -> None:
        self._feed.options = options

    @property
    def basis(self) -> Basis:
        """Which feed runs now: `polled` or `streamed`."""
        return self._feed.basis

    @property
    def lost_slots(self) -> int:
        """How many slots of 100 ms were missing within streams; the holes between two streams do not count."""
        return self._feed.lost_slots

    def on_sample(self, callback: Callable[[Sample], None]) -> Callable[[], None]:
        """Be told every sample."""
        return self._state.samples.connect(callback)

    def on_measurement(self, callback: Callable[[Measurement], None]) -> Callable[[], None]:
        """Be told when state, start time or its origin changes; not when time passes."""
        return self._state.measurements.connect(callback)

    def on_facts(self, callback: Callable[[Facts], None]) -> Callable[[], None]:
        """Be told when a fact changes."""
        return self._state.facts_changes.connect(callback)

    def on_memory(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told when there is something new worth keeping."""
        return self._memory_changes.connect(callback)

    def on_basis(self, callback: Callable[[Basis], None]) -> Callable[[], None]:
        """Be told when the feed becomes another one."""
        return self._feed.basis_changes.connect(callback)

    def on_availability(self, callback: Callable[[bool, NL43Error | None], None]) -> Callable[[], None]:
        """Be told once when the meter becomes available, and once, with the reason, when that ends or cannot begin.

        WrongMeter is told even when the meter was unavailable for another reason.
        """
        return self._state.availability_changes.connect(callback)

    def watch_setting(self, name: str) -> Callable[[], None]:
        """Read a setting soon and then now and then, into the facts' `settings`; returns what ends that.

        Raises InvalidCommand.
        """
        return self._watched_settings.watch(name)

    async def run(self) -> None:
        """Watch the meter until cancelled; what was known stays readable then.

        A defect of one part is logged, and that part starts again after a while; the others go on.
        """
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(keep_running("standby", self.standby.run))
            tasks.create_task(keep_running("alerts", self.alerts.run))
            tasks.create_task(keep_running("calibration", self.calibration.run))
            tasks.create_task(keep_running("automatic clock", self.auto_clock.run))
            tasks.create_task(keep_running("history", self.history.run))
            tasks.create_task(keep_running("feed", self._feed.run, self._lose_feed))
            tasks.create_task(keep_running("diagnosis", self.diagnosis.run))
            tasks.create_task(keep_running("recovery", self.recovery.run))
            tasks.create_task(keep_running("watchdog", self.watchdog.run))
            tasks.create_task(keep_running("card", self.card.run))
            tasks.create_task(keep_running("backfill", self.backfill.run))

    async def refresh_facts(self) -> None:
        """Read all slow facts anew, between samples; returns when done, raises LinkError if the connection ends."""
        await self._feed.refresh()

    def _lose_feed(self) -> None:
        self._state.availability.lose(BrokeDown("the feed broke down"))
