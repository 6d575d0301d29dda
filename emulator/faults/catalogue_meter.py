"""The faults of the instrument and of its FTP server: what they are called, what they do, what can be chosen."""

from emulator.instrument.settings import find

from . import content, ftp, states
from .fault import On
from .fault_type import FaultType
from .parameters import choice, number, switch, text, whole


def _operator(key: states.Key | None, setting: str | None, value: str) -> states.Operator:
    if key is None and setting is None:
        raise ValueError("operator: either a key or a setting is needed")
    if setting is not None:
        try:
            values = find(setting).values
        except KeyError:
            raise ValueError(f"operator: there is no setting {setting!r}") from None
        if values is not None and values.canonical(value) is None:
            raise ValueError(f"operator: {setting} cannot be {value!r}")
    return states.Operator(key, setting, value)


def _missing(options: str, code: int) -> content.OptionMissing:
    names = frozenset(options.upper().split(","))
    if unknown := names - {"EX", "RT", "WR"}:
        raise ValueError(f"option-missing: there is no option {', '.join(sorted(unknown))}")
    return content.OptionMissing(None, names, code)


FTP = (
    FaultType(
        "ftp-off",
        "9.18",
        "FTP off",
        "FTP has been switched off at the meter.",
        lambda: states.SettingChanged("FTP", "Off"),
    ),
    FaultType(
        "ftp-login-fails",
        "9.19",
        "FTP login fails",
        "The password is another one: `530 Login Fail`.",
        lambda: ftp.FtpTrouble("login_fails", {"login_fails": True}),
        on=On.FTP,
    ),
    FaultType(
        "ftp-passive-asked",
        "9.20",
        "FTP passive asked",
        "Passive data connections are refused: `502 Not Implemented`.",
        ftp.FtpActiveOnly,
    ),
    FaultType(
        "ftp-data-blocked",
        "9.21",
        "FTP data channel blocked",
        "Login works, LIST and RETR hang.",
        lambda hangs_s, session_release_s: ftp.FtpTrouble(
            "data_blocked",
            {"data_blocked": True, "data_blocked_s": hangs_s, "session_release_s": session_release_s},
        ),
        (
            number("hangs_s", 130.0, "for how many seconds", none_means="until the session ends"),
            number("session_release_s", 0.0, "how long there is no room for another session afterwards"),
        ),
        On.FTP,
    ),
    FaultType(
        "ftp-not-ready",
        "9.22",
        "FTP not ready",
        "For some seconds after FTP was switched on its port refuses.",
        ftp.FtpNotReady,
        (
            number("delay_s", 10.0, "for how many seconds"),
            choice("tells", ("On", "Off"), "what `FTP?` tells meanwhile"),
        ),
    ),
    FaultType(
        "ftp-cut",
        "9.23",
        "FTP cut in RETR",
        "A file arrives in part only.",
        lambda after_bytes, then: ftp.FtpTrouble("cut_after", {"cut_after": after_bytes, "cut_then": then}),
        (
            whole("after_bytes", 100, "how many bytes of it arrive"),
            choice("then", ("told", "unnoticed", "lost"), "whether the meter says `426`, `226`, or nothing any more"),
        ),
        On.FTP,
    ),
)
INSTRUMENT = (
    FaultType(
        "missing-values",
        "9.24",
        "Missing values",
        "The rows of `DOD?` and `DLC?` have no values.",
        lambda live: content.MissingValues(None, live),
        (switch("live", True, "whether Lp and the flags are there nevertheless"),),
    ),
    FaultType(
        "ln-beyond-extremes",
        "9.25",
        "LN beyond Lmax and Lmin",
        "LN1 is 0.1 dB above Lmax, and LN5 0.1 dB below Lmin.",
        lambda: content.BeyondExtremes(None),
    ),
    FaultType(
        "clock-off",
        "9.26",
        "Clock off",
        "The meter's clock is ahead and drifts; when the fault ends it goes right, but is not set right.",
        states.ClockOff,
        (
            number("ahead_s", 3560.0, "by how many seconds, negative for behind", low=-1e9, high=1e9),
            number("drift_s_per_day", 0.0, "how much it gains in a day", low=-86400.0 / 2, high=86400.0),
        ),
    ),
    FaultType(
        "power-cycle",
        "9.27",
        "Power cycle",
        "The power fails; after its boot time the meter is back, stopped and without a result.",
        states.PowerCycle,
        (
            number("boot_s", 40.0, "how long it takes"),
            choice("connects", ("timeout", "refused"), "what becomes of connection attempts meanwhile"),
            choice("connection", ("silent", "reset"), "how the open connection dies"),
        ),
        once=True,
    ),
    FaultType(
        "battery-low",
        "9.28",
        "Battery low",
        "The meter runs on its battery, which gets emptier word by word; when it is empty, the measurement ends.",
        states.BatteryLow,
        (
            choice("first", ("Middle", "Low", "Dead", "Empty", "Full"), "the word to begin with"),
            number("step_s", 600.0, "how long each word lasts, by the meter's clock"),
            switch("dies", False, "whether the meter switches off when the battery is empty"),
        ),
    ),
    FaultType(
        "card-full",
        "9.28",
        "Card full",
        "The card has hardly any room left: an Auto store ends by itself when its next record does not fit.",
        states.CardFull,
        (whole("free_mb", 0, "MB that are left"),),
    ),
    FaultType(
        "preset-end",
        "9.29",
        "Measurement ends by itself",
        "The measurement ends without a command, as when its preset time is over.",
        states.EndsByItself,
        (number("after_s", 10.0, "when, by the meter's clock"),),
        once=True,
    ),
    FaultType(
        "operator",
        "9.30",
        "Operator at the meter",
        "Somebody at the meter presses a key or changes a setting.",
        _operator,
        (
            choice("key", ("start", "stop", "pause", "store"), "the key", none_means="no key"),
            text("setting", None, "the name of the setting", none_means="no setting"),
            text("value", "", "its new value"),
        ),
        once=True,
    ),
    FaultType(
        "overload",
        "9.31",
        "Overload",
        "A sound of a given level comes on top of the scene: the over flag is 1 at the top of the range.",
        states.Overload,
        (number("level_db", 140.0, "its level", low=20.0, high=160.0),),
    ),
    FaultType(
        "echo-on",
        "9.32",
        "Echo on",
        "The meter repeats every command before its answer.",
        lambda: states.SettingChanged("Echo", "On"),
    ),
    FaultType(
        "option-missing",
        "9.33",
        "Option missing",
        "The commands of options that are not installed are refused.",
        _missing,
        (
            text("options", "EX,RT,WR", "which, separated by commas"),
            whole("code", 3, "the result code", low=1, high=4),
        ),
    ),
)
