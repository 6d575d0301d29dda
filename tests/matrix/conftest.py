"""Options of the fault matrix, and the table that it prints or writes."""

from collections.abc import Iterator

import pytest

from .faults import CASES
from .play import Outcome
from .table import TABLE, document

WRITE = "--write-fault-matrix"
PLAYED = pytest.StashKey[list[tuple[str, str, Outcome]]]()
"""Feed, what was played, and what came of it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the table be written, and other pairs be drawn."""
    parser.addoption(WRITE, action="store_true", help=f"write {TABLE.name} instead of comparing with it")
    parser.addoption("--matrix-seed", default=None, help="draw other pairs of faults")
    parser.addoption("--matrix-pairs", type=int, default=None, help="draw so many pairs of faults")


@pytest.fixture(scope="session")
def written(request: pytest.FixtureRequest) -> Iterator[dict[str, dict[str, str]] | None]:
    """Return where to put the cells of each case, if the table is to be written; None to compare."""
    if not request.config.getoption(WRITE, False):
        yield None
        return
    cells: dict[str, dict[str, str]] = {case.id: {} for case in CASES}
    yield cells
    if all(cells[case.id].keys() == set(case.feeds) for case in CASES):
        TABLE.write_text(document(cells), encoding="utf-8")


@pytest.fixture
def played(request: pytest.FixtureRequest) -> list[tuple[str, str, Outcome]]:
    """Return where to put what came of what was played, for the summary."""
    return request.config.stash.setdefault(PLAYED, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the matrix, when it alone is run, or when more than dots are wanted."""
    played = config.stash.get(PLAYED, [])
    alone = any("matrix" in argument for argument in config.args)
    if not played or config.get_verbosity() < (0 if alone else 1):
        return
    terminalreporter.section("fault matrix")
    terminalreporter.write_line(f"{'feed':9} {'told':11} {'away':>7} {'back':>7} {'hole':>7}  fault")
    for feed, what, outcome in played:
        figures = f"{outcome.away_s:6.1f}s {outcome.back_s:6.1f}s {outcome.hole_s:6.1f}s"
        verdict = "" if not outcome.complaints else f"  BROKEN: {outcome.complaints[0]}"
        terminalreporter.write_line(f"{feed:9} {outcome.told:11} {figures}  {what}{verdict}")
