"""What runs for one meter day and night."""

from collections.abc import Callable
from datetime import UTC, tzinfo

from ..nl43 import Identity, LinkStatus, Meter, NL43Error
from .controls import Controls
from .facts import Facts
from .feed import Feed
from .measurement import Measurement, MeasurementMemory
from .sample import Sample
from .state import MeterState


class MeterMonitor:
    """Polls one meter, keeps what is known of it and carries out control commands.

    The link belongs to the caller, who opens and closes it; the monitor closes it only when another meter answers.
    Callbacks run in the event loop, and each `on_...` returns what ends the subscription.
    """

    def __init__(
        self,
        meter: Meter,
        identity: Identity,
        *,
        restored: MeasurementMemory | None = None,
        time_zone: tzinfo = UTC,
    ) -> None:
        """Take the meter, in a running event loop; `time_zone` is that of the meter's clock."""
        self.identity = identity
        self._meter = meter
        self._state = MeterState(restored, time_zone)
        self._feed = Feed(meter, identity, self._state)
        self._controls = Controls(meter, self._state, self._feed)

    @property
    def time_zone(self) -> tzinfo:
        """The time zone of the meter's clock."""
        return self._state.time_zone

    @time_zone.setter
    def time_zone(self, time_zone: tzinfo) -> None:
        self._state.time_zone = time_zone

    @property
    def status(self) -> LinkStatus:
        """How the link is."""
        return self._meter.link.status

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
    def facts(self) -> Facts:
        """What is known of the meter beside its levels."""
        return self._state.facts

    @property
    def memory(self) -> MeasurementMemory | None:
        """What to hand in as `restored` after a restart; None while there is nothing to keep."""
        return self._state.memory

    def on_sample(self, callback: Callable[[Sample], None]) -> Callable[[], None]:
        """Be told every sample."""
        return self._state.samples.connect(callback)

    def on_measurement(self, callback: Callable[[Measurement], None]) -> Callable[[], None]:
        """Be told when state, start time or its origin changes; not when time passes."""
        return self._state.measurements.connect(callback)

    def on_facts(self, callback: Callable[[Facts], None]) -> Callable[[], None]:
        """Be told when a fact changes."""
        return self._state.facts_changes.connect(callback)

    def on_availability(self, callback: Callable[[bool, NL43Error | None], None]) -> Callable[[], None]:
        """Be told once when the meter becomes available, and once, with the reason, when that ends or cannot begin.

        WrongMeter is told even when the meter was unavailable for another reason.
        """
        return self._state.availability_changes.connect(callback)

    async def run(self) -> None:
        """Watch the meter until cancelled; what was known stays readable then."""
        await self._feed.run()

    async def start(self) -> None:
        """Start a measurement; raises ControlRefused, NotConfirmed or an error of the driver, as do all of these."""
        await self._controls.start()

    async def stop(self) -> None:
        """Stop the measurement."""
        await self._controls.stop()

    async def pause(self) -> None:
        """Pause the measurement."""
        await self._controls.pause()

    async def resume(self) -> None:
        """Go on with the paused measurement."""
        await self._controls.resume()

    async def store(self) -> None:
        """Store the last result on the card (Store Mode Manual)."""
        await self._controls.store()

    async def sync_clock(self) -> None:
        """Set the meter's clock to local time; takes up to some seconds."""
        await self._controls.sync_clock()

    async def refresh_facts(self) -> None:
        """Read all slow facts anew, between samples; returns when done, raises LinkError if the connection ends."""
        await self._feed.refresh()
