"""One check from the connection to its end."""

from typing import Protocol

from emulator.config import MODELS

from .errors import BrokenOffError, CheckError
from .plan import ECHO, HARMLESS, IDENTITY, IN_STEP, LINES, STATUS, STATUS_ROWS, STREAM, STREAM_ROWS, SettingProbes
from .record import Exchange, Record
from .wire import Wire

# A meter that leaves so many commands in a row without an answer will not answer any more.
SILENT_LIMIT = 3
_ROWS = {STREAM: STREAM_ROWS, STATUS: STATUS_ROWS}


class Progress(Protocol):
    """Is told how far the check is."""

    def __call__(self, number: int, total: int, line: str) -> None:
        """Take the number of the command that is asked now, how many there are, and the command."""


class Walk:
    """Asks a meter all that a check asks; `record` grows meanwhile and keeps what there is if the walk breaks off."""

    def __init__(self, record: Record, progress: Progress, *, allow_settings: bool = False) -> None:
        """Prepare."""
        self.record = record
        self._progress = progress
        self._allow_settings = allow_settings
        self._total = len(LINES) + 1 + (len(ECHO) + len(SettingProbes("", "").lines) if allow_settings else 0)
        self._unanswered = 0
        self._wire: Wire

    async def go(self, host: str, port: int) -> None:
        """Ask; CheckError if there is no NL-43 or one of its kind."""
        self._wire = await Wire.connect(host, port)
        self.record.ended = "interrupted"
        try:
            await self._ask_all()
            self.record.ended = "complete"
        except BrokenOffError as error:
            self.record.ended = error.ending
        finally:
            self._wire.close()
        if not self.record.data(IDENTITY[0]):
            raise CheckError(f"something answers at {host}, port {port}, but not as an NL-43 does")

    async def _ask_all(self) -> None:
        await self._wire.greeting(self.record.greeting)
        await self._ask(IDENTITY[0])
        if not (model := self.record.data(IDENTITY[0])):
            return
        if model not in MODELS:
            raise CheckError(f"this is an instrument of the type {model!r}, not one of {', '.join(MODELS)}")
        for line in LINES[1:]:
            await self._ask(line)
        if self._allow_settings:
            await self._ask_with_settings(model)
        await self._ask(IN_STEP)

    async def _ask_with_settings(self, model: str) -> None:
        if brightness := self.record.data(f"{HARMLESS}?"):
            for line in SettingProbes(model, brightness).lines:
                await self._ask(line)
        if self.record.data("Echo?") == "Off":
            on, request, off = ECHO
            try:
                await self._ask(on)
                await self._ask(request)
            finally:
                # Whoever interrupts the check finds the meter as it was.
                await self._ask(off)

    async def _ask(self, line: str) -> None:
        self._progress(len(self.record.exchanges) + 1, self._total, line)
        exchange = Exchange(line.encode("ascii"), self._wire.now)
        self.record.exchanges.append(exchange)
        if rows := _ROWS.get(line):
            await self._wire.stream(exchange, rows)
        else:
            await self._wire.ask(exchange)
        self._unanswered = 0 if exchange.received else self._unanswered + 1
        if self._unanswered >= SILENT_LIMIT:
            raise BrokenOffError("silent")
