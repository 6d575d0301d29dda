"""What one can ask of a meter, typed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import re
from typing import TypedDict, Unpack

from .commands import find
from .dialogue import MODEL
from .errors import CommandRefused, CommandUnknown, DesignationRefused, InvalidCommand, NotAMeter, UnusableAnswer
from .levels import Levels, StatusRow, parse_levels, parse_status_row
from .link import Link
from .request import Priority, Request
from .stream_row import StreamRow, parse_stream_row

FIRST_CLOCK_YEAR, LAST_CLOCK_YEAR = 2023, 2079

_FAMILY = re.compile(r"NL-[456]3[A-Z]*")
_PERCENTAGE = re.compile(r"(?:LN?)?\s*([0-9]{1,2}(?:\.[0-9]+)?)\s*%?")
_CLOCK = "%Y/%m/%d %H:%M:%S"


class Turn(TypedDict, total=False):
    """When an exchange may go, and who wants to know: as in `Link.exchange`."""

    priority: Priority
    deadline: float | None
    on_sent: Callable[[float], None] | None


class RunState(StrEnum):
    """Whether the meter measures; no other word is a state."""

    START = "Start"
    STOP = "Stop"


@dataclass(frozen=True, slots=True)
class Identity:
    """Which meter it is; `firmware` is None if it does not tell."""

    model: str
    serial: str
    firmware: str | None = None


class Meter:
    """A meter behind a link. Every method raises what `Link.exchange` raises, if not said otherwise.

    Requests have the priority of a poll, settings that of a person, if not given otherwise.
    """

    def __init__(self, link: Link) -> None:
        """Speak over that link, which its owner opens and closes."""
        self.link = link
        self._connection = 0
        self._channels = 0
        self._unsupported: dict[str, CommandRefused] = {}

    async def identity(self) -> Identity:
        """Ask which meter it is: Type?, Serial Number?, System Version?. Raises NotAMeter."""
        try:
            model = await self.link.exchange(MODEL)
            serial = await self.serial_number()
        except (UnusableAnswer, CommandRefused) as error:
            raise NotAMeter(f"no answer of a meter: {error}") from error
        if not _FAMILY.fullmatch(model):
            raise NotAMeter(f"a {model} is no NL-43, NL-53 or NL-63")
        try:
            firmware = await self.setting("System Version")
        except UnusableAnswer, CommandRefused:
            firmware = None
        return Identity(model, serial, firmware)

    async def serial_number(self) -> str:
        """Ask for the serial number: 8 digits."""
        return await self.link.exchange(Request("Serial Number?", find("Serial Number").read))

    async def levels(self, **turn: Unpack[Turn]) -> Levels:
        """Ask for the displayed levels: DOD?. Lp is live, the others belong to the measurement."""
        return await self.link.exchange(Request("DOD?", self._parse_levels), **turn)

    async def results(self, **turn: Unpack[Turn]) -> Levels:
        """Ask for the results of the last measurement: DLC?. Lp is missing there."""
        return await self.link.exchange(Request("DLC?", self._parse_levels), **turn)

    async def stream(self, on_row: Callable[[StreamRow, float], None], *, until: float | None = None) -> None:
        """Have the levels of each 100 ms until somebody else wants to speak: DRD?, as `Link.stream`.

        A refusal as unknown or as impossible for this meter is remembered until it reconnects.
        """
        request = Request("DRD?", parse_stream_row, stream=True)
        with self._optional(request.line):
            await self.link.stream(request, on_row, until=until)

    async def run_state(self, **turn: Unpack[Turn]) -> RunState:
        """Ask whether it measures: Measure?."""
        return RunState(await self.link.exchange(_word("Measure"), **turn))

    async def is_paused(self, **turn: Unpack[Turn]) -> bool:
        """Ask whether the measurement is paused: Pause?."""
        return await self.link.exchange(_word("Pause"), **turn) == "On"

    async def start(self, **turn: Unpack[Turn]) -> None:
        """Start a measurement. Raises StateRefused while one runs."""
        await self.set_setting("Measure", "Start", **turn)

    async def stop(self, **turn: Unpack[Turn]) -> None:
        """Stop the measurement. Raises StateRefused when none runs."""
        await self.set_setting("Measure", "Stop", **turn)

    async def pause(self, **turn: Unpack[Turn]) -> None:
        """Pause the measurement. Raises StateRefused unless it runs."""
        await self.set_setting("Pause", "On", **turn)

    async def resume(self, **turn: Unpack[Turn]) -> None:
        """Go on with the paused measurement. Raises StateRefused unless it is paused."""
        await self.set_setting("Pause", "Off", **turn)

    async def store(self, **turn: Unpack[Turn]) -> None:
        """Store the result on the card, in store mode Manual, once. Raises StateRefused otherwise."""
        await self.set_setting("Manual Store", "Start", **turn)

    async def overwrites(self, **turn: Unpack[Turn]) -> bool:
        """Ask whether a measurement would overwrite what is on the card under the current store name: Overwrite?."""
        return await self.setting("Overwrite", **turn) == "Exist"

    async def clock(self, **turn: Unpack[Turn]) -> datetime:
        """Ask for the meter's local time, naive, to the second."""
        return await self.link.exchange(Request("Clock?", _parse_clock), **turn)

    async def set_clock(self, local: datetime, **turn: Unpack[Turn]) -> None:
        """Set the meter's local time, given naive. Raises InvalidCommand; StateRefused while it measures."""
        if local.tzinfo or not FIRST_CLOCK_YEAR <= local.year <= LAST_CLOCK_YEAR:
            raise InvalidCommand(f"{local} is no local time of {FIRST_CLOCK_YEAR} to {LAST_CLOCK_YEAR}")
        await self.set_setting("Clock", local.strftime(_CLOCK), **turn)

    async def setting(self, name: str, **turn: Unpack[Turn]) -> str:
        """Ask for a setting by the name of the communication guide. Raises InvalidCommand.

        A refusal as unknown or as impossible for this meter is remembered until it reconnects, and not asked again.
        """
        return await self._ask_optional(_word(name), **turn)

    async def set_setting(self, name: str, value: str, **turn: Unpack[Turn]) -> None:
        """Change a setting, once. Raises InvalidCommand."""
        turn.setdefault("priority", Priority.PERSON)
        await self.link.exchange(Request[None](find(name).setting_line(value)), **turn)

    async def send(self, line: str, **turn: Unpack[Turn]) -> str | None:
        """Send any request but a stream, known or not, or any known setting that does not cut the link.

        Has the priority of a person. Returns the data line of a request, None for a setting. Raises InvalidCommand.
        """
        name, comma, value = line.partition(",")
        if comma:
            await self.set_setting(name, value.strip(" "), **turn)
            return None
        if name.partition("?")[0].casefold() == "drd":
            raise InvalidCommand("a stream is no single answer")
        turn.setdefault("priority", Priority.PERSON)
        return await self.link.exchange(Request(line, str.strip), **turn)

    async def percentile(self, number: int, **turn: Unpack[Turn]) -> float | None:
        """Ask for the percentage of LN1 to LN5; None if the answer is not understood. Raises InvalidCommand."""
        return parse_percentage(await self.setting(f"Percentile {number}", **turn))

    async def status_row(self, **turn: Unpack[Turn]) -> StatusRow:
        """Ask for power source, battery, card space and state: one row of DRD?status."""
        return await self._ask_optional(Request("DRD?status", parse_status_row, stream=True), **turn)

    async def _ask_optional[T](self, request: Request[T], **turn: Unpack[Turn]) -> T:
        with self._optional(request.line):
            return await self.link.exchange(request, **turn)

    @contextmanager
    def _optional(self, line: str) -> Iterator[None]:
        """Spare the meter what it has refused as unknown or as impossible on this connection."""
        self._notice_reconnect()
        if refusal := self._unsupported.get(line):
            raise type(refusal)(line)
        try:
            yield
        except (CommandUnknown, DesignationRefused) as refusal:
            self._unsupported[line] = refusal
            raise

    def _parse_levels(self, line: str) -> Levels:
        """Read a row; one that has fewer channels than another on this connection has lost a part."""
        self._notice_reconnect()
        levels = parse_levels(line)
        if len(levels.channels) < self._channels:
            raise UnusableAnswer(f"a row of {len(levels.channels)} channels instead of {self._channels}")
        self._channels = len(levels.channels)
        return levels

    def _notice_reconnect(self) -> None:
        if self._connection != self.link.statistics.connects:
            self._connection = self.link.statistics.connects
            self._channels = 0
            self._unsupported.clear()


def parse_percentage(answer: str) -> float | None:
    """Read the answer to Percentile n?; None if it is not understood: its form is not documented."""
    percentage = _PERCENTAGE.fullmatch(answer)
    return float(percentage[1]) if percentage and float(percentage[1]) else None


def _word(name: str) -> Request[str]:
    command = find(name)
    return Request(command.request_line(), command.read)


def _parse_clock(answer: str) -> datetime:
    try:
        return datetime.strptime(find("Clock").read(answer), _CLOCK)
    except ValueError as error:
        raise UnusableAnswer(f"no time: {error}") from None
