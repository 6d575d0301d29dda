"""What one emulated meter is and how it behaves where the instrument's behaviour is not known for certain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from .acoustics import Scene
from .card.form import StoreFormat

type Range = tuple[float, float]
type SecondConnection = Literal["timeout", "silent", "refused", "close"]
type RunWord = Literal["Start", "Stop"]
type PowerSource = Literal["I", "E", "U"]
type FlagLatch = Literal["dlc", "always", "never"]
type PercentileForm = Literal["plain", "padded", "decimal", "percent"]
type FtpData = Literal["active", "passive", "both"]
type SecondSession = Literal["told", "refused", "timeout"]
type StatusField = Literal["clock", "power", "battery", "card", "state"]

SECOND_CONNECTIONS: tuple[SecondConnection, ...] = ("timeout", "silent", "refused", "close")
MODELS = ("NL-43", "NL-53", "NL-63")
OPTIONS = ("EX", "RT", "WR")
FTP_COMMANDS = ("DELE", "SIZE")


@dataclass(frozen=True, slots=True)
class Latency:
    """Time from the last byte of a command to the first of its answer, in seconds: uniform within a range."""

    usual_s: Range
    """For all answers but the slow ones."""
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
    """Its bytes."""
    place: Literal["after", "before", "none"] = "after"
    """Where it comes: after an answer, directly before its result, or never."""
    on_connect: bool = False
    """Whether it also comes when a connection opens."""
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
    """The name of a scene, the path of a scene file or of a CSV file of levels, or a scene of one's own."""
    daily_rhythm: bool = False
    """Whether the scene follows the hours of the day; else it is always the busy part of a working day."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings that differ from the factory's at the first power-on."""
    clock_offset_s: float = 0.0
    """How far the meter's clock is ahead of local time when the meter is first switched on."""
    clock_drift_s_per_day: float = 0.0
    """How much the meter's clock gains on the right time, from then or from when it is set."""
    card_total_mb: int = 30436
    """What `SD Card Total Size?` answers."""
    card_free_mb: int = 29120
    auto_folders: frozenset[str] = frozenset()
    """Store names for which the card has a folder of an Auto store already; the folders are empty."""
    store_format: StoreFormat = field(default_factory=StoreFormat)
    """How stored files look."""
    locks_open_files: bool = False
    """Whether a file cannot be read while the meter writes to it."""
    power_source: PowerSource = "E"
    """What the meter runs on at first: internal battery, external supply or USB."""
    battery_hours: float | None = None
    """How long a fresh set of batteries lasts when the meter runs on it; None: it stays as it is."""

    latency: Latency = field(default_factory=Latency.lan)
    """How long answers take."""
    prompt: Prompt = field(default_factory=Prompt)
    """How the `$` looks, and when it comes."""
    second_connection: SecondConnection = "timeout"
    """What becomes of a connection while another one is open: no answer, silence, a refusal, or a close."""
    slot_release_s: float = 0.0
    """How long the slot stays taken after a connection closed."""
    slot_release_after_stream_s: float = 0.0
    """The same where a `DRD?` stream was still running."""
    rows_after_sub: int = 1
    """How many rows of `DRD?` still come after SUB."""
    strict: bool = False
    """Ignore bytes that come < 200 ms after an answer, and `DOD?` < 1 s after it."""
    line_limit: int = 256
    """The longest line, in bytes before CR LF; a longer one is no command."""

    lan_needs_ex: bool = False
    """Whether a meter without option EX has no control port, as documented; else it can be asked what it does not know.
    """
    missing_option_code: Literal[1, 3] = 3
    """The result code for a command of an option that is not installed."""
    space_after_comma: bool = True
    """Whether a space after a comma is accepted."""
    base_names: bool = True
    """Whether `Frequency Weighting` and `Time Weighting` are also names of those of the main channel."""
    refuse_settings_while_measuring: bool = True
    """Whether settings of the measurement answer `R+0004` in every state but stopped."""
    pause_word: RunWord = "Start"
    """What `Measure?` answers during a pause."""
    delay_word: RunWord = "Start"
    """What `Measure?` answers during the delay before a measurement."""
    trigger_word: RunWord = "Start"
    """What `Measure?` answers while a measurement waits for its trigger."""
    timer_word: RunWord = "Stop"
    """What `Measure?` answers between the measurements of Timer Auto."""
    latch_flags: FlagLatch = "dlc"
    """Where the over and under flags last for the whole measurement: in `DLC?` only, in `DOD?` too, or nowhere."""
    display_off_blanks: bool = False
    """Whether a quantity that is switched off on the display is missing in `DOD?`.

    LIeq, Leq,mov and Ltm5 are missing without it too.
    """
    dlc_so_far: bool = True
    """Whether `DLC?` tells the values so far while a measurement runs; else it has none until the end."""
    channels_without_ex: Literal[1, 2, 4] = 4
    """Of how many channels the rows of `DOD?` and `DLC?` are on a meter without option EX."""
    back_erase_at_stop: bool = False
    """Whether Back Erase takes the last seconds out at the end by a stop too; at a pause it always does."""
    stores_once: bool = True
    """Whether a result can be stored by `Manual Store` once only."""
    manual_address_steps: bool = True
    """Whether a Manual store raises the Manual Address."""
    store_name_steps: bool = False
    """Whether an Auto store raises the Store Name when it ends."""
    timer_store_name_steps: bool = True
    """Whether each measurement of Timer Auto raises the Store Name when it ends, so that none is overwritten."""
    sleeps: bool = True
    """Whether Sleep Mode takes the network away between the measurements of Timer Auto."""
    resumes_after_power_loss: bool = False
    """Whether a measurement that the loss of power ended is started anew at the next power-on."""
    keeps_settings: bool = True
    """Whether settings survive the loss of power."""
    percentile_form: PercentileForm = "plain"
    """How `Percentile n?` answers: `5`, ` 5`, `5.0` or `5%`."""
    answers_sub: bool = False
    """Whether SUB is answered by `R+0000` when the stream has ended."""
    counter_padded: bool = True
    """Whether the counter of `DRD?` always has three characters."""
    counter_last: int = 600
    """After which number the counter of `DRD?` begins again with 1."""
    status_fields: tuple[StatusField, ...] = ("clock", "power", "battery", "card", "state")
    """The order of the fields that `DRD?status` adds."""
    band_fields: int = 0
    """Fields that option RT adds behind the 64 of `DOD?` and `DLC?`."""

    ftp_user: str = "USER"
    ftp_password: str = "0000"  # noqa: S105 # the factory's, in every manual
    ftp_data: FtpData = "active"
    """Who opens the data connection: the meter (PORT), the client (PASV, EPSV), or either."""
    ftp_commands: frozenset[str] = frozenset()
    """Commands that the meter may have beyond those that were seen to work, of FTP_COMMANDS."""
    ftp_lists_dots: bool = False
    """Whether `.` and `..` are listed."""
    ftp_second_session: SecondSession = "told"
    """What becomes of a session while another one is open; it is told of it with `421`."""
    ftp_on_delay_s: float = 3.0
    """Time until the server runs, once FTP is switched on."""
    ftp_off_delay_s: float = 1.0
    """Time until it is gone, once FTP is switched off."""
    ftp_tells: Literal["at once", "when done"] = "at once"
    """When `FTP?` tells that FTP was switched."""

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
        if self.battery_hours is not None and self.battery_hours <= 0:
            raise ValueError("batteries last longer than no time")
        if unknown := self.ftp_commands.difference(FTP_COMMANDS):
            raise ValueError(f"unknown FTP command {', '.join(sorted(unknown))}")
