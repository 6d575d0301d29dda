"""A quick restart of the program gives the meter its rest all the same."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from custom_components.rion_nl43.monitor.recovery.rest import keep_rest, restore_rest
from custom_components.rion_nl43.nl43 import Slot
from tests.fixtures import MeterFactory

from .watching import watching


def ago(**time: float) -> str:
    """Return a time in the past as it is kept."""
    return (datetime.now(UTC) - timedelta(**time)).isoformat()


async def test_a_restart_waits_for_the_rest(emulated_meter: MeterFactory) -> None:
    """The new run knows nothing of the old one's connection but what was kept; the referee sees no early connect."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.until_rows(2)
    closed_at = watch.now
    async with watching(meter, restored=watch.monitor.memory) as again:
        await again.until_rows(1)
        opened_at = meter.referee.connections[-1].opened_at
    assert len(meter.referee.connections) == 2
    assert 5 <= opened_at - closed_at < 5.5


async def test_the_rest_is_kept_while_nobody_holds_the_slot() -> None:
    now = asyncio.get_running_loop().time()
    slot = Slot()
    assert keep_rest(slot, now) == {"let_go_at": None}
    async with slot.hold(rest_s=0, patience_s=1):
        assert keep_rest(slot, now) == {"let_go_at": None}
    await asyncio.sleep(2)
    again = Slot()
    restore_rest(again, keep_rest(slot, now + 2), now + 100)
    assert again.released_at == pytest.approx(now + 98)


@pytest.mark.parametrize("kept", [None, 3, {}, {"let_go_at": "lately"}, {"let_go_at": 7}])
async def test_nonsense_is_no_rest(kept: object) -> None:
    slot = Slot()
    restore_rest(slot, kept, 0.0)
    assert slot.released_at is None


@pytest.mark.parametrize("old", [{"minutes": 2}, {"seconds": -30}])
async def test_what_was_long_ago_or_is_yet_to_come_is_no_rest(old: dict[str, float]) -> None:
    slot = Slot()
    restore_rest(slot, {"let_go_at": ago(**old)}, 0.0)
    assert slot.released_at is None


async def test_what_this_run_knows_counts_more() -> None:
    slot = Slot()
    async with slot.hold(rest_s=0, patience_s=1):
        restore_rest(slot, {"let_go_at": ago(seconds=3)}, 10.0)
        assert slot.released_at is None
    let_go_at = slot.released_at
    restore_rest(slot, {"let_go_at": ago(seconds=3)}, 10.0)
    assert slot.released_at == let_go_at
