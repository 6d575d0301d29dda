"""Stored files as a meter writes them, and stretches as minutes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from custom_components.rion_nl43.acoustics.stretches import Stretch

BEGUN = datetime(2026, 3, 2, 8)
BEGUN_MS = 1_772_438_400_000
SLOTS = {1: 5.0, 2: 10.0, 3: 50.0, 4: 90.0, 5: 95.0}
LEQ_HEAD = (
    "Address,Start Time,Measurement Time,Leq(Main),Lmax(Main),Lmin(Main),"
    "LN1(Main),LN2(Main),LN3(Main),LN4(Main),LN5(Main),Over(Main)\r\n"
)


def stamp(after_s: float, *, ms: bool = False) -> str:
    at = BEGUN + timedelta(seconds=after_s)
    return at.isoformat(" ", "milliseconds" if ms else "seconds").replace("-", "/")


def time_of(length_s: float) -> str:
    minutes, seconds = divmod(length_s, 60)
    return f"000d {int(minutes) // 60:02d}:{int(minutes) % 60:02d}:{seconds:04.1f}"


def leq_row(
    after_s: float, leq: float | str = 60.0, length_s: float = 900, rest: str = "80.0,40.0,66.0,64.0,58.0,50.0,48.0,0"
) -> str:
    return f"1,{stamp(after_s)},{time_of(length_s)},{leq},{rest}\r\n"


def lp_file(rows: Iterable[tuple[float, float]], *, ms: bool = True) -> bytes:
    return ("CSV\r\nStart Time,Lp(Main)\r\n" + "".join(f"{stamp(at, ms=ms)},{lp:.1f}\r\n" for at, lp in rows)).encode()


def leq_file(*rows: str) -> bytes:
    return ("CSV\r\n" + LEQ_HEAD + "".join(rows)).encode()


def spans(stretches: Iterable[Stretch]) -> list[tuple[float, float]]:
    """Return from and to in minutes after the begin."""
    return [((each.began_ms - BEGUN_MS) / 60_000, (each.ended_ms - BEGUN_MS) / 60_000) for each in stretches]
