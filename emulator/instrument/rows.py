"""Rows of DOD, DLC and DRD, field by field."""

from collections.abc import Iterable, Mapping, Set as AbstractSet

from emulator.acoustics import Results, SlotLevels

CHANNELS = 4
FIELDS_PER_CHANNEL = 16

NO_LEVEL = "  -.-"
NO_FLAG = "-"

# Which fields of a channel's block in DOD a display setting shows.
DISPLAYED = {
    "Display Leq": 1,
    "Display LE": 2,
    "Display Lmax": 3,
    "Display Lmin": 4,
    "Display LN1": 5,
    "Display LN2": 6,
    "Display LN3": 7,
    "Display LN4": 8,
    "Display LN5": 9,
    "Display Lpeak": 10,
}
# These are there only while they are displayed.
EXTRA = {"Display LIeq": 11, "Display Leqmov": 12, "Display Ltm5": 13}


def level(value_db: float | None) -> str:
    """Return a level in five characters."""
    # Adding zero turns -0.0 into 0.0.
    return NO_LEVEL if value_db is None else f"{round(value_db, 1) + 0.0:5.1f}"


def flag(value: bool) -> str:
    """Return an over or under flag in one character."""
    return "1" if value else "0"


def measured_block(
    lp_db: float | None, results: Results | None, *, over: bool, under: bool, blank: AbstractSet[int] = frozenset()
) -> list[str]:
    """Return one channel's 16 fields of DOD and DLC."""
    levels: list[float | None] = [lp_db] + [None] * 13
    if results is not None:
        levels[1:5] = results.leq, results.le, results.lmax, results.lmin
        levels[5:10] = results.ln
        levels[10:14] = results.lpeak, results.lieq, results.leq_mov, results.ltm5
    fields = [NO_LEVEL if offset in blank else level(value) for offset, value in enumerate(levels)]
    return [*fields, flag(over), flag(under)]


def blanked(settings: Mapping[str, str], shown_by: Iterable[str]) -> frozenset[int]:
    """Return the fields of a block that are missing because these display settings are off."""
    offsets = DISPLAYED | EXTRA
    return frozenset(offsets[name] for name in shown_by if settings[name] == "Off")


def slot_block(levels: SlotLevels, *, lieq: bool = False) -> list[str]:
    """Return one channel's 8 fields of DRD."""
    values = (levels.lp, levels.leq, levels.lmax, levels.lmin, levels.lpeak, levels.lieq if lieq else None)
    return [*map(level, values), flag(levels.over), flag(levels.under)]


def unused_block(fields: int) -> list[str]:
    """Return the fields of a channel that is not in use."""
    return [NO_LEVEL] * (fields - 2) + [NO_FLAG] * 2


def measured_row(blocks: Mapping[int, list[str]], band_fields: int = 0, *, channels: int = CHANNELS) -> str:
    """Return a row of DOD or DLC: 64 fields for four channels, and as many more as option RT adds."""
    fields = [field for number in range(channels) for field in blocks.get(number, unused_block(FIELDS_PER_CHANNEL))]
    return ",".join([*fields, *[NO_LEVEL] * band_fields])


def slot_row(counter: int, blocks: Mapping[int, list[str]], status: list[str], *, padded: bool = True) -> str:
    """Return a row of DRD: counter, 32 fields, and those of the status if there are any."""
    fields = [field for number in range(CHANNELS) for field in blocks.get(number, unused_block(8))]
    return ",".join([f"{counter:{3 if padded else 1}d}", *fields, *status])


def counter_of(row: int, last: int = 600) -> int:
    """Return the counter of a stream's row, the first being number 1: after the last number comes 1."""
    return (row - 1) % last + 1
