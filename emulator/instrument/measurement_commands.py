"""The commands of the measurement: what is measured, stored and recorded."""

from .command import ON_OFF, Command, Kind, When, request, setting, switch
from .values import Digits, Stamp, Whole, Words
from .words import AMOUNT, CHANNELS, INTERVALS, LEVEL, PRESETS, STORE_MODES, TEXT, TIME_WEIGHTINGS, UNITS, WEIGHTINGS

MEASURE = (
    *(
        switch(f"Measure Display Sub Channel {number}", source="assumed", chosen="On fills its block of every row")
        for number in range(1, 4)
    ),
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
    setting(
        "Frequency Weighting (Main)",
        WEIGHTINGS,
        "A",
        source="observed",
        chosen="weights the level; it does not change a result that is held; also named `Frequency Weighting`",
    ),
    setting(
        "Frequency Weighting (Sub1)",
        WEIGHTINGS,
        "C",
        option="EX",
        source="documented",
        chosen="weights the level; it does not change a result that is held",
    ),
    setting(
        "Frequency Weighting (Sub2)",
        WEIGHTINGS,
        "Z",
        option="EX",
        source="documented",
        chosen="weights the level; it does not change a result that is held",
    ),
    setting(
        "Frequency Weighting (Sub3)",
        WEIGHTINGS,
        "A",
        option="EX",
        source="documented",
        chosen="weights the level; it does not change a result that is held",
    ),
    setting("Frequency Weighting (Band)", WEIGHTINGS, "Z", option="RT"),
    setting(
        "Time Weighting (Main)",
        TIME_WEIGHTINGS,
        "F",
        source="observed",
        chosen="weights Lp, Lmax, Lmin, LN and Ltm5; also named `Time Weighting`",
    ),
    setting(
        "Time Weighting (Sub1)", TIME_WEIGHTINGS, "F", source="documented", chosen="weights Lp, Lmax, Lmin, LN and Ltm5"
    ),
    setting(
        "Time Weighting (Sub2)", TIME_WEIGHTINGS, "F", source="documented", chosen="weights Lp, Lmax, Lmin, LN and Ltm5"
    ),
    setting(
        "Time Weighting (Sub3)", TIME_WEIGHTINGS, "S", source="documented", chosen="weights Lp, Lmax, Lmin, LN and Ltm5"
    ),
    setting("Time Weighting (Band)", TIME_WEIGHTINGS, "F", option="RT"),
    setting("Time Weighting (Band2)", TIME_WEIGHTINGS, "F", option="RT"),
    setting("Windscreen Correction", Words(("Off", "WS-10", "WS-15", "WS-16")), "Off", chosen="changes no level"),
    setting("Diffuse Sound Field Correction", ON_OFF, "Off", chosen="changes no level"),
    *(
        setting(f"Ldiff{number}{part}", TEXT, "Off", option="RT")
        for number in (1, 2)
        for part in ("", " Channel1", " Channel2", " Calculation1", " Calculation2")
    ),
)

STORE = (
    setting(
        "Store Mode",
        STORE_MODES,
        "Manual",
        source="documented",
        trust="medium",
        chosen="`Timer Auto` is a guess; all but `Manual` need option EX, else `R+0002`",
    ),
    setting(
        "Store Name",
        Digits(4),
        "0000",
        source="documented",
        chosen=(
            "the folder; an Auto store does not raise it (`store_name_steps`), Timer Auto does "
            "(`timer_store_name_steps`)"
        ),
    ),
    setting(
        "Manual Address",
        Whole(1, 1000),
        "1",
        source="sister",
        chosen="raised by each Manual store (`manual_address_steps`), 1000 stays",
    ),
    Command(
        "Measure",
        Kind.BOTH,
        Words(("Start", "Stop")),
        when=When.BY_STATE,
        source="observed",
        chosen=(
            "`R+0004` where it changes nothing; during delay, trigger wait and pause `Start`, between the "
            "measurements of Timer Auto `Stop` (`delay_word`, `trigger_word`, `pause_word`, `timer_word`: "
            "guesses)"
        ),
    ),
    Command(
        "Pause",
        Kind.BOTH,
        ON_OFF,
        when=When.BY_STATE,
        source="documented",
        trust="medium",
        chosen="`R+0004` unless measuring (On) or paused (Off)",
    ),
    Command(
        "Manual Store",
        Kind.SETTING,
        Words(("Start",)),
        when=When.BY_STATE,
        source="observed",
        chosen="each result once (`stores_once`), in Manual mode, stopped; else `R+0004`",
    ),
    request("Overwrite", chosen="data under the store mode, name and, in Manual mode, address: `Exist`, else `None`"),
    setting(
        "Measurement Time Preset Manual",
        PRESETS,
        "24h",
        source="documented",
        chosen="ends the measurement; `Manual` is the sister models' word for one's own time",
    ),
    setting("Measurement Time Manual (Num)", AMOUNT, "10"),
    setting("Measurement Time Manual (Unit)", UNITS, "m"),
    setting(
        "Measurement Time Preset Auto",
        PRESETS,
        "Manual",
        option="EX",
        trust="medium",
        chosen="the same for Auto and Timer Auto; from the factory 1000 h",
    ),
    setting("Measurement Time Auto (Num)", AMOUNT, "1000", option="EX"),
    setting("Measurement Time Auto (Unit)", UNITS, "h", option="EX"),
    setting(
        "Lp Store Interval",
        Words(("Off", "10ms", "25ms", "100ms", "200ms", "1s")),
        "100ms",
        option="EX",
        source="documented",
        chosen="how often an Auto store writes Lp",
    ),
    setting(
        "Leq Calculation Interval Preset",
        INTERVALS,
        "15m",
        option="EX",
        source="documented",
        chosen="how often an Auto store writes Leq",
    ),
    setting("Leq Calculation Interval (Num)", AMOUNT, "10", option="EX"),
    setting("Leq Calculation Interval (Unit)", UNITS, "m", option="EX"),
    setting(
        "Delay Time",
        Words(("Off", "1s", "3s", "5s", "10s")),
        "Off",
        source="sister",
        chosen=(
            "between Measure,Start and the first slot, before the wait for a trigger; not with the web app or "
            "Timer Auto"
        ),
    ),
    setting(
        "Back Erase",
        Words(("Off", "1s", "3s", "5s")),
        "Off",
        chosen=(
            "a pause takes the last seconds out of the results, and they do not count for the preset time; a "
            "stop takes nothing out (`back_erase_at_stop`)"
        ),
    ),
    setting(
        "Timer Auto Start Time",
        Stamp(whole_minutes=True),
        "2026/01/01 00:00:00",
        option="EX",
        source="sister",
        chosen=(
            "when the first measurement of Timer Auto begins; one whose begin has passed is missed, and "
            "Measure,Start answers `R+0004` if none is left"
        ),
    ),
    setting(
        "Timer Auto Stop Time",
        Stamp(whole_minutes=True),
        "2026/01/02 00:00:00",
        option="EX",
        source="sister",
        chosen="ends the program and a measurement that still runs",
    ),
    setting(
        "Timer Auto Interval",
        Words(("Off", "5m", "10m", "15m", "30m", "1h", "8h", "24h")),
        "Off",
        option="EX",
        source="sister",
        chosen="from begin to begin; Off: one measurement. None lasts into the next one",
    ),
    switch(
        "Sleep Mode",
        option="EX",
        source="observed",
        trust="medium",
        chosen=(
            "between the measurements of Timer Auto nothing answers on the network, connections are closed "
            "(`sleeps`); nothing wakes the meter but its timer and its keys"
        ),
    ),
    setting(
        "Trigger Mode",
        Words(("Off", "Level", "External")),
        "Off",
        option="EX",
        chosen="Measure,Start waits for the level or the signal, once; not with the web app or Timer Auto",
    ),
    setting("Level Trigger Channel", CHANNELS, "Main", option="EX", chosen="a channel that is off never triggers"),
    setting(
        "Level Trigger Level",
        LEVEL,
        "70",
        option="EX",
        chosen="triggers with the first slot at whose end Lp has it, already when the wait begins",
    ),
    setting("Level Trigger Band Frequency", TEXT, "1kHz", option="RT"),
    setting("Level Trigger Band Offset", TEXT, "0", option="RT"),
    setting(
        "Moving Leq Interval Preset",
        INTERVALS,
        "Off",
        option="EX",
        chosen="Leq,mov of DOD and DLC; Off leaves it empty, as has been seen",
    ),
    setting("Moving Leq Interval (Num)", AMOUNT, "10", option="EX"),
    setting("Moving Leq Interval (Unit)", UNITS, "m", option="EX"),
    setting("TRM", Words(("100ms", "1s")), "100ms", option="EX", chosen="LN are of Lp each 100 ms whatever it says"),
    *(
        setting(
            f"Percentile {number}",
            Whole(1, 99),
            default,
            option="EX",
            chosen="counts from the next start; the form of the answer is a guess (`percentile_form`)",
        )
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
