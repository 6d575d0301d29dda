"""What can be read off a record: how this unit behaves where the documents leave it open."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
import itertools
import re
from typing import Literal

from emulator.config import OPTIONS, PercentileForm, StatusField
from emulator.instrument.execution import PERCENTILE_FORMS
from emulator.instrument.table import COMMANDS
from emulator.instrument.values import parse_stamp

from .plan import STATUS, STREAM
from .record import Exchange, Record

type Place = Literal["after", "before", "none"]

PLAIN_ROW_FIELDS = 33
COUNTER_WIDTH = 3

# In the order that is assumed: it counts where letters fit more than one.
_STATUS_FORMS: dict[StatusField, re.Pattern[str]] = {
    "clock": re.compile(r"\d{4}/\d+/\d+ \d+:\d+:\d+"),
    "power": re.compile(r"[IEU]"),
    "battery": re.compile(r"[FMLDE]"),
    "card": re.compile(r" *\d+"),
    "state": re.compile(r"[MS]"),
}


@dataclass(frozen=True, slots=True)
class PromptForm:
    """The prompt as it was seen: most often in this form and at this place."""

    text: bytes
    place: Place
    on_connect: bool
    delays_s: tuple[float, ...] = ()


class Traits:
    """One unit, as far as its record tells."""

    def __init__(self, record: Record) -> None:
        """Look at a record."""
        self.record = record

    @cached_property
    def answered(self) -> list[Exchange]:
        """The exchanges whose answer is one, without streams."""
        return [exchange for exchange in self.record.exchanges if exchange.reply and not exchange.is_stream]

    @cached_property
    def prompt(self) -> PromptForm:
        """Form, place and moment of the prompt."""
        on_connect = any(b"$" in piece.data for piece in self.record.greeting)
        behind = [prompt for exchange in self.answered if (prompt := exchange.prompt)]
        before = [reply.before for exchange in self.answered if (reply := exchange.reply) and reply.before]
        half = len(self.answered) / 2
        if len(behind) > half:
            return PromptForm(
                _commonest(prompt.data for prompt in behind),
                "after",
                on_connect,
                tuple(sorted(prompt.at for prompt in behind)),
            )
        if len(before) > half:
            return PromptForm(_commonest(before), "before", on_connect)
        return PromptForm(b"$", "none", on_connect)

    @cached_property
    def latencies_s(self) -> tuple[float, ...]:
        """The times to the first byte of an answer, in order of size."""
        return tuple(sorted(latency for exchange in self.answered if (latency := exchange.latency_s) is not None))

    @cached_property
    def options(self) -> frozenset[str]:
        """The programs most of whose commands are accepted."""
        return frozenset(option for option in OPTIONS if self._share_accepted(option) > 1 / 2)

    @cached_property
    def missing_option_code(self) -> int | None:
        """The code that refuses the commands of options that are not there; None if there are no such commands."""
        codes = Counter(
            code for option in OPTIONS if option not in self.options for code in self._codes(option) if code
        )
        return codes.most_common(1)[0][0] if codes else None

    @cached_property
    def percentile_form(self) -> PercentileForm | None:
        """How percentages are written; None if in no way that is known."""
        texts = self.percentiles
        for form, pattern in PERCENTILE_FORMS.items():
            numbers = [re.search(r"\d+", text or "") for text in texts]
            if all(number and pattern.format(number[0]) == text for number, text in zip(numbers, texts, strict=True)):
                return form
        return None

    @cached_property
    def percentiles(self) -> list[str | None]:
        """The answers to `Percentile 1?` to `Percentile 5?`."""
        return [self.record.data(f"Percentile {number}?") for number in range(1, 6)]

    @cached_property
    def status_fields(self) -> tuple[StatusField, ...] | None:
        """The order of what `DRD?status` adds; None if it cannot be told."""
        rows = self.stream_rows(STATUS)
        texts = rows[0].split(",")[PLAIN_ROW_FIELDS:] if rows else []
        if len(texts) != len(_STATUS_FORMS):
            return None
        orders = itertools.permutations(_STATUS_FORMS)
        return next((order for order in orders if all(map(_fits, order, texts))), None)

    @cached_property
    def rows_after_sub(self) -> int | None:
        """How many rows of the stream came after SUB; None if there was no stream."""
        exchange = self.record.find(STREAM)
        if exchange is None or (sub_at := exchange.sub_at) is None:
            return None
        return sum(at > sub_at for at, _ in exchange.rows)

    @cached_property
    def counter_padded(self) -> bool | None:
        """Whether the counter of a stream has always three characters; None if there was no stream."""
        rows = self.stream_rows(STREAM)
        return all(len(row.split(",")[0]) == COUNTER_WIDTH for row in rows) if rows else None

    @cached_property
    def clock_ahead_s(self) -> int | None:
        """How far the meter's clock is ahead of the computer's, in whole seconds; None if it was not told."""
        exchange = self.record.find("Clock?")
        if exchange is None or (told := parse_stamp(exchange.data or "")) is None:
            return None
        # It was read in the middle of the way there and back.
        asked_at = exchange.at + (exchange.latency_s or 0.0) / 2
        local = self.record.began.replace(tzinfo=None) + timedelta(seconds=asked_at)
        # It tells whole seconds, on average half a second after they began.
        return round((told - local).total_seconds() + 0.5)

    def stream_rows(self, line: str) -> list[str]:
        """Return the rows of a stream."""
        exchange = self.record.find(line)
        return [row for _, row in exchange.rows] if exchange else []

    def fields(self, line: str) -> list[str] | None:
        """Return the fields of a row of DOD or DLC."""
        data = self.record.data(line)
        return None if data is None else data.split(",")

    def _codes(self, option: str) -> list[int]:
        lines = (f"{command.name}?" for command in COMMANDS if command.option == option)
        return [code for line in lines if (code := self.record.code(line)) is not None]

    def _share_accepted(self, option: str) -> float:
        codes = self._codes(option)
        return codes.count(0) / len(codes) if codes else 0.0


def _commonest(texts: Iterable[bytes]) -> bytes:
    return Counter(texts).most_common(1)[0][0]


def _fits(field: StatusField, text: str) -> bool:
    return _STATUS_FORMS[field].fullmatch(text) is not None
