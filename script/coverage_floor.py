"""Check a coverage report against what the project promises.

Usage: python -m script.coverage_floor COVERAGE.JSON
"""

from dataclasses import dataclass
import json
from pathlib import Path
import sys
from typing import Any


@dataclass(frozen=True, slots=True)
class Floor:
    """The least share of lines and branches, in percent, that tests must reach under a folder."""

    folder: str
    percent: float


FLOORS = (
    Floor("", 97),
    Floor("custom_components/rion_nl43/acoustics/", 100),
    Floor("custom_components/rion_nl43/alerts/", 100),
    Floor("custom_components/rion_nl43/nl43/", 100),
    Floor("custom_components/rion_nl43/monitor/", 100),
    Floor("custom_components/rion_nl43/picture/", 100),
    Floor("emulator/acoustics/", 100),
    Floor("emulator/card/", 100),
    Floor("emulator/check/", 100),
    Floor("emulator/ftp/", 100),
)


def covered_percent(files: dict[str, Any], folder: str) -> float | None:
    """Give the share of lines and branches under a folder that ran; None where there is nothing to run."""
    summaries = [file["summary"] for name, file in files.items() if name.startswith(folder)]
    there = sum(summary["num_statements"] + summary["num_branches"] for summary in summaries)
    ran = sum(summary["covered_lines"] + summary["covered_branches"] for summary in summaries)
    return 100 * ran / there if there else None


def check(files: dict[str, Any]) -> list[str]:
    """Say what is below its floor."""
    complaints = []
    for floor in FLOORS:
        percent = covered_percent(files, floor.folder)
        where = floor.folder or "everything"
        if percent is None:
            complaints.append(f"{where}: no code measured")
        elif percent < floor.percent:
            complaints.append(f"{where}: {percent:.2f} % covered, at least {floor.percent:g} % wanted")
    return complaints


def main() -> int:
    """Print complaints; the exit status tells whether there are any."""
    report = Path(sys.argv[1])
    if not report.exists():
        print("coverage: not measured, the tests did not run to their end")
        return 1
    complaints = check(json.loads(report.read_text())["files"])
    print("\n".join(complaints) or "coverage: every floor reached")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
