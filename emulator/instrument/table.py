"""All commands of the NL-43, NL-53 and NL-63, by group, as Rion's communication guide lists them.

Names, kinds and options are documented; where the values are from, each command says itself. Values that nobody has
published take any short text.
"""

from .command import ON_OFF, Command, Kind, When, request, setting, switch
from .values import Address, Digits, Stamp, Text, Whole, Words

ALWAYS = When.ALWAYS
WEIGHTINGS = Words(("A", "C", "Z"))
TIME_WEIGHTINGS = Words(("F", "S", "I"))
UNITS = Words(("s", "m", "h"))
PRESETS = Words(("10s", "1m", "5m", "10m", "15m", "30m", "1h", "8h", "24h", "Manual"))
INTERVALS = Words(("Off", *PRESETS.words))
CHANNELS = Words(("Main", "Sub1", "Sub2", "Sub3"))
AUTO_OFF = Words(("Short", "Long", "Off"))
STORE_MODES = Words(("Manual", "Auto", "Timer Auto"))
LANGUAGES = Words(("Japanese", "English", "Germany", "Spanish", "French", "Simplified Chinese", "Korean"))
TEXT = Text()
LEVEL = Whole(20, 140)
LEVEL_BY_10 = Whole(-10, 140, 10)
AMOUNT = Whole(1, 1000)

SYSTEM = (
    switch("Echo", when=ALWAYS),
    request("System Version", argument=Words(("NX-43EX", "NX-43RT", "NX-43WR"))),
    request("Type"),
    request("Serial Number"),
    Command("Clock", Kind.BOTH, Stamp(), source="observed"),
    setting("Language", LANGUAGES, "English", source="documented"),
    setting("Index Number", Digits(4), "0001", source="documented"),
    switch("Key Lock", when=ALWAYS),
    switch("Backlight", when=ALWAYS),
    setting("Backlight Auto Off", AUTO_OFF, "Short", when=ALWAYS, source="documented"),
    switch("LCD", "On", when=ALWAYS),
    setting("LCD Auto Off", AUTO_OFF, "Off", when=ALWAYS, source="documented"),
    setting("Backlight Brightness", Whole(1, 4), "3", when=ALWAYS, source="documented"),
    setting("Battery Type", Words(("Alkaline", "NiMH")), "Alkaline", source="documented"),
    request("Battery Level", source="observed"),
    request("SD Card Total Size"),
    request("SD Card Free Size"),
    request("SD Card Percentage"),
)

DISPLAY = (
    setting("Output Level Range Upper", LEVEL_BY_10, "130", when=ALWAYS),
    setting("Output Level Range Lower", LEVEL_BY_10, "30", when=ALWAYS),
    *(switch(f"Display {name}", "On", when=ALWAYS) for name in ("Leq", "LE", "Lpeak", "Lmax", "Lmin")),
    *(switch(f"Display LN{number}", "On", when=ALWAYS) for number in range(1, 6)),
    *(switch(f"Display {name}", when=ALWAYS, source="assumed") for name in ("LIeq", "Ltm5", "Leqmov")),
    setting("Time Level Time Scale", TEXT, "20s", when=ALWAYS),
    setting("Display Calculate Type", TEXT, "Off", option="RT", when=ALWAYS),
)

MEASURE = (
    *(switch(f"Measure Display Sub Channel {number}", source="assumed") for number in range(1, 4)),
    *(
        setting(name, TEXT, "Off", option="RT")
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
    setting("Frequency Weighting (Main)", WEIGHTINGS, "A", source="observed"),
    setting("Frequency Weighting (Sub1)", WEIGHTINGS, "C", option="EX", source="documented"),
    setting("Frequency Weighting (Sub2)", WEIGHTINGS, "Z", option="EX", source="documented"),
    setting("Frequency Weighting (Sub3)", WEIGHTINGS, "A", option="EX", source="documented"),
    setting("Frequency Weighting (Band)", WEIGHTINGS, "Z", option="RT"),
    setting("Time Weighting (Main)", TIME_WEIGHTINGS, "F", source="observed"),
    setting("Time Weighting (Sub1)", TIME_WEIGHTINGS, "F", source="documented"),
    setting("Time Weighting (Sub2)", TIME_WEIGHTINGS, "F", source="documented"),
    setting("Time Weighting (Sub3)", TIME_WEIGHTINGS, "S", source="documented"),
    setting("Time Weighting (Band)", TIME_WEIGHTINGS, "F", option="RT"),
    setting("Time Weighting (Band2)", TIME_WEIGHTINGS, "F", option="RT"),
    setting("Windscreen Correction", Words(("Off", "WS-10", "WS-15", "WS-16")), "Off"),
    setting("Diffuse Sound Field Correction", ON_OFF, "Off"),
    *(
        setting(f"Ldiff{number}{part}", TEXT, "Off", option="RT")
        for number in (1, 2)
        for part in ("", " Channel1", " Channel2", " Calculation1", " Calculation2")
    ),
)

STORE = (
    setting("Store Mode", STORE_MODES, "Manual", source="documented"),
    setting("Store Name", Digits(4), "0000", source="documented"),
    setting("Manual Address", Whole(1, 1000), "1", source="sister"),
    Command("Measure", Kind.BOTH, Words(("Start", "Stop")), when=When.BY_STATE, source="observed"),
    Command("Pause", Kind.BOTH, ON_OFF, when=When.BY_STATE, source="documented"),
    Command("Manual Store", Kind.SETTING, Words(("Start",)), when=When.BY_STATE, source="observed"),
    request("Overwrite"),
    setting("Measurement Time Preset Manual", PRESETS, "24h", source="documented"),
    setting("Measurement Time Manual (Num)", AMOUNT, "10"),
    setting("Measurement Time Manual (Unit)", UNITS, "m"),
    setting("Measurement Time Preset Auto", PRESETS, "Manual", option="EX"),
    setting("Measurement Time Auto (Num)", AMOUNT, "1000", option="EX"),
    setting("Measurement Time Auto (Unit)", UNITS, "h", option="EX"),
    setting(
        "Lp Store Interval",
        Words(("Off", "10ms", "25ms", "100ms", "200ms", "1s")),
        "100ms",
        option="EX",
        source="documented",
    ),
    setting("Leq Calculation Interval Preset", INTERVALS, "15m", option="EX", source="documented"),
    setting("Leq Calculation Interval (Num)", AMOUNT, "10", option="EX"),
    setting("Leq Calculation Interval (Unit)", UNITS, "m", option="EX"),
    setting("Delay Time", Words(("Off", "1s", "3s", "5s", "10s")), "Off", source="sister"),
    setting("Back Erase", Words(("Off", "1s", "3s", "5s")), "Off"),
    setting("Timer Auto Start Time", Stamp(), "2026/01/01 00:00:00", option="EX", source="sister"),
    setting("Timer Auto Stop Time", Stamp(), "2026/01/02 00:00:00", option="EX", source="sister"),
    setting(
        "Timer Auto Interval",
        Words(("Off", "5m", "10m", "15m", "30m", "1h", "8h", "24h")),
        "Off",
        option="EX",
        source="sister",
    ),
    switch("Sleep Mode", option="EX", source="observed"),
    setting("Trigger Mode", Words(("Off", "Level", "External")), "Off", option="EX"),
    setting("Level Trigger Channel", CHANNELS, "Main", option="EX"),
    setting("Level Trigger Level", LEVEL, "70", option="EX"),
    setting("Level Trigger Band Frequency", TEXT, "1kHz", option="RT"),
    setting("Level Trigger Band Offset", TEXT, "0", option="RT"),
    setting("Moving Leq Interval Preset", INTERVALS, "10m", option="EX"),
    setting("Moving Leq Interval (Num)", AMOUNT, "10", option="EX"),
    setting("Moving Leq Interval (Unit)", UNITS, "m", option="EX"),
    setting("TRM", Words(("100ms", "1s")), "100ms", option="EX"),
    *(
        setting(f"Percentile {number}", Whole(1, 99), default, option="EX")
        for number, default in enumerate(("5", "10", "50", "90", "95"), start=1)
    ),
    setting("Lp Mode", TEXT, "Off", option="RT"),
)

_WAVE = (
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

WAVE = (
    *(setting(name, TEXT, "Off", option="WR") for name in _WAVE),
    setting("Wave Level Trigger Band Frequency", TEXT, "1kHz", option="RT"),
    setting("Wave Level Trigger Band Offset", TEXT, "0", option="RT"),
)

INPUT_OUTPUT = (
    setting("AC OUT", Words(("Off", *CHANNELS.words)), "Off"),
    setting("DC OUT", Words(("Off", *CHANNELS.words)), "Off"),
    *(
        setting(f"{output} Out Band {part}", TEXT, default, option="RT")
        for output in ("AC", "DC")
        for part, default in (("Frequency", "1kHz"), ("Offset", "0"))
    ),
    setting("Output Range Upper", LEVEL_BY_10, "130"),
    setting("Reference Signal Output", ON_OFF, "Off"),
    setting("IO Func", Words(("Off", "Comparator", "Communication")), "Off"),
    setting("Comparator Channel", CHANNELS, "Main"),
    setting("Comparator Level", LEVEL, "70"),
    setting("Comparator Band Frequency", TEXT, "1kHz", option="RT"),
    setting("Comparator Band Offset", TEXT, "0", option="RT"),
    setting("Baud Rate", Words(("9600", "19200", "38400", "57600", "115200")), "38400", source="documented"),
    setting("USB Class", Words(("Off", "CDC", "CDC/MSC")), "Off", when=ALWAYS, source="documented"),
)

NETWORK = (
    switch("Ethernet", "On", option="EX", when=ALWAYS),
    switch("Ethernet DHCP", option="EX", when=ALWAYS),
    *(
        setting(f"Ethernet {name}", Address(), default, option="EX", when=ALWAYS, source="documented")
        for name, default in (("IP", "192.168.0.10"), ("Subnet", "255.255.255.0"), ("Gateway", "192.168.0.1"))
    ),
    switch("Web", option="EX", when=ALWAYS),
    switch("FTP", option="EX", when=ALWAYS),
    switch("TCP", "On", option="EX", when=ALWAYS),
)

OUTPUT = (
    request("DOD", source="observed"),
    request("DRD", option="EX", source="observed", argument=Words(("status",))),
    request("DLC", source="observed"),
)

COMMANDS = (*SYSTEM, *DISPLAY, *MEASURE, *STORE, *WAVE, *INPUT_OUTPUT, *NETWORK, *OUTPUT)

# The base unit's names for what option EX names by channel; both are taken, whichever is installed.
ALIASES = {
    "Frequency Weighting": "Frequency Weighting (Main)",
    "Time Weighting": "Time Weighting (Main)",
}

BY_NAME = {command.name.lower(): command for command in COMMANDS}
BY_NAME |= {alias.lower(): BY_NAME[name.lower()] for alias, name in ALIASES.items()}
