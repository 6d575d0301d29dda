"""Lasting faults of the instrument: what an operator, a battery, a card or a noise does to it."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Literal, cast

from .condition import Condition, Stage
from .web_page import WebPage

if TYPE_CHECKING:
    from emulator.instrument.battery import BatteryWord

type Key = Literal["start", "stop", "pause", "store"]

BATTERY_WORDS = ("Full", "Middle", "Low", "Dead", "Empty")


@dataclass(slots=True, eq=False)
class SettingChanged(Condition):
    """A setting has been changed at the meter, and is changed back at the end."""

    name: str
    value: str

    def begin(self, stage: Stage) -> None:
        """Change it."""
        stage.meter.faults.layers.lay(self, stage.meter.instrument.settings, self.name, self.value)

    def end(self, stage: Stage) -> None:
        """Change it back, unless somebody has changed it since."""
        stage.meter.faults.layers.lift(self, stage.meter.instrument.settings, self.name)


@dataclass(slots=True, eq=False)
class WebApp(SettingChanged):
    """The web app has been switched on at the meter; its page asks for a login."""

    page_port: int | None
    _page: WebPage = field(default_factory=WebPage, init=False)

    def begin(self, stage: Stage) -> None:
        """Switch it on; OSError if its port cannot be had."""
        if self.page_port is not None:
            self._page.open(stage.meter.host, self.page_port)
        SettingChanged.begin(self, stage)

    def end(self, stage: Stage) -> None:
        """Switch it off."""
        SettingChanged.end(self, stage)
        self._page.close()

    @property
    def detail(self) -> str:
        """Where the page is."""
        return self._page.url


@dataclass(slots=True, eq=False)
class Sleep(Condition):
    """The meter has switched its network off."""

    cured_by_power: ClassVar[bool] = True

    connection: Literal["closed", "silent"]

    def begin(self, stage: Stage) -> None:
        """Fall asleep."""
        if self.connection == "silent":
            stage.meter.control.lose("silent")
        stage.meter.faults.layers.lay(self, stage.meter.instrument, "naps", True)

    def end(self, stage: Stage) -> None:
        """Wake up."""
        stage.meter.control.forget_vanished()
        stage.meter.faults.layers.lift(self, stage.meter.instrument, "naps")


@dataclass(slots=True, eq=False)
class ClockOff(Condition):
    """The meter's clock is ahead (behind, if negative), and gains or loses time."""

    ahead_s: float
    drift_s_per_day: float

    def begin(self, stage: Stage) -> None:
        """Put the clock forward."""
        instrument = stage.meter.instrument
        instrument.clock += timedelta(seconds=self.ahead_s)
        instrument.local_clock.drift(self.drift_s_per_day, stage.meter.clock.now().seconds)

    def end(self, stage: Stage) -> None:
        """Let it go right from now on: what it is ahead by, somebody must set."""
        stage.meter.instrument.local_clock.drift(-self.drift_s_per_day, stage.meter.clock.now().seconds)


@dataclass(slots=True, eq=False)
class PowerCycle(Condition):
    """The power fails; the meter is back after its boot time, stopped and without a result."""

    boot_s: float
    connects: Literal["refused", "timeout"]
    connection: Literal["silent", "reset"]
    _booted: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def begin(self, stage: Stage) -> None:
        """Lose power."""
        stage.meter.control.lose(self.connection)
        stage.spawn(self._cycle(stage))

    def end(self, stage: Stage) -> None:
        """Be booted at once."""
        self._booted.set()

    async def _cycle(self, stage: Stage) -> None:
        await stage.meter.power_off(self.connects)
        stage.later(self.boot_s, stage.over)
        await self._booted.wait()
        self._booted.clear()
        await stage.meter.power_on()


@dataclass(slots=True, eq=False)
class BatteryLow(Condition):
    """The meter runs on its battery, which gets one word emptier after the other; when it is empty, the meter stops."""

    first: str
    step_s: float
    dies: bool
    _died: bool = field(default=False, init=False)

    def begin(self, stage: Stage) -> None:
        """Run on the battery."""
        stage.meter.instrument.power_source = "I"
        self._drain(stage, BATTERY_WORDS.index(self.first))

    def end(self, stage: Stage) -> None:
        """Put a fresh set of batteries in, and the plug if there was one at first; switch on again if it died."""
        instrument = stage.meter.instrument
        instrument.power_source, instrument.battery = instrument.config.power_source, "Full"
        if self._died:
            stage.spawn(stage.meter.power_on())

    def _drain(self, stage: Stage, number: int) -> None:
        instrument = stage.meter.instrument
        instrument.battery = cast("BatteryWord", BATTERY_WORDS[number])
        if instrument.battery != "Empty":
            stage.later_in_meter(self.step_s, lambda: self._drain(stage, number + 1))
            return
        if instrument.powered:
            instrument.press_stop()
        if self.dies and instrument.powered:
            self._died = True
            stage.meter.control.lose("silent")
            stage.spawn(stage.meter.power_off("timeout"))


@dataclass(slots=True, eq=False)
class CardFull(Condition):
    """The card is full, or nearly so: an Auto store ends by itself when there is no room for its next record."""

    free_mb: int
    _taken_mb: int = field(default=0, init=False)

    def begin(self, stage: Stage) -> None:
        """Fill it."""
        card = stage.meter.instrument.card
        self._taken_mb = card.free_mb - self.free_mb
        card.free_mb = self.free_mb

    def end(self, stage: Stage) -> None:
        """Let there be as much more room as it took."""
        stage.meter.instrument.card.free_mb += self._taken_mb


@dataclass(slots=True, eq=False)
class EndsByItself(Condition):
    """The measurement ends, as when its preset time is over."""

    after_s: float

    def begin(self, stage: Stage) -> None:
        """Wait for the end."""
        stage.later_in_meter(self.after_s, lambda: self._stop(stage))

    def _stop(self, stage: Stage) -> None:
        if stage.meter.instrument.powered:
            stage.meter.instrument.press_stop()
        stage.over()


@dataclass(slots=True, eq=False)
class Operator(Condition):
    """Somebody at the meter presses a key or changes a setting; it is done once and stays so."""

    key: Key | None
    setting: str | None
    value: str

    def begin(self, stage: Stage) -> None:
        """Do it."""
        instrument = stage.meter.instrument
        if self.setting is not None:
            instrument.settings[self.setting] = self.value
        if self.key is not None:
            {
                "start": instrument.press_start,
                "stop": instrument.press_stop,
                "pause": instrument.press_pause,
                "store": instrument.press_store,
            }[self.key]()
        stage.over()


@dataclass(slots=True, eq=False)
class Overload(Condition):
    """A sound of this level comes on top of the scene."""

    level_db: float

    def begin(self, stage: Stage) -> None:
        """Sound."""
        stage.meter.instrument.add_sound(self, self.level_db)

    def end(self, stage: Stage) -> None:
        """Be silent."""
        stage.meter.instrument.remove_sound(self)
