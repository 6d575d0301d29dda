"""What the names of files and folders on a card say; in any case, as the older generation writes them in upper case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import re


class StoredKind(StrEnum):
    """What a name stands for."""

    AUTO_FOLDER = "Auto folder"
    LEQ_FOLDER = "Leq folder"
    LP_FOLDER = "Lp folder"
    MANUAL_FOLDER = "Manual folder"
    SOUND_FOLDER = "sound folder"
    SCREENSHOT_FOLDER = "screenshot folder"
    LEQ = "Leq"
    LP = "Lp"
    MANUAL = "Manual"
    HEADER = "header"
    SCREENSHOT = "screenshot"
    WAVE = "wave"


@dataclass(frozen=True, slots=True)
class StoredName:
    """What a name says; None for what it does not. `at` is by the meter's clock, and knows no zone.

    `index` is the meter's Index Number and `store_name` its Store Name, both as they stand there; `number` counts the
    files of a store, or the folders of its Lp files. `octave` is True for the records of an octave analysis.
    """

    kind: StoredKind
    store_name: str | None = None
    number: int | None = None
    index: str | None = None
    at: datetime | None = None
    octave: bool | None = None


_FILE_HEAD = r"nl_(?P<index>[0-9]{3,4})_(?P<analysis>slm|oct)"
_FILE_TAIL = r"_(?P<store_name>[0-9]{4})_(?P<number>[0-9]{4,6})"
_STAMP = r"(?P<at>[0-9]{8}_[0-9]{6})"
_PATTERNS = {
    StoredKind.AUTO_FOLDER: r"auto_(?P<store_name>[0-9]{4})",
    StoredKind.LEQ_FOLDER: r"auto_leq",
    StoredKind.LP_FOLDER: r"auto_lp(?:_(?P<number>[0-9]{2,4}))?",
    StoredKind.MANUAL_FOLDER: r"manual_(?P<store_name>[0-9]{4})",
    StoredKind.SOUND_FOLDER: r"sound",
    StoredKind.SCREENSHOT_FOLDER: r"screenshot",
    # The kind has three characters, which a listing may have stripped.
    StoredKind.LEQ: rf"{_FILE_HEAD}_leq{_FILE_TAIL}(?:\.rnd)?",
    StoredKind.LP: rf"{_FILE_HEAD}_lp ?{_FILE_TAIL}(?:\.rnd)?",
    StoredKind.MANUAL: rf"{_FILE_HEAD}_man{_FILE_TAIL}(?:\.rnd)?",
    # The header's kind is not known.
    StoredKind.HEADER: rf"{_FILE_HEAD}(?:_[a-z ]{{1,8}})?{_FILE_TAIL}\.rnh",
    StoredKind.SCREENSHOT: rf"(?P<index>[0-9]{{3,4}})_{_STAMP}\.bmp",
    # Nor what stands behind the Store Name.
    StoredKind.WAVE: rf"nl_(?P<index>[0-9]{{3,4}})_{_STAMP}_[0-9]{{1,3}}db_(?P<store_name>[0-9]{{4}})"
    r"(?:_[0-9a-z]{1,16}){0,8}\.wav",
}
_NAMES = {kind: re.compile(pattern, re.ASCII | re.IGNORECASE) for kind, pattern in _PATTERNS.items()}


def parse_name(name: str) -> StoredName | None:
    """Return what the name of a file or folder, without its path, says; None if no meter names anything like this."""
    for kind, pattern in _NAMES.items():
        if match := pattern.fullmatch(name):
            return _said(kind, match.groupdict())
    return None


def _said(kind: StoredKind, groups: Mapping[str, str | None]) -> StoredName | None:
    number, stamp, analysis = (groups.get(key) for key in ("number", "at", "analysis"))
    try:
        at = datetime.strptime(stamp, "%Y%m%d_%H%M%S") if stamp else None
    except ValueError:
        return None
    return StoredName(
        kind,
        store_name=groups.get("store_name"),
        number=int(number) if number else None,
        index=groups.get("index"),
        at=at,
        octave=analysis.casefold() == "oct" if analysis else None,
    )
