"""What an emulated meter would answer, and where a record differs from it."""

from collections.abc import Iterator
from datetime import UTC, datetime
import re
from typing import get_args

from emulator.config import MODELS, MeterConfig
from emulator.instrument import Answer, Instrument, Moment, execute, understand
from emulator.instrument.battery import BatteryWord
from emulator.instrument.table import BY_NAME

from .findings import quoted
from .plan import STATUS, STREAM
from .record import Exchange, Record
from .traits import PLAIN_ROW_FIELDS, Traits

_STATUS_FIELDS = 5
_STREAM_FIELDS = {STREAM: PLAIN_ROW_FIELDS, STATUS: PLAIN_ROW_FIELDS + _STATUS_FIELDS}
# What they answer is nobody's business.
_PRIVATE = ("serial number", "ethernet ")
# What is answered to requests that ask for no setting.
_FORMS = {
    "System Version": r"\d\d\.\d\d\.\d{4}",
    "Serial Number": r"\d{8}",
    "Battery Level": "|".join(get_args(BatteryWord.__value__)),
    "SD Card Total Size": r"\d+",
    "SD Card Free Size": r"\d+",
    "SD Card Percentage": r"\d+",
    "Clock": r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d",
    "Measure": "Start|Stop",
    "Pause": "On|Off",
    "Overwrite": "None|Exist",
}


def instrument_of(config: MeterConfig) -> Instrument:
    """Return an instrument of this config, switched on, for which no time passes."""
    moment = Moment(0.0, datetime.now(UTC))
    instrument = Instrument(config, lambda: moment)
    instrument.power_on()
    return instrument


def answer_of(instrument: Instrument, exchange: Exchange) -> Answer:
    """Return what an emulated instrument answers to what was sent."""
    return execute(instrument, understand(instrument, exchange.sent))


def differences_of(record: Record) -> list[str]:
    """Return in words where a unit differs from an emulated meter of its type and with its programs."""
    traits = Traits(record)
    model = record.data("Type?")
    config = MeterConfig(model=model if model in MODELS else "NL-43", options=traits.options)
    instrument = instrument_of(config)
    by_exchange = (_difference(instrument, exchange) for exchange in record.exchanges)
    return [
        *_prompt_differences(traits, config),
        *(difference for difference in by_exchange if difference),
        *row_differences(record, instrument),
    ]


def row_differences(record: Record, instrument: Instrument) -> Iterator[str]:
    """Yield in words where rows have another number of fields than an emulated instrument's."""
    for line in ("DOD?", "DLC?"):
        data, ours = record.data(line), answer_of(instrument, Exchange(line.encode("ascii"), 0.0)).data or ""
        if data is not None and data.count(",") != ours.count(","):
            yield f"{line} has {data.count(',') + 1} fields, the emulator's {ours.count(',') + 1}"
    for line, expected in _STREAM_FIELDS.items():
        exchange = record.find(line)
        counts = {row.count(",") + 1 for _, row in exchange.rows} if exchange else set()
        if counts - {expected}:
            yield f"{line} has rows of {', '.join(map(str, sorted(counts)))} fields, the emulator's {expected}"


def _prompt_differences(traits: Traits, config: MeterConfig) -> Iterator[str]:
    seen, ours = traits.prompt, config.prompt
    if seen.place != ours.place:
        yield f"the prompt's place is {seen.place!r}, the emulator's {ours.place!r}"
    elif seen.text != ours.text:
        yield f"the prompt is {quoted(seen.text)}, the emulator's {quoted(ours.text)}"
    if seen.on_connect != ours.on_connect:
        yield "a prompt comes on connect, not so the emulator's"


def _difference(instrument: Instrument, exchange: Exchange) -> str | None:
    line, reply = exchange.line, exchange.reply
    answer = answer_of(instrument, exchange)
    if reply is None:
        return f"{line} has no answer, the emulator's is R+{answer.result:04d}"
    if reply.code != answer.result:
        return f"{line} answers R+{reply.code:04d}, the emulator R+{answer.result:04d}"
    if reply.data is not None and not _known(line, reply.data):
        shown = "in a form" if line.lower().startswith(_PRIVATE) else f"{reply.data!r},"
        return f"{line} answers {shown} which the emulator never does"
    return None


def _known(line: str, data: str) -> bool:
    """Return whether an emulated meter, which takes this line, could answer so."""
    command = BY_NAME[line.partition("?")[0].lower()]
    if command.stored and command.values is not None:
        return command.values.canonical(data) == data
    form = _FORMS.get(command.name)
    return form is None or re.fullmatch(form, data) is not None
