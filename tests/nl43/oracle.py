"""What rows of levels say: told the slow and obvious way."""

from dataclasses import astuple

from custom_components.rion_nl43.nl43 import Levels, StreamRow

type Channel = tuple[float | bool | None, ...]

FLAGS = {"0": False, "1": True, "-": None}


def level_of(field: str) -> float | None:
    """Return what one level says, character by character."""
    body = field.lstrip(" ")
    if body in {"-.-", "-"}:
        return None
    sign, body = (-1, body[1:]) if body[:1] == "-" else (1, body)
    whole, point, tenth = body[:-2], body[-2:-1], body[-1:]
    assert point == "."
    assert 1 <= len(whole) <= 3
    assert all(digit in "0123456789" for digit in whole + tenth)
    return sign * (int(whole) * 10 + int(tenth)) / 10


def channels_of(fields: list[str]) -> list[Channel]:
    """Return all channels of a good row, flat."""
    blocks = [fields[start : start + 16] for start in range(0, len(fields), 16)]
    return [(*map(level_of, block[:14]), FLAGS[block[14]], FLAGS[block[15]]) for block in blocks]


def flat(row: Levels) -> list[Channel]:
    """Return the same of a parsed row."""
    return [(*values[:5], *values[5], *values[6:]) for values in (astuple(channel) for channel in row.channels)]


def sent(answer: bytes) -> list[Channel]:
    """Return what a whole answer to DOD? says, as it went over the wire."""
    lines = answer.decode("ascii").replace("$", "").split("\r\n")
    assert lines[-3] == "R+0000"
    assert lines[-1] == ""
    return channels_of(lines[-2].split(","))


def slots_of(fields: list[str]) -> tuple[int, list[Channel]]:
    """Return the counter and all channels of a good row of DRD?, flat."""
    blocks = [fields[start : start + 8] for start in range(1, 33, 8)]
    return int(fields[0]), [(*map(level_of, block[:6]), FLAGS[block[6]], FLAGS[block[7]]) for block in blocks]


def flat_row(row: StreamRow) -> tuple[int, list[Channel]]:
    """Return the same of a parsed row."""
    return row.counter, [astuple(channel) for channel in row.channels]
