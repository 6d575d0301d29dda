"""A meter on the bench: its instrument alone, on a clock that the test turns by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

from emulator import MeterConfig
from emulator.instrument import Answer, Instrument, Moment, execute, understand

BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
UTC_OFFSET = timedelta(hours=1)


class Bench:
    """One instrument, switched on."""

    def __init__(self, **config: Any) -> None:
        """Switch it on."""
        self.seconds = 0.0
        self.instrument = Instrument(MeterConfig(**config), self._now, UTC_OFFSET)
        self.instrument.power_on()

    def answer(self, line: str | bytes) -> Answer:
        """Return the answer to a line."""
        raw = line.encode("ascii") if isinstance(line, str) else line
        return execute(self.instrument, understand(self.instrument, raw))

    def code(self, line: str | bytes) -> int:
        """Return the result code that answers a line."""
        return self.answer(line).result.value

    def ask(self, line: str) -> str:
        """Return the data line that answers a request."""
        answer = self.answer(line)
        assert answer.result == 0, f"{line} -> {answer}"
        assert answer.data is not None
        return answer.data

    def do(self, *lines: str) -> None:
        """Send settings, all of which must be accepted."""
        for line in lines:
            assert self.code(line) == 0, line

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds

    def fields(self, line: str) -> list[str]:
        """Return the fields of a row."""
        return self.ask(line).split(",")

    def level(self, line: str, index: int) -> float:
        """Return one level of a row in dB."""
        return float(self.fields(line)[index])

    def _now(self) -> Moment:
        return Moment(self.seconds, BEGIN + timedelta(seconds=self.seconds))
