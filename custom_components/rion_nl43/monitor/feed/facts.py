"""The slow facts of a meter: one table says by which request each is read, how it is understood and how often.

Every fact is one exchange. The meter's words are handed on as they are; a number that is none makes the fact unknown.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache, partial
from itertools import chain
from typing import Any

from ...nl43 import Meter, PowerSource, parse_percentage


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the meter beside its levels; None: not read, not understood or not supported.

    `battery` is the meter's word (`Full`), and so are the settings; card sizes are in MB; `clock_offset_s` is the
    meter's clock minus ours; `percentiles` are those of LN1..LN5 in %; weightings are of Main, Sub1..Sub3;
    `settings` are those of the `watched` ones that have been read; `unsupported` names the requests that the meter
    refused for good on this connection.
    """

    battery: str | None = None
    power: PowerSource | None = None
    card_total_mb: float | None = None
    card_free_mb: float | None = None
    card_free_percent: float | None = None
    clock_offset_s: float | None = None
    percentiles: tuple[float | None, ...] = (None,) * 5
    frequency_weightings: tuple[str | None, ...] = (None,) * 4
    time_weightings: tuple[str | None, ...] = (None,) * 4
    store_mode: str | None = None
    store_name: str | None = None
    sleep_mode: str | None = None
    measurement_time_manual: str | None = None
    measurement_time_auto: str | None = None
    lp_store_interval: str | None = None
    leq_calculation_interval: str | None = None
    index_number: str | None = None
    watched: frozenset[str] = field(default_factory=frozenset)
    settings: Mapping[str, str] = field(default_factory=dict)
    unsupported: frozenset[str] = field(default_factory=frozenset)

    @property
    def frequency_weighting(self) -> str | None:
        """The main channel's frequency weighting: A, C or Z."""
        return self.frequency_weightings[0]

    @property
    def time_weighting(self) -> str | None:
        """The main channel's time weighting: F, S or I."""
        return self.time_weightings[0]


type Change = Callable[[Facts], Facts]


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the table.

    `commands` are the names by which units know it, the likeliest first; `take` says what an answer changes; `label`:
    it says what the results mean or where they are stored, so it belongs to the measurement; `often`: it changes by
    itself; `channel`: it is of no interest while that channel is off.
    """

    commands: tuple[str, ...]
    take: Callable[[str], Change]
    often: bool = False
    label: bool = False
    channel: int = 0

    async def read(self, meter: Meter, command: str, on_sent: Callable[[float], None]) -> Change:
        """Ask for it by one of its commands."""
        return change_of(command, await meter.setting(command, on_sent=on_sent))


def _changed(name: str, value: Any) -> Change:
    return lambda facts: replace(facts, **{name: value})


def _replaced[T](values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _word(name: str, command: str, *, often: bool = False, label: bool = False) -> Fact:
    return Fact((command,), lambda answer: _changed(name, answer), often=often, label=label)


def _number(name: str, command: str, *, often: bool = False) -> Fact:
    def take(answer: str) -> Change:
        text = answer.strip()
        return _changed(name, float(text) if text.isdecimal() and text.isascii() else None)

    return Fact((command,), take, often=often)


def _percentile(index: int) -> Fact:
    def take(answer: str) -> Change:
        value = parse_percentage(answer)
        return lambda facts: replace(facts, percentiles=_replaced(facts.percentiles, index, value))

    return Fact((f"Percentile {index + 1}",), take, label=True)


def _weighting(name: str, kind: str, channel: int) -> Fact:
    def take(answer: str) -> Change:
        return lambda facts: _changed(name, _replaced(getattr(facts, name), channel, answer))(facts)

    if channel:
        return Fact((f"{kind} (Sub{channel})",), take, label=True, channel=channel)
    return Fact((f"{kind} (Main)", kind), take, label=True)


FACTS = (
    _weighting("frequency_weightings", "Frequency Weighting", 0),
    _weighting("time_weightings", "Time Weighting", 0),
    *(_percentile(index) for index in range(5)),
    _word("battery", "Battery Level", often=True),
    _number("card_free_mb", "SD Card Free Size", often=True),
    _number("card_free_percent", "SD Card Percentage", often=True),
    _number("card_total_mb", "SD Card Total Size"),
    _word("store_mode", "Store Mode", label=True),
    _word("store_name", "Store Name", label=True),
    _word("sleep_mode", "Sleep Mode"),
    _word("measurement_time_manual", "Measurement Time Preset Manual"),
    _word("measurement_time_auto", "Measurement Time Preset Auto"),
    _word("lp_store_interval", "Lp Store Interval"),
    _word("leq_calculation_interval", "Leq Calculation Interval Preset"),
    _word("index_number", "Index Number"),
    *(
        _weighting(name, kind, channel)
        for channel in (1, 2, 3)
        for name, kind in (("frequency_weightings", "Frequency Weighting"), ("time_weightings", "Time Weighting"))
    ),
)

_BY_COMMAND = {command: fact for fact in FACTS for command in fact.commands}


@cache
def fact_of(command: str) -> Fact:
    """Return the row that reads a setting: one of its own where the table has none that is always of interest."""
    fact = _BY_COMMAND.get(command)
    if fact is None or fact.channel or fact.commands[0] != command:
        return Fact((command,), partial(change_of, command))
    return fact


def change_of(command: str, answer: str) -> Change:
    """Return what is known better when the meter has answered this for a setting."""
    fact = _BY_COMMAND.get(command)
    names = frozenset((command,) if fact is None else fact.commands)

    def change(facts: Facts) -> Facts:
        if fact is not None:
            facts = fact.take(answer)(facts)
        known = dict.fromkeys(names & facts.watched, answer)
        return replace(facts, settings={**facts.settings, **known}) if known else facts

    return change


def contradicts(known: Facts, facts: Facts) -> bool:
    """Return whether anything that was known is otherwise now."""
    return any(was is not None and was != now for was, now in zip(_values(known), _values(facts), strict=True)) or any(
        facts.settings.get(name, was) != was for name, was in known.settings.items()
    )


def _values(facts: Facts) -> tuple[object, ...]:
    told = (
        getattr(facts, each.name) for each in fields(Facts) if each.name not in ("watched", "settings", "unsupported")
    )
    return tuple(chain.from_iterable(value if isinstance(value, tuple) else (value,) for value in told))


def watch(command: str) -> Change:
    """Return the change by which a setting becomes watched."""
    return lambda facts: replace(facts, watched=facts.watched | {command})


def unwatch(command: str) -> Change:
    """Return the change by which a setting is not watched any more."""
    return lambda facts: replace(
        facts,
        watched=facts.watched - {command},
        settings={name: value for name, value in facts.settings.items() if name != command},
    )
