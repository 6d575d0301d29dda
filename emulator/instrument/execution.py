"""From a line to its answer: is it known, installed, right in kind, right in value, possible now? In that order."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum, auto

from emulator.config import PercentileForm

from .command import Command, Kind, When
from .instrument import Instrument
from .parsing import Parsed, parse
from .run import State
from .values import format_stamp, parse_stamp


class Result(IntEnum):
    """The result codes: `R+0000` to `R+0004`."""

    OK = 0
    UNKNOWN_COMMAND = 1
    WRONG_PARAMETER = 2
    WRONG_DESIGNATION = 3
    WRONG_STATE = 4


class Stream(Enum):
    """What follows the answer to `DRD?` and to `DRD?status`."""

    PLAIN = auto()
    WITH_STATUS = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """A result code; the data line if there is one; the stream that begins with it."""

    result: Result
    data: str | None = None
    stream: Stream | None = None


def understand(instrument: Instrument, line: bytes) -> Parsed | None:
    """Return what a line without its CR LF asks of the meter; None if it is no command."""
    config = instrument.config
    return parse(line, space_after_comma=config.space_after_comma, base_names=config.base_names)


def execute(instrument: Instrument, parsed: Parsed | None) -> Answer:
    """Do what is asked and return the answer."""
    if parsed is None:
        return Answer(Result.UNKNOWN_COMMAND)
    command = parsed.command
    if command.option and command.option not in instrument.config.options:
        return Answer(Result(instrument.config.missing_option_code))
    if parsed.kind not in command.kind:
        return Answer(Result.WRONG_DESIGNATION)
    if parsed.kind is Kind.REQUEST:
        return _answer(instrument, command, parsed.argument)
    return Answer(_set(instrument, command, parsed.values))


def _answer(instrument: Instrument, command: Command, argument: str) -> Answer:
    if argument:
        canonical = command.argument.canonical(argument) if command.argument else None
        if canonical is None:
            return Answer(Result.WRONG_PARAMETER)
        argument = canonical
    if command.name == "DRD":
        return Answer(Result.OK, stream=Stream.WITH_STATUS if argument else Stream.PLAIN)
    if command.name == "System Version" and argument[-2:] not in {"", *instrument.config.options}:
        return Answer(Result.WRONG_PARAMETER)
    if command.name.startswith("Percentile"):
        text = PERCENTILE_FORMS[instrument.config.percentile_form].format(instrument.settings[command.name])
        return Answer(Result.OK, text)
    if command.stored:
        return Answer(Result.OK, instrument.told_instead.get(command.name, instrument.settings[command.name]))
    return Answer(Result.OK, REQUESTS[command.name](instrument))


def _set(instrument: Instrument, command: Command, values: tuple[str, ...]) -> Result:
    canonical = command.values.canonical(values[0]) if command.values and len(values) == 1 else None
    if canonical is None or (command.name == "Store Mode" and not _can_store(instrument, canonical)):
        return Result.WRONG_PARAMETER
    if command.when is When.BY_STATE:
        return Result.OK if CONTROLS[command.name, canonical](instrument) else Result.WRONG_STATE
    locked = command.when is When.STOPPED and instrument.config.refuse_settings_while_measuring
    if locked and instrument.state is not State.STOPPED:
        return Result.WRONG_STATE
    if command.name == "Clock":
        instrument.clock = parse_stamp(canonical) or instrument.clock
    else:
        instrument.settings[command.name] = canonical
    return Result.OK


def _can_store(instrument: Instrument, mode: str) -> bool:
    return mode == "Manual" or "EX" in instrument.config.options


def _measure_word(instrument: Instrument) -> str:
    config = instrument.config
    words = {
        State.STOPPED: "Stop",
        State.WAITING: config.timer_word,
        State.DELAYED: config.delay_word,
        State.ARMED: config.trigger_word,
        State.MEASURING: "Start",
        State.PAUSED: config.pause_word,
    }
    return words[instrument.state]


def _overwrite_word(instrument: Instrument) -> str:
    settings = instrument.settings
    mode, name, address = settings["Store Mode"], settings["Store Name"], int(settings["Manual Address"])
    return "Exist" if instrument.card.has_data(mode, name, address) else "None"


REQUESTS: dict[str, Callable[[Instrument], str]] = {
    "Type": lambda instrument: instrument.config.model,
    "Serial Number": lambda instrument: instrument.config.serial,
    "System Version": lambda instrument: instrument.config.firmware,
    "Clock": lambda instrument: format_stamp(instrument.clock),
    "Battery Level": lambda instrument: instrument.battery,
    "SD Card Total Size": lambda instrument: str(instrument.card.total_mb),
    "SD Card Free Size": lambda instrument: str(instrument.card.free_mb),
    "SD Card Percentage": lambda instrument: str(instrument.card.free_percent),
    "Measure": _measure_word,
    "Pause": lambda instrument: "On" if instrument.state is State.PAUSED else "Off",
    "Overwrite": _overwrite_word,
    "DOD": Instrument.dod_row,
    "DLC": Instrument.dlc_row,
}

CONTROLS: dict[tuple[str, str], Callable[[Instrument], bool]] = {
    ("Measure", "Start"): Instrument.press_start,
    ("Measure", "Stop"): Instrument.press_stop,
    ("Pause", "On"): Instrument.pause,
    ("Pause", "Off"): Instrument.resume,
    ("Manual Store", "Start"): Instrument.press_store,
}

PERCENTILE_FORMS: dict[PercentileForm, str] = {
    "plain": "{}",
    "padded": "{:>2}",
    "decimal": "{}.0",
    "percent": "{}%",
}

# Setting these to start takes the meter longer; to set `Measure,Stop` does not.
SLOW_STARTS = frozenset({"Measure", "Manual Store"})
