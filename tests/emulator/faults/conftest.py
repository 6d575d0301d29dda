"""What the tests of the faults share: the table that they write if they are told to."""

from collections.abc import Iterator

import pytest

from emulator.faults import FAULTS

from .table import TABLE, document

OPTION = "--write-faults-table"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the table be written."""
    parser.addoption(OPTION, action="store_true", help=f"write {TABLE.name} instead of comparing with it")


@pytest.fixture(scope="session")
def told(request: pytest.FixtureRequest) -> Iterator[dict[str, str] | None]:
    """Return where to put what a client saw of each fault, if the table is to be written; None to compare."""
    if not request.config.getoption(OPTION, False):
        yield None
        return
    seen: dict[str, str] = {}
    yield seen
    if seen.keys() == FAULTS.keys():
        TABLE.write_text(document(seen), encoding="utf-8")
