"""The slow facts of a meter: one table says by which request each is read, how it is understood and how often.

Every fact is one exchange. The meter's words are handed on as they are; a number that is none makes the fact unknown.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

from ..nl43 import Meter, PowerSource


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the meter beside its levels; None: not read, not understood or not supported.

    `battery` is the meter's word (`Full`), and so are the settings; card sizes are in MB; `clock_offset_s` is the
    meter's clock minus ours; `percentiles` are those of LN1..LN5 in %; weightings are of Main, Sub1..Sub3;
    `unsupported` names the requests that the meter refused for good on this connection.
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

    `commands` are the names by which units know it, the likeliest first; `label`: it says what the results mean or
    where they are stored, so it belongs to the measurement; `often`: it changes by itself; `channel`: it is of no
    interest while that channel is off.
    """

    commands: tuple[str, ...]
    read: Callable[[Meter, str], Awaitable[Change]]
    often: bool = False
    label: bool = False
    channel: int = 0


def _changed(name: str, value: Any) -> Change:
    return lambda facts: replace(facts, **{name: value})


def _replaced[T](values: tuple[T, ...], index: int, value: T) -> tuple[T, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _word(name: str, command: str, *, often: bool = False, label: bool = False) -> Fact:
    async def read(meter: Meter, command: str) -> Change:
        return _changed(name, await meter.setting(command))

    return Fact((command,), read, often=often, label=label)


def _number(name: str, command: str, *, often: bool = False) -> Fact:
    async def read(meter: Meter, command: str) -> Change:
        text = (await meter.setting(command)).strip()
        return _changed(name, float(text) if text.isdecimal() and text.isascii() else None)

    return Fact((command,), read, often=often)


def _percentile(index: int) -> Fact:
    async def read(meter: Meter, command: str) -> Change:
        value = await meter.percentile(index + 1)
        return lambda facts: replace(facts, percentiles=_replaced(facts.percentiles, index, value))

    return Fact((f"Percentile {index + 1}",), read, label=True)


def _weighting(name: str, kind: str, channel: int) -> Fact:
    async def read(meter: Meter, command: str) -> Change:
        word = await meter.setting(command)
        return lambda facts: _changed(name, _replaced(getattr(facts, name), channel, word))(facts)

    if channel:
        return Fact((f"{kind} (Sub{channel})",), read, label=True, channel=channel)
    return Fact((f"{kind} (Main)", kind), read, label=True)


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
