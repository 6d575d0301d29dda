"""All commands of the NL-43, NL-53 and NL-63, by the names and groups of Rion's communication guide.

Values of which only some are known, or none, are open: any short text is sent and read.
"""

from dataclasses import dataclass, replace
from enum import Flag, StrEnum, auto

from .errors import InvalidCommand, UnusableAnswer
from .framing import setting
from .values import Form, Values, Whole, Words, is_plain


class Kind(Flag):
    """What can be done with a command."""

    SETTING = auto()
    REQUEST = auto()
    BOTH = SETTING | REQUEST


class Group(StrEnum):
    """Chapter of the guide."""

    SYSTEM = "system"
    DISPLAY = "display"
    MEASURE = "measure"
    STORE = "store"
    WAVE = "wave"
    NETWORK = "network"
    OUTPUT = "output"


class Option(StrEnum):
    """Program option of the meter that brings the command."""

    EX = "NX-43EX"
    RT = "NX-43RT"
    WR = "NX-43WR"


class When(StrEnum):
    """In which state the meter takes the setting, as far as is known."""

    ANYTIME = "anytime"
    STOPPED = "stopped"
    MEASURING = "measuring"


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `arguments` are what a request may add after its question mark."""

    name: str
    group: Group
    kind: Kind = Kind.BOTH
    values: Values | None = None
    option: Option | None = None
    when: When = When.STOPPED
    arguments: tuple[str, ...] = ()
    # Setting it would cut the caller off.
    forbidden: bool = False

    def request_line(self, argument: str = "") -> str:
        """Return the line that asks; raises InvalidCommand."""
        if Kind.REQUEST not in self.kind:
            raise InvalidCommand(f"{self.name} cannot be asked")
        if argument and argument not in self.arguments:
            raise InvalidCommand(f"{self.name}? takes no {argument[:40]!r}")
        return f"{self.name}?{argument}"

    def setting_line(self, value: str) -> str:
        """Return the line that sets; raises InvalidCommand."""
        if Kind.SETTING not in self.kind:
            raise InvalidCommand(f"{self.name} cannot be set")
        if self.forbidden:
            raise InvalidCommand(f"setting {self.name} would cut the link")
        known = self.values and self.values.canonical(value)
        if known is None and self.values and self.values.sure:
            raise InvalidCommand(f"{self.name} takes no {value[:40]!r}")
        return setting(self.name, known or value)

    def read(self, answer: str) -> str:
        """Return the value that a data line gives; raises UnusableAnswer if it can be none of this command's."""
        value = answer.strip()
        fits = not self.values or not self.values.sure or self.values.canonical(value) == value
        if not fits or not is_plain(value):
            raise UnusableAnswer(f"no value of {self.name}: {value[:40]!r}")
        return value


ON_OFF = Words(("On", "Off"))
WEIGHTING = Words(("A", "C", "Z"))
TIME_WEIGHTING = Words(("F", "S", "I"))
AUTO_OFF = Words(("Short", "Long", "Off"), sure=False)
PRESET = Words(("10s", "1m", "5m", "10m", "15m", "30m", "1h", "8h", "24h", "Manual"), sure=False)
LEQ_INTERVAL = Words(("Off", *PRESET.words), sure=False)
TIMER_INTERVAL = Words(("Off", "5m", "10m", "15m", "30m", "1h", "8h", "24h"), sure=False)
LP_INTERVAL = Words(("Off", "10ms", "25ms", "100ms", "200ms", "1s"), sure=False)
NUMBER = Whole(1, 1000, sure=False)
UNIT = Words(("s", "m", "h"), sure=False)
MEGABYTES = Whole(0, 999_999_999, sure=False)
LEVEL = Whole(-10, 140, sure=False)
FOUR_DIGITS = Form("[0-9]{4}")
STAMP = Form("20[2-7][0-9]/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
ADDRESS = Form(r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}", sure=False)

LANGUAGES = Words(("Japanese", "English", "Germany", "Spanish", "French", "Simplified Chinese", "Korean"), sure=False)
BATTERY_WORDS = Words(("Full", "Middle", "Low", "Dead", "Empty"), sure=False)

SYSTEM = (
    Command("Echo", Group.SYSTEM, values=ON_OFF, when=When.ANYTIME),
    Command("System Version", Group.SYSTEM, Kind.REQUEST, arguments=tuple(Option)),
    Command("Type", Group.SYSTEM, Kind.REQUEST, Form("NL-[0-9]{2}[A-Z]*")),
    Command("Serial Number", Group.SYSTEM, Kind.REQUEST, Form("[0-9]{8}")),
    Command("Clock", Group.SYSTEM, values=STAMP),
    Command("Language", Group.SYSTEM, values=LANGUAGES),
    Command("Index Number", Group.SYSTEM, values=FOUR_DIGITS),
    Command("Key Lock", Group.SYSTEM, values=ON_OFF, when=When.ANYTIME),
    Command("Backlight", Group.SYSTEM, values=ON_OFF, when=When.ANYTIME),
    Command("Backlight Auto Off", Group.SYSTEM, values=AUTO_OFF, when=When.ANYTIME),
    Command("LCD", Group.SYSTEM, values=ON_OFF, when=When.ANYTIME),
    Command("LCD Auto Off", Group.SYSTEM, values=AUTO_OFF, when=When.ANYTIME),
    Command("Backlight Brightness", Group.SYSTEM, values=Whole(1, 4), when=When.ANYTIME),
    Command("Battery Type", Group.SYSTEM, values=Words(("Alkaline", "NiMH"), sure=False)),
    Command("Battery Level", Group.SYSTEM, Kind.REQUEST, BATTERY_WORDS),
    Command("SD Card Total Size", Group.SYSTEM, Kind.REQUEST, MEGABYTES),
    Command("SD Card Free Size", Group.SYSTEM, Kind.REQUEST, MEGABYTES),
    Command("SD Card Percentage", Group.SYSTEM, Kind.REQUEST, Whole(0, 100, sure=False)),
)

DISPLAY = (
    *(
        Command(f"Output Level Range {end}", Group.DISPLAY, values=LEVEL, when=When.ANYTIME)
        for end in ("Upper", "Lower")
    ),
    *(
        Command(f"Display {quantity}", Group.DISPLAY, values=ON_OFF, when=When.ANYTIME)
        for quantity in (
            *("Leq", "LE", "Lpeak", "Lmax", "Lmin"),
            *("LN1", "LN2", "LN3", "LN4", "LN5"),
            *("LIeq", "Ltm5", "Leqmov"),
        )
    ),
    Command("Time Level Time Scale", Group.DISPLAY, when=When.ANYTIME),
    Command("Display Calculate Type", Group.DISPLAY, option=Option.RT, when=When.ANYTIME),
)

MEASURE = (
    *(Command(f"Measure Display Sub Channel {number}", Group.MEASURE, values=ON_OFF) for number in (1, 2, 3)),
    *(
        Command(name, Group.MEASURE, option=Option.RT)
        for name in (
            "Octave Mode",
            "Additional Band",
            "Display Partial Over All",
            "Upper Limit Frequency",
            "Upper Limit Frequency Offset",
            "Lower Limit Frequency",
            "Lower Limit Frequency Offset",
            "Lmax Type",
            "Lmax Type Channel",
        )
    ),
    Command("Frequency Weighting", Group.MEASURE, values=WEIGHTING),
    *(
        Command(f"Frequency Weighting ({channel})", Group.MEASURE, values=WEIGHTING, option=Option.EX)
        for channel in ("Main", "Sub1", "Sub2", "Sub3")
    ),
    Command("Frequency Weighting (Band)", Group.MEASURE, values=WEIGHTING, option=Option.RT),
    Command("Time Weighting", Group.MEASURE, values=TIME_WEIGHTING),
    *(
        Command(f"Time Weighting ({channel})", Group.MEASURE, values=TIME_WEIGHTING)
        for channel in ("Main", "Sub1", "Sub2", "Sub3")
    ),
    *(Command(f"Time Weighting ({band})", Group.MEASURE, option=Option.RT) for band in ("Band", "Band2")),
    Command("Windscreen Correction", Group.MEASURE),
    Command("Diffuse Sound Field Correction", Group.MEASURE, values=replace(ON_OFF, sure=False)),
    *(
        Command(f"Ldiff{number}{detail}", Group.MEASURE, option=Option.RT)
        for number in (1, 2)
        for detail in ("", " Channel1", " Channel2", " Calculation1", " Calculation2")
    ),
)

STORE = (
    Command("Store Mode", Group.STORE, values=Words(("Manual", "Auto", "Timer Auto"), sure=False)),
    Command("Store Name", Group.STORE, values=FOUR_DIGITS),
    Command("Manual Address", Group.STORE, values=NUMBER),
    Command("Measure", Group.STORE, values=Words(("Start", "Stop")), when=When.ANYTIME),
    Command("Pause", Group.STORE, values=ON_OFF, when=When.MEASURING),
    Command("Manual Store", Group.STORE, Kind.SETTING, Words(("Start",))),
    Command("Overwrite", Group.STORE, Kind.REQUEST, Words(("None", "Exist"))),
    *(
        Command(f"Measurement Time {name}", Group.STORE, values=values, option=option)
        for mode, option in (("Manual", None), ("Auto", Option.EX))
        for name, values in ((f"Preset {mode}", PRESET), (f"{mode} (Num)", NUMBER), (f"{mode} (Unit)", UNIT))
    ),
    Command("Lp Store Interval", Group.STORE, values=LP_INTERVAL, option=Option.EX),
    *(
        Command(f"{kind} Interval {name}", Group.STORE, values=values, option=Option.EX)
        for kind, preset in (("Leq Calculation", LEQ_INTERVAL), ("Moving Leq", None))
        for name, values in (("Preset", preset), ("(Num)", NUMBER), ("(Unit)", UNIT))
    ),
    Command("Delay Time", Group.STORE, values=Words(("Off", "1s", "3s", "5s", "10s"), sure=False)),
    Command("Back Erase", Group.STORE),
    Command("Timer Auto Start Time", Group.STORE, option=Option.EX),
    Command("Timer Auto Stop Time", Group.STORE, option=Option.EX),
    Command("Timer Auto Interval", Group.STORE, values=TIMER_INTERVAL, option=Option.EX),
    Command("Sleep Mode", Group.STORE, values=ON_OFF, option=Option.EX),
    Command("Trigger Mode", Group.STORE, values=Words(("Off", "Level", "External"), sure=False), option=Option.EX),
    *(Command(f"Level Trigger {name}", Group.STORE, option=Option.EX) for name in ("Channel", "Level")),
    *(Command(f"Level Trigger Band {name}", Group.STORE, option=Option.RT) for name in ("Frequency", "Offset")),
    Command("TRM", Group.STORE, option=Option.EX),
    *(Command(f"Percentile {number}", Group.STORE, option=Option.EX) for number in range(1, 6)),
    Command("Lp Mode", Group.STORE, option=Option.RT),
)

WAVE = (
    *(
        Command(name, Group.WAVE, option=Option.WR)
        for name in (
            "Wave Rec Mode",
            "Wave Sampling Frequency",
            "Wave Bit Length",
            "Frequency Weighting (Wave)",
            "Wave Rec Range Upper",
            "Wave Rec State",
            "Wave Splitting Interval",
            "Wave Manual Rec",
            "Wave Manual Pre-time",
            "Wave Level Rec",
            "Wave Level Trigger Channel",
            "Wave Level Trigger Level",
            "Wave Level Pre-time",
            "Wave Level Maximum Recording Time",
            *(f"Wave Level Reference Time Interval {number}" for number in range(1, 5)),
            *(f"Wave Level Reference Time {number}" for number in range(1, 5)),
            *(f"Wave Level Reference Time {number} Level" for number in range(1, 5)),
            "Wave Interval Rec",
            "Wave Interval Rec Interval",
            "Wave Interval Rec Time",
        )
    ),
    *(Command(f"Wave Level Trigger Band {name}", Group.WAVE, option=Option.RT) for name in ("Frequency", "Offset")),
)

NETWORK = (
    *(Command(name, Group.NETWORK) for name in ("AC OUT", "DC OUT", "Output Range Upper", "Reference Signal Output")),
    *(Command(f"Comparator {name}", Group.NETWORK) for name in ("Channel", "Level")),
    *(
        Command(f"{output} Band {name}", Group.NETWORK, option=Option.RT)
        for output in ("AC Out", "DC Out", "Comparator")
        for name in ("Frequency", "Offset")
    ),
    Command("IO Func", Group.NETWORK, forbidden=True),
    Command("Baud Rate", Group.NETWORK, values=Words(("9600", "19200", "38400", "57600", "115200"))),
    Command("USB Class", Group.NETWORK, values=Words(("Off", "CDC", "CDC/MSC")), forbidden=True),
    *(
        Command(name, Group.NETWORK, values=values, option=Option.EX, when=When.ANYTIME, forbidden=name != "FTP")
        for name, values in (
            ("Ethernet", ON_OFF),
            ("Ethernet DHCP", ON_OFF),
            ("Ethernet IP", ADDRESS),
            ("Ethernet Subnet", ADDRESS),
            ("Ethernet Gateway", ADDRESS),
            ("Web", ON_OFF),
            ("FTP", ON_OFF),
            ("TCP", ON_OFF),
        )
    ),
)

OUTPUT = (
    Command("DOD", Group.OUTPUT, Kind.REQUEST),
    Command("DLC", Group.OUTPUT, Kind.REQUEST),
    Command("DRD", Group.OUTPUT, Kind.REQUEST, option=Option.EX, arguments=("status",)),
)

COMMANDS: dict[str, Command] = {
    command.name: command for group in (SYSTEM, DISPLAY, MEASURE, STORE, WAVE, NETWORK, OUTPUT) for command in group
}
_BY_FOLDED_NAME = {name.casefold(): command for name, command in COMMANDS.items()}


def find(name: str) -> Command:
    """Return the command of that name, in any case of letters; raises InvalidCommand."""
    try:
        return _BY_FOLDED_NAME[name.casefold()]
    except KeyError:
        raise InvalidCommand(f"the meter has no command {name[:40]!r}") from None
