"""From the text of a line to a command of the table, or to why it is none."""

from dataclasses import dataclass
import re

from .command import Command, Kind
from .table import ALIASES, BY_NAME

_LINE = re.compile(rb"([^,?]*)([,?])(.*)", re.DOTALL)
_BASE_NAMES = {alias.lower() for alias in ALIASES}
_PRINTABLE = re.compile(rb"[\x20-\x7e]+")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A line that names a command: with the values that follow its commas, or the text behind its question mark."""

    command: Command
    kind: Kind
    values: tuple[str, ...]

    @property
    def is_setting(self) -> bool:
        """Whether it is `name,value` and not `name?`."""
        return self.kind is Kind.SETTING

    @property
    def argument(self) -> str:
        """What stands behind the question mark of a request."""
        return self.values[0]


def parse(line: bytes, *, space_after_comma: bool = True, base_names: bool = True) -> Parsed | None:
    """Return what a line without its CR LF asks for; None if it is no command of the meter."""
    match = _LINE.fullmatch(line)
    if not match or not _PRINTABLE.fullmatch(line):
        return None
    name, mark, rest = (part.decode("ascii") for part in match.groups())
    command = BY_NAME.get(name.lower())
    if command is None or (name.lower() in _BASE_NAMES and not base_names):
        return None
    if mark == "?":
        return Parsed(command, Kind.REQUEST, (rest,))
    values = rest.split(",")
    if space_after_comma:
        values = [value.removeprefix(" ") for value in values]
    return Parsed(command, Kind.SETTING, tuple(values))
