"""The commands of the meter itself: system, display, inputs and outputs, network, data output."""

from .command import ON_OFF, Command, Kind, When, request, setting, switch
from .values import Address, Digits, Stamp, Whole, Words
from .words import AUTO_OFF, CHANNELS, LANGUAGES, LEVEL, LEVEL_BY_10, TEXT

ALWAYS = When.ALWAYS

SYSTEM = (
    switch("Echo", when=ALWAYS, source="sister", chosen="the line comes back before the result, with CR LF"),
    request(
        "System Version",
        argument=Words(("NX-43EX", "NX-43RT", "NX-43WR")),
        trust="medium",
        chosen="one version for all programs; `R+0002` for a program that is not installed",
    ),
    request("Type", chosen="`NL-63` is a guess"),
    request("Serial Number"),
    Command(
        "Clock",
        Kind.BOTH,
        Stamp(),
        source="observed",
        chosen="local time without summer time; leading zeros optional; refused with `R+0004` unless stopped (a guess)",
    ),
    setting("Language", LANGUAGES, "English", source="documented"),
    setting("Index Number", Digits(4), "0001", source="documented", chosen="part of the names of files"),
    switch("Key Lock", when=ALWAYS),
    switch("Backlight", when=ALWAYS),
    setting("Backlight Auto Off", AUTO_OFF, "Short", when=ALWAYS, source="documented"),
    switch("LCD", "On", when=ALWAYS),
    setting("LCD Auto Off", AUTO_OFF, "Off", when=ALWAYS, source="documented"),
    setting("Backlight Brightness", Whole(1, 4), "3", when=ALWAYS, source="documented"),
    setting("Battery Type", Words(("Alkaline", "NiMH")), "Alkaline", source="documented"),
    request(
        "Battery Level",
        source="observed",
        trust="medium",
        chosen="only `Full` has been seen; also `Middle`, `Low`, `Dead`, `Empty`",
    ),
    request("SD Card Total Size", trust="medium", chosen="whole MB; the unit is a guess"),
    request("SD Card Free Size", trust="medium", chosen="whole MB; the unit is a guess"),
    request("SD Card Percentage", trust="medium", chosen="the free share in whole %; a guess"),
)

DISPLAY = (
    setting("Output Level Range Upper", LEVEL_BY_10, "130", when=ALWAYS),
    setting("Output Level Range Lower", LEVEL_BY_10, "30", when=ALWAYS),
    *(
        switch(
            f"Display {name}",
            "On",
            when=ALWAYS,
            trust="medium",
            chosen="`display_off_blanks`: Off empties its field of DOD",
        )
        for name in ("Leq", "LE", "Lpeak", "Lmax", "Lmin", *(f"LN{number}" for number in range(1, 6)))
    ),
    *(
        switch(f"Display {name}", when=ALWAYS, source="assumed", chosen=f"On fills its field of DOD and DLC: {what}")
        for name, what in (
            ("LIeq", "Leq of the I-weighted mean square; also in DRD, of the slot"),
            ("Ltm5", "energy mean of the highest Lp of each whole 5 s"),
            ("Leqmov", "Leq of the last Moving Leq Interval, so far while it is shorter"),
        )
    ),
    setting("Time Level Time Scale", TEXT, "20s", when=ALWAYS),
    setting("Display Calculate Type", TEXT, "Off", option="RT", when=ALWAYS),
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
    setting(
        "IO Func",
        Words(("Off", "Comparator", "Communication")),
        "Off",
        chosen="`Communication` closes the control port",
    ),
    setting("Comparator Channel", CHANNELS, "Main"),
    setting("Comparator Level", LEVEL, "70"),
    setting("Comparator Band Frequency", TEXT, "1kHz", option="RT"),
    setting("Comparator Band Offset", TEXT, "0", option="RT"),
    setting("Baud Rate", Words(("9600", "19200", "38400", "57600", "115200")), "38400", source="documented"),
    setting(
        "USB Class",
        Words(("Off", "CDC", "CDC/MSC")),
        "Off",
        when=ALWAYS,
        source="documented",
        chosen="all but Off close the control port and FTP",
    ),
)

NETWORK = (
    switch("Ethernet", "On", option="EX", when=ALWAYS, chosen="Off closes the control port and FTP"),
    switch("Ethernet DHCP", option="EX", when=ALWAYS),
    *(
        setting(f"Ethernet {name}", Address(), default, option="EX", when=ALWAYS, source="documented")
        for name, default in (("IP", "192.168.0.10"), ("Subnet", "255.255.255.0"), ("Gateway", "192.168.0.1"))
    ),
    switch(
        "Web",
        option="EX",
        when=ALWAYS,
        chosen="On closes the control port and FTP; delay, trigger and Timer Auto are not to be had with it",
    ),
    switch(
        "FTP",
        option="EX",
        when=ALWAYS,
        source="observed",
        chosen="opens and closes the FTP port; also when it is so already",
    ),
    switch("TCP", "On", option="EX", when=ALWAYS, chosen="Off closes the control port after the answer"),
)

OUTPUT = (
    request(
        "DOD",
        source="observed",
        chosen="64 fields; held after the end, Lp always live; flags of the moment (`latch_flags`)",
    ),
    request(
        "DRD",
        option="EX",
        source="observed",
        argument=Words(("status",)),
        chosen=(
            "each row tells of its 100 ms alone; `?status` has never been seen, the order of its fields is a "
            "guess (`status_fields`)"
        ),
    ),
    request(
        "DLC",
        source="observed",
        chosen=(
            "as DOD without Lp; flags of the whole measurement (`latch_flags`); the values so far while "
            "measuring (`dlc_so_far`)"
        ),
    ),
)
