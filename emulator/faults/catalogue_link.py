"""The faults of the control port: what they are called, what they do, what can be chosen."""

import math

from emulator.config import PROMPTS, SECOND_CONNECTIONS

from . import answers, link, states, wire
from .fault import Fault, On
from .fault_type import FaultType
from .parameters import choice, number, switch, text, whole

DROP = choice("connection", ("silent", "reset", "keep"), "what becomes of the open connection")
KEEP = choice("connection", ("keep", "reset", "silent"), "what becomes of the open connection")
PROMPT_MODES = ("late", *(name for name in PROMPTS if name not in {"late", "connect"}))


def _for_ever(seconds: float | None) -> float:
    return math.inf if seconds is None else seconds


def _no_answer(acts: bool) -> Fault:
    return answers.DropAnswer(None) if acts else wire.SwallowCommand(None)


SLOT = (
    FaultType(
        "wedge",
        "9.1",
        "Control port wedged",
        "The control port refuses all connections until the meter is power-cycled; FTP and the measurement go on.",
        link.Wedge,
        (
            whole("after_connects", None, "after so many connections", low=1, none_means="a wedge by time alone"),
            number("after_s", 0.0, "so many seconds later"),
            KEEP,
        ),
    ),
    FaultType(
        "slot-not-freed",
        "9.2",
        "Slot not freed",
        "After the end of a connection the slot stays taken for a while.",
        lambda hold_s, after_stream_s: wire.HoldSlot(None, _for_ever(hold_s), _for_ever(after_stream_s)),
        (
            number("hold_s", 5.0, "for how long, in seconds", none_means="for ever"),
            number("after_stream_s", 30.0, "the same after a `DRD?` without SUB", none_means="for ever"),
        ),
        On.CLOSE,
    ),
    FaultType(
        "second-client",
        "9.3",
        "Second client",
        "A second connection meets another fate than the usual one; the first is not disturbed.",
        link.SecondClient,
        (choice("fate", SECOND_CONNECTIONS, "what becomes of it"),),
    ),
    FaultType(
        "foreign-client",
        "9.4",
        "Foreign client holds the slot",
        "Somebody else has the only slot.",
        link.ForeignClient,
        (choice("comes", ("when free", "at once"), "when the stranger gets the slot"),),
    ),
)
ANSWERS = (
    FaultType(
        "stale-prompt",
        "9.5",
        "Stale prompt",
        "The prompt comes in another form, at another place or later than usual.",
        lambda mode: wire.OtherPrompt(None, PROMPTS[mode]),
        (choice("mode", PROMPT_MODES, "how it comes"),),
    ),
    FaultType(
        "prompt-on-connect",
        "9.5",
        "Prompt on connect",
        "The meter greets a client with a prompt.",
        lambda: wire.Greeting(None, PROMPTS["connect"]),
        on=On.CONNECTION,
    ),
    FaultType(
        "late-rows",
        "9.6",
        "Late rows",
        "More rows of a stream come after SUB.",
        lambda rows: wire.LateRows(None, rows),
        (whole("rows", 10, "how many", high=600),),
    ),
    FaultType(
        "late-answer",
        "9.6",
        "Late answer",
        "The answer is late on its way and comes when the client has given up; what it sends meanwhile waits.",
        lambda delay_s: answers.DelayAnswer(None, delay_s, on_the_way=True),
        (number("delay_s", 8.0, "by how many seconds"),),
    ),
    FaultType(
        "swapped-answers",
        "9.6",
        "Swapped answers",
        "An answer is held back and comes after that of the next command.",
        lambda: wire.SwapAnswers(None),
    ),
    FaultType(
        "garbled-line",
        "9.7",
        "Garbled line",
        "The last line of an answer is spoiled.",
        lambda how, text: wire.GarbleLine(None, how, text),
        (
            choice("how", ("digits", "replace", "truncate", "merge", "no-crlf"), "in which way"),
            text("text", "", "the row of digits that is inserted, or what the line is replaced by"),
        ),
    ),
    FaultType(
        "split-segments",
        "9.8",
        "Split segments",
        "The answer comes in small pieces.",
        lambda how, pause_s: wire.SplitSegments(None, how, pause_s),
        (
            choice("how", ("bytes", "crlf", "line"), "byte by byte, between CR and LF, or inside a line"),
            number("pause_s", None, "the pause before each further piece, in seconds", none_means="one that suits it"),
        ),
    ),
    FaultType(
        "slow-answer",
        "9.9",
        "Slow answer",
        "The meter takes its time to answer; 2.9 s is allowed, 6 s is not.",
        lambda delay_s: answers.DelayAnswer(None, delay_s),
        (number("delay_s", 2.9, "by how many seconds"),),
    ),
    FaultType(
        "no-answer",
        "9.10",
        "No answer",
        "A command is swallowed.",
        _no_answer,
        (switch("acts", False, "whether the meter does nevertheless what it was told"),),
    ),
    FaultType(
        "strict-pacing",
        "9.10",
        "Strict pacing",
        "What comes less than 200 ms after an answer, and `DOD?` less than 1 s after it, is ignored.",
        link.Strict,
    ),
    FaultType(
        "busy",
        "9.11",
        "Busy",
        "A command that should be possible is refused.",
        lambda code: answers.RefuseWith(None, code),
        (whole("code", 4, "the result code", low=1, high=4),),
    ),
)
LOSSES = (
    FaultType(
        "connect-timeout",
        "9.12",
        "Isolated connect timeout",
        "A connection attempt is not answered although the slot is free; the next one may be.",
        link.ConnectTimeout,
        (number("lasts_s", 6.0, "how long the attempt may go on unanswered, in seconds", low=0.1),),
        On.CONNECTION,
    ),
    FaultType(
        "half-open",
        "9.13",
        "Half-open connection",
        "A connection that rests too long is dead, and nobody is told.",
        link.HalfOpen,
        (
            number("idle_s", 45.0, "after how many seconds without a byte", low=0.1),
            choice("then", ("silent", "reset"), "whether bytes vanish, or are answered by a reset"),
            number("slot_freed_after_s", 30.0, "when the meter notices, if bytes vanish", none_means="never"),
        ),
        On.CONNECTION,
    ),
    FaultType(
        "unreachable",
        "9.14",
        "Refused or timeout",
        "Connections are refused (no forwarded port), or not answered (no way to the meter).",
        link.Unreachable,
        (choice("seen", ("timeout", "refused"), "which of the two"), DROP),
    ),
    FaultType(
        "sleep",
        "9.15",
        "Sleep",
        "The meter has switched its network off.",
        states.Sleep,
        (choice("connection", ("closed", "silent"), "how the open connection ends"),),
    ),
    FaultType(
        "web-app",
        "9.16",
        "Web app on",
        "The web app has been switched on at the meter: control port and FTP are gone, a page asks for a login.",
        lambda page_port: states.WebApp("Web", "On", page_port),
        (whole("page_port", 0, "the port of the page, 0 for a free one", high=65535, none_means="no page"),),
    ),
    FaultType(
        "usb-in",
        "9.17",
        "USB plugged in",
        "USB communication is on: control port and FTP are gone.",
        lambda usb_class: states.SettingChanged("USB Class", usb_class),
        (choice("usb_class", ("CDC", "CDC/MSC"), "as what the meter appears"),),
    ),
)
