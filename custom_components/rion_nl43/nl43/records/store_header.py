"""Headers of Auto stores, `.rnh`: sections of keys and values. Which keys there are is not documented: all are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
import re
from types import MappingProxyType

from .lines import Lines, Source, chunks_of, is_blank, is_csv_mark
from .model import Channel
from .unreadable import UnreadableFile, shown

# Settings of a meter are some hundred.
MAX_ENTRIES = 5000
MAX_TEXT_BYTES = 1000

_MISSING = frozenset({None, "", "-", "-.-"})
_ENCODINGS = ("utf-8", "cp949")
_PERCENT = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})?")
_SLOT = re.compile(r"(?<![0-9])([1-5])$")
_TITLE = re.compile(r"\s*\[([^\[\]]*)\][\s,]*")
# Without a name it is the only channel's, or the main one's.
_CHANNELS = {channel.casefold(): channel for channel in Channel} | {"sub": Channel.SUB1, "": Channel.MAIN}


@dataclass(frozen=True, slots=True)
class HeaderEntry:
    """One line: key and value as they stand there, without what surrounds them."""

    section: str
    key: str
    value: str


@dataclass(frozen=True, slots=True)
class StoreHeader:
    """What a header says. Keys are found in any case, with and without blanks; None for what it does not say."""

    entries: tuple[HeaderEntry, ...]
    torn: bool = False
    """Whether the file ends within a line, which is not read then."""

    def value(self, *words: str) -> str | None:
        """Return the value of the first key that contains all these words."""
        found = (entry.value for entry in self.entries if all(_plain(word) in _plain(entry.key) for word in words))
        return _present(next(found, None))

    @property
    def model(self) -> str | None:
        """The meter's model, as `NL-43`."""
        return self.value("model") or self.value("type")

    @property
    def serial(self) -> str | None:
        """The meter's serial number."""
        return self.value("serial")

    @property
    def index(self) -> str | None:
        """The meter's Index Number."""
        return self.value("index")

    @property
    def store_name(self) -> str | None:
        """The Store Name."""
        return self.value("store", "name")

    @property
    def percentiles(self) -> Mapping[int, float]:
        """The percentages of the slots 1 to 5, those that the file tells: 10.0 of LN1 means L10."""
        found: dict[int, float] = {}
        for entry in self.entries:
            # The word may stand above the slots instead of in each.
            slot, percent = _SLOT.search(_plain(entry.key)), _PERCENT.search(entry.value)
            if slot and percent and "percentile" in _plain(entry.section + entry.key) and 0 < float(percent[0]) < 100:
                found.setdefault(int(slot[1]), float(percent[0]))
        return MappingProxyType(found)

    @property
    def frequency_weightings(self) -> Mapping[Channel, str]:
        """The frequency weightings of the channels, as `A`."""
        return self._weightings("frequencyweighting")

    @property
    def time_weightings(self) -> Mapping[Channel, str]:
        """The time weightings of the channels, as `F`."""
        return self._weightings("timeweighting")

    def _weightings(self, key: str) -> Mapping[Channel, str]:
        found: dict[Channel, str] = {}
        for entry in self.entries:
            what, _, channel = _plain(entry.key).partition(key)
            if key in _plain(entry.key) and not what and channel in _CHANNELS and (value := _present(entry.value)):
                found.setdefault(_CHANNELS[channel], value)
        return MappingProxyType(found)


def read_store_header(source: Source) -> StoreHeader:
    """Read a whole `.rnh` file from an open binary file or from chunks of bytes; raises UnreadableFile."""
    lines, section, begun = Lines(), "", False
    entries: list[HeaderEntry] = []
    for line in (line for chunk in chunks_of(source) for line in lines.feed(chunk)):
        number = lines.number
        if is_blank(line) or (is_csv_mark(line) and not begun):
            begun = begun or not is_blank(line)
            continue
        begun = True
        text = _text(line, number)
        if title := _TITLE.fullmatch(text):
            section = title[1].strip()
            continue
        key, comma, value = text.partition(",")
        if not comma or not key.strip():
            raise UnreadableFile(number, 1, f"{shown(text)} is neither a section nor a key with its value")
        if len(entries) == MAX_ENTRIES:
            raise UnreadableFile(number, 1, "this header has more lines than any that a meter writes")
        entries.append(HeaderEntry(section, key.strip(), value.strip(" \t,")))
    return StoreHeader(tuple(entries), torn=bool(lines.finish()))


def _text(line: bytes, number: int) -> str:
    """Return a line as text: names that people give may be in any script. Raises UnreadableFile."""
    if len(line) > MAX_TEXT_BYTES or any(byte < 32 and byte != 9 for byte in line):
        raise UnreadableFile(number, 1, f"{shown(line.decode('ascii', 'replace'))} is no text of a meter")
    for encoding in _ENCODINGS:
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode("ascii", "replace")


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _present(value: str | None) -> str | None:
    return None if value in _MISSING else value
