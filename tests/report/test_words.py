"""The words of reports."""

from collections.abc import Iterator, Mapping
from datetime import date
from string import Formatter
from typing import Any

import pytest

from custom_components.rion_nl43.acoustics.day_plans import PRESETS
from custom_components.rion_nl43.report import LANGUAGES, language_of
from custom_components.rion_nl43.report.words import Words, read_texts

from .samples import BERLIN, at_ms


def texts(tree: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, object]]:
    """Yield all texts by their keys."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from texts(value, f"{path}{key}.")
        else:
            yield path + key, value


def gaps_of(text: object) -> list[str]:
    """Return the names of what a text leaves open, or how many texts it is."""
    if isinstance(text, list):
        return [str(len(text))]
    return sorted({name for _, name, _, _ in Formatter().parse(str(text)) if name})


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same(language: str) -> None:
    """In the same places, with the same left open; dates have an order of their own."""
    english, other = dict(texts(read_texts("en"))), dict(texts(read_texts(language)))
    assert other.keys() == english.keys()
    for key, text in other.items():
        if not key.startswith("date."):
            assert gaps_of(text) == gaps_of(english[key]), key
        assert text
        assert str(text).count("~") % 2 == str(text).count("^") % 2 == 0, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plan_has_its_source(language: str) -> None:
    """As the options have them."""
    assert read_texts(language)["plans"].keys() == {*PRESETS, "own"}


def test_languages() -> None:
    """A tag is understood by what it begins with; English stands in for the others."""
    assert [language_of(tag) for tag in ("de", "de-CH", "fr_CA", "JA", "pt", "")] == [
        "de",
        "de",
        "fr",
        "ja",
        "en",
        "en",
    ]


@pytest.mark.parametrize(
    ("language", "long", "short", "month", "week"),
    [
        ("en", "Wednesday, 4 March 2026", "Wed 4 Mar", "March 2026", "Week 10 of 2026: 2 Mar to 8 Mar"),
        ("de", "Mittwoch, 4. März 2026", "Mi 4. März", "März 2026", "Woche 10 von 2026: 2. März bis 8. März"),
        ("fr", "mercredi 4 mars 2026", "mer. 4 mars", "mars 2026", "semaine 10 de 2026 : 2 mars au 8 mars"),
        ("ja", "2026年3月4日（水）", "3月4日(水)", "2026年3月", "2026年 第10週（3月2日～3月8日）"),  # noqa: RUF001 # as Japanese is written
    ],
)
def test_dates(language: str, long: str, short: str, month: str, week: str) -> None:
    """As they are written there."""
    words, day = Words(language), date(2026, 3, 4)
    assert words.long_date(day) == long
    assert words.short_date(day).replace("\u00a0", " ") == short
    assert words.month(day) == month
    assert words.week(date(2026, 3, 2), date(2026, 3, 8)) == week


def test_times() -> None:
    """By the clock of the zone."""
    words = Words("en", BERLIN)
    at = at_ms("2026-07-01 08:05:09")
    assert (words.clock(at), words.clock(at, seconds=True)) == ("08:05", "08:05:09")
    assert words.moment(at).replace("\u00a0", " ") == "Wed 1 Jul 08:05"
    assert words.offset_at(at) == "UTC+2"
    assert words.offset(-12600) == "UTC\u22123:30"


@pytest.mark.parametrize(
    ("ms", "told"),
    [
        (0, "0 s"),
        (59_400, "59 s"),
        (60_000, "1 min"),
        (61_000, "1 min 1 s"),
        (3_600_000, "1 h"),
        (8_100_000, "2 h 15 min"),
        (86_400_000, "24 h"),
    ],
)
def test_durations(ms: float, told: str) -> None:
    """In their largest units."""
    assert Words("en").duration(ms) == told


def test_figures() -> None:
    """With the point or the comma of the language."""
    english, german = Words("en"), Words("de")
    assert (english.figure(62.34), german.figure(62.34)) == ("62.3", "62,3")
    assert english.figure(-0.04) == "0.0"
    assert [english.signed(value) for value in (0.36, -0.36, 0.0, -0.04, 0.04)] == [
        "+0.4",
        "\u22120.4",
        "0.0",
        "0.0",
        "0.0",
    ]
    assert (english.level(None), german.level(None)) == ("unknown", "unbekannt")
    assert [english.exposure(value) for value in (0.0, 0.00996645, 12.0, 1234.5)] == ["0", "0.00997", "12", "1230"]
    assert german.exposure(0.000123456) == "0,000123"
    assert german.decibels(62.34) == "62,3\u00a0dB"


@pytest.mark.parametrize(
    ("share", "told"), [(0, "0 %"), (1, "100 %"), (0.99999, "99.9 %"), (0.5, "50 %"), (0.1 + 0.2 + 0.7, "100 %")]
)
def test_shares(share: float, told: str) -> None:
    """They are rounded down: 100 % is said of nothing less."""
    assert Words("en").share(share).replace("\u00a0", " ") == told


def test_keys() -> None:
    """What is no text is not known."""
    words = Words("en")
    assert words.knows("excluded.calibration")
    assert not any(words.knows(key) for key in ("excluded.x", "excluded", "title.x", "x.y.z"))
    with pytest.raises(KeyError):
        words("hours.x")
