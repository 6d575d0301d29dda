"""What settings say of the channels: which there are, how they are weighted, and whether one triggers."""

from collections.abc import Mapping

from .listening import Listening, Weightings

MAIN_AND_SUBS = ("Main", "Sub1", "Sub2", "Sub3")


def weightings_of(settings: Mapping[str, str]) -> dict[int, Weightings]:
    """Return the frequency and the time weighting of each channel in use, by its number."""
    return {
        number: (settings[f"Frequency Weighting ({channel})"], settings[f"Time Weighting ({channel})"])
        for number, channel in enumerate(MAIN_AND_SUBS)
        if number == 0 or settings[f"Measure Display Sub Channel {number}"] == "On"
    }


def percentages_of(settings: Mapping[str, str]) -> tuple[float, ...]:
    """Return the percentages of LN1 to LN5."""
    return tuple(float(settings[f"Percentile {number}"]) for number in range(1, 6))


def level_triggers(settings: Mapping[str, str], listening: Listening) -> bool:
    """Return whether a measurement that waits for a level begins now; a channel that is off never triggers."""
    channel = MAIN_AND_SUBS.index(settings["Level Trigger Channel"])
    return (
        settings["Trigger Mode"] == "Level"
        and channel in listening.numbers
        and listening.slot_levels(channel).lp >= float(settings["Level Trigger Level"])
    )
