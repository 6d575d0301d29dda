"""Each fault alone, in both feeds."""

import pytest

from emulator.faults import FAULTS
from tests.fixtures import MeterFactory

from .faults import CASES, OF_FILES_ALONE, Case
from .play import Outcome, play
from .table import HEAD, TABLE, alike, cell, documented, row

RUNS = [pytest.param(case, feed, id=f"{feed}: {case.id}") for case in CASES for feed in case.feeds]


@pytest.mark.parametrize(("case", "feed"), RUNS)
async def test_a_fault(
    case: Case,
    feed: str,
    emulated_meter: MeterFactory,
    played: list[tuple[str, str, Outcome]],
    written: dict[str, dict[str, str]] | None,
) -> None:
    """All that is told is true, all that is promised is kept, and the documentation says the same."""
    outcome = await play(emulated_meter, feed, (case, 0.0))
    played.append((feed, case.id, outcome))
    assert outcome.complaints == []
    if written is None:
        assert alike(cell(outcome), documented(case, feed)), "script/fault_matrix writes the table anew"
    else:
        written[case.id][feed] = cell(outcome)


def test_every_fault_is_played() -> None:
    """Whatever the emulator can play, but for what no link ever meets."""
    assert {name for case in CASES for name, _ in case.orders} == FAULTS.keys() - OF_FILES_ALONE


def test_the_table_has_every_fault_once_and_in_order(written: dict[str, dict[str, str]] | None) -> None:
    """Nothing of the table is out of date but, perhaps, its figures; these have their own tests."""
    if written is None:
        text = TABLE.read_text(encoding="utf-8")
        assert text.startswith(HEAD)
        rows = [line.rsplit(" | ", 2)[0] for line in text.splitlines() if line.startswith("| 9.")]
        expected = [row(case, dict.fromkeys(case.feeds, "")).rsplit(" | ", 2)[0] for case in CASES]
        assert rows == expected


def test_cells_are_alike() -> None:
    """Figures may differ a little, words may not."""
    assert alike("no values for 41 s, back after 5.6 s", "no values for 43 s, back after 5.1 s")
    assert not alike("no values for 41 s, back after 5.6 s", "no values for 44 s, back after 5.6 s")
    assert not alike("values all the time", "no values for 1 s, back after 5.6 s")
