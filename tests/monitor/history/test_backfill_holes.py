"""Which holes are to be repaired, and when."""

from typing import Any

import pytest

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor.history.open_holes import (
    AGAIN_MS,
    HOLES_KEPT,
    LOOK_BACK_MS,
    SETTLE_MS,
    OpenHoles,
)

NOW = 1_772_438_400_000
MINUTE = 60_000


def hole(began_min: float, ended_min: float) -> Span:
    return Span(NOW + round(began_min * MINUTE), NOW + round(ended_min * MINUTE))


def test_a_hole_is_due_when_the_record_at_its_end_is_finished() -> None:
    holes = OpenHoles()

    assert holes.take([hole(-10, 0)], NOW, 15 * MINUTE)

    due = NOW + 15 * MINUTE + SETTLE_MS
    assert holes.next_due_ms == due
    assert holes.due(due - 1) == []
    assert [each.span for each in holes.due(due)] == [hole(-10, 0)]


def test_what_is_known_is_not_new_and_what_it_has_grown_by_is() -> None:
    holes = OpenHoles()
    holes.take([hole(-10, 0)], NOW, 0)

    assert not holes.take([hole(-10, 0), hole(-10, 0.5)], NOW, 0)
    assert holes.take([hole(-10, 5)], NOW + 5 * MINUTE, 0)
    assert [each.span for each in holes.due(NOW + 100 * MINUTE)] == [hole(-10, 0), hole(0, 5)]


def test_a_hole_is_tried_a_few_times_later_and_later_and_then_left() -> None:
    holes, now = OpenHoles(), NOW
    holes.take([hole(-10, 0)], NOW, 0)
    waited = []
    for _ in range(len(AGAIN_MS) + 1):
        due = holes.next_due_ms
        assert due is not None
        waited.append(due - now)
        now = due
        (each,) = holes.due(now)
        holes.tried(each, now, again=True)

    assert waited == [SETTLE_MS, *AGAIN_MS]
    assert holes.next_due_ms is None
    assert not holes.take([hole(-10, 0)], now, 0)


def test_a_hole_that_is_repaired_is_not_tried_again() -> None:
    holes = OpenHoles()
    holes.take([hole(-10, 0), hole(10, 20)], NOW, 0)
    (first, second) = holes.due(NOW + 60 * MINUTE)

    holes.tried(first, NOW, again=False)

    assert holes.due(NOW + 60 * MINUTE) == [second]


def test_what_waits_for_the_meter_to_close_its_files_is_tried_when_it_has() -> None:
    holes = OpenHoles()
    holes.take([hole(-20, -10)], NOW, 0)
    (each,) = holes.due(NOW + MINUTE)
    holes.tried(each, NOW, again=True)
    holes.take([hole(5, 10)], NOW, 15 * MINUTE)

    holes.hurry(NOW)

    assert holes.next_due_ms == NOW + SETTLE_MS
    assert [each.span for each in holes.due(NOW + SETTLE_MS)] == [hole(-20, -10)]


def test_old_holes_are_forgotten_and_many() -> None:
    holes = OpenHoles()
    holes.take([hole(-10, 0)], NOW, 0)
    holes.take([], NOW + LOOK_BACK_MS + MINUTE, 0)
    assert holes.memory == {"holes": []}

    holes.take([hole(10 * n, 10 * n + 2) for n in range(2 * HOLES_KEPT)], NOW, 0)
    holes.take([], NOW, 0)
    assert len(holes.memory["holes"]) == HOLES_KEPT


def test_a_restart_forgets_nothing() -> None:
    holes = OpenHoles()
    holes.take([hole(-10, 0), hole(10, 20)], NOW, 0)
    holes.tried(holes.due(NOW + MINUTE)[0], NOW, again=False)

    restored = OpenHoles(holes.memory)

    assert restored.memory == holes.memory
    assert restored.next_due_ms == holes.next_due_ms


@pytest.mark.parametrize(
    "kept",
    [
        None,
        {"holes": 1},
        {"holes": [1, [1, 2, 3], [2, 1, 0, None], [1, 2, True, None], [1, 2, 0, 1.5], [-1, 2, 0, None]]},
    ],
)
def test_nonsense_that_was_kept_is_ignored(kept: Any) -> None:
    assert OpenHoles(kept).memory == {"holes": []}
