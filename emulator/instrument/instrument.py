"""The instrument without its ports: settings, sound, measurement and card. Nothing here runs by itself.

Whatever is asked of it, it first lives through the time that has passed since it was last asked.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
import math
from pathlib import Path

from emulator.acoustics import SLOT_S, Results, Scene
from emulator.card import Card
from emulator.config import MeterConfig

from .battery import Supplied
from .channels import level_triggers, percentages_of, weightings_of
from .display import display_of
from .durations import SLOT_TOLERANCE, moving_slots, preset_slots, slots_of, timer_of
from .listening import Listening
from .local_clock import LocalClock
from .moment import Moment
from .network import control_allowed, sleeps
from .output import Output
from .run import Change, Run, State
from .settings import Settings
from .sound import Sound
from .storing import Storing
from .timer import Timer
from .values import format_stamp

# A stream's row may be this many slots late or early on a busy machine.
_ROWS_LATE = 5
_IN_MEASUREMENT = {State.MEASURING, State.PAUSED}


class Instrument(Supplied):
    """One meter. `now` tells the time; `utc_offset` is that of the place and season in which its clock was set.

    `settings` may be written as at the meter's own menus.
    """

    def __init__(
        self,
        config: MeterConfig,
        now: Callable[[], Moment],
        utc_offset: timedelta = timedelta(),
        time_held: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """Make a meter that is switched off. Inside `time_held` a fast clock waits."""
        super().__init__(config.power_source, config.battery_hours, lambda: now().seconds)
        self.config = config
        self.time_held = time_held
        self.settings = Settings(config.settings, self._changed)
        self.sound = Sound(config.scene, config.seed)
        self.setting_changed: list[Callable[[str], None]] = []
        self.told_instead: dict[str, str] = {}
        """What requests tell of settings that take their time to come true."""
        self.run = Run()
        self._output = Output(config, self.settings)
        self._now = now
        self.local_clock = LocalClock(utc_offset, config.clock_offset_s, config.clock_drift_s_per_day)
        self._storing = Storing(config, self.settings, self._clock_at, self._live)
        self.local_clock.on_change = self._storing.clock_set
        self._listening: Listening | None = None
        self._held: dict[int, Results] = {}
        self._power_on_s = 0.0
        self._moment = Moment(0.0, datetime.min)
        self._began_at = datetime.min
        self._timer: Timer | None = None
        self._resumes = False

    @property
    def powered(self) -> bool:
        """Whether the meter is switched on."""
        return self._listening is not None

    def power_on(self) -> None:
        """Switch on if there is power: stopped, no result, settings as they were; the config may have it otherwise."""
        self._moment = moment = self._now()
        if not self.has_power:
            return
        self._storing.prepare(self.clock)
        self._listening = Listening(
            self.sound.begin(moment.seconds, self._rhythm(moment)), weightings_of(self.settings)
        )
        self._power_on_s = moment.seconds
        self._consume(True)
        if self._resumes:
            self.press_start()

    def power_off(self) -> None:
        """Switch off: the measurement ends and its result is gone."""
        slots = self._due()
        if not self.powered:
            return
        self.sound.end(slots)
        self._resumes = self.config.resumes_after_power_loss and self.run.state is not State.STOPPED
        self._listening = self._timer = None
        self._storing.cut()
        self._consume(False)
        self._held = {}
        self.run = Run()
        if not self.config.keeps_settings:
            self.settings.reset()
        self._tell()

    def change_scene(self, scene: str | Path | Scene) -> None:
        """Let the meter hear something else from now on; SceneError, and no change, if there is no such scene."""
        self.sound.change(scene, self._next_slot(), self._rhythm(self._now()))

    def add_sound(self, source: object, level_db: float) -> None:
        """Let a tone of this level come on top of the scene, until its source is removed."""
        self.sound.add_tone(source, level_db, self._next_slot())

    def remove_sound(self, source: object) -> None:
        """Let the tone of this source be silent."""
        self.sound.remove_tone(source, self._next_slot())

    def _next_slot(self) -> int | None:
        # A stream's row may be ahead of time: what was heard stays what it was.
        return max(self._due(), self.listening.slots) if self.powered else None

    def _rhythm(self, moment: Moment) -> datetime | None:
        return self.local_clock.local(moment.utc) if self.config.daily_rhythm else None

    @property
    def listening(self) -> Listening:
        """What the meter hears; RuntimeError while it is switched off."""
        if self._listening is None:
            raise RuntimeError("the meter is switched off")
        return self._listening

    @property
    def behind(self) -> int:
        """How many slots that count, for a measurement or its trigger, have passed since the meter was last asked."""
        return int(max(0, self._due() - self.listening.slots - self._idle_slots))

    def advance(self, limit: int | None = None) -> None:
        """Live up to now, or through at most so many slots that count."""
        target = self._due()
        self.advance_to(target if limit is None else int(min(target, self.listening.slots + self._idle_slots + limit)))

    def advance_row(self, slot: int) -> None:
        """Live until so many slots have passed, or until now if the clock does not go as fast as a stream's rows."""
        due = self._due()
        self.advance_to(slot if abs(due - slot) <= _ROWS_LATE else due)

    def advance_to(self, slot: int) -> None:
        """Live until so many slots have passed since power-on; those that have passed already do not come again."""
        listening = self.listening
        while listening.slots < slot:
            slots = int(min(slot - listening.slots, self.run.ahead))
            slots = listening.hear(slots, measuring=self.run.measuring, taker=self._storing.taker)
            match self.run.passed(slots):
                case Change.BEGAN:
                    self._begin()
                case Change.ENDED:
                    self._ended()
                    self._go_on_with_timer()
            self._end_if_full()
            if self.run.state is State.ARMED and level_triggers(self.settings, listening) and self.run.trigger():
                self._begin()

    @property
    def _idle_slots(self) -> float:
        return 0 if self.run.listens else self.run.ahead

    def _due(self) -> int:
        self._moment = self._now()
        # What an empty battery ended is not lived any more.
        until_s = min(self._moment.seconds, math.inf if self.empty_at is None else self.empty_at)
        return math.floor((until_s - self._power_on_s) / SLOT_S + SLOT_TOLERANCE)

    @property
    def state(self) -> State:
        """What the meter is doing now."""
        self.advance()
        return self.run.state

    def press_start(self) -> bool:
        """Start a measurement, as the key does; return whether the meter was stopped."""
        self.advance()
        if self.settings["Store Mode"] == "Timer Auto":
            return self._start_timer()
        # The web app has no use for these two.
        by_hand = self.settings.is_on("Web")
        delay = 0 if by_hand else slots_of(self.settings, "Delay Time")
        triggered = not by_hand and self.settings["Trigger Mode"] != "Off"
        if not self.run.start(preset_slots(self.settings), delay, triggered=triggered):
            return False
        self._held = {}
        if self.run.measuring:
            self._begin()
        else:
            self._tell()
        return True

    def press_trigger(self) -> bool:
        """Give the external trigger its signal; return whether a measurement waited for it."""
        self.advance()
        if self.settings["Trigger Mode"] != "External" or not self.run.trigger():
            return False
        self._begin()
        return True

    def press_stop(self) -> bool:
        """End the measurement or the wait for one, as the key does; return whether there was one."""
        self.advance()
        began = self.run.state in _IN_MEASUREMENT
        if not self.run.stop():
            return False
        self._timer = None
        if began:
            if self.config.back_erase_at_stop:
                self.listening.erase()
                self._storing.erase()
            self._ended()
        else:
            self._tell()
        return True

    def press_pause(self) -> bool:
        """Pause the measurement or go on with it, as the key does; return whether there was one."""
        return self.pause() or self.resume()

    def pause(self) -> bool:
        """Pause the measurement; return whether it was running."""
        self.advance()
        if not self.run.pause():
            return False
        self.run.erased(self.listening.erase())
        self._storing.erase()
        self._tell()
        return True

    def resume(self) -> bool:
        """Go on with the measurement; return whether it was paused."""
        self.advance()
        if not self.run.resume():
            return False
        self._tell()
        return True

    def press_store(self) -> bool:
        """Store the result, as the key does; return whether there was one to store."""
        self.advance()
        if self.settings["Store Mode"] != "Manual" or not self.run.store(once=self.config.stores_once):
            return False
        if not self._storing.store(self._held, self._began_at, self.clock):
            self.run.storable = True
            return False
        if self.config.manual_address_steps:
            self.settings["Manual Address"] = self._storing.next_address()
        return True

    def press_screenshot(self) -> bool:
        """Store a picture of the display, as the key does; return whether there was room for it."""
        results, clock = self.results.get(0), self.clock
        lp = self.listening.slot_levels(0).lp
        measuring = self.run.state in _IN_MEASUREMENT
        return self._storing.screenshot(
            display_of(self.settings, clock, self.battery, measuring=measuring, lp=lp, result=results), clock
        )

    @property
    def results(self) -> dict[int, Results]:
        """The results by channel: so far while measuring, held afterwards; none before the first measurement."""
        self.advance()
        return self.listening.results() if self.run.state in _IN_MEASUREMENT else self._held

    @property
    def card(self) -> Card:
        """The SD card, with all that has been written until now."""
        self._live()
        return self._storing.card

    @property
    def clock(self) -> datetime:
        """Date and time as the meter tells them, without a zone."""
        return self.local_clock.shows(*self._now())

    @clock.setter
    def clock(self, value: datetime) -> None:
        self._live()
        self.local_clock.set(value, *self._now())

    @property
    def lan_control(self) -> bool:
        """Whether the meter can be controlled over TCP, as far as its settings and its sleep go."""
        return control_allowed(self.settings, self.config) and not self.asleep

    @property
    def asleep(self) -> bool:
        """Whether the meter has switched its network off until the next measurement of Timer Auto."""
        return self.naps or (self.run.state is State.WAITING and sleeps(self.settings, self.config))

    @property
    def wakes_at(self) -> float | None:
        """When a program of Timer Auto that sleeps goes on by itself (s of the meter's time); None without one."""
        if self._timer is None or math.isinf(self.run.ahead) or not sleeps(self.settings, self.config):
            return None
        return self._power_on_s + (self.listening.slots + self.run.ahead) * SLOT_S

    def dod_row(self) -> str:
        """Return the displayed values: 64 fields."""
        return self._output.dod_row(self.listening, self.results)

    def dlc_row(self) -> str:
        """Return the results of the measurement: 64 fields, the live level missing."""
        results = self.results
        if self.run.state in _IN_MEASUREMENT and not self.config.dlc_so_far:
            results = {}
        return self._output.dlc_row(self.listening, results)

    def drd_row(self, number: int, *, with_status: bool) -> str:
        """Return the levels of the last slot as this row of a stream: 33 fields, and five of the status."""
        return self._output.drd_row(number, self.listening, self._status() if with_status else None)

    def _status(self) -> dict[str, str]:
        return {
            "clock": format_stamp(self.clock),
            "power": self.power_source,
            "battery": self.battery[0],
            "card": str(self.card.free_mb),
            "state": "S" if self.run.state in {State.STOPPED, State.WAITING} else "M",
        }

    def _live(self) -> None:
        if self.powered:
            self.advance()

    def _clock_at(self, slot: int) -> datetime:
        return self.local_clock.showed(self._power_on_s + slot * SLOT_S, *self._moment)

    def _end_if_full(self) -> None:
        if self._storing.full and self.run.measuring:
            self._timer = None
            self.run.stop()
            self._ended()

    def _start_timer(self) -> bool:
        if self.settings.is_on("Web") or self.run.state is not State.STOPPED:
            return False
        moment = self._now()
        clock = self.local_clock.shows(*moment)
        self._timer = timer_of(self.settings, clock, (moment.seconds - self._power_on_s) / SLOT_S)
        if self._timer.next_from(self.listening.slots) is None:
            self._timer = None
            return False
        self._held = {}
        self._go_on_with_timer()
        return True

    def _go_on_with_timer(self) -> None:
        following = None if self._timer is None else self._timer.next_from(self.listening.slots)
        if following is None:
            self._timer = None
            return
        begin, slots = following
        self.run.wait(begin - self.listening.slots, slots)
        if self.run.measuring:
            self._begin()
        else:
            self._tell()

    def _begin(self) -> None:
        self.listening.use(weightings_of(self.settings))
        self.listening.start(
            percentages_of(self.settings),
            moving_slots=moving_slots(self.settings),
            erasable_slots=slots_of(self.settings, "Back Erase"),
        )
        self._began_at = self._clock_at(self.listening.slots)
        self._storing.begin(self.listening.numbers, self.listening.slots)
        self._end_if_full()
        self._tell()

    def _ended(self) -> None:
        self._storing.end()
        self._held = self.listening.results()
        self.listening.use(weightings_of(self.settings))
        mode = self.settings["Store Mode"]
        if mode != "Manual":
            # The records on the card are the result: there is nothing left to store.
            self.run.storable = False
            if self.config.store_name_steps or (mode == "Timer Auto" and self.config.timer_store_name_steps):
                self.settings["Store Name"] = f"{(int(self.settings['Store Name']) + 1) % 10000:04d}"
        self._tell()

    def _changed(self, name: str) -> None:
        if self._listening and self.run.state not in _IN_MEASUREMENT and ("Weighting" in name or "Sub Channel" in name):
            self.advance()
            self._listening.use(weightings_of(self.settings))
        for tell in self.setting_changed:
            tell(name)
