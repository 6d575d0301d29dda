"""What the meter's clock shows, by which the card's files are dated."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.monitor.card.clock import CardClock
from custom_components.rion_nl43.monitor.state import MeterState

BERLIN = ZoneInfo("Europe/Berlin")


async def test_it_does_not_follow_summer_time(virtual_clock: Callable[[float], None]) -> None:
    kept: list[float | None] = []
    state = MeterState(None, BERLIN)
    clock = CardClock(state, None, lambda: kept.append(clock.ahead_of_utc_s))

    def ahead() -> timedelta:
        return clock.now() - datetime.now(UTC).replace(tzinfo=None)

    assert not clock.known
    assert ahead() == timedelta(hours=1)
    state.change_facts(lambda facts: replace(facts, clock_offset_s=10.0))
    assert ahead() == timedelta(hours=1, seconds=10)
    virtual_clock(30 * 86_400)
    state.change_facts(lambda facts: replace(facts, battery="Low"))
    assert ahead() == timedelta(hours=1, seconds=10), "it was not read again"
    state.change_facts(lambda facts: replace(facts, clock_offset_s=-3591.0))
    assert ahead() == timedelta(hours=1, seconds=9)
    assert kept == [3610], "a second is not worth it"
    state.change_facts(lambda facts: replace(facts, clock_offset_s=0.0))
    assert ahead() == timedelta(hours=2)
    assert kept == [3610, 7200]
    assert CardClock(state, 3610.0, lambda: None).known


@pytest.mark.parametrize("kept", [None, True, "1", 1e300, float("nan"), float("inf"), []])
async def test_nonsense_that_was_kept_is_no_clock(kept: object) -> None:
    assert not CardClock(MeterState(None, UTC), kept, lambda: None).known
