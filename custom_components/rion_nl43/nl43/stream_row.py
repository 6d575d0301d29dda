"""Rows of the stream DRD?: the levels of the last 100 ms, ten times a second."""

from dataclasses import dataclass

from .errors import UnusableAnswer
from .fields import check_padding, read_counter, read_flag, read_level

CHANNEL_FIELDS = 8
CHANNELS = 4
ROW_FIELDS = 1 + CHANNELS * CHANNEL_FIELDS


@dataclass(frozen=True, slots=True)
class SlotLevels:
    """One channel's levels of a slot of 100 ms in dB; Lp is the live one. None where the meter has no value."""

    lp: float | None
    leq: float | None
    lmax: float | None
    lmin: float | None
    lpeak: float | None
    lieq: float | None
    over: bool | None
    under: bool | None


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One row of DRD?: `counter` is 1 to 600 and counts slots of 100 ms, the first of four channels is the main one."""

    counter: int
    channels: tuple[SlotLevels, ...]

    @property
    def main(self) -> SlotLevels:
        """The main channel."""
        return self.channels[0]


# How the meter writes a channel that is not in use.
_UNUSED_FIELDS = ["  -.-"] * 6 + ["-"] * 2
_UNUSED = SlotLevels(None, None, None, None, None, None, None, None)


def parse_stream_row(line: str) -> StreamRow:
    """Read a complete row of DRD?; raises UnusableAnswer.

    Protocol: counter and 8 fields for each of four channels; fields beyond belong to program options and are not read.
    """
    fields = line.split(",")
    if len(fields) < ROW_FIELDS:
        raise UnusableAnswer(f"a row of {len(fields)} fields")
    if "" in fields:
        raise UnusableAnswer("a row with an empty field")
    counter = read_counter(fields[0])
    blocks = [fields[start : start + CHANNEL_FIELDS] for start in range(1, ROW_FIELDS, CHANNEL_FIELDS)]
    check_padding([*blocks[0][:-2], *blocks[1][:-2], *blocks[2][:-2], *blocks[3][:-2]])
    return StreamRow(counter, tuple(map(_channel, blocks)))


def _channel(block: list[str]) -> SlotLevels:
    if block == _UNUSED_FIELDS:
        return _UNUSED
    lp, leq, lmax, lmin, lpeak, lieq = map(read_level, block[:-2])
    return SlotLevels(lp, leq, lmax, lmin, lpeak, lieq, read_flag(block[-2]), read_flag(block[-1]))
