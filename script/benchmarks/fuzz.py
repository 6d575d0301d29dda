"""Random and mutated command lines at the emulator: no crash, no growth, and answers that are legal or none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import gc
import os
from pathlib import Path
import random
import re
import time

from emulator import MeterConfig
from emulator.config import OPTIONS
from emulator.control.answering import answer_line
from emulator.control.lines import LineReader
from emulator.control.session import SUB
from emulator.faults import Faults
from emulator.instrument import COMMANDS, Instrument, Moment, Parsed, Stream, understand
from emulator.instrument.command import Kind
from emulator.instrument.table import ALIASES

from .table import Finding, at_most, exactly, show

LINES = 1_000_000
ROUNDS = 20
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
# A round lives about as long as an hour of polling.
SECONDS_PER_LINE = 0.05
HUGE = 100_000
GROWTH_LIMIT_MB = 8.0
SHOWN = 5

_REFUSED = re.compile(rb"R\+000[1-4]\r\n")
_DONE = re.compile(rb"R\+0000\r\n")
_TOLD = re.compile(rb"R\+0000\r\n[ -~]+\r\n")
_ROW = re.compile(r"[ -~]+")
_OPTIONS = (frozenset(OPTIONS), frozenset({"EX"}), frozenset[str]())

NAMES = tuple(command.name for command in COMMANDS) + tuple(ALIASES)
SETTINGS = tuple(
    f"{command.name},{example}"
    for command in COMMANDS
    if Kind.SETTING in command.kind and command.values is not None
    for example in command.values.examples
)


@dataclass(slots=True)
class Tally:
    """What came of the lines."""

    lines: int = 0
    codes: dict[bytes, int] = field(default_factory=dict)
    illegal: list[tuple[bytes, bytes]] = field(default_factory=list)
    """A line, and the answer that it should not have had."""


class Victim:
    """An instrument behind the parser of its control port, on a clock that moves with the lines."""

    def __init__(self, rng: random.Random, options: frozenset[str], tally: Tally, faults: Faults | None = None) -> None:
        """Switch it on."""
        self.seconds = 0.0
        self._rng = rng
        self._tally = tally
        self._faults = faults or Faults(rng)
        config = MeterConfig(options=options, scene="calibrator")
        self._instrument = Instrument(config, self._now, timedelta(hours=1))
        self._instrument.power_on()
        self._reader = LineReader(config.line_limit)

    def send(self, data: bytes) -> None:
        """Take bytes as a session does, and judge what it would send."""
        while data:
            if not self._reader.in_line and data.startswith(SUB):
                data = data[1:]
                continue
            line, data = self._reader.feed(data, self.seconds)
            if line is not None:
                self._answer(line.text, understand(self._instrument, line.text) if line.whole else None)

    def _answer(self, text: bytes, parsed: Parsed | None) -> None:
        self.seconds += self._rng.expovariate(1 / SECONDS_PER_LINE)
        echo = text + b"\r\n" if self._instrument.settings.is_on("Echo") else b""
        delivery, stream = answer_line(self._instrument, self._faults, self._rng, text, parsed)
        self._tally.lines += 1
        answer = delivery.data.removeprefix(echo)
        code = answer[:6]
        self._tally.codes[code] = self._tally.codes.get(code, 0) + 1
        if not _legal(answer, parsed, stream) or not self._legal_row(stream):
            self._tally.illegal.append((text, answer))

    def _legal_row(self, stream: Stream | None) -> bool:
        if stream is None:
            return True
        row = self._instrument.drd_row(1, with_status=stream is Stream.WITH_STATUS)
        return bool(_ROW.fullmatch(row)) and row.count(",") == (37 if stream is Stream.WITH_STATUS else 32)

    def _now(self) -> Moment:
        return Moment(self.seconds, BEGIN + timedelta(seconds=self.seconds))


def _legal(answer: bytes, parsed: Parsed | None, stream: Stream | None) -> bool:
    if parsed is None:
        return answer == b"R+0001\r\n"
    if _REFUSED.fullmatch(answer):
        return stream is None
    told = parsed.kind is Kind.REQUEST and stream is None
    return bool((_TOLD if told else _DONE).fullmatch(answer))


def inputs(rng: random.Random) -> Iterator[bytes]:
    """Yield bytes for ever: commands, spoilt commands, any bytes, huge lines, pieces without an end."""
    kinds: tuple[Callable[[random.Random], bytes], ...] = (_command, _spoilt, _noise, _huge, _unended)
    while True:
        (make,) = rng.choices(kinds, (40, 40, 18, 0.05, 2))
        data = make(rng)
        if rng.random() < 0.1:
            cut = rng.randrange(len(data) + 1)
            yield data[:cut]
            data = data[cut:]
        yield data


def _command(rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        text = rng.choice(SETTINGS)
    else:
        text = rng.choice(NAMES) + rng.choice(("?", "?", "?", "?status", ",On", ",Off", ", 1", ",", ""))
    if rng.random() < 0.2:
        text = text.swapcase()
    return text.encode("ascii") + b"\r\n"


def _spoilt(rng: random.Random) -> bytes:
    data = bytearray(_command(rng))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        match rng.randrange(4):
            case 0:
                data[at:at] = rng.randbytes(rng.randint(1, 3))
            case 1:
                del data[at : at + rng.randint(1, 5)]
            case 2:
                data[at : at + 1] = rng.randbytes(1)
            case 3:
                data[at:at] = data[: rng.randrange(len(data) + 1)]
    return bytes(data)


def _noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.randrange(60)) + rng.choice((b"\r\n", b"\n", b"\r", b""))


def _huge(rng: random.Random) -> bytes:
    return rng.choice((b"A", b"\0", b",", b"?", b"\r")) * rng.randrange(HUGE) + rng.choice((b"\r\n", b""))


def _unended(rng: random.Random) -> bytes:
    return _command(rng).removesuffix(b"\r\n")


def play(lines: int, seed: int, options: frozenset[str], tally: Tally) -> None:
    """Send so many lines to a meter of its own."""
    rng = random.Random(seed)
    victim = Victim(rng, options, tally)
    enough = tally.lines + lines
    for data in inputs(rng):
        if tally.lines >= enough:
            return
        victim.send(data)


def run(lines: int, seed: int) -> bool:
    """Send so many lines to several meters, one after the other; returns whether all went well."""
    tally = Tally()
    per_round = max(1, lines // ROUNDS)
    # What the first round loads and compiles is no growth.
    play(min(per_round, 5000), seed, _OPTIONS[0], tally)
    before = _memory_mb()
    tally = Tally()
    since = time.perf_counter()
    while tally.lines < lines:
        number = tally.lines // per_round
        play(min(per_round, lines - tally.lines), seed + number, _OPTIONS[number % len(_OPTIONS)], tally)
    elapsed_s = time.perf_counter() - since
    after = _memory_mb()
    for line, answer in tally.illegal[:SHOWN]:
        print(f"illegal: {line[:100]!r} -> {answer[:100]!r}")
    return show(
        f"fuzz, {tally.lines} lines, seed {seed}",
        [
            Finding("lines/s", f"{tally.lines / elapsed_s:.0f}"),
            *(Finding(f"answers {code.decode('ascii')}", str(count)) for code, count in sorted(tally.codes.items())),
            exactly("illegal answers", len(tally.illegal), 0),
            Finding("memory before", f"{before:.1f} MB"),
            Finding("memory after", f"{after:.1f} MB"),
            at_most("growth", after - before, GROWTH_LIMIT_MB, " MB", 1),
        ],
    )


def _memory_mb() -> float:
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
