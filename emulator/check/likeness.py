"""An emulated meter that answers like the unit of a record."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
import re
from typing import Literal, cast, get_args

from emulator import DropAnswer, EmulatedMeter, Fault, Latency, MeterConfig, Prompt, RefuseWith, ReplaceAnswer
from emulator.config import MODELS
from emulator.instrument import Answer, Instrument, Result
from emulator.instrument.battery import BatteryWord
from emulator.instrument.rows import CHANNELS, FIELDS_PER_CHANNEL
from emulator.instrument.table import BY_NAME, COMMANDS

from .errors import ReportError
from .expected import answer_of, instrument_of, row_differences
from .plan import LOWER_CASE, SettingProbes
from .record import Exchange, Record
from .traits import Traits

# These cut the link, whatever else they do: the emulated meter has them as it must, and tells what the unit told.
_OWN = ("Ethernet", "Web", "TCP", "USB Class", "IO Func")
# What they answer comes from the emulated meter's own life.
_LIVE = {"type?", "serial number?", "clock?", "sd card free size?", "sd card percentage?", "measure?", "pause?"}
_LIVE |= {"overwrite?", "dod?", "dlc?", "battery level?"}
_SERIAL_DIGITS = 8


@dataclass(frozen=True, slots=True)
class MeasuredLatency(Latency):
    """Latency as it was measured; of the slow commands nothing is known, they are never sent."""

    measured_s: tuple[float, ...] = ()

    def draw(self, rng: Random, *, slow: bool) -> float:
        """Return one of the times that were measured."""
        return Latency.draw(self, rng, slow=True) if slow else rng.choice(self.measured_s)


@dataclass(slots=True)
class Likeness:
    """How to make a meter that answers like a unit; `unlike` says in words where it will not."""

    config: MeterConfig
    faults: list[Fault] = field(default_factory=list)
    """Answers that no config can give."""
    told: dict[str, str] = field(default_factory=dict)
    """What settings tell until somebody sets them."""
    battery: BatteryWord | None = None
    measuring: bool = False
    unlike: list[str] = field(default_factory=list)

    def apply(self, meter: EmulatedMeter) -> None:
        """Let a meter that has been made by `config` and started answer like the unit."""
        for fault in self.faults:
            meter.faults.add(fault)
        instrument = meter.instrument
        instrument.told_instead.update(self.told)

        def forget(name: str) -> None:
            if name in self.told:
                instrument.told_instead.pop(name, None)

        instrument.setting_changed.append(forget)
        if self.battery is not None:
            instrument.battery = self.battery
        if self.measuring:
            instrument.press_start()


def likeness_of(record: Record) -> Likeness:
    """Return the meter that a record describes; ReportError if there is none of its kind."""
    traits = Traits(record)
    likeness = Likeness(_config(traits), measuring=record.data("Measure?") == "Start")
    word = record.data("Battery Level?")
    if word in get_args(BatteryWord.__value__):
        likeness.battery = cast("BatteryWord", word)
    elif word is not None:
        likeness.faults.append(ReplaceAnswer("Battery Level?", data=word, times=None))
    instrument = instrument_of(likeness.config)
    seen: set[str] = set()
    for exchange in record.exchanges:
        if exchange.line not in seen:
            seen.add(exchange.line)
            _take_over(likeness, instrument, exchange)
    likeness.unlike.extend(row_differences(record, instrument))
    return likeness


def _config(traits: Traits) -> MeterConfig:
    record, default = traits.record, MeterConfig()
    if (model := record.data("Type?")) not in MODELS:
        raise ReportError(f"the report is of no instrument that can be emulated: its type is {model or 'not known'}")
    serial = record.data("Serial Number?") or ""
    spaced = record.code(_probes(record).spaced)
    return MeterConfig(
        model=model,
        serial=serial if len(serial) == _SERIAL_DIGITS and serial.isdecimal() else default.serial,
        firmware=record.data("System Version?") or default.firmware,
        options=traits.options,
        settings=dict(_settings(record)),
        clock_offset_s=traits.clock_ahead_s or 0.0,
        card_total_mb=_megabytes(record, "SD Card Total Size?", default.card_total_mb),
        card_free_mb=_megabytes(record, "SD Card Free Size?", default.card_free_mb),
        latency=_latency(traits),
        prompt=_prompt(traits),
        missing_option_code=1 if traits.missing_option_code == 1 else 3,
        space_after_comma=spaced is None or spaced == 0,
        base_names=record.code("Frequency Weighting?") in {None, 0},
        percentile_form=traits.percentile_form or "plain",
        counter_padded=traits.counter_padded is not False,
        rows_after_sub=default.rows_after_sub if traits.rows_after_sub is None else traits.rows_after_sub,
        status_fields=traits.status_fields or default.status_fields,
        channels_without_ex=_channels(traits),
        band_fields=max(0, len(traits.fields("DOD?") or ()) - CHANNELS * FIELDS_PER_CHANNEL),
    )


def _settings(record: Record) -> Iterator[tuple[str, str]]:
    for command in COMMANDS:
        data = record.data(f"{command.name}?")
        if data is None or not command.stored or command.values is None or command.name.startswith(_OWN):
            continue
        text = data
        if command.name.startswith("Percentile") and (number := re.search(r"\d+", data)):
            text = number[0]
        if (value := command.values.canonical(text)) is not None:
            yield command.name, value


def _latency(traits: Traits) -> Latency:
    times = traits.latencies_s
    return MeasuredLatency((times[0], times[-1]), Latency.lan().slow_s, times) if times else Latency.lan()


def _prompt(traits: Traits) -> Prompt:
    prompt = traits.prompt
    delays = (prompt.delays_s[0], prompt.delays_s[-1]) if prompt.delays_s else Prompt().delay_s
    return Prompt(prompt.text, prompt.place, prompt.on_connect, delays)


def _megabytes(record: Record, line: str, default: int) -> int:
    text = (record.data(line) or "").strip()
    return int(text) if text.isdecimal() else default


def _channels(traits: Traits) -> Literal[1, 2, 4]:
    count = len(traits.fields("DOD?") or ()) // FIELDS_PER_CHANNEL
    return 1 if count == 1 else 2 if count == 2 else 4


def _probes(record: Record) -> SettingProbes:
    return SettingProbes(record.data("Type?") or "", record.data("Backlight Brightness?") or "")


def _take_over(likeness: Likeness, instrument: Instrument, exchange: Exchange) -> None:
    """Let the meter give this one answer, where it would not do so by itself."""
    line, code = exchange.line, exchange.code
    answer = answer_of(instrument, exchange)
    if not exchange.received:
        likeness.faults.append(DropAnswer(line, times=None))
    elif code is None or code not in set(Result):
        likeness.unlike.append(f"{line}: what it answers is no answer that is known")
    elif code != answer.result and line in {LOWER_CASE, _lower_case_setting(exchange)}:
        likeness.unlike.append(f"{line}: the emulated meter takes names in any case")
    elif code and code != answer.result:
        likeness.faults.append(RefuseWith(line, code, times=None))
    elif exchange.data is not None and (answer.result or (line.lower() not in _LIVE and exchange.data != answer.data)):
        _take_over_data(likeness, exchange.data, line, answer)


def _take_over_data(likeness: Likeness, data: str, line: str, answer: Answer) -> None:
    command = BY_NAME.get(line.removesuffix("?").lower())
    if answer.result == Result.OK and command and command.stored and not command.name.startswith("Percentile"):
        likeness.told[command.name] = data
    else:
        likeness.faults.append(ReplaceAnswer(line, data=data, times=None))


def _lower_case_setting(exchange: Exchange) -> str | None:
    return exchange.line if "," in exchange.line and exchange.line.islower() else None
