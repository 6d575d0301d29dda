"""What stored files say: records, and the names of what is in them."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class RecordKind(StrEnum):
    """What the records of a file are."""

    LEQ = "Leq"
    LP = "Lp"
    MANUAL = "Manual"


class Layout(StrEnum):
    """How records stand in a file: one row each, or a block of lines each."""

    FLAT = "flat"
    BLOCK = "block"


class Channel(StrEnum):
    """One of the meter's channels, or the sum of the bands that an octave analysis shows.

    The only sub channel of the older generation is the first.
    """

    MAIN = "Main"
    SUB1 = "Sub1"
    SUB2 = "Sub2"
    SUB3 = "Sub3"
    PARTIAL = "Partial Over All"


class Quantity(StrEnum):
    """What a level is, in the meter's own words."""

    LP = "Lp"
    LEQ = "Leq"
    LE = "LE"
    LMAX = "Lmax"
    LMIN = "Lmin"
    LN1 = "LN1"
    LN2 = "LN2"
    LN3 = "LN3"
    LN4 = "LN4"
    LN5 = "LN5"
    LPEAK = "Lpeak"
    LIEQ = "LIeq"
    LEQMOV = "Leqmov"
    LTM5 = "Ltm5"


class Flag(StrEnum):
    """What may have been wrong with a channel's level."""

    OVER = "Over"
    UNDER = "Under"


class LevelName(NamedTuple):
    """What a column of levels holds. `band_hz` is the centre of a band; a band may tell no channel."""

    quantity: Quantity
    channel: Channel | None = Channel.MAIN
    band_hz: float | None = None


class FlagName(NamedTuple):
    """What a column of flags holds."""

    flag: Flag
    channel: Channel = Channel.MAIN


@dataclass(frozen=True, slots=True)
class Columns:
    """What the values of records are, in their order; shared by the records of a file."""

    levels: tuple[LevelName, ...]
    flags: tuple[FlagName, ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `start` is by the meter's own clock, as it stands in the file, and knows no zone.

    `duration_s` is the measured time; of Lp it is the store interval, None where the file does not tell it.
    `values` are levels in dB, `marks` flags, in the order of `columns`; None where the meter had none.
    """

    columns: Columns
    address: int | None
    start: datetime
    duration_s: float | None
    values: tuple[float | None, ...]
    marks: tuple[bool | None, ...] = ()

    @property
    def levels(self) -> dict[LevelName, float | None]:
        """All levels in dB by what they are."""
        return dict(zip(self.columns.levels, self.values, strict=True))

    @property
    def flags(self) -> dict[FlagName, bool | None]:
        """All flags by what they are."""
        return dict(zip(self.columns.flags, self.marks, strict=True))

    def level(
        self, quantity: Quantity, channel: Channel | None = Channel.MAIN, band_hz: float | None = None
    ) -> float | None:
        """Return one level in dB; None if the meter had none, or the file has no such column."""
        return self.levels.get(LevelName(quantity, channel, band_hz))

    def over(self, channel: Channel = Channel.MAIN) -> bool | None:
        """Return whether the channel was overloaded; None if the file does not tell."""
        return self.flags.get(FlagName(Flag.OVER, channel))

    def under(self, channel: Channel = Channel.MAIN) -> bool | None:
        """Return whether the channel was below its range; None if the file does not tell."""
        return self.flags.get(FlagName(Flag.UNDER, channel))


@dataclass(frozen=True, slots=True)
class RecordHeader:
    """What is known of a file before its first record; of blocks it is that of the first.

    `names` are the column names as they stand in the file, and `unread` those whose meaning is not known.
    """

    kind: RecordKind
    layout: Layout
    names: tuple[str, ...]
    columns: Columns
    unread: tuple[str, ...] = ()

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that the file has levels of, in their order."""
        return tuple(dict.fromkeys(name.channel for name in self.columns.levels if name.channel is not None))


@dataclass(frozen=True, slots=True)
class TornEnd:
    """A file ends within a record, as that of the running hour does; `line` counts from 1."""

    line: int
