"""What one emulated meter is and how it behaves where the instrument's behaviour is not known for certain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from .acoustics import Scene

type Range = tuple[float, float]
type SecondConnection = Literal["timeout", "silent", "refused", "close"]
type RunWord = Literal["Start", "Stop"]
type FlagLatch = Literal["dlc", "always", "never"]
type StatusField = Literal["clock", "power", "battery", "card", "state"]

SECOND_CONNECTIONS: tuple[SecondConnection, ...] = ("timeout", "silent", "refused", "close")
MODELS = ("NL-43", "NL-53", "NL-63")
OPTIONS = ("EX", "RT", "WR")


@dataclass(frozen=True, slots=True)
class Latency:
    """Time from the last byte of a command to the first of its answer, in seconds: uniform within a range."""

    usual_s: Range
    slow_s: Range
    """For `Measure,Start` and `Manual Store,Start`."""

    @classmethod
    def lan(cls) -> "Latency":
        """Return the latency of a meter on the local network."""
        return cls((0.020, 0.060), (0.500, 0.500))

    @classmethod
    def lte(cls) -> "Latency":
        """Return the latency of a meter behind a cellular router."""
        return cls((0.130, 0.330), (0.460, 0.630))

    @classmethod
    def none(cls) -> "Latency":
        """Return no latency at all."""
        return cls((0.0, 0.0), (0.0, 0.0))

    def draw(self, rng: Random, *, slow: bool) -> float:
        """Return the latency of one answer, in seconds."""
        return rng.uniform(*(self.slow_s if slow else self.usual_s))


LATENCIES = {"lan": Latency.lan(), "lte": Latency.lte(), "none": Latency.none()}


@dataclass(frozen=True, slots=True)
class Prompt:
    """The `$` by which the meter says that it takes input again. Its bytes and its place are assumptions."""

    text: bytes = b"$"
    place: Literal["after", "before", "none"] = "after"
    on_connect: bool = False
    delay_s: Range = (0.010, 0.050)
    """Between the last byte of the answer and a prompt after it."""


PROMPTS = {
    "bare": Prompt(),
    "space": Prompt(b"$ "),
    "crlf": Prompt(b"$\r\n"),
    "before": Prompt(place="before"),
    "connect": Prompt(on_connect=True),
    "late": Prompt(delay_s=(0.2, 0.9)),
    "none": Prompt(place="none"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterConfig:
    """One meter: what it is, where it stands, and a switch for each assumption about it.

    The defaults are the instrument's documented or observed behaviour, or the likeliest assumption.
    """

    serial: str = "00830001"
    model: str = "NL-43"
    firmware: str = "01.02.0304"
    options: frozenset[str] = frozenset({"EX"})
    seed: int = 1
    scene: str | Scene = "traffic"
    """The name of a scene, or one of one's own."""
    daily_rhythm: bool = False
    """Whether the scene follows the hours of the day; else it is always the busy part of a working day."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings that differ from the factory's at the first power-on."""
    clock_offset_s: float = 0.0
    """How far the meter's clock is ahead of local time when the meter is first switched on."""
    card_total_mb: int = 30436
    card_free_mb: int = 29120
    auto_folders: frozenset[str] = frozenset()
    """Store names for which the card has a folder of an Auto store already."""

    latency: Latency = field(default_factory=Latency.lan)
    prompt: Prompt = field(default_factory=Prompt)
    second_connection: SecondConnection = "timeout"
    slot_release_s: float = 0.0
    """How long the slot stays taken after a connection closed."""
    slot_release_after_stream_s: float = 0.0
    """The same where a `DRD?` stream was still running."""
    rows_after_sub: int = 1
    strict: bool = False
    """Ignore bytes that come < 200 ms after an answer, and `DOD?` < 1 s after it."""
    line_limit: int = 256

    missing_option_code: Literal[1, 3] = 3
    space_after_comma: bool = True
    refuse_settings_while_measuring: bool = True
    pause_word: RunWord = "Start"
    """What `Measure?` answers during a pause."""
    latch_flags: FlagLatch = "dlc"
    """Where the over and under flags last for the whole measurement: in `DLC?` only, in `DOD?` too, or nowhere."""
    display_off_blanks: bool = False
    """Whether a quantity that is switched off on the display is missing in `DOD?`."""
    store_name_steps: bool = False
    """Whether an Auto store raises the Store Name when it ends."""
    counter_padded: bool = True
    status_fields: tuple[StatusField, ...] = ("clock", "power", "battery", "card", "state")
    band_fields: int = 0
    """Fields that option RT adds behind the 64 of `DOD?` and `DLC?`."""

    referee_keeps: int | None = None
    """How many commands and connections the referee remembers in full; None: all of them."""

    def __post_init__(self) -> None:
        """Refuse what no meter can be."""
        if unknown := self.options.difference(OPTIONS):
            raise ValueError(f"unknown option {', '.join(sorted(unknown))}")
        if self.model not in MODELS:
            raise ValueError(f"unknown model {self.model}")
        if self.second_connection not in SECOND_CONNECTIONS:
            raise ValueError(f"unknown fate of a second connection {self.second_connection}")
