"""The open questions of the instrument's documents, and what a record answers to them, in plain words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
import itertools
import statistics

from emulator.config import OPTIONS

from .plan import (
    BARE_NAME,
    ECHO,
    LOWER_CASE,
    PROGRAMS,
    SETTING_ONLY,
    SPACE_BEFORE_MARK,
    STATUS,
    STREAM,
    TWO_SPACES,
    UNKNOWN,
    SettingProbes,
)
from .record import CRLF, Exchange, Record
from .traits import PLAIN_ROW_FIELDS, Traits

QUANTITIES = ("Lp", "Leq", "LE", "Lmax", "Lmin", "LN1", "LN2", "LN3", "LN4", "LN5", "Lpeak", "LIeq", "Leq,mov", "Ltm5")
NOT_TOLD = "no answer"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was asked and found. `detail` holds figures that differ from one check to the next."""

    question: str
    answer: str
    detail: str = field(default="", compare=False)


def findings_of(record: Record) -> list[Finding]:
    """Return what a record answers."""
    traits = Traits(record)
    return [finding for find in _FINDERS if (finding := find(traits)) is not None]


def _unit(traits: Traits) -> Finding:
    told = (traits.record.data(line) for line in ("Type?", "System Version?"))
    model, firmware = (text or NOT_TOLD for text in told)
    return Finding("Type and system version", f"{model}, {firmware}")


def _greeting(traits: Traits) -> Finding:
    raw = b"".join(piece.data for piece in traits.record.greeting)
    return Finding("What comes on connect, before any command?", quoted(raw))


def _prompt(traits: Traits) -> Finding:
    prompt = traits.prompt
    question = "Form and moment of the prompt"
    if prompt.place == "none":
        return Finding(question, "there is none")
    where = "after each answer" if prompt.place == "after" else "directly before each answer"
    detail = _milliseconds(prompt.delays_s, "after the answer's last byte") if prompt.delays_s else ""
    return Finding(question, f"{quoted(prompt.text)}, {where}", detail)


def _latency(traits: Traits) -> Finding:
    times = traits.latencies_s
    detail = _milliseconds(times, "the way there and back included") if times else ""
    return Finding("Time to an answer", "measured" if times else NOT_TOLD, detail)


def _options(traits: Traits) -> Finding:
    there = [f"NX-43{option}" for option in OPTIONS if option in traits.options]
    return Finding("Programs whose commands are accepted", ", ".join(there) or "none")


def _missing_option(traits: Traits) -> Finding | None:
    code = traits.missing_option_code
    return None if code is None else Finding("Answer to commands of a program that is not there", _code(code))


def _programs(traits: Traits) -> Finding:
    answers = [f"{line}: {_answer(traits.record.find(line))}" for line in PROGRAMS]
    return Finding("Does System Version take a program's name?", "; ".join(answers))


def _percentiles(traits: Traits) -> Finding:
    told = [NOT_TOLD if text is None else repr(text) for text in traits.percentiles]
    return Finding("Percentile 1? to Percentile 5?, and TRM?", f"{', '.join(told)}; {_asked(traits, 'TRM?')}")


def _card_and_battery(traits: Traits) -> Finding:
    lines = ("Battery Level?", "SD Card Total Size?", "SD Card Percentage?")
    return Finding("Battery and card", ", ".join(_asked(traits, line) for line in lines))


def _state(traits: Traits) -> Finding:
    lines = ("Measure?", "Pause?", "Store Mode?", "Overwrite?")
    return Finding("State words", ", ".join(f"{line} {_asked(traits, line)}" for line in lines))


def _spelling(traits: Traits) -> Finding:
    probes = {
        "lower case": LOWER_CASE,
        "unknown command": UNKNOWN,
        "bare name": BARE_NAME,
        "two spaces in a name": TWO_SPACES,
        "space before the question mark": SPACE_BEFORE_MARK,
        "request of what can only be set": SETTING_ONLY,
    }
    return Finding(
        "How strict is the spelling?",
        "; ".join(f"{name}: {_result(traits.record.find(line))}" for name, line in probes.items()),
    )


def _rows(traits: Traits) -> Finding:
    counts = [f"{line} {len(fields)}" for line in ("DOD?", "DLC?") if (fields := traits.fields(line))]
    return Finding("How many fields do the rows have?", ", ".join(counts) or NOT_TOLD)


def _missing_values(traits: Traits) -> Finding | None:
    if not (fields := traits.fields("DOD?")):
        return None
    missing = [name for name, text in zip(QUANTITIES, fields, strict=False) if "-.-" in text]
    return Finding("Quantities of the main channel without a value in DOD?", ", ".join(missing) or "none")


def _stream(traits: Traits) -> Finding:
    question = "The stream of DRD?"
    if not (rows := traits.stream_rows(STREAM)):
        return Finding(question, _result(traits.record.find(STREAM)))
    exchange = traits.record.find(STREAM)
    moments = [at for at, _ in exchange.rows] if exchange else []
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    padded = "padded to three characters" if traits.counter_padded else "not padded"
    return Finding(
        question,
        f"{len(rows[0].split(','))} fields, counter {padded}, rows after SUB: {traits.rows_after_sub}",
        f"a row each {1000 * statistics.median(gaps):.0f} ms" if gaps else "",
    )


def _behind_stream(traits: Traits) -> Finding | None:
    exchange = traits.record.find(STREAM)
    if exchange is None or exchange.sub_at is None:
        return None
    *_, last = exchange.raw.split(CRLF)
    return Finding("What follows the last row after SUB?", quoted(last))


def _status(traits: Traits) -> Finding:
    question = "Fields that DRD?status adds"
    if not (rows := traits.stream_rows(STATUS)):
        return Finding(question, _result(traits.record.find(STATUS)))
    if (order := traits.status_fields) is not None:
        return Finding(question, ", ".join(order))
    return Finding(question, f"not understood: {','.join(rows[0].split(',')[PLAIN_ROW_FIELDS:])!r}")


def _clock(traits: Traits) -> Finding:
    ahead_s = traits.clock_ahead_s
    return Finding(
        "The clock, against this computer's",
        "told" if ahead_s is not None else _asked(traits, "Clock?"),
        "" if ahead_s is None else f"{abs(ahead_s)} s {'behind' if ahead_s < 0 else 'ahead'}",
    )


def _settings(traits: Traits) -> Finding | None:
    model, brightness = traits.record.data("Type?"), traits.record.data("Backlight Brightness?")
    probes = SettingProbes(model or "", brightness or "")
    names = {
        "as documented": probes.plain,
        "space after the comma": probes.spaced,
        "lower case": probes.lower_case,
        "impossible value": probes.impossible,
        "setting of what can only be asked": probes.request_only,
    }
    if traits.record.find(probes.plain) is None:
        return None
    answers = (f"{name}: {_result(traits.record.find(line))}" for name, line in names.items())
    return Finding("How are settings answered?", "; ".join(answers))


def _echo(traits: Traits) -> Finding | None:
    on, request, _ = ECHO
    lines = [exchange.line for exchange in traits.record.exchanges]
    if on not in lines:
        return None
    following = lines.index(on) + 1
    raw = traits.record.exchanges[following].raw if following < len(lines) else b""
    return Finding(f"What does Echo,On put before the answer to {request}", quoted(raw.partition(b"R+")[0]))


def _unanswered(traits: Traits) -> Finding | None:
    lines = [exchange.line for exchange in traits.record.exchanges if exchange.reply is None]
    return Finding("Commands without an answer that is one", ", ".join(lines)) if lines else None


_FINDERS: Sequence[Callable[[Traits], Finding | None]] = (
    _unit,
    _greeting,
    _prompt,
    _latency,
    _options,
    _missing_option,
    _programs,
    _percentiles,
    _card_and_battery,
    _state,
    _spelling,
    _rows,
    _missing_values,
    _stream,
    _behind_stream,
    _status,
    _clock,
    _settings,
    _echo,
    _unanswered,
)


def _asked(traits: Traits, line: str) -> str:
    return _answer(traits.record.find(line))


def _answer(exchange: Exchange | None) -> str:
    data = None if exchange is None else exchange.data
    return _result(exchange) if data is None else repr(data)


def _result(exchange: Exchange | None) -> str:
    if exchange is None:
        return "not asked"
    return NOT_TOLD if exchange.code is None else _code(exchange.code)


def _code(code: int) -> str:
    return f"R+{code:04d}"


def quoted(raw: bytes) -> str:
    """Return bytes so that people can read them."""
    names = {"\r": "[CR]", "\n": "[LF]", " ": "·"}
    return "".join(names.get(letter, letter) for letter in raw.decode("ascii", "backslashreplace")) or "nothing"


def _milliseconds(times_s: Sequence[float], what: str) -> str:
    low, high, middle = (1000 * time_s for time_s in (min(times_s), max(times_s), statistics.median(times_s)))
    return f"{low:.0f} to {high:.0f} ms, half of them within {middle:.0f} ms, {what}"
