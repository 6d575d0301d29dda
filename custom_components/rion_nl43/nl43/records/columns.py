"""Names of columns: in any case, with and without blanks, the channel in brackets, alone, or not told."""

from enum import StrEnum
import re
from typing import NamedTuple

from .model import Channel, Flag, FlagName, LevelName, Quantity


class Label(StrEnum):
    """What a record says besides levels and flags."""

    ADDRESS = "Address"
    START = "Start Time"
    DURATION = "Measurement Time"


class Nameless(NamedTuple):
    """A column that tells its channel or band, but not what is measured."""

    channel: Channel | None
    band_hz: float | None


type Meaning = Label | LevelName | FlagName | Nameless | None

_IN_BRACKETS = re.compile(r"([^()]*)\(([^()]*)\)")
_BAND = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)(k?)hz")


def plain(name: str) -> str:
    """Return a name without blanks and without upper case, as names are compared."""
    return "".join(name.split()).casefold()


LABELS = {plain(label): label for label in Label}
_QUANTITIES = {plain(quantity): quantity for quantity in Quantity}
_FLAGS = {plain(flag): flag for flag in Flag}
_CHANNELS = {plain(channel): channel for channel in Channel} | {"sub": Channel.SUB1}
_FIRST_NAMES = (*LABELS, *_QUANTITIES, *_FLAGS, *_CHANNELS)


def read_column(name: str) -> Meaning:
    """Return what the name of a column says; None if it is not known."""
    text = plain(name)
    channel: Channel | None = None
    if brackets := _IN_BRACKETS.fullmatch(text):
        text, inner = brackets.groups()
        channel = _CHANNELS.get(inner)
        if channel is None:
            return None
    elif text in LABELS:
        return LABELS[text]
    elif text in _CHANNELS:
        return Nameless(_CHANNELS[text], None)
    return _measured(text, channel)


def read_quantity(name: str) -> Quantity | Flag | None:
    """Return what the name of a row of a block says; None if it is not known."""
    text = plain(name)
    return _QUANTITIES.get(text) or _FLAGS.get(text)


def could_begin_with(name: str, *, whole: bool) -> bool:
    """Return whether the first name in a file, or the first key of a block, is or may become this one."""
    text = plain(name)
    if not whole:
        return any(known.startswith(text.partition("(")[0]) for known in _FIRST_NAMES)
    return read_column(name) is not None


def _measured(text: str, channel: Channel | None) -> Meaning:
    if text in _QUANTITIES:
        return LevelName(_QUANTITIES[text], channel or Channel.MAIN)
    if text in _FLAGS:
        return FlagName(_FLAGS[text], channel or Channel.MAIN)
    if band := _BAND.fullmatch(text):
        return Nameless(channel, float(band[1]) * (1000 if band[2] else 1))
    return None
