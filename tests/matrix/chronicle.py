"""What an emulated meter really did: the rows it made, the state it was in, and when it was silent."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import Literal

from custom_components.rion_nl43.nl43 import ChannelLevels, Levels, SlotLevels
from emulator import EmulatedMeter
from emulator.acoustics import Results
from emulator.instrument.listening import Listening
from emulator.instrument.run import State
from emulator.referee import Sight

type Value = float | bool | None
type Row = tuple[tuple[Value, ...], ...]
"""The fields of each channel."""
type Kind = Literal["DOD", "DRD"]

CHANNELS = 4
LEVELS = 14
LMAX, LMIN, LN1, LN5 = 3, 4, 5, 9
WORDS = {State.STOPPED: "Stop", State.WAITING: "Stop"}


def dod_values(levels: Levels) -> Row:
    """Return what a client took from a row of `DOD?`, in the order of its fields."""
    return tuple(map(_channel_values, levels.channels))


def _channel_values(channel: ChannelLevels) -> tuple[Value, ...]:
    levels = (channel.lp, channel.leq, channel.le, channel.lmax, channel.lmin, *channel.ln, channel.lpeak)
    return (*levels, channel.lieq, channel.leq_mov, channel.ltm5, channel.over, channel.under)


def drd_values(slot: tuple[SlotLevels, ...]) -> Row:
    """Return what a client took from a row of `DRD?`, in the order of its fields."""
    return tuple(
        (channel.lp, channel.leq, channel.lmax, channel.lmin, channel.lpeak, channel.lieq, channel.over, channel.under)
        for channel in slot
    )


class Chronicle:
    """Listens in at the meter itself, behind everything that can go wrong on the way."""

    def __init__(self, meter: EmulatedMeter, now: Callable[[], float]) -> None:
        """Begin; times are loop times."""
        self.silences: list[tuple[float, float]] = []
        """From one byte to the next, where that took long."""
        self._meter = meter
        self._now = now
        self._rows: dict[Kind, tuple[list[float], list[tuple[Row, ...]]]] = {"DOD": ([], []), "DRD": ([], [])}
        self._states: list[tuple[float, State]] = [(now(), meter.instrument.run.state)]
        self._began_at = now() if meter.instrument.run.state is State.MEASURING else None
        self._sent_at: float | None = None
        instrument = meter.instrument
        instrument.state_changed.append(self._state_changed)
        meter.referee.watchers.append(self._see)
        output = instrument._output
        make_dod, make_drd = output.dod_row, output.drd_row

        def dod_row(listening: Listening, results: Mapping[int, Results]) -> str:
            text = make_dod(listening, results)
            self._note("DOD", tuple(self._as_told(_read(text.split(","), LEVELS + 2))))
            return text

        def drd_row(number: int, listening: Listening, status: Mapping[str, str] | None) -> str:
            text = make_drd(number, listening, status)
            if status is None:
                self._note("DRD", (_read(text.split(",")[1:], 8),))
            return text

        output.dod_row = dod_row  # type: ignore[method-assign] # to know what was made
        output.drd_row = drd_row  # type: ignore[method-assign] # to know what was made

    def made(self, kind: Kind, row: Row, from_s: float, to_s: float) -> bool:
        """Return whether the meter made this row within this time."""
        times, rows = self._rows[kind]
        return any(row in rows[index] for index in range(bisect_left(times, from_s), bisect_right(times, to_s)))

    def words(self, from_s: float, to_s: float) -> set[str]:
        """Return what `Measure?` would have told within this time."""
        return {WORDS.get(state, "Start") for state in self._during(from_s, to_s)}

    @property
    def all_words(self) -> list[str]:
        """What `Measure?` would have told, one after the other."""
        words = [WORDS.get(state, "Start") for _, state in self._states]
        return [word for word, _ in groupby(words)]

    def paused(self, from_s: float, to_s: float) -> bool:
        """Return whether the meter was paused at some moment of this time."""
        return State.PAUSED in self._during(from_s, to_s)

    @property
    def began_at(self) -> float | None:
        """When the latest measurement began; None if there was none."""
        return self._began_at

    @property
    def state(self) -> State:
        """What the meter does now."""
        return self._meter.instrument.state if self._meter.instrument.powered else State.STOPPED

    def close(self) -> None:
        """Take the silence that still lasts."""
        self._heard(self._now())

    def _during(self, from_s: float, to_s: float) -> Iterator[State]:
        for index, (began, state) in enumerate(self._states):
            ended = self._states[index + 1][0] if index + 1 < len(self._states) else float("inf")
            if began <= to_s and ended >= from_s:
                yield state

    def _note(self, kind: Kind, told: tuple[Row, ...]) -> None:
        times, rows = self._rows[kind]
        times.append(self._now())
        rows.append(told)

    def _as_told(self, row: Row) -> Iterator[Row]:
        """Yield the row, and what faults of its contents make of it: that is no lie of the client."""
        yield row
        active = {fault.name: fault.parameters for fault in self._meter.faults.active()}
        if "missing-values" in active:
            live = active["missing-values"]["live"]
            kept = [(channel[0], channel[-2:]) if live else (None, (None, None)) for channel in row]
            row = tuple((lp, *[None] * (LEVELS - 1), *flags) for lp, flags in kept)
            yield row
        if "ln-beyond-extremes" in active:
            yield tuple(map(_beyond, row))

    def _state_changed(self) -> None:
        state = self._meter.instrument.run.state
        if state is not self._states[-1][1]:
            if state is State.MEASURING and self._states[-1][1] is not State.PAUSED:
                self._began_at = self._now()
            self._states.append((self._now(), state))

    def _see(self, sight: Sight) -> None:
        if sight.kind == "sent":
            self._heard(sight.at)

    def _heard(self, at: float) -> None:
        if self._sent_at is not None and at - self._sent_at > 1.0:
            self.silences.append((self._sent_at, at))
        self._sent_at = at


def _read(fields: list[str], width: int) -> Row:
    return tuple(
        (*map(_level, block[:-2]), *map({"0": False, "1": True, "-": None}.__getitem__, block[-2:]))
        for block in (fields[begin : begin + width] for begin in range(0, CHANNELS * width, width))
    )


def _level(field: str) -> float | None:
    return None if "-.-" in field else float(field)


def _beyond(channel: tuple[Value, ...]) -> tuple[Value, ...]:
    values = list(channel)
    for extreme, percentile, beyond_db in ((LMAX, LN1, 0.1), (LMIN, LN5, -0.1)):
        if (value := values[extreme]) is not None:
            values[percentile] = round(value + beyond_db, 1)
    return tuple(values)
