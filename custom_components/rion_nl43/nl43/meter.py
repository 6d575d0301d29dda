"""What one can ask of a meter, typed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
import re

from .commands import find
from .dialogue import MODEL
from .errors import CommandRefused, CommandUnknown, DesignationRefused, InvalidCommand, NotAMeter, UnusableAnswer
from .levels import Levels, StatusRow, parse_levels, parse_status_row
from .link import Link
from .request import Priority, Request

FIRST_CLOCK_YEAR, LAST_CLOCK_YEAR = 2023, 2079

_FAMILY = re.compile(r"NL-[456]3[A-Z]*")
_PERCENTAGE = re.compile(r"(?:LN?)?\s*([0-9]{1,2}(?:\.[0-9]+)?)\s*%?")
_CLOCK = "%Y/%m/%d %H:%M:%S"


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
    """A meter behind a link. Every method raises what `Link.exchange` raises, if not said otherwise."""

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

    async def levels(self) -> Levels:
        """Ask for the displayed levels: DOD?. Lp is live, the others belong to the measurement."""
        return await self.link.exchange(Request("DOD?", self._parse_levels))

    async def results(self) -> Levels:
        """Ask for the results of the last measurement: DLC?. Lp is missing there."""
        return await self.link.exchange(Request("DLC?", self._parse_levels))

    async def run_state(self) -> RunState:
        """Ask whether it measures: Measure?."""
        return RunState(await self.link.exchange(_word("Measure")))

    async def is_paused(self) -> bool:
        """Ask whether the measurement is paused: Pause?."""
        return await self.link.exchange(_word("Pause")) == "On"

    async def start(self) -> None:
        """Start a measurement. Raises StateRefused while one runs."""
        await self.set_setting("Measure", "Start")

    async def stop(self) -> None:
        """Stop the measurement. Raises StateRefused when none runs."""
        await self.set_setting("Measure", "Stop")

    async def pause(self) -> None:
        """Pause the measurement. Raises StateRefused unless it runs."""
        await self.set_setting("Pause", "On")

    async def resume(self) -> None:
        """Go on with the paused measurement. Raises StateRefused unless it is paused."""
        await self.set_setting("Pause", "Off")

    async def store(self) -> None:
        """Store the result on the card, in store mode Manual, once. Raises StateRefused otherwise."""
        await self.set_setting("Manual Store", "Start")

    async def clock(self) -> datetime:
        """Ask for the meter's local time, naive, to the second."""
        return await self.link.exchange(Request("Clock?", _parse_clock))

    async def set_clock(self, local: datetime) -> None:
        """Set the meter's local time, given naive. Raises InvalidCommand; StateRefused while it measures."""
        if local.tzinfo or not FIRST_CLOCK_YEAR <= local.year <= LAST_CLOCK_YEAR:
            raise InvalidCommand(f"no local time of {FIRST_CLOCK_YEAR} to {LAST_CLOCK_YEAR}: {local}")
        await self.set_setting("Clock", local.strftime(_CLOCK))

    async def setting(self, name: str, *, priority: Priority = Priority.POLL) -> str:
        """Ask for a setting by the name of the communication guide. Raises InvalidCommand.

        A refusal as unknown or as impossible for this meter is remembered until it reconnects, and not asked again.
        """
        return await self._ask_optional(_word(name), priority)

    async def set_setting(self, name: str, value: str) -> None:
        """Change a setting, once and before everything else. Raises InvalidCommand."""
        await self.link.exchange(Request[None](find(name).setting_line(value)), priority=Priority.PERSON)

    async def percentile(self, number: int) -> float | None:
        """Ask for the percentage of LN1 to LN5; None if the answer is not understood. Raises InvalidCommand."""
        answer = await self.setting(f"Percentile {number}")
        percentage = _PERCENTAGE.fullmatch(answer)
        return float(percentage[1]) if percentage and float(percentage[1]) else None

    async def status_row(self) -> StatusRow:
        """Ask for power source, battery, card space and state: one row of DRD?status."""
        return await self._ask_optional(Request("DRD?status", parse_status_row, stream=True), Priority.POLL)

    async def _ask_optional[T](self, request: Request[T], priority: Priority) -> T:
        self._notice_reconnect()
        if refusal := self._unsupported.get(request.line):
            raise type(refusal)(request.line)
        try:
            return await self.link.exchange(request, priority=priority)
        except (CommandUnknown, DesignationRefused) as refusal:
            self._unsupported[request.line] = refusal
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


def _word(name: str) -> Request[str]:
    command = find(name)
    return Request(command.request_line(), command.read)


def _parse_clock(answer: str) -> datetime:
    try:
        return datetime.strptime(find("Clock").read(answer), _CLOCK)
    except ValueError as error:
        raise UnusableAnswer(f"no time: {error}") from None
