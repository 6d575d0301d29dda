"""The fault matrix as the documentation shows it: what is told of each fault, and what came of it in both feeds."""

from pathlib import Path
import re

from custom_components.rion_nl43.monitor import Diagnosis

from .faults import CASES, FEEDS, Case
from .play import Outcome

TABLE = Path(__file__).parents[2] / "docs" / "fault-matrix.md"
# Figures depend on when the fault meets the feed.
TOLERANCE_S = 2.5
NOT_PLAYED = "-"

HEAD = """\
# What becomes of each fault

Each fault of the meter and of the way to it that concerns the integration, played by the emulator
([its faults](faults.md)) to a monitor that runs as in Home Assistant, once polled and once streamed. In each of these
runs, and in those of two faults at a time, drawn at random and overlapping at random moments, it is checked that

- every level that was told is one that the meter really made at that moment;
- the run state never became what the meter was not, and the start of the measurement stayed what it was;
- no command came less than 1 s after the meter's last byte, and never was there a second connection;
- the values became unavailable no later than 6 s after the meter's last byte;
- no moment was covered by two samples, and every one by a sample, but for what the fault and the breaks of a stream
  explain;
- the diagnosis was the one below and no other, but for those on the way to it;
- the link was back in time: within 6 s after a reset, 60 s after a wedge, else 30 s, from the end of the fault; and the
  first row within 4 s after that.

The figures are what the tests saw when they last wrote this table (`script/fault_matrix`), in virtual time; they fail
if they see anything else.

| No. | Fault | Told | Back within | Polled | Streamed |
|---|---|---|---|---|---|
"""

_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def cell(outcome: Outcome) -> str:
    """Return what came of a fault in one feed."""
    if not outcome.away_s:
        return "values all the time"
    return f"no values for {outcome.away_s:.0f} s, back after {outcome.back_s:.1f} s"


def row(case: Case, cells: dict[str, str]) -> str:
    """Return the row of a fault."""
    told = case.told or Diagnosis.CONNECTED
    web = ", the web app is on" if case.web_app else ""
    back = f"{case.back_s:g} s" if case.back_s else NOT_PLAYED
    seen = (cells[feed] if feed in case.feeds else NOT_PLAYED for feed in FEEDS)
    return f"| {case.number} | {case.what} | {told.value}{web} | {back} | {' | '.join(seen)} |\n"


def document(cells: dict[str, dict[str, str]]) -> str:
    """Return the whole file, given the cells of each case by feed."""
    return HEAD + "".join(row(case, cells[case.id]) for case in CASES)


def documented(case: Case, feed: str) -> str:
    """Return the cell that the file has for a case; KeyError if it has no such row."""
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = line.strip("| ").split(" | ")
        if cells[:2] == [case.number, case.what]:
            return cells[-len(FEEDS) :][FEEDS.index(feed)]
    raise KeyError(case.id)


def alike(seen: str, written: str) -> bool:
    """Return whether two cells say the same, give or take what their figures may differ by."""
    figures = [list(map(float, _NUMBER.findall(text))) for text in (seen, written)]
    words = [_NUMBER.sub("", text) for text in (seen, written)]
    return words[0] == words[1] and all(abs(one - other) <= TOLERANCE_S for one, other in zip(*figures, strict=True))
