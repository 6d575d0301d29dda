"""Writes pages of reports into a folder, for browsers to look at: `python -m tests.report.pages FOLDER`."""

from pathlib import Path
import sys

from custom_components.rion_nl43.report import LANGUAGES, ReportKind, make_report, to_html

from .samples import full


def write(folder: Path) -> None:
    """Write a page of each kind in each language: `week-de.html`."""
    for kind in ReportKind:
        report = make_report(full(kind))
        for language in LANGUAGES:
            (folder / f"{kind}-{language}.html").write_text(to_html(report, language), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
