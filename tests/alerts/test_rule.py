"""What a rule may be, and what it looks at."""

from typing import Any

import pytest

from custom_components.rion_nl43.acoustics import WindowKind, WindowSpec
from custom_components.rion_nl43.alerts import Direction, Grade, Metric, Quantity

from .sounds import rule, warning

QUARTER = WindowSpec(WindowKind.RUNNING, 900)


def test_grades_are_those_with_a_threshold() -> None:
    """The lowest first."""
    assert rule().grades == (Grade.WARNING, Grade.ALARM)
    assert warning().grades == (Grade.WARNING,)
    assert rule(warning_db=None).grades == (Grade.ALARM,)
    assert rule().threshold(Grade.OK) is None


def test_the_threshold_itself_is_no_breach() -> None:
    """On whichever side that is; a grade without a threshold is never over, and always quiet."""
    loud = rule(clear_margin_db=2.0)
    assert [loud.is_over(level, Grade.WARNING) for level in (65.0, 65.1)] == [False, True]
    assert [loud.is_quiet(level, Grade.ALARM) for level in (68.0, 68.1)] == [True, False]
    silent = rule(direction=Direction.BELOW, warning_db=40.0, alarm_db=30.0, clear_margin_db=2.0)
    assert [silent.is_over(level, Grade.ALARM) for level in (30.0, 29.9)] == [False, True]
    assert [silent.is_quiet(level, Grade.WARNING) for level in (42.0, 41.9)] == [True, False]
    assert (warning().is_over(120.0, Grade.ALARM), warning().is_quiet(120.0, Grade.ALARM)) == (False, True)


def test_without_a_margin_the_threshold_is_quiet() -> None:
    """Exactly that, however many digits it has."""
    assert rule(warning_db=65.12345678).quiet_limit(Grade.WARNING) == 65.12345678
    assert warning().quiet_limit(Grade.ALARM) is None


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"warning_db": None, "alarm_db": None}, "a threshold at least"),
        ({"alarm_db": 65.0}, "not beyond"),
        ({"alarm_db": 64.0}, "not beyond"),
        ({"direction": Direction.BELOW}, "not beyond"),
        ({"share_percent": 0.0}, "a share of 0"),
        ({"share_percent": 100.1}, "a share of 100.1"),
        ({"duration_s": -0.1}, "not negative"),
        ({"clear_margin_db": -0.1}, "not negative"),
        ({"cooldown_s": -0.1}, "not negative"),
    ],
)
def test_a_rule_that_could_not_be_judged(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        rule(**changes)


def test_what_needs_a_measurement() -> None:
    """Results of one do, and rules that are told so."""
    window = Metric.over(Quantity.WINDOW_LEQ, 900, WindowKind.RUNNING)
    assert [rule(metric=metric).needs_measurement for metric in (Metric(Quantity.LP), window)] == [False, False]
    assert rule(metric=Metric(Quantity.LEQ)).needs_measurement
    assert rule(only_while_measuring=True).needs_measurement


def test_the_same_level_has_the_same_key() -> None:
    """And others have others."""
    assert Metric(Quantity.LP).key == "lp"
    assert Metric.over(Quantity.WINDOW_LEQ, 900, WindowKind.RUNNING).key == "window_leq_900_running"
    assert Metric.over(Quantity.WINDOW_LN, 900, WindowKind.ALIGNED, 10).key == "window_ln_900_aligned_10"


@pytest.mark.parametrize(
    ("quantity", "window", "percentage", "why"),
    [
        (Quantity.LP, QUARTER, None, "with the window"),
        (Quantity.WINDOW_LEQ, None, None, "with the window"),
        (Quantity.WINDOW_LEQ, QUARTER, 10, "with the percentage"),
        (Quantity.WINDOW_LN, QUARTER, None, "with the percentage"),
        (Quantity.WINDOW_LN, QUARTER, 11, "no window has an L11"),
    ],
)
def test_levels_that_are_none(quantity: Quantity, window: WindowSpec | None, percentage: int | None, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Metric(quantity, window, percentage)
