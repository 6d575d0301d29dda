"""The instrument without its ports: settings, sound, measurement and card. Nothing here runs by itself.

Whatever is asked of it, it first lives through the time that has passed since it was last asked.
"""

from collections.abc import Callable, Set as AbstractSet
from datetime import datetime, timedelta
import math
from typing import Literal, NamedTuple

from emulator.acoustics import SLOT_S, Results, make_scene
from emulator.config import MeterConfig

from . import rows
from .card import Card
from .listening import Listening, Weightings
from .run import Run, State
from .settings import Settings
from .values import format_stamp

type PowerSource = Literal["I", "E", "U"]
type BatteryWord = Literal["Full", "Middle", "Low", "Dead", "Empty"]

_SECONDS = {"s": 1, "m": 60, "h": 3600}
_SLOTS_PER_SECOND = round(1 / SLOT_S)
# Sums of floats may miss a slot's end by less than this.
_SLOT_TOLERANCE = 1e-4
_MAIN_AND_SUBS = ("Main", "Sub1", "Sub2", "Sub3")


class Moment(NamedTuple):
    """A point in time: seconds on a clock that never jumps, and the date that goes with it."""

    seconds: float
    utc: datetime


class Instrument:
    """One meter. `now` tells the time; `utc_offset` is that of the place and season in which its clock was set.

    `battery` and `power_source` may be written, and `settings` as at the meter's own menus.
    """

    def __init__(self, config: MeterConfig, now: Callable[[], Moment], utc_offset: timedelta = timedelta()) -> None:
        """Make a meter that is switched off."""
        self.config = config
        self.settings = Settings(config.settings, self._changed)
        self.card = Card(config.card_total_mb, config.card_free_mb, config.auto_folders)
        self.battery: BatteryWord = "Full"
        self.power_source: PowerSource = "E"
        self.setting_changed: list[Callable[[str], None]] = []
        self.run = Run()
        self._now = now
        self._utc_offset = utc_offset
        self._clock_ahead = timedelta(seconds=config.clock_offset_s)
        self._listening: Listening | None = None
        self._held: dict[int, Results] = {}
        self._power_on_s = 0.0

    @property
    def powered(self) -> bool:
        """Whether the meter is switched on."""
        return self._listening is not None

    def power_on(self) -> None:
        """Switch on: stopped, without a result, with the settings as they were."""
        moment = self._now()
        scene = self.config.scene
        if isinstance(scene, str):
            starts_at = self._local(moment) if self.config.daily_rhythm else None
            scene = make_scene(scene, self.config.seed, starts_at)
        self._listening = Listening(scene, self._weightings())
        self._power_on_s = moment.seconds

    def power_off(self) -> None:
        """Switch off: the measurement ends and its result is gone."""
        self._listening = None
        self._held = {}
        self.run = Run()

    @property
    def listening(self) -> Listening:
        """What the meter hears; RuntimeError while it is switched off."""
        if self._listening is None:
            raise RuntimeError("the meter is switched off")
        return self._listening

    @property
    def behind(self) -> int:
        """How many slots that count for a measurement have passed since the meter was last asked."""
        return self._due() - self.listening.slots if self.run.measuring else 0

    def advance(self, limit: int | None = None) -> None:
        """Live up to now, or through at most so many slots."""
        target = self._due()
        self.advance_to(target if limit is None else min(target, self.listening.slots + limit))

    def advance_to(self, slot: int) -> None:
        """Live until so many slots have passed since power-on; those that have passed already do not come again."""
        listening = self.listening
        while listening.slots < slot:
            slots = int(min(slot - listening.slots, self.run.ahead))
            listening.hear(slots, measuring=self.run.measuring)
            if self.run.passed(slots):
                self._ended()

    def _due(self) -> int:
        return math.floor((self._now().seconds - self._power_on_s) / SLOT_S + _SLOT_TOLERANCE)

    @property
    def state(self) -> State:
        """What the meter is doing now."""
        self.advance()
        return self.run.state

    def press_start(self) -> bool:
        """Start a measurement, as the key does; return whether the meter was stopped."""
        self.advance()
        if not self.run.start(self._preset_slots(), self._slots_of("Delay Time")):
            return False
        self.listening.use(self._weightings())
        self.listening.start(tuple(float(self.settings[f"Percentile {number}"]) for number in range(1, 6)))
        if self.settings["Store Mode"] != "Manual":
            self.card.auto_folders.add(self.settings["Store Name"])
        return True

    def press_stop(self) -> bool:
        """End the measurement, as the key does; return whether there was one."""
        self.advance()
        if not self.run.stop():
            return False
        self._ended()
        return True

    def press_pause(self) -> bool:
        """Pause the measurement or go on with it, as the key does; return whether there was one."""
        return self.pause() or self.resume()

    def pause(self) -> bool:
        """Pause the measurement; return whether it was running."""
        self.advance()
        return self.run.pause()

    def resume(self) -> bool:
        """Go on with the measurement; return whether it was paused."""
        self.advance()
        return self.run.resume()

    def press_store(self) -> bool:
        """Store the result, as the key does; return whether there was one to store."""
        self.advance()
        if self.settings["Store Mode"] != "Manual" or not self.run.store():
            return False
        address = int(self.settings["Manual Address"])
        self.card.manual_records.add((self.settings["Store Name"], address))
        self.settings["Manual Address"] = str(min(address + 1, 1000))
        return True

    @property
    def results(self) -> dict[int, Results]:
        """The results by channel: so far while measuring, held afterwards; none before the first measurement."""
        self.advance()
        return self._held if self.run.state is State.STOPPED else self.listening.results()

    @property
    def clock(self) -> datetime:
        """Date and time as the meter tells them, without a zone."""
        return self._local(self._now()) + self._clock_ahead

    @clock.setter
    def clock(self, value: datetime) -> None:
        self._clock_ahead = value - self._local(self._now())

    @property
    def lan_control(self) -> bool:
        """Whether the settings let the meter be controlled over TCP."""
        settings = self.settings
        return (
            settings.is_on("Ethernet")
            and settings.is_on("TCP")
            and not settings.is_on("Web")
            and settings["USB Class"] == "Off"
            and settings["IO Func"] != "Communication"
        )

    def dod_row(self) -> str:
        """Return the displayed values: 64 fields."""
        blank: set[int] = set()
        if self.config.display_off_blanks:
            blank = {offset for name, offset in rows.DISPLAYED.items() if not self.settings.is_on(name)}
        return self._measured_row(live=True, latched=self.config.latch_flags == "always", blank=blank)

    def dlc_row(self) -> str:
        """Return the results of the measurement: 64 fields, the live level missing."""
        return self._measured_row(live=False, latched=self.config.latch_flags != "never")

    def _measured_row(self, *, live: bool, latched: bool, blank: AbstractSet[int] = frozenset()) -> str:
        results, blocks = self.results, {}
        for number in self.listening.numbers:
            levels, result = self.listening.slot_levels(number), results.get(number)
            flags = result if latched and result else levels
            blocks[number] = rows.measured_block(
                levels.lp if live else None, result, over=flags.over, under=flags.under, blank=blank
            )
        return rows.measured_row(blocks, self.config.band_fields if "RT" in self.config.options else 0)

    def drd_row(self, counter: int, *, with_status: bool) -> str:
        """Return the levels of the last slot: 33 fields, and five of the status."""
        blocks = {number: rows.slot_block(self.listening.slot_levels(number)) for number in self.listening.numbers}
        status = []
        if with_status:
            fields = {
                "clock": format_stamp(self.clock),
                "power": self.power_source,
                "battery": self.battery[0],
                "card": str(self.card.free_mb),
                "state": "S" if self.run.state is State.STOPPED else "M",
            }
            status = [fields[name] for name in self.config.status_fields]
        return rows.slot_row(counter, blocks, status, padded=self.config.counter_padded)

    def _local(self, moment: Moment) -> datetime:
        return moment.utc.replace(tzinfo=None) + self._utc_offset

    def _ended(self) -> None:
        self._held = self.listening.results()
        self.listening.use(self._weightings())
        if self.settings["Store Mode"] != "Manual":
            # The records on the card are the result: there is nothing left to store.
            self.run.storable = False
            if self.config.store_name_steps:
                self.settings["Store Name"] = f"{(int(self.settings['Store Name']) + 1) % 10000:04d}"

    def _changed(self, name: str) -> None:
        if self._listening and self.run.state is State.STOPPED and ("Weighting" in name or "Sub Channel" in name):
            self.advance()
            self._listening.use(self._weightings())
        for tell in self.setting_changed:
            tell(name)

    def _weightings(self) -> dict[int, Weightings]:
        return {
            number: (self.settings[f"Frequency Weighting ({channel})"], self.settings[f"Time Weighting ({channel})"])
            for number, channel in enumerate(_MAIN_AND_SUBS)
            if number == 0 or self.settings.is_on(f"Measure Display Sub Channel {number}")
        }

    def _slots_of(self, name: str) -> int:
        text = self.settings[name]
        return 0 if text == "Off" else int(text[:-1]) * _SECONDS[text[-1]] * _SLOTS_PER_SECOND

    def _preset_slots(self) -> int:
        mode = "Manual" if self.settings["Store Mode"] == "Manual" else "Auto"
        preset = f"Measurement Time Preset {mode}"
        if self.settings[preset] != "Manual":
            return self._slots_of(preset)
        number = int(self.settings[f"Measurement Time {mode} (Num)"])
        return number * _SECONDS[self.settings[f"Measurement Time {mode} (Unit)"]] * _SLOTS_PER_SECOND
