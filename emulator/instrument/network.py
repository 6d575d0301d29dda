"""Which of the meter's ways in exclude each other, by its settings and its options."""

from collections.abc import Mapping

from emulator.config import MeterConfig


def control_allowed(settings: Mapping[str, str], config: MeterConfig) -> bool:
    """Return whether the meter takes commands over TCP."""
    return (
        settings["Ethernet"] == "On"
        and settings["TCP"] == "On"
        and settings["Web"] == "Off"
        and settings["USB Class"] == "Off"
        and settings["IO Func"] != "Communication"
        and ("EX" in config.options or not config.lan_needs_ex)
    )


def sleeps(settings: Mapping[str, str], config: MeterConfig) -> bool:
    """Return whether the meter leaves the network between the measurements of Timer Auto."""
    return settings["Sleep Mode"] == "On" and config.sleeps
