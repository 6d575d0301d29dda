"""Every language says all that English says: of the integration, and of the pages it brings along."""

import json
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
import pytest

from custom_components.rion_nl43.const import DOMAIN

from .helpers import MockConfigEntry
from .texts import FOLDER, TEXTS, strings

ENGLISH = "en"
FOLDERS = ("translations", "frontend/texts")
FILES = [path for folder in FOLDERS for path in sorted((FOLDER / folder).glob("*.json")) if path.stem != ENGLISH]
of_every_file = pytest.mark.parametrize("path", FILES, ids=[path.relative_to(FOLDER).as_posix() for path in FILES])
LANGUAGES = [path.stem for path in sorted((FOLDER / FOLDERS[0]).glob("*.json"))]
# A placeholder, or what chooses by one.
PLACEHOLDER = re.compile(r"\{(\w+)(?:\}|\s*,\s*(plural|selectordinal|select)\b)")
# What is no word of a language: figures, units, symbols of levels and names.
NO_WORD = re.compile(
    r"\{\w+\}|\d+|\W"
    r"|\b(?:ms|s|min|h|dB|A|C|Z|L[A-Z]?(?:eq|max|min|peak|E|p|N)\w*)\b"
    r"|\b(?:USB|NiMH|OK|Auto|Timer Auto|Blueprint)\b"
)
# Words that are the same in English.
SAME = {
    "de": {
        "Alarm",
        "Alkaline",
        "Display",
        "Episode",
        "Fast",
        "Format",
        "Host",
        "Name",
        "Pause",
        "Port",
        "Position",
        "Slow",
        "Standby",
        "Start",
        "in Home Assistant",
    },
    "fr": {
        "{number} minutes",
        "1 minute",
        "2 minutes",
        "5 minutes",
        "10 minutes",
        "15 minutes",
        "30 minutes",
        "Date",
        "Format",
        "Minutes",
        "Options",
        "Page (HTML)",
        "Pause",
        "Percentile",
        "Percentile {number}",
        "Port",
        "Position",
    },
    "ja": set[str](),
}


def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, of which no key is lost to a later one."""
    found = dict(pairs)
    assert len(found) == len(pairs), [key for key, _ in pairs]
    return found


def read(path: Path) -> dict[str, str]:
    """Return the strings of a file by their path, in its order."""
    return strings(json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=no_key_twice))


def english(path: Path) -> dict[str, str]:
    """Return the strings of the English file beside this one."""
    return read(path.with_stem(ENGLISH))


def placeholders(text: str) -> list[tuple[str, str]]:
    """Return what is put into a text, and how."""
    return sorted(PLACEHOLDER.findall(text))


def test_languages() -> None:
    """The pages speak every language of the integration."""
    assert ENGLISH in LANGUAGES
    assert {*LANGUAGES} <= {path.stem for path in (FOLDER / FOLDERS[1]).glob("*.json")}
    assert {path.stem for path in FILES} == SAME.keys()


@of_every_file
def test_same_keys(path: Path) -> None:
    """Nothing is missing, nothing is left over, and the order is that of English."""
    ours, theirs = read(path), english(path)
    assert ours.keys() == theirs.keys()
    assert list(ours) == list(theirs)


@of_every_file
def test_same_placeholders(path: Path) -> None:
    """Every string takes what its English one takes, and has its paragraphs."""
    ours = read(path)
    for key, text in english(path).items():
        assert placeholders(ours[key]) == placeholders(text), key
        assert ours[key].count("{") == ours[key].count("}") == text.count("{"), key
        assert re.findall(r"\n+|\[%.*?%\]", ours[key]) == re.findall(r"\n+|\[%.*?%\]", text), key


@of_every_file
def test_nothing_left_in_english(path: Path) -> None:
    """No string is empty that says something in English, and none is English but for what is the same."""
    ours = read(path)
    left = {}
    for key, text in english(path).items():
        assert bool(ours[key]) == bool(text), key
        assert ours[key] == ours[key].strip() or text != text.strip(), key
        if ours[key] == text and NO_WORD.sub("", text) and text not in SAME[path.stem]:
            left[key] = text
    assert not left


@pytest.mark.parametrize("language", LANGUAGES)
async def test_home_assistant_reads_them(
    hass: HomeAssistant, loaded: MockConfigEntry, language: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant itself takes every string of the language, and does not fall back to English."""
    ours = read(FOLDER / FOLDERS[0] / f"{language}.json")
    for category in TEXTS:
        found = await async_get_translations(hass, language, category, [DOMAIN])
        expected = {f"component.{DOMAIN}.{key}": text for key, text in ours.items() if key.split(".", 1)[0] == category}
        assert expected
        assert found == expected
    assert "translation" not in "".join(record.getMessage() for record in caplog.records if record.levelno >= 30)
