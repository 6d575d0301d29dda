"""What a check asks, in this order. It never starts, stops, stores or sets anything unless it may use settings."""

from dataclasses import dataclass

from emulator.instrument.command import Kind
from emulator.instrument.table import ALIASES, COMMANDS

IDENTITY = ("Type?", "Serial Number?", "System Version?")
PROGRAMS = tuple(f"System Version?NX-43{option}" for option in ("EX", "RT", "WR"))
ROWS = ("DOD?", "DLC?")

LOWER_CASE = "type?"
UNKNOWN = "No Such Command?"
BARE_NAME = "Battery Level"
TWO_SPACES = "Battery  Level?"
SPACE_BEFORE_MARK = "Battery Level ?"
SETTING_ONLY = "Manual Store?"
PROBES = (LOWER_CASE, UNKNOWN, BARE_NAME, TWO_SPACES, SPACE_BEFORE_MARK, SETTING_ONLY)
NO_COMMANDS = (UNKNOWN, BARE_NAME, TWO_SPACES, SPACE_BEFORE_MARK)
"""Those that are no commands by the documents; the rest of the probes are."""

STREAM = "DRD?"
STATUS = "DRD?status"
STREAM_ROWS = 5
STATUS_ROWS = 1
IN_STEP = "Measure?"

_OUTPUT = {"DOD", "DLC", "DRD"}
REQUESTS = tuple(
    dict.fromkeys(
        f"{name}?"
        for name in (*(command.name for command in COMMANDS if Kind.REQUEST in command.kind), *ALIASES)
        if name not in _OUTPUT and f"{name}?" not in IDENTITY
    )
)
LINES = (*IDENTITY, *PROGRAMS, *REQUESTS, *ROWS, *PROBES, STREAM, STATUS)

# Brightness is the most harmless setting there is, and is set to what it is.
HARMLESS = "Backlight Brightness"
IMPOSSIBLE_VALUE = "99"
ECHO = ("Echo,On", "Type?", "Echo,Off")


@dataclass(frozen=True, slots=True)
class SettingProbes:
    """Settings that change nothing, made from what the meter has told of itself."""

    model: str
    brightness: str

    @property
    def plain(self) -> str:
        """As the documents have it."""
        return f"{HARMLESS},{self.brightness}"

    @property
    def spaced(self) -> str:
        """With a space behind the comma."""
        return f"{HARMLESS}, {self.brightness}"

    @property
    def lower_case(self) -> str:
        """In lower case."""
        return self.plain.lower()

    @property
    def impossible(self) -> str:
        """With a value that there is not."""
        return f"{HARMLESS},{IMPOSSIBLE_VALUE}"

    @property
    def request_only(self) -> str:
        """Of what can only be asked."""
        return f"Type,{self.model}"

    @property
    def lines(self) -> tuple[str, ...]:
        """All of them."""
        return self.plain, self.spaced, self.lower_case, self.impossible, self.request_only
