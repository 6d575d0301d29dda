"""The exact levels of any span, to judge by them what a client made of the meter's answers."""

import asyncio
from collections.abc import Callable, Iterator
import math

from emulator.acoustics import SLOT_S, Investigation, Question, Truth

from .settings import Settings
from .sound import Sound

# Times may miss a slot's end by less than this, in slots.
_TOLERANCE = 1e-4


class TrueLevels:
    """Tells what there was to hear. It is computed anew for each question and costs about as much as to listen did."""

    def __init__(self, sound: Sound, settings: Settings, now_s: Callable[[], float]) -> None:
        """Know the sound, the meter's settings and the meter's time."""
        self._sound = sound
        self._settings = settings
        self._now_s = now_s

    def span(
        self,
        from_s: float,
        to_s: float,
        *,
        frequency_weighting: str | None = None,
        time_weighting: str | None = None,
        percentages: tuple[float, ...] | None = None,
    ) -> Truth:
        """Return the levels of the whole slots of 100 ms from one meter time to another.

        The weightings and the percentages are those the Main channel is set to, unless told. ValueError if there are
        no such weightings, no whole slot, or if the meter was not on all the time from `from_s` to `to_s`.
        """
        question = self._question(frequency_weighting, time_weighting, percentages)
        investigation = Investigation(question)
        for _ in self._turns(investigation, from_s, to_s):
            pass
        return investigation.truth(from_s, to_s)

    async def span_in_turns(
        self,
        from_s: float,
        to_s: float,
        *,
        frequency_weighting: str | None = None,
        time_weighting: str | None = None,
        percentages: tuple[float, ...] | None = None,
    ) -> Truth:
        """Return the same as `span`, and let others have their turn meanwhile: a whole day takes some seconds."""
        question = self._question(frequency_weighting, time_weighting, percentages)
        investigation = Investigation(question)
        for _ in self._turns(investigation, from_s, to_s):
            await asyncio.sleep(0)
        return investigation.truth(from_s, to_s)

    def _question(
        self, frequency_weighting: str | None, time_weighting: str | None, percentages: tuple[float, ...] | None
    ) -> Question:
        settings = self._settings
        return Question(
            frequency_weighting or settings["Frequency Weighting (Main)"],
            time_weighting or settings["Time Weighting (Main)"],
            percentages or tuple(float(settings[f"Percentile {number}"]) for number in range(1, 6)),
        )

    def _turns(self, investigation: Investigation, from_s: float, to_s: float) -> Iterator[None]:
        now_s = self._now_s()
        for period in reversed(self._sound.periods):
            first = math.ceil((from_s - period.power_on_s) / SLOT_S - _TOLERANCE)
            last = math.floor((to_s - period.power_on_s) / SLOT_S + _TOLERANCE)
            slots = period.slots
            if slots is None:
                slots = math.floor((now_s - period.power_on_s) / SLOT_S + _TOLERANCE)
            if first >= 0 and last <= slots:
                break
        else:
            raise ValueError(f"from {from_s:g} to {to_s:g} s the meter was not on all the time")
        if first >= last:
            raise ValueError(f"from {from_s:g} to {to_s:g} s there is no whole slot of {SLOT_S} s")
        return investigation.turns(period.soundscape.again(), first, last)
