"""What a meter shows of itself, fit for JSON."""

from typing import Any

from emulator.instrument import Instrument
from emulator.instrument.values import format_stamp
from emulator.meter import EmulatedMeter

_CHANNELS = ("Main", "Sub1", "Sub2", "Sub3")


def identity(meter: EmulatedMeter) -> dict[str, Any]:
    """Return who the meter is and where it listens."""
    return {
        "serial": meter.config.serial,
        "model": meter.config.model,
        "firmware": meter.config.firmware,
        "options": sorted(meter.config.options),
        "host": meter.host,
        "port": meter.port,
        "ftp_port": meter.ftp_port,
        "powered": meter.instrument.powered,
    }


async def face(meter: EmulatedMeter) -> dict[str, Any]:
    """Return all that can be read on the meter now. While it is off that is no level and no state."""
    # A fast clock would go on between one value and the next.
    with meter.clock.held():
        await meter.catch_up()
        return _face(meter)


def _face(meter: EmulatedMeter) -> dict[str, Any]:
    instrument, settings = meter.instrument, meter.instrument.settings
    powered = instrument.powered
    return identity(meter) | {
        "state": instrument.state.name.lower() if powered else None,
        "remote": powered and instrument.lan_control,
        "clock": format_stamp(instrument.clock),
        "meter_time_s": round(meter.clock.now().seconds, 3),
        "speed": meter.clock.speed,
        "scene": meter.scene,
        "battery": instrument.battery,
        "power_source": instrument.power_source,
        "card": {
            "total_mb": instrument.card.total_mb,
            "free_mb": instrument.card.free_mb,
            "free_percent": instrument.card.free_percent,
        },
        "store": {
            "mode": settings["Store Mode"],
            "name": settings["Store Name"],
            "address": settings["Manual Address"],
        },
        "storable": instrument.run.storable,
        "measured_s": round(instrument.results[0].duration_s, 1) if powered and instrument.results else 0.0,
        "channels": _channels(instrument) if powered else [],
        "open_connections": meter.referee.open_connections,
        "violations": meter.referee.violation_count,
    }


def _channels(instrument: Instrument) -> list[dict[str, Any]]:
    results, settings = instrument.results, instrument.settings
    percentages = [int(settings[f"Percentile {number}"]) for number in range(1, 6)]
    channels = []
    for number in sorted(instrument.listening.numbers):
        levels, result, name = instrument.listening.slot_levels(number), results.get(number), _CHANNELS[number]
        channels.append(
            {
                "name": name,
                "frequency_weighting": settings[f"Frequency Weighting ({name})"],
                "time_weighting": settings[f"Time Weighting ({name})"],
                "lp": _rounded(levels.lp),
                "leq": _rounded(result.leq if result else None),
                "le": _rounded(result.le if result else None),
                "lmax": _rounded(result.lmax if result else None),
                "lmin": _rounded(result.lmin if result else None),
                "lpeak": _rounded(result.lpeak if result else None),
                "ln": [
                    {"percentage": percentage, "level": _rounded(level)}
                    for percentage, level in zip(percentages, result.ln if result else [None] * 5, strict=True)
                ],
                "over": levels.over,
                "under": levels.under,
            }
        )
    return channels


def _rounded(level: float | None) -> float | None:
    return None if level is None else round(level, 1) + 0.0
