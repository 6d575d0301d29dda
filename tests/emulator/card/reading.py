"""Stored files read back as a client would, by the names of their columns; shares no code with what wrote them."""

from collections.abc import Iterator
from datetime import datetime
import math
import re
from typing import NamedTuple

from emulator.card import CardFiles
from tests.emulator.bench import Bench

DURATION = re.compile(r"(\d{3})d (\d\d):(\d\d):(\d\d\.\d)")


class Row(NamedTuple):
    """One record: its address, when it began, how long it measured (s), and its other columns by name."""

    address: int
    start: datetime
    seconds: float
    values: dict[str, str]

    def level(self, name: str) -> float:
        """Return a level in dB."""
        return float(self.values[name])


def auto_bench(*lines: str, store_name: str = "0020", **config: object) -> Bench:
    """Return a meter in Auto mode, with these settings made."""
    settings = {"Store Mode": "Auto", "Store Name": store_name}
    bench = Bench(**{"scene": "traffic", **config, "settings": settings})
    bench.do(*lines)
    return bench


def files_of(bench: Bench) -> CardFiles:
    """Return the files of a meter."""
    return bench.instrument.card.files


def tree(files: CardFiles, path: str = "") -> Iterator[str]:
    """Yield the paths of all files and folders below a folder, folders with a slash at their end."""
    for entry in files.entries(path or "/"):
        below = f"{path}/{entry.name}"
        yield f"{below}/" if entry.is_folder else below
        if entry.is_folder:
            yield from tree(files, below)


def check_sizes(files: CardFiles) -> int:
    """Check that every file has as many bytes as its entry says; return their sum."""
    total = 0
    for path in tree(files):
        if not path.endswith("/"):
            folder, _, name = path.rpartition("/")
            (size,) = [entry.size for entry in files.entries(folder or "/") if entry.name == name]
            assert len(files.read(path)) == size
            total += size
    return total


def lines_of(data: bytes) -> list[str]:
    """Return the lines of a file, whatever ends them; the last one must be whole."""
    text = data.decode("ascii")
    assert text.endswith("\n")
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n")


def stamp_of(text: str) -> datetime:
    """Return the time of a `Start Time`."""
    return datetime.strptime(text, "%Y/%m/%d %H:%M:%S.%f" if "." in text else "%Y/%m/%d %H:%M:%S")


def seconds_of(text: str) -> float:
    """Return the seconds of a `Measurement Time`."""
    match = DURATION.fullmatch(text)
    assert match
    days, hours, minutes, seconds = match.groups()
    return int(days) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def flat_rows(data: bytes) -> Iterator[dict[str, str]]:
    """Yield the rows of a flat file by the names in its header row."""
    lines = lines_of(data)
    if lines[0] == "CSV":
        del lines[0]
    names = lines[0].split(",")
    for line in lines[1:]:
        yield dict(zip(names, line.split(","), strict=True))


def records(files: CardFiles, folder: str) -> list[Row]:
    """Return the records of all Leq files, or of the Manual files, in a folder."""
    found = []
    for entry in files.entries(folder):
        for values in flat_rows(files.read(f"{folder}/{entry.name}")):
            start, seconds = stamp_of(values["Start Time"]), seconds_of(values["Measurement Time"])
            found.append(Row(int(values["Address"]), start, seconds, values))
    return found


def leq_records(bench: Bench, store_name: str = "0020") -> list[Row]:
    """Return the records of an Auto store."""
    return records(files_of(bench), f"/NL-43/Auto_{store_name}/Auto_Leq")


def lp_rows(bench: Bench, store_name: str = "0020", channel: str = "Main") -> list[tuple[datetime, float]]:
    """Return time and Lp of all rows of an Auto store."""
    files, store = files_of(bench), f"/NL-43/Auto_{store_name}"
    found = []
    for folder in files.entries(store):
        if folder.name.startswith("Auto_Lp_"):
            for entry in files.entries(f"{store}/{folder.name}"):
                rows = flat_rows(files.read(f"{store}/{folder.name}/{entry.name}"))
                found += [(stamp_of(values["Start Time"]), float(values[f"Lp({channel})"])) for values in rows]
    return found


def energy_mean(rows: list[Row], name: str = "Leq(Main)") -> float:
    """Return the energy mean of a level, weighted by the durations."""
    energy = math.fsum(row.seconds * 10 ** (row.level(name) / 10) for row in rows)
    return 10 * math.log10(energy / math.fsum(row.seconds for row in rows))
