"""Rows of levels as the meter sends them, and what they say.

A row is taken whole or not at all: whatever is not exactly a level, a flag or the mark of a missing value discards it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import re

from .errors import UnusableAnswer
from .fields import check_padding, is_missing, read_counter, read_flag, read_level

CHANNEL_FIELDS = 16
MAX_CHANNELS = 4
STATUS_LEVEL_FIELDS = 33
# One or two fields of stamp stand before these: power, battery, free MB, state.
STATUS_TAIL_FIELDS = 4

_MEGABYTES = re.compile(r" *[0-9]{1,8}")
_STAMP_FORM = "%Y/%m/%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class ChannelLevels:
    """One channel's levels in dB and its overload and under-range flags; None where the meter has no value."""

    lp: float | None
    leq: float | None
    le: float | None
    lmax: float | None
    lmin: float | None
    ln: tuple[float | None, float | None, float | None, float | None, float | None]
    lpeak: float | None
    lieq: float | None
    leq_mov: float | None
    ltm5: float | None
    over: bool | None
    under: bool | None


@dataclass(frozen=True, slots=True)
class Levels:
    """One row of DOD? or DLC?: one to four channels, the main one first."""

    channels: tuple[ChannelLevels, ...]

    @property
    def main(self) -> ChannelLevels:
        """The main channel."""
        return self.channels[0]


class PowerSource(StrEnum):
    """What feeds the meter, by the letter of the status row."""

    BATTERY = "I"
    EXTERNAL = "E"
    USB = "U"


@dataclass(frozen=True, slots=True)
class StatusRow:
    """The tail of a row of DRD?status.

    `at` is the meter's local time; `battery` is a letter: F full, M middle, L low, D dead, E empty. None: not known.
    """

    at: datetime | None
    power: PowerSource
    battery: str | None
    card_free_mb: int | None
    measuring: bool


def parse_levels(line: str) -> Levels:
    """Read a complete row of DOD? or DLC?; raises UnusableAnswer.

    Protocol: 16 fields a channel, 64 in all; fields beyond belong to program options and are not read.
    """
    fields = line.split(",")
    channels, surplus = divmod(len(fields), CHANNEL_FIELDS)
    if channels == 0 or (surplus and channels < MAX_CHANNELS):
        raise UnusableAnswer(f"a row of {len(fields)} fields")
    if not fields[-1]:
        raise UnusableAnswer("a row without its last field")
    blocks = [fields[start : start + CHANNEL_FIELDS] for start in range(0, min(channels, MAX_CHANNELS) * 16, 16)]
    levels = [field for block in blocks for field in block[:-2]]
    # The padding of the first may have gone with a prompt before it.
    check_padding(levels[not levels[0].startswith(" ") :])
    return Levels(tuple(_channel(block) for block in blocks))


def parse_status_row(line: str) -> StatusRow:
    """Read a complete row of DRD?status; raises UnusableAnswer.

    Protocol: counter, 8 fields for each of four channels, stamp, power, battery, card space, state.
    """
    fields = line.split(",")
    if len(fields) <= STATUS_LEVEL_FIELDS + STATUS_TAIL_FIELDS:
        raise UnusableAnswer(f"a status row of {len(fields)} fields")
    read_counter(fields[0])
    for start in range(1, STATUS_LEVEL_FIELDS, 8):
        for field in fields[start : start + 6]:
            read_level(field)
        for field in fields[start + 6 : start + 8]:
            read_flag(field)
    power, battery, free_mb, state = (field.strip() for field in fields[-STATUS_TAIL_FIELDS:])
    if power not in PowerSource or battery not in {*"FMLDE", "-", ""} or state not in {"M", "S"}:
        raise UnusableAnswer(f"a status row that ends in {','.join(fields[-STATUS_TAIL_FIELDS:])!r}")
    return StatusRow(
        at=_stamp(fields[STATUS_LEVEL_FIELDS:-STATUS_TAIL_FIELDS]),
        power=PowerSource(power),
        battery=battery if battery.isalpha() else None,
        card_free_mb=_megabytes(free_mb),
        measuring=state == "M",
    )


def _channel(block: list[str]) -> ChannelLevels:
    lp, leq, le, lmax, lmin, ln1, ln2, ln3, ln4, ln5, lpeak, lieq, leq_mov, ltm5 = map(read_level, block[:-2])
    return ChannelLevels(
        lp=lp,
        leq=leq,
        le=le,
        lmax=lmax,
        lmin=lmin,
        ln=(ln1, ln2, ln3, ln4, ln5),
        lpeak=lpeak,
        lieq=lieq,
        leq_mov=leq_mov,
        ltm5=ltm5,
        over=read_flag(block[-2]),
        under=read_flag(block[-1]),
    )


def _megabytes(field: str) -> int | None:
    if is_missing(field):
        return None
    if _MEGABYTES.fullmatch(field):
        return int(field)
    raise UnusableAnswer(f"no size in MB: {field[:20]!r}")


def _stamp(fields: list[str]) -> datetime | None:
    """Read the stamp in front of the tail, in one field or two; its form is not documented."""
    for count in (1, 2):
        try:
            return datetime.strptime(" ".join(field.strip() for field in fields[-count:]), _STAMP_FORM)
        except ValueError:
            continue
    return None
