"""Each fault, as a client sees it over a real socket; the documentation shows the same."""

import pytest

from emulator.faults import FAULTS

from . import stories_link, stories_meter
from .story import STORIES
from .table import TABLE, document, row

__all__ = ["stories_link", "stories_meter"]


def test_every_fault_has_its_story() -> None:
    assert STORIES.keys() == FAULTS.keys()


@pytest.mark.parametrize("name", FAULTS)
async def test_what_a_client_sees(name: str, told: dict[str, str] | None) -> None:
    """What a client sees is what the documentation tells."""
    seen = await STORIES[name].told()
    if told is None:
        assert row(FAULTS[name], seen) in TABLE.read_text(encoding="utf-8")
    else:
        told[name] = seen


@pytest.mark.parametrize("name", ["split-segments", "half-open", "overload"])
async def test_it_is_the_same_each_time(name: str) -> None:
    assert await STORIES[name].told() == await STORIES[name].told()


def test_the_table_has_every_fault_once_and_in_order(told: dict[str, str] | None) -> None:
    if told is None:
        lines = TABLE.read_text(encoding="utf-8").splitlines()
        rows = [line.split(" | ") for line in lines if line.startswith("| 9.")]
        assert [(cells[0], cells[1]) for cells in rows] == [
            (f"| {fault.number}", f"`{name}`") for name, fault in FAULTS.items()
        ]
        text = "\n".join(lines)
        assert text.startswith(document(dict.fromkeys(FAULTS, "")).partition("| 9.1 |")[0])
