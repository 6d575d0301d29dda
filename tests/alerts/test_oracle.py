"""The engine and the oracle tell the same of anything that is played to both."""

from typing import Any

from hypothesis import given, settings, strategies as st

from custom_components.rion_nl43.alerts import (
    AlertEngine,
    Always,
    Direction,
    Grade,
    Helper,
    Reading,
    Rule,
    Schedule,
    Transition,
)

from .oracle import Oracle, Told
from .sounds import EIGHT, LP

BEGAN = round(1000 * EIGHT)
ALWAYS = Always()
# Around the thresholds of 65 and 70 dB, and the margin.
LEVELS = st.one_of(st.none(), st.sampled_from([50.0, 62.9, 63.0, 63.1, 65.0, 65.1, 68.0, 68.1, 70.0, 70.1, 90.0]))


@st.composite
def rules(draw: st.DrawFn, schedule: Schedule = ALWAYS) -> Rule:
    """Rules of short durations, so that many readings complete their evidence, or nearly so."""
    direction = draw(st.sampled_from(Direction))
    warning_db, alarm_db = (65.0, 70.0) if direction is Direction.ABOVE else (70.0, 65.0)
    missing = draw(st.sampled_from(["none", "warning", "alarm"]))
    return Rule(
        id="loud",
        name="",
        metric=LP,
        direction=direction,
        warning_db=None if missing == "warning" else warning_db,
        alarm_db=None if missing == "alarm" else alarm_db,
        duration_s=draw(st.sampled_from([0, 0.001, 0.01, 0.02, 0.05])),
        share_percent=draw(st.sampled_from([100.0, 90.0, 80.0, 50.0, 33.3, 5.0])),
        clear_margin_db=draw(st.sampled_from([0.0, 2.0])),
        cooldown_s=draw(st.sampled_from([0.0, 0.03, 5.0])),
        schedule=schedule,
    )


@st.composite
def steps(draw: st.DrawFn) -> list[tuple[str, int, Any]]:
    """Readings that follow each other with and without holes, and what else may happen between them."""
    holes = st.sampled_from([0, 0, 0, 0, 0, 1, 7, 9_990, 10_000, 10_001, 10_500, 30_000])
    played: list[tuple[str, int, Any]] = []
    for _ in range(draw(st.integers(1, 40))):
        kind = draw(st.sampled_from(["take"] * 9 + ["tick", "open", "close", "snooze"]))
        if kind == "take":
            played.append(("take", draw(holes), (draw(st.integers(1, 25)), draw(LEVELS), draw(st.booleans()))))
        else:
            played.append((kind, draw(st.sampled_from([0, 3, 11_000])), draw(st.integers(1, 60))))
    return played


def play(engine: AlertEngine, oracle: Oracle | None, played: list[tuple[str, int, Any]]) -> list[Transition]:
    """Play it to both."""
    at = BEGAN
    told: list[Transition] = []
    for kind, hole, what in played:
        at += hole
        if kind == "take":
            ms, level, sound = what
            at += ms
            reading = Reading(at / 1000, ms / 1000, level, None, level if sound else None)
            told += engine.take({"loud": reading})
            if oracle:
                oracle.take(reading)
        elif kind == "tick":
            told += engine.tick(at / 1000)
            if oracle:
                oracle.tick(at)
        elif kind == "snooze":
            told += engine.snooze("loud", (at + what) / 1000, at / 1000)
            if oracle:
                oracle.snooze(at + what, at)
        else:
            told += engine.set_schedule("site", kind == "open", at / 1000)
            if oracle and isinstance(oracle.rule.schedule, Helper):
                oracle.open_or_close(at, is_open=kind == "open")
        if oracle:
            compare(engine, oracle, told, at)
    return told


def compare(engine: AlertEngine, oracle: Oracle, told: list[Transition], at: int) -> None:
    """Compare all there is to tell."""
    judge = engine.raiser("loud")
    assert [Told(each.kind.value, round(1000 * each.at), each.episode.grade) for each in told] == oracle.told
    assert (judge.grade, judge.no_data) == (oracle.grade, oracle.no_data)
    explanation = engine.explain("loud", at / 1000)
    assert round(1000 * explanation.judged_s) == (len(oracle.looked_at) if oracle.rule.duration_s else 0)
    over = sum(oracle.over(line.level, explanation.grade) for line in oracle.looked_at)
    if oracle.rule.duration_s and oracle.rule.share_percent < 100:
        assert round(1000 * explanation.over_s) == over
    for episode in engine.episodes()[:1]:
        assert round(1000 * episode.began) == oracle.began
        assert episode.peak_db == oracle.peak
        leq, coverage = oracle.heard(max(at, oracle.onset))
        assert (episode.leq_db is None) is (leq is None)
        if leq is not None and episode.leq_db is not None:
            assert abs(episode.leq_db - leq) < 1e-6
        if at > oracle.onset:
            assert abs(episode.coverage_percent - coverage) < 1e-6


@settings(deadline=None, max_examples=200)
@given(rule=rules(), played=steps())
def test_any_sound_is_judged_as_by_counting_milliseconds(rule: Rule, played: list[tuple[str, int, Any]]) -> None:
    """Grades, times, peak, LAeq, coverage and evidence after each step."""
    engine = AlertEngine(EIGHT)
    engine.configure([rule], EIGHT)
    play(engine, Oracle(rule, covered=BEGAN, seen=BEGAN), played)


@settings(deadline=None, max_examples=200)
@given(rule=rules(Helper("site")), played=steps(), known=st.booleans())
def test_any_schedule_is_kept_as_by_counting_milliseconds(
    rule: Rule, played: list[tuple[str, int, Any]], known: bool
) -> None:
    """A helper opens and closes it, or has not said anything yet."""
    engine = AlertEngine(EIGHT)
    engine.configure([rule], EIGHT)
    if known:
        engine.set_schedule("site", True, EIGHT)
    play(engine, Oracle(rule, is_open=True if known else None, covered=BEGAN, seen=BEGAN), played)


@settings(deadline=None, max_examples=100)
@given(rule=rules(), played=steps(), every_ms=st.integers(1, 20_000))
def test_it_makes_no_difference_how_often_the_time_is_told(
    rule: Rule, played: list[tuple[str, int, Any]], every_ms: int
) -> None:
    """What is due happens at its own time, and has happened once the time is told."""
    often: list[tuple[str, int, Any]] = []
    for kind, hole, what in played:
        left = hole
        while left > every_ms:
            often.append(("tick", every_ms, 0))
            left -= every_ms
        often.append((kind, left, what))
    found = []
    for each in (played, often):
        engine = AlertEngine(EIGHT)
        engine.configure([rule], EIGHT)
        told = play(engine, None, [*each, ("tick", 0, 0)])
        found.append([(one.kind, one.at, one.previous, one.episode.grade) for one in told])
    assert found[0] == found[1]
    assert all(one[2] in Grade for one in found[0])
