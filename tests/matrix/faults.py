"""One table: the faults that concern a client, how each is switched on, what is to be told of it, what is promised."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from custom_components.rion_nl43.monitor import Diagnosis

CONNECTED, CONNECTING, TIMEOUT = Diagnosis.CONNECTED, Diagnosis.CONNECTING, Diagnosis.TIMEOUT
REFUSED, WEDGED, ASLEEP = Diagnosis.REFUSED, Diagnosis.WEDGED, Diagnosis.ASLEEP

# Until the link is back, counted from the end of the fault.
AFTER_RESET_S = 6.0
AFTER_BACKOFF_S = 30.0
AFTER_WEDGE_S = 60.0

FEEDS = ("polled", "streamed")

type Order = tuple[str, dict[str, Any]]
"""The name of a fault of the emulator, and how it is switched on."""


@dataclass(frozen=True, slots=True)
class Case:
    """One fault, or a few that belong together.

    `told` is the diagnosis that stands while it lasts, `on_the_way` those that may be told before it or in turn with
    it; None: the link is as it was, and nothing else may be told. `stays`: the meter stays available all the time
    (None: it may or may not). `back_s` is the longest time from its end until the link is back. `tail_s`: how long it
    goes on after the emulator has done with it, as an answer that is on its way.
    """

    number: str
    what: str
    orders: tuple[Order, ...]
    told: Diagnosis | None = None
    on_the_way: frozenset[Diagnosis] = frozenset()
    stays: bool | None = None
    web_app: bool = False
    back_s: float = 0.0
    tail_s: float = 0.0
    meter: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    measuring: bool = True
    feeds: tuple[str, ...] = FEEDS
    knocks: bool = False
    """Whether somebody else tries to connect meanwhile."""
    streams: bool = True
    """Whether streams are possible, sooner or later."""
    lurks: frozenset[Diagnosis] = frozenset()
    """What may be told besides, should something else end the connection."""

    @property
    def id(self) -> str:
        """What the test of it is called."""
        return f"{self.number} {self.what}"

    @property
    def may_be_told(self) -> frozenset[Diagnosis]:
        """What may be told while it lasts, and until the link is back."""
        return self.on_the_way | ({CONNECTED} if self.told is None else {self.told, CONNECTING}) | self.lurks

    @property
    def mixes(self) -> bool:
        """Whether it can be one of a pair: it needs no meter of its own."""
        return not (self.meter or self.settings or self.knocks) and self.measuring and self.streams


def _harmless(number: str, what: str, *orders: Order, **others: Any) -> Case:
    return Case(number, what, orders, stays=True, **others)


def _loses(
    number: str, what: str, *orders: Order, told: Diagnosis, via: tuple[Diagnosis, ...] = (), **others: Any
) -> Case:
    return Case(number, what, orders, told, frozenset(via), **({"stays": False, "back_s": AFTER_BACKOFF_S} | others))


def _stumbles(number: str, what: str, *orders: Order, **others: Any) -> Case:
    """One answer is missing: it is told, but the values stay."""
    others = {"stays": True, "back_s": AFTER_RESET_S, "tail_s": 5} | others
    return Case(number, what, orders, TIMEOUT, frozenset({CONNECTED}), **others)


ASLEEP_METER: dict[str, Any] = {"settings": {"Sleep Mode": "On"}, "measuring": False}
NO_FTP: dict[str, Any] = {"settings": {"FTP": "Off"}}
LOSES_CONNECTION: Order = ("unreachable", {"connection": "reset", "for_s": 0.1})

SLOT = (
    _loses(
        "9.1",
        "wedge, connection reset",
        ("wedge", {"connection": "reset", "for_s": 200}),
        told=WEDGED,
        back_s=AFTER_WEDGE_S,
    ),
    _loses(
        "9.1",
        "wedge, connection dead",
        ("wedge", {"connection": "silent", "for_s": 200}),
        told=WEDGED,
        via=(TIMEOUT,),
        back_s=AFTER_WEDGE_S,
    ),
    _harmless(
        "9.1",
        "wedge, connection kept",
        ("wedge", {"connection": "keep", "for_s": 60}),
        lurks=frozenset({WEDGED}),
    ),
    _loses("9.1", "wedge, FTP off", ("wedge", {"connection": "reset", "for_s": 90}), told=REFUSED, **NO_FTP),
    _loses(
        "9.2",
        "slot held 20 s",
        ("slot-not-freed", {"hold_s": 20, "after_stream_s": 20, "times": 1}),
        LOSES_CONNECTION,
        told=TIMEOUT,
        tail_s=20,
    ),
    _loses(
        "9.2",
        "slot held 120 s",
        ("slot-not-freed", {"hold_s": 120, "after_stream_s": 120, "times": 1}),
        LOSES_CONNECTION,
        told=TIMEOUT,
        tail_s=120,
    ),
    _harmless("9.3", "second client unanswered", ("second-client", {"fate": "timeout", "for_s": 20}), knocks=True),
    _harmless("9.3", "second client refused", ("second-client", {"fate": "refused", "for_s": 20}), knocks=True),
    _loses(
        "9.4",
        "foreign client, no answer",
        ("foreign-client", {"comes": "at once", "for_s": 60}),
        told=TIMEOUT,
        meter={"second_connection": "timeout"},
    ),
    _loses(
        "9.4",
        "foreign client, accepted and silent",
        ("foreign-client", {"comes": "at once", "for_s": 90}),
        told=TIMEOUT,
        meter={"second_connection": "silent"},
    ),
    _loses(
        "9.4",
        "foreign client, accepted and closed",
        ("foreign-client", {"comes": "at once", "for_s": 60}),
        told=CONNECTING,
        meter={"second_connection": "close"},
    ),
)
ANSWERS = (
    *(
        _harmless("9.5", f"prompt {mode}", ("stale-prompt", {"mode": mode, "for_s": 30}))
        for mode in ("late", "bare", "space", "crlf", "before", "none")
    ),
    _loses(
        "9.5",
        "prompt on connect",
        ("prompt-on-connect", {"for_s": 10}),
        LOSES_CONNECTION,
        told=CONNECTING,
        via=(CONNECTED,),
        back_s=AFTER_RESET_S,
    ),
    _harmless("9.6", "10 late rows", ("late-rows", {"rows": 10, "for_s": 60}), feeds=("streamed",)),
    _loses(
        "9.6",
        "answer 8 s late",
        ("late-answer", {"command": "DOD?", "times": 1}),
        told=TIMEOUT,
        via=(CONNECTED,),
        tail_s=8,
    ),
    _stumbles("9.6", "answer 4 s late", ("late-answer", {"command": "DOD?", "times": 1, "delay_s": 4}), tail_s=4),
    _stumbles("9.6", "swapped answers", ("swapped-answers", {"command": "Measure?", "times": 1}), stays=None, tail_s=5),
    *(
        _harmless("9.7", f"garbled answer, {how}", ("garbled-line", {"how": how, "times": 1}))
        for how in ("digits", "replace", "truncate", "merge")
    ),
    _stumbles("9.7", "garbled answer, no-crlf", ("garbled-line", {"how": "no-crlf", "times": 1})),
    *(
        _loses(
            "9.7",
            f"all garbled, {how}",
            ("garbled-line", {"how": how, "for_s": 40}),
            told=CONNECTING,
            via=(CONNECTED, TIMEOUT),
            stays=None,
        )
        for how in ("digits", "replace", "truncate")
    ),
    _harmless("9.7", "garbled run state", ("garbled-line", {"command": "Measure?", "for_s": 90}), feeds=("polled",)),
    *(
        _harmless(
            "9.7",
            f"garbled row, {how}",
            ("garbled-line", {"command": "DRD row", "how": how, "times": 1}),
            feeds=("streamed",),
        )
        for how in ("digits", "replace", "truncate", "merge", "no-crlf")
    ),
    *(
        _harmless("9.8", f"answers split, {how}", ("split-segments", {"how": how, "for_s": 30}))
        for how in ("bytes", "crlf", "line")
    ),
    *(
        _harmless(
            "9.8",
            f"rows split, {how}",
            ("split-segments", {"command": "DRD row", "how": how, "pause_s": pause_s, "for_s": 15}),
            feeds=("streamed",),
        )
        for how, pause_s in (("crlf", 0.02), ("line", 0.05))
    ),
    _harmless("9.9", "answers after 2.9 s", ("slow-answer", {"for_s": 30})),
    _loses(
        "9.9",
        "answer after 6 s",
        ("slow-answer", {"command": "DOD?", "delay_s": 6, "times": 1}),
        told=TIMEOUT,
        via=(CONNECTED,),
        stays=None,
        tail_s=6,
    ),
    _stumbles("9.10", "one command swallowed", ("no-answer", {"command": "DOD?", "times": 1})),
    _stumbles("9.10", "one answer lost", ("no-answer", {"command": "Measure?", "acts": True, "times": 1})),
    _loses("9.10", "all swallowed", ("no-answer", {"for_s": 60}), told=TIMEOUT, via=(CONNECTING,), feeds=("polled",)),
    _harmless("9.10", "strict pacing", ("strict-pacing", {"for_s": 60})),
    _harmless("9.11", "busy three times", ("busy", {"command": "DOD?", "times": 3})),
    Case("9.11", "busy for 40 s", (("busy", {"for_s": 40}),), feeds=("polled",), stays=False, back_s=AFTER_RESET_S),
    _harmless("9.11", "stream refused", ("busy", {"command": "DRD?", "times": 2}), feeds=("streamed",)),
)
LOSSES = (
    _loses(
        "9.12",
        "connect timeout",
        ("connect-timeout", {"times": 1}),
        LOSES_CONNECTION,
        told=TIMEOUT,
    ),
    _loses(
        "9.13",
        "half-open, dead",
        ("half-open", {"idle_s": 0.3, "times": 1, "for_s": 60}),
        told=TIMEOUT,
    ),
    _loses(
        "9.13",
        "half-open, reset",
        ("half-open", {"idle_s": 0.3, "then": "reset", "times": 1}),
        told=CONNECTING,
        via=(CONNECTED,),
        back_s=AFTER_RESET_S,
        tail_s=1,
    ),
    _loses("9.14", "no way to the meter", ("unreachable", {"for_s": 60}), told=TIMEOUT),
    _loses("9.14", "no way, connection reset", ("unreachable", {"connection": "reset", "for_s": 60}), told=TIMEOUT),
    _harmless("9.14", "no way for new ones", ("unreachable", {"connection": "keep", "for_s": 30})),
    _loses(
        "9.14",
        "port not forwarded",
        ("unreachable", {"seen": "refused", "connection": "reset", "for_s": 60}),
        told=REFUSED,
        **NO_FTP,
    ),
    _loses("9.14", "reset once", LOSES_CONNECTION, told=CONNECTING, via=(CONNECTED,), back_s=AFTER_RESET_S),
    _loses("9.15", "sleep", ("sleep", {"for_s": 90}), told=ASLEEP, via=(TIMEOUT,), **ASLEEP_METER),
    _loses(
        "9.15",
        "sleep, connection dead",
        ("sleep", {"connection": "silent", "for_s": 90}),
        told=ASLEEP,
        via=(TIMEOUT,),
        **ASLEEP_METER,
    ),
    _loses("9.15", "network off, no sleep mode", ("sleep", {"for_s": 60}), told=TIMEOUT),
    _loses("9.16", "web app on", ("web-app", {"for_s": 60}), told=REFUSED, web_app=True),
    _loses("9.17", "USB plugged in", ("usb-in", {"for_s": 60}), told=REFUSED),
)
FTP = (
    _harmless("9.18", "FTP off", ("ftp-off", {"for_s": 30})),
    _loses(
        "9.18",
        "FTP off while wedged",
        ("ftp-off", {"for_s": 60}),
        ("wedge", {"connection": "reset", "for_s": 60}),
        told=REFUSED,
        via=(WEDGED,),
    ),
    _loses(
        "9.19",
        "FTP login fails while wedged",
        ("ftp-login-fails", {"for_s": 120}),
        ("wedge", {"connection": "reset", "for_s": 120}),
        told=WEDGED,
        back_s=AFTER_WEDGE_S,
    ),
    _loses(
        "9.21",
        "FTP data blocked while wedged",
        ("ftp-data-blocked", {"session_release_s": 60, "for_s": 120}),
        ("wedge", {"connection": "reset", "for_s": 120}),
        told=WEDGED,
        # The session of one probe may still be there at the next.
        via=(REFUSED,),
        back_s=AFTER_WEDGE_S,
    ),
)
INSTRUMENT = (
    _harmless("9.24", "no results", ("missing-values", {"for_s": 20})),
    _harmless("9.24", "no values at all", ("missing-values", {"live": False, "for_s": 20})),
    _harmless("9.25", "LN beyond Lmax and Lmin", ("ln-beyond-extremes", {"for_s": 20})),
    _harmless("9.26", "clock an hour ahead", ("clock-off", {"for_s": 30})),
    _loses("9.27", "power cycle, silent", ("power-cycle", {}), told=TIMEOUT),
    _loses(
        "9.27", "power cycle, refused", ("power-cycle", {"connects": "refused", "connection": "reset"}), told=REFUSED
    ),
    _harmless("9.28", "battery empty", ("battery-low", {"first": "Dead", "step_s": 15, "for_s": 40})),
    _loses(
        "9.28",
        "battery empty, switches off",
        ("battery-low", {"first": "Dead", "step_s": 5, "dies": True, "for_s": 60}),
        told=TIMEOUT,
        via=(CONNECTED,),
    ),
    _harmless("9.28", "card full", ("card-full", {"for_s": 30}), settings={"Store Mode": "Auto"}),
    _harmless("9.29", "measurement ends", ("preset-end", {"after_s": 5})),
    _harmless("9.30", "operator stops", ("operator", {"key": "stop"})),
    _harmless("9.30", "operator starts", ("operator", {"key": "start"}), meter={"seed": 2}, measuring=False),
    _harmless("9.30", "operator pauses", ("operator", {"key": "pause"})),
    _harmless("9.30", "operator changes weighting", ("operator", {"setting": "Time Weighting (Main)", "value": "S"})),
    _harmless("9.31", "overload", ("overload", {"for_s": 20})),
    _harmless("9.32", "echo on", ("echo-on", {"for_s": 30})),
    _harmless("9.33", "option EX missing", ("option-missing", {"options": "EX", "for_s": 40}), streams=False),
)
CASES = (*SLOT, *ANSWERS, *LOSSES, *FTP, *INSTRUMENT)

# They concern files alone, of which the link and its probe fetch none.
OF_FILES_ALONE = {"ftp-passive-asked", "ftp-not-ready", "ftp-cut"}
