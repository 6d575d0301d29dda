"""What is counted, and how much of it is kept."""

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.rion_nl43.alerts.evidence import (
    HARD,
    OVER,
    QUIET,
    Evidence,
    LastReading,
    Scale,
    Share,
    Streak,
    evidence_for,
)

from .sounds import rule, warning

ALL_QUIET = QUIET | QUIET << 1
# All that a level may say.
MARKS = (0, OVER, OVER | OVER << 1, OVER | QUIET << 1, QUIET << 1, ALL_QUIET)
SCALE = Scale(rule(clear_margin_db=2.0))


def test_what_a_level_says() -> None:
    """Of the warning and of the alarm; between a threshold and its margin it says nothing."""
    told = [SCALE.marks(level) for level in (63.0, 63.1, 65.1, 68.0, 68.1, 70.0, 70.1)]
    both = QUIET << 1
    assert told == [ALL_QUIET, both, OVER | both, OVER | both, OVER, OVER, OVER | OVER << 1]
    assert (SCALE.over_limit, SCALE.quiet_limit, SCALE.quiet_marks) == (65.0, 63.0, ALL_QUIET)


def test_low_levels_may_be_the_breach() -> None:
    """Levels are turned round then."""
    scale = Scale(rule(direction="below", warning_db=40.0, alarm_db=30.0, clear_margin_db=2.0))
    assert [scale.marks(-level) for level in (42.0, 41.9, 39.9, 29.9)] == [
        ALL_QUIET,
        QUIET << 1,
        OVER | QUIET << 1,
        OVER | OVER << 1,
    ]


@pytest.mark.parametrize(
    ("duration_s", "share_percent", "kind", "needed_ms"),
    [
        (0, 50.0, LastReading, 0),
        (0.0004, 100.0, LastReading, 0),
        (60, 100.0, Streak, 60_000),
        (60, 99.9999, Streak, 60_000),
        (60, 90.0, Share, 54_000),
        (60, 90.1, Share, 54_060),
        (0.001, 50.0, Share, 1),
        (0.007, 33.4, Share, 3),
        (60, 0.00001, Share, 1),
        (3600, 50.0, Share, 1_800_000),
    ],
)
def test_how_much_is_needed(duration_s: float, share_percent: float, kind: type, needed_ms: int) -> None:
    """In whole ms, rounded up: a share that is just not reached is not reached."""
    evidence = evidence_for(rule(duration_s=duration_s, share_percent=share_percent))
    assert type(evidence) is kind
    assert (evidence.duration_ms, evidence.needed_ms) == (round(1000 * duration_s), needed_ms)


@settings(deadline=None)
@given(
    pieces=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(MARKS)), max_size=60),
    duration_ms=st.integers(1, 60),
    needed=st.floats(0.01, 1),
)
def test_a_share_counts_as_a_list_would(pieces: list[tuple[int, int]], duration_ms: int, needed: float) -> None:
    """And knows when the level was over first."""
    needed_ms = max(1, round(duration_ms * needed))
    share = Share(duration_ms, needed_ms)
    marks_of: list[int] = []
    for ms, marks in pieces:
        share.put(marks, ms, len(marks_of))
        marks_of += [marks] * ms
        looked_at = marks_of[-duration_ms:]
        for mark in (OVER, OVER << 1, QUIET, QUIET << 1):
            count = sum(each & mark != 0 for each in looked_at)
            assert share.ms(mark) == count
            assert share.complete(mark) is (count >= needed_ms)
        since = next((len(looked_at) - at for at, each in enumerate(looked_at) if each & OVER), 0)
        assert share.since_over_ms == since
        assert share.over is (since > 0)
        start = len(marks_of) - since
        while since and start and marks_of[start - 1] & OVER:
            start -= 1
        assert share.began == (start if since else None)
        assert share.covered_ms == len(marks_of)
        settled = len(looked_at) == duration_ms and set(looked_at) == {ALL_QUIET}
        assert share.easy_limit(SCALE) == (63.0 if settled else HARD)


def test_a_share_keeps_no_more_than_it_looks_at() -> None:
    """However long it listens, and however the level hovers."""
    share = Share(60_000, 54_000)
    for slot in range(20_000):
        share.put(OVER if slot % 2 else ALL_QUIET, 100, slot * 100)
        assert len(share._runs) == len(share._starts) < 601 + 1024
    assert share.ms(OVER) == 30_000
    assert share.since_over_ms == 60_000 - 100 * (20_000 % 2 == 0)
    for slot in range(100_000):
        share.put(ALL_QUIET, 100, (20_000 + slot) * 100)
    assert share._head == len(share._runs) - 1
    assert share.easy_limit(SCALE) == 63.0


@pytest.mark.parametrize("runs", [601, 3_000])
def test_a_share_is_tidied_up_where_that_is_worth_it(runs: int) -> None:
    """Many at once, and never more is moved than goes: what a reading costs does not depend on the duration."""
    share = Share(runs * 100, runs * 90)
    tidied = []
    for slot in range(8 * runs):
        kept_before, head_before = len(share._runs), share._head
        share.put(OVER if slot % 2 else ALL_QUIET, 100, slot * 100)
        if share._head < head_before:
            tidied.append((kept_before + 1 - len(share._runs), len(share._runs)))
    assert tidied
    assert all(gone >= 1_000 and gone >= moved for gone, moved in tidied)


def test_a_long_reading_takes_the_place_of_many_short_ones() -> None:
    """Nothing of them is kept."""
    share = Share(300_000, 270_000)
    for slot in range(3_000):
        share.put(OVER if slot % 2 else ALL_QUIET, 100, slot * 100)
    share.put(ALL_QUIET, 300_000, 300_000)
    assert (list(share._runs), len(share._starts), share._head) == ([(300_000 << 4) | ALL_QUIET], 1, 0)
    assert (share.ms(QUIET), share.over, share.began) == (300_000, False, None)


def test_a_share_knows_since_when_it_is_over() -> None:
    """Though the level rose meanwhile, and is not looked at where it began to be over."""
    share = Share(1000, 900)
    share.put(ALL_QUIET, 500, 0)
    share.put(OVER | QUIET << 1, 500, 500)
    share.put(OVER, 500, 1000)
    share.put(OVER | OVER << 1, 2000, 1500)
    assert (share.began, share.since_over_ms, share.ms(OVER << 1)) == (500, 1000, 1000)


@pytest.mark.parametrize("evidence", [LastReading(), Streak(1000), Share(1000, 900)])
def test_what_is_dropped_leaves_no_trace(evidence: Evidence) -> None:
    """As if there had never been any."""
    evidence.put(OVER | OVER << 1, 2000, 5)
    assert (evidence.over, evidence.began, evidence.complete(OVER << 1)) == (True, 5, True)
    assert (evidence.covered_ms, evidence.easy_limit(SCALE)) == (2000, HARD)
    evidence.drop()
    assert (evidence.over, evidence.began, evidence.complete(OVER), evidence.ms(OVER)) == (False, None, False, 0)
    assert (evidence.covered_ms, evidence.since_over_ms) == (0, 0)


@pytest.mark.parametrize("evidence", [LastReading(), Streak(1000), Share(1000, 900)])
def test_when_the_level_was_over_first(evidence: Evidence) -> None:
    """As long as it is so without a break."""
    evidence.put(ALL_QUIET, 1000, 0)
    evidence.put(OVER, 500, 1000)
    evidence.put(OVER | OVER << 1, 500, 1500)
    began = [evidence.began]
    evidence.put(ALL_QUIET, 2000, 2000)
    began.append(evidence.began)
    evidence.put(OVER, 500, 4000)
    began.append(evidence.began)
    assert began == [1000, None, 4000]


@pytest.mark.parametrize("evidence", [Streak(1000), Share(1000, 900)])
def test_a_level_of_no_time_is_no_evidence(evidence: Evidence) -> None:
    """One way or the other."""
    evidence.put(OVER, 0, 0)
    assert not evidence.over
    evidence.put(OVER, 950, 0)
    evidence.put(ALL_QUIET, 0, 950)
    evidence.put(OVER, 50, 950)
    assert evidence.ms(OVER) == 1000
    assert evidence.since_over_ms == 1000


def test_a_streak_is_looked_at_for_its_duration() -> None:
    """It goes on, but more is not told."""
    streak = Streak(1000)
    streak.put(OVER | QUIET << 1, 5000, 0)
    assert (streak.ms(OVER), streak.ms(OVER << 1), streak.ms(QUIET << 1), streak.since_over_ms) == (1000, 0, 1000, 5000)
    streak.put(0, 1, 5000)
    assert (streak.ms(OVER), streak.ms(QUIET << 1), streak.easy_limit(SCALE)) == (0, 0, 65.0)


def test_the_last_reading_is_enough() -> None:
    """Whatever time it covers."""
    last = LastReading()
    last.put(OVER, 0, 7)
    assert (last.complete(OVER), last.complete(QUIET), last.ms(OVER), last.since_over_ms) == (True, False, 0, 0)
    assert warning(duration_s=0).duration_s == 0
    last.put(QUIET, 0, 8)
    assert (last.complete(OVER), last.complete(QUIET), last.easy_limit(SCALE)) == (False, True, 65.0)


@pytest.mark.parametrize("evidence", [LastReading(), Streak(1000), Share(1000, 900)])
def test_a_millisecond_is_over(evidence: Evidence) -> None:
    """And nothing is easy then."""
    evidence.put(OVER, 1, 3)
    assert (evidence.over, evidence.began, evidence.easy_limit(SCALE)) == (True, 3, HARD)
