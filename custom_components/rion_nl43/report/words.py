"""The words of a report in four languages, and figures and times as they are written in them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from functools import cache
import json
from pathlib import Path
from typing import Any, Final

TEXTS: Final = Path(__file__).parent / "texts"
LANGUAGES: Final = ("en", "de", "fr", "ja")
# A space where no line is to break.
_TIGHT: Final = "\u00a0"
_MINUS: Final = "\u2212"
# Between two figures: from and to.
TO: Final = "\u2013"


def language_of(wanted: str) -> str:
    """Return the language of ours that serves a tag (de-CH) best; English, if none does."""
    language = wanted.replace("_", "-").partition("-")[0].casefold()
    return language if language in LANGUAGES else LANGUAGES[0]


@cache
def read_texts(language: str) -> Mapping[str, Any]:
    """Read the words of one of the languages."""
    texts: Mapping[str, Any] = json.loads((TEXTS / f"{language}.json").read_text(encoding="utf-8"))
    return texts


class Words:
    """What a report says in one language, with times by the clock of one zone; reads a file when it is first made."""

    def __init__(self, language: str, zone: tzinfo = UTC) -> None:
        """Speak this language, or English if we do not."""
        self.language = language_of(language)
        self._texts = read_texts(self.language)
        self._zone = zone

    def __call__(self, key: str, **values: str) -> str:
        """Return a text by its key (`hours.title`) with values in their places; KeyError if there is none."""
        text = self._find(key)
        return str(text).format(**values)

    def knows(self, key: str) -> bool:
        """Whether there is such a text."""
        try:
            return isinstance(self._find(key), str)
        except KeyError, TypeError:
            return False

    def figure(self, value: float, digits: int = 1) -> str:
        """Return a number, rounded."""
        text = f"{value:z.{digits}f}".replace(".", self("decimal"))
        return text.replace("-", _MINUS)

    def signed(self, value: float) -> str:
        """Return a difference of levels in dB."""
        text = self.figure(value)
        return text if text.startswith((_MINUS, "0")) and float(f"{value:z.1f}") <= 0 else f"+{text}"

    def level(self, value: float | None) -> str:
        """Return a level in dB without its unit; "unknown" where it is None."""
        return self("unknown") if value is None else self.figure(value)

    def exposure(self, value: float) -> str:
        """Return a sound exposure in Pa2h with three digits that count."""
        exact = f"{value:.3g}"
        return f"{float(exact):.10f}".rstrip("0").rstrip(".").replace(".", self("decimal"))

    def share(self, value: float) -> str:
        """Return a share of 0 to 1 in per cent, rounded down: 100 % is said of nothing less."""
        # The slack is for shares that were added up.
        tenths = int(1000 * value + 1e-6)
        whole, tenth = divmod(tenths, 10)
        number = str(whole) if not tenth else f"{whole}{self('decimal')}{tenth}"
        return self.percent(number)

    def percent(self, number: str) -> str:
        """Return a number of per cent, which no line parts from its sign."""
        return self("percent", n=number).replace(" ", _TIGHT)

    def decibels(self, level: float) -> str:
        """Return a level with its unit."""
        return f"{self.figure(level)}{_TIGHT}dB"

    def duration(self, ms: float) -> str:
        """Return a length of time in its largest units."""
        seconds = round(ms / 1000)
        hours, minutes = divmod(seconds // 60, 60)
        if hours:
            key = "hours_minutes" if minutes else "hours"
            return self(f"duration.{key}", hours=str(hours), minutes=str(minutes))
        if minutes:
            key = "minutes_seconds" if seconds % 60 else "minutes"
            return self(f"duration.{key}", minutes=str(minutes), seconds=str(seconds % 60))
        return self("duration.seconds", seconds=str(seconds))

    def local(self, at_ms: float) -> datetime:
        """Return a time by the local clock."""
        return datetime.fromtimestamp(at_ms / 1000, self._zone)

    def clock(self, at_ms: float, *, seconds: bool = False) -> str:
        """Return a time of the day."""
        return self.local(at_ms).strftime("%H:%M:%S" if seconds else "%H:%M")

    def offset(self, offset_s: int) -> str:
        """Return a difference from UTC: UTC+1, UTC-3:30."""
        hours, minutes = divmod(abs(offset_s) // 60, 60)
        sign = "+" if offset_s >= 0 else _MINUS
        return f"UTC{sign}{hours}" + (f":{minutes:02}" if minutes else "")

    def offset_at(self, at_ms: float) -> str:
        """Return the difference from UTC at a time."""
        offset = self.local(at_ms).utcoffset()
        return self.offset(round(offset.total_seconds()) if offset else 0)

    def moment(self, at_ms: float, *, seconds: bool = False) -> str:
        """Return a date and a time of the day."""
        return f"{self.short_date(self.local(at_ms).date())}{_TIGHT}{self.clock(at_ms, seconds=seconds)}"

    def long_date(self, day: date) -> str:
        """Return a date with the name of its day."""
        return self("date.long", **self._parts(day))

    def short_date(self, day: date) -> str:
        """Return a date for tables, without its year."""
        return self("date.short", **self._parts(day)).replace(" ", _TIGHT)

    def month(self, day: date) -> str:
        """Return the month of a date."""
        return self("date.month", **self._parts(day))

    def week(self, first: date, last: date) -> str:
        """Return a week by its number and its days."""
        year, week, _ = first.isocalendar()
        days = (self("date.day_month", **self._parts(day)) for day in (first, last))
        return self("date.week", week=str(week), year=str(year), **dict(zip(("first", "last"), days, strict=True)))

    def _parts(self, day: date) -> dict[str, str]:
        texts = self._texts
        return {
            "weekday": texts["weekdays"][day.weekday()],
            "weekday_short": texts["weekdays_short"][day.weekday()],
            "day": str(day.day),
            "month": texts["months"][day.month - 1],
            "month_short": texts["months_short"][day.month - 1],
            "month_number": str(day.month),
            "year": str(day.year),
        }

    def _find(self, key: str) -> Any:
        found: Any = self._texts
        for part in key.split("."):
            found = found[part]
        return found
