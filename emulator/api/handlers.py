"""What the API does, one method each."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
import math
from typing import Any

from aiohttp import web

from emulator.acoustics import SCENES
from emulator.faults import FAULTS, fault_type
from emulator.fleet import Fleet
from emulator.instrument import State
from emulator.instrument.settings import find
from emulator.meter import EmulatedMeter

from .events import Broadcast
from .face import face, identity
from .fault_words import describe_active, describe_type
from .route import Call
from .schema import RefusedError

STORE_MODES = ("Manual", "Auto", "Timer Auto")


class Handlers:
    """Acts on the meters of a fleet. Whatever cannot be done raises RefusedError with the reason."""

    def __init__(self, fleet: Fleet, broadcast: Broadcast) -> None:
        """Act on these meters."""
        self._fleet = fleet
        self._broadcast = broadcast

    async def meters(self, call: Call) -> Any:
        """Tell which meters there are."""
        return {"meters": [identity(meter) for meter in self._fleet.meters]}

    async def face(self, call: Call) -> Any:
        """Tell what a meter shows."""
        return await face(self._meter(call))

    async def press(self, call: Call) -> Any:
        """Press a key."""
        meter = await self._powered(call)
        instrument = meter.instrument
        keys: dict[str, Callable[[], bool]] = {
            "start": instrument.press_start,
            "stop": instrument.press_stop,
            "pause": instrument.press_pause,
            "store": instrument.press_store,
            "screenshot": instrument.press_screenshot,
            "mode": partial(_press_mode, meter),
        }
        accepted = keys[call.body["key"]]()
        return {"accepted": accepted, "meter": await face(meter)}

    async def settings(self, call: Call) -> Any:
        """Tell all settings."""
        settings = self._meter(call).instrument.settings
        return {
            "settings": [
                {"name": name, "value": value, "option": find(name).option, "examples": _examples(name)}
                for name, value in settings.items()
            ]
        }

    async def setting(self, call: Call) -> Any:
        """Tell one setting."""
        meter = self._meter(call)
        name = _setting_name(call)
        return {"name": name, "value": meter.instrument.settings[name]}

    async def set_setting(self, call: Call) -> Any:
        """Set one as an operator at the meter would."""
        meter = self._meter(call)
        name, value = _setting_name(call), call.body["value"]
        await meter.catch_up()
        try:
            meter.instrument.settings[name] = value
        except ValueError as wrong:
            raise RefusedError(422, f"{wrong}, but for example {', '.join(_examples(name))}") from wrong
        return {"name": name, "value": meter.instrument.settings[name]}

    async def scenes(self, call: Call) -> Any:
        """Tell which scenes there are."""
        return {"scenes": list(SCENES)}

    async def set_scene(self, call: Call) -> Any:
        """Let a meter hear something else."""
        meter = self._meter(call)
        await meter.catch_up()
        try:
            meter.change_scene(call.body["scene"])
        except ValueError as wrong:
            raise RefusedError(422, str(wrong)) from wrong
        return await face(meter)

    async def set_supply(self, call: Call) -> Any:
        """Change battery and power source."""
        meter = self._meter(call)
        for name, value in call.body.items():
            setattr(meter.instrument, name, value)
        return await face(meter)

    async def power(self, call: Call) -> Any:
        """Switch a meter off or on."""
        meter = self._meter(call)
        if not call.body["on"]:
            await meter.power_off(call.body.get("connects", "refused"))
        elif not meter.instrument.powered:
            await meter.power_on()
        return await face(meter)

    async def truth(self, call: Call) -> Any:
        """Tell the exact levels of a span."""
        meter = self._meter(call)
        try:
            truth = await meter.truth.span_in_turns(_number(call, "from"), _number(call, "to"))
        except ValueError as wrong:
            raise RefusedError(422, str(wrong)) from wrong
        return asdict(truth)

    async def fault_types(self, call: Call) -> Any:
        """Tell which faults there are."""
        return {"faults": [describe_type(fault) for fault in FAULTS.values()]}

    async def faults(self, call: Call) -> Any:
        """Tell which are switched on."""
        return {"faults": [describe_active(fault) for fault in self._meter(call).faults.active()]}

    async def switch_on(self, call: Call) -> Any:
        """Switch a fault on."""
        options = dict(call.body)
        name, parameters = options.pop("name"), options.pop("parameters", {})
        meter = self._meter(call)
        try:
            checked = fault_type(name).checked(parameters)
            return {"id": meter.faults.switch_on(name, **options, **checked)}
        except ValueError as wrong:
            raise RefusedError(422, str(wrong)) from wrong
        except (OSError, RuntimeError) as wrong:
            raise RefusedError(409, f"{name} cannot begin: {wrong}") from wrong

    async def switch_off(self, call: Call) -> Any:
        """Switch one off, by its id, or all of a name."""
        meter, name = self._meter(call), call.path["id"]
        try:
            meter.faults.switch_off(int(name) if name.isdecimal() else name)
        except KeyError as wrong:
            raise RefusedError(404, f"no fault {name!r} is switched on") from wrong
        return await self.faults(call)

    async def clear_faults(self, call: Call) -> Any:
        """Switch all off."""
        self._meter(call).faults.clear()
        return await self.faults(call)

    async def report(self, call: Call) -> Any:
        """Tell what the referee counted."""
        return self._meter(call).referee.report()

    async def clock(self, call: Call) -> Any:
        """Tell the time that the meters live in."""
        return self._time()

    async def set_clock(self, call: Call) -> Any:
        """Let time go at another speed."""
        try:
            self._fleet.clock.speed = call.body["speed"]
        except ValueError as wrong:
            raise RefusedError(422, str(wrong)) from wrong
        return self._time()

    async def step(self, call: Call) -> Any:
        """Let time pass at once."""
        await self._fleet.step(call.body["seconds"])
        return self._time()

    async def events(self, call: Call) -> web.StreamResponse:
        """Send what happens, while it happens."""
        serial = call.query.get("meter")
        meters = self._fleet.meters if serial is None else [self._by_serial(serial)]
        return await self._broadcast.stream(call.request, meters)

    def _time(self) -> dict[str, Any]:
        moment = self._fleet.clock.now()
        utc = moment.utc.isoformat(timespec="milliseconds")
        return {"speed": self._fleet.clock.speed, "meter_time_s": round(moment.seconds, 3), "utc": utc}

    def _meter(self, call: Call) -> EmulatedMeter:
        return self._by_serial(call.path["serial"])

    def _by_serial(self, serial: str) -> EmulatedMeter:
        for meter in self._fleet.meters:
            if meter.config.serial == serial:
                return meter
        raise RefusedError(404, f"there is no meter {serial!r}")

    async def _powered(self, call: Call) -> EmulatedMeter:
        meter = self._meter(call)
        await meter.catch_up()
        if not meter.instrument.powered:
            raise RefusedError(409, f"meter {meter.config.serial} is switched off")
        return meter


def _press_mode(meter: EmulatedMeter) -> bool:
    if meter.instrument.state is not State.STOPPED:
        return False
    modes = STORE_MODES if "EX" in meter.config.options else STORE_MODES[:1]
    settings = meter.instrument.settings
    settings["Store Mode"] = modes[(modes.index(settings["Store Mode"]) + 1) % len(modes)]
    return True


def _number(call: Call, name: str) -> float:
    text = call.query.get(name)
    if text is None:
        raise RefusedError(422, f"{name!r} is missing behind the question mark")
    try:
        number = float(text)
    except ValueError as wrong:
        raise RefusedError(422, f"{name!r} must be a number, not {text!r}") from wrong
    if not math.isfinite(number):
        raise RefusedError(422, f"{name!r} must be finite")
    return number


def _setting_name(call: Call) -> str:
    try:
        return find(call.path["name"]).name
    except KeyError as wrong:
        raise RefusedError(404, f"there is no setting {call.path['name']!r}") from wrong


def _examples(name: str) -> list[str]:
    values = find(name).values
    return list(values.examples) if values else []
