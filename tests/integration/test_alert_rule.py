"""Alert rules as they are kept, and what is wrong with those that cannot be."""

from datetime import time
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import WEEKDAYS
from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.acoustics import PERCENTAGES, WindowKind
from custom_components.rion_nl43.alert_checks import (
    HIGHEST_DB,
    LOWEST_DB,
    MAX_DURATION_S,
    SAMPLES_BEYOND,
    Hint,
    Problem,
    ProblemKind,
    hint,
    least_minutes,
    problems,
)
from custom_components.rion_nl43.alert_form import NEW_RULE, PROBLEM_SECTIONS, SECTIONS, as_kept, as_shown
from custom_components.rion_nl43.alert_rule import name_in_words, rule_data, rule_from_data, rule_from_subentry
from custom_components.rion_nl43.alerts import Always, Direction, Helper, Metric, Quantity, Rule, Weekly
from custom_components.rion_nl43.const import SUBENTRY_ALERT_RULE
from custom_components.rion_nl43.monitor import Facts
from custom_components.rion_nl43.options import FEEDS, POLLED, STREAMED

DECIBELS = st.integers(0, 2000).map(lambda tenths: tenths / 10)
SECONDS = st.integers(0, MAX_DURATION_S).map(float)
CLOCK = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
WINDOWS = st.tuples(st.integers(1, 1440), st.sampled_from(WindowKind))
METRICS = st.one_of(
    st.sampled_from([quantity for quantity in Quantity if not quantity.windowed]).map(Metric),
    st.builds(
        lambda quantity, window: Metric.over(quantity, window[0] * 60, window[1]),
        st.sampled_from((Quantity.WINDOW_LEQ, Quantity.WINDOW_LMAX, Quantity.WINDOW_LMIN)),
        WINDOWS,
    ),
    st.builds(
        lambda window, percentage: Metric.over(Quantity.WINDOW_LN, window[0] * 60, window[1], percentage),
        WINDOWS,
        st.sampled_from(PERCENTAGES),
    ),
)
SCHEDULES = st.one_of(
    st.builds(Always),
    st.builds(Weekly, CLOCK, CLOCK, st.frozensets(st.integers(0, 6), min_size=1)),
    st.just(Helper("schedule.night")),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Draw any rule that there can be."""
    direction = draw(st.sampled_from(Direction))
    first, second = draw(st.lists(DECIBELS, min_size=2, max_size=2, unique=True).map(sorted))
    warning, alarm = (first, second) if direction is Direction.ABOVE else (second, first)
    left_out = draw(st.sampled_from(("none", "warning", "alarm")))
    return Rule(
        id="rule",
        name="Night",
        metric=draw(METRICS),
        direction=direction,
        warning_db=None if left_out == "warning" else warning,
        alarm_db=None if left_out == "alarm" else alarm,
        duration_s=draw(SECONDS),
        share_percent=draw(st.integers(1, 100).map(float)),
        clear_margin_db=draw(st.integers(0, 500).map(lambda tenths: tenths / 10)),
        cooldown_s=draw(SECONDS),
        schedule=draw(SCHEDULES),
        only_while_measuring=draw(st.booleans()),
        enabled=draw(st.booleans()),
    )


def data(**changes: Any) -> dict[str, Any]:
    """Return the flat mapping of a new rule as the form makes it, with these changes."""
    filled = {**NEW_RULE, **changes}
    return {key: value for key, value in filled.items() if value is not None}


def found(feed: str = POLLED, *, there: bool = True, **changes: Any) -> list[ProblemKind]:
    """Return what is wrong with a new rule that has these changes."""
    return [problem.kind for problem in problems(data(**changes), feed, lambda _: there)]


@given(rules())
def test_a_rule_survives_storage(rule: Rule) -> None:
    """What a subentry keeps is plain JSON, and is read back as the same rule."""
    kept = rule_data(rule)
    subentry = ConfigSubentry(
        data=MappingProxyType(kept),
        subentry_id="rule",
        subentry_type=SUBENTRY_ALERT_RULE,
        title="Night",
        unique_id=None,
    )
    assert rule_from_subentry(subentry) == rule
    assert all(type(value) in (str, int, float, bool, list) for value in kept.values())


@given(rules())
def test_a_rule_survives_the_form(rule: Rule) -> None:
    """What the form shows of it, submitted as it is, is the same rule, but that it is switched on."""
    kept = rule_data(rule)
    enabled = kept.pop("enabled")
    assert rule_data(rule_from_data("rule", "Night", as_kept(as_shown(kept)))) == kept | {"enabled": True}
    assert enabled is rule.enabled


@given(rules(), st.sampled_from(FEEDS))
def test_what_has_no_problem_is_a_rule(rule: Rule, feed: str) -> None:
    """And of the rules that there can be, nothing is wrong but what does not concern the rule itself."""
    about_the_feed_or_a_slip = {ProblemKind.PERCENTILE_TOO_SHORT, ProblemKind.BEGIN_IS_UNTIL}
    kinds = {problem.kind for problem in problems(rule_data(rule), feed, lambda _: True)}
    assert kinds <= about_the_feed_or_a_slip


def test_a_rule_is_kept_as_it_was_agreed() -> None:
    """The keys are the contract with those who write subentries by hand."""
    rule = Rule(
        id="rule",
        name="Night",
        metric=Metric.over(Quantity.WINDOW_LN, 900, WindowKind.ALIGNED, 10),
        warning_db=65.0,
        alarm_db=70.5,
        duration_s=60.0,
        share_percent=80.0,
        clear_margin_db=2.0,
        cooldown_s=300.0,
        schedule=Weekly(time(22), time(6, 30), frozenset({4, 0})),
    )
    assert rule_data(rule) == {
        "metric": "window_ln",
        "window_minutes": 15,
        "window_kind": "aligned",
        "percentage": 10,
        "direction": "above",
        "warning": 65.0,
        "alarm": 70.5,
        "duration": 60.0,
        "share": 80.0,
        "clear_margin": 2.0,
        "cooldown": 300.0,
        "schedule": "weekly",
        "days": ["mon", "fri"],
        "begin": "22:00:00",
        "until": "06:30:00",
        "only_while_measuring": False,
        "enabled": True,
    }


def test_what_is_left_out_has_its_default() -> None:
    """A rule is on, at any time, and raises at once, unless something else is said."""
    rule = rule_from_data("rule", "Loud", {"metric": "lp", "alarm": 90})
    assert rule == Rule(id="rule", name="Loud", metric=Metric(Quantity.LP), alarm_db=90)


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"metric": "lp"},
        {"metric": "loudness", "alarm": 70.0},
        {"metric": "window_leq", "alarm": 70.0},
        {"metric": "window_ln", "window_minutes": 5, "window_kind": "running", "alarm": 70.0},
        {"metric": "lp", "alarm": "loud"},
        {"metric": "lp", "alarm": 70.0, "schedule": "weekly", "begin": "07:00:00", "until": "19:00:00"},
        {"metric": "lp", "alarm": 70.0, "schedule": "weekly", "days": ["xyz"], "begin": "07:00", "until": "19:00"},
        {"metric": "lp", "alarm": 70.0, "schedule": "helper"},
        {"metric": "lp", "alarm": 70.0, "schedule": "sometimes"},
        {"metric": "lp", "warning": 70.0, "alarm": 65.0},
        {"metric": "lp", "alarm": 70.0, "duration": None},
    ],
)
def test_nonsense_is_no_rule(nonsense: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        rule_from_data("rule", "Nonsense", nonsense)


FACTS = Facts(frequency_weightings=("A", None, None, None), time_weightings=("F", None, None, None))


@pytest.mark.parametrize(
    ("kept", "plain", "name"),
    [
        ({"metric": "lp", "alarm": 70.0}, "Lp > 70 dB", "LAF > 70 dB"),
        ({"metric": "lp", "direction": "below", "warning": 30.5}, "Lp < 30.5 dB", "LAF < 30.5 dB"),
        (
            {"metric": "window_leq", "window_minutes": 15, "window_kind": "running", "warning": 65.0, "alarm": 70.0},
            "Leq,15min > 65 / 70 dB",
            "LAeq,15min > 65 / 70 dB",
        ),
        (
            {"metric": "window_lmax", "window_minutes": 120, "window_kind": "aligned", "alarm": 85.0},
            "Lmax,2h clock-aligned > 85 dB",
            "LAFmax,2h clock-aligned > 85 dB",
        ),
        (
            {
                "metric": "window_ln",
                "window_minutes": 5,
                "window_kind": "running",
                "percentage": 90,
                "alarm": 45.0,
                "schedule": "weekly",
                "days": WEEKDAYS,
                "begin": "22:00:00",
                "until": "06:30:00",
            },
            "L90,5min > 45 dB, 22:00-06:30",
            "L90,5min > 45 dB, 22:00-06:30",
        ),
        (
            {
                "metric": "lpeak",
                "alarm": 137.0,
                "schedule": "weekly",
                "days": ["sat"],
                "begin": "00:00:00",
                "until": "00:00:00",
            },
            "Lpeak > 137 dB",
            "Lpeak > 137 dB",
        ),
    ],
)
def test_name_in_words(kept: dict[str, Any], plain: str, name: str) -> None:
    """A rule without a name is called by what it does, in the symbols of the meter where they are known."""
    rule = rule_from_data("rule", "", kept)
    assert name_in_words(rule, None) == plain
    assert name_in_words(rule, FACTS) == name


def test_a_new_rule_as_it_is_offered() -> None:
    """Nothing is wrong with it, nothing has to be thought of, and each of its figures has its field."""
    assert not problems(NEW_RULE, POLLED, lambda _: False)
    assert hint(rule_from_data("rule", "", NEW_RULE).metric, POLLED) is None
    fields = {str(key) for schema in SECTIONS.values() for key in schema.schema}
    assert fields - NEW_RULE.keys() == {"warning", "schedule_entity"}
    assert as_kept(as_shown(NEW_RULE)) == {
        "metric": "window_leq",
        "window_minutes": 15,
        "window_kind": "running",
        "direction": "above",
        "alarm": 70.0,
        "duration": 10.0,
        "share": 100,
        "clear_margin": 2.0,
        "cooldown": 300.0,
        "schedule": "always",
        "only_while_measuring": False,
    }


def test_every_problem_has_its_section() -> None:
    assert PROBLEM_SECTIONS.keys() == set(ProblemKind)
    assert set(PROBLEM_SECTIONS.values()) <= SECTIONS.keys()


def test_a_rule_has_a_threshold() -> None:
    assert found(warning=None, alarm=None) == [ProblemKind.NO_THRESHOLD]
    assert found(warning=65.0, alarm=None) == []


@pytest.mark.parametrize(
    ("direction", "warning", "alarm", "wrong"),
    [
        ("above", 65.0, 70.0, False),
        ("above", 70.0, 65.0, True),
        ("above", 70.0, 70.0, True),
        ("below", 40.0, 35.0, False),
        ("below", 35.0, 40.0, True),
        ("below", 40.0, 40.0, True),
    ],
)
def test_the_alarm_is_beyond_the_warning(direction: str, warning: float, alarm: float, wrong: bool) -> None:
    expected = [ProblemKind.ALARM_NOT_BEYOND_WARNING] if wrong else []
    assert found(direction=direction, warning=warning, alarm=alarm) == expected


@pytest.mark.parametrize("threshold", [LOWEST_DB - 0.1, HIGHEST_DB + 0.1])
def test_a_threshold_is_one_that_a_meter_can_tell(threshold: float) -> None:
    (problem,) = problems(data(alarm=threshold), POLLED, lambda _: True)
    assert problem == Problem(ProblemKind.THRESHOLD_OUT_OF_RANGE, {"lowest": "0", "highest": "200"})
    assert found(warning=threshold, alarm=70.0) == [ProblemKind.THRESHOLD_OUT_OF_RANGE]


@pytest.mark.parametrize("threshold", [LOWEST_DB, HIGHEST_DB])
def test_the_ends_of_the_range_are_thresholds(threshold: float) -> None:
    assert found(alarm=threshold) == []


def test_a_duration_is_a_day_at_most() -> None:
    assert found(duration=MAX_DURATION_S) == []
    assert found(duration=MAX_DURATION_S + 1) == [ProblemKind.DURATION_TOO_LONG]


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("percentage", PERCENTAGES)
def test_a_percentile_has_enough_samples_beyond_it(percentage: int, feed: str) -> None:
    """In the shortest window that is allowed, and in none that is a minute shorter."""
    least = least_minutes(percentage, feed)
    share = min(percentage, 100 - percentage) / 100
    rate = {POLLED: 1, STREAMED: 10}[feed]
    assert share * least * 60 * rate >= SAMPLES_BEYOND > share * (least - 1) * 60 * rate
    of_window: dict[str, Any] = {"metric": "window_ln", "percentage": percentage}
    assert found(feed, **of_window, window_minutes=least) == []
    if least > 1:
        assert found(feed, **of_window, window_minutes=least - 1) == [ProblemKind.PERCENTILE_TOO_SHORT]


def test_the_remedy_for_a_short_percentile_is_named() -> None:
    """L1 over a minute has no meaning with a sample a second, and has one with ten."""
    of_window: dict[str, Any] = {"metric": "window_ln", "percentage": 1, "window_minutes": 1}
    (problem,) = problems(data(**of_window), POLLED, lambda _: True)
    assert problem.placeholders == {"percentage": "1", "minutes": "1", "least": "9"}
    assert found(STREAMED, **of_window) == []


def test_other_levels_need_no_number_of_samples() -> None:
    assert found(metric="window_leq", window_minutes=1, percentage=1) == []


def test_hours_are_on_days() -> None:
    assert found(schedule="weekly", days=[]) == [ProblemKind.NO_DAYS]
    assert found(schedule="always", days=[]) == []


def test_hours_that_begin_when_they_end_are_a_slip_but_for_the_whole_day() -> None:
    assert found(schedule="weekly", begin="07:00:00", until="07:00:00") == [ProblemKind.BEGIN_IS_UNTIL]
    assert found(schedule="weekly", begin="07:00", until="07:00:00") == [ProblemKind.BEGIN_IS_UNTIL]
    assert found(schedule="weekly", begin="00:00:00", until="00:00:00") == []
    assert found(schedule="always", begin="07:00:00", until="07:00:00") == []


def test_a_helper_is_chosen_and_is_there() -> None:
    assert found(schedule="helper") == [ProblemKind.SCHEDULE_NOT_CHOSEN]
    of_helper: dict[str, Any] = {"schedule": "helper", "schedule_entity": "schedule.night"}
    assert found(**of_helper) == []
    assert found(**of_helper, there=False) == [ProblemKind.SCHEDULE_NOT_FOUND]
    (problem,) = problems(data(**of_helper), POLLED, lambda _: False)
    assert problem.placeholders == {"entity": "schedule.night"}


def test_everything_that_is_wrong_is_told_at_once() -> None:
    assert found(
        metric="window_ln", percentage=1, window_minutes=1, alarm=None, duration=1e6, schedule="weekly", days=[]
    ) == [
        ProblemKind.PERCENTILE_TOO_SHORT,
        ProblemKind.NO_THRESHOLD,
        ProblemKind.DURATION_TOO_LONG,
        ProblemKind.NO_DAYS,
    ]


@pytest.mark.parametrize("feed", FEEDS)
@pytest.mark.parametrize("quantity", Quantity)
def test_hints(quantity: Quantity, feed: str) -> None:
    """Levels of the whole measurement are worth a second thought, and so are the extremes of polled samples."""
    if quantity.windowed:
        metric = Metric.over(quantity, 900, WindowKind.RUNNING, 10 if quantity is Quantity.WINDOW_LN else None)
    else:
        metric = Metric(quantity)
    expected = None
    if quantity.of_measurement:
        expected = Hint.WHOLE_MEASUREMENT
    elif quantity in (Quantity.WINDOW_LMAX, Quantity.WINDOW_LMIN) and feed == POLLED:
        expected = Hint.POLLED_PEAKS
    assert hint(metric, feed) is expected
