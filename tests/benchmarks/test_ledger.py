"""The ledger of a soak: every second is covered, excused or unexplained, and none is two of these."""

import itertools

from hypothesis import given, strategies as st
import pytest

from script.benchmarks.soak.ledger import BEFORE_S, REST_LIMIT_S, Ledger, Trouble, merged, without

spans = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda span: (span[0], span[0] + span[1]))


@given(st.lists(spans))
def test_merged_spans_are_the_same_time(parts: list[tuple[int, int]]) -> None:
    """In order, apart from each other, and second by second what went in."""
    whole = merged(parts)
    assert all(earlier[1] < later[0] for earlier, later in itertools.pairwise(whole))
    for second in range(81):
        inside = any(began <= second + 0.5 < ended for began, ended in parts)
        assert inside == any(began <= second + 0.5 < ended for began, ended in whole)


@given(spans, st.lists(spans))
def test_what_is_left_of_a_span(span: tuple[int, int], holes: list[tuple[int, int]]) -> None:
    """Second by second what is in the span and in no hole."""
    left = without(span, merged(holes))
    for second in range(81):
        middle = second + 0.5
        inside = span[0] <= middle < span[1] and not any(began <= middle < ended for began, ended in holes)
        assert inside == any(began <= middle < ended for began, ended in left)


@given(
    st.lists(st.tuples(st.integers(1, 60), st.integers(1, 60), st.booleans()), max_size=30),
    st.lists(st.tuples(spans, st.integers(0, 30)), max_size=10),
)
def test_every_second_is_of_one_kind(
    samples: list[tuple[int, int, bool]], troubles: list[tuple[tuple[int, int], int]]
) -> None:
    """The kinds add up to the time of the last sample, and samples to what is covered or covered twice."""
    ledger, at = Ledger(), 0
    for after_s, duration_s, streamed in samples:
        at += after_s
        ledger.take_sample(at, min(duration_s, at), streamed=streamed)
    for (began, ended), back_s in troubles:
        ledger.take_trouble(Trouble(began, ended, back_s))
    ledger.settle()
    assert ledger.end == at
    assert ledger.total_s == pytest.approx(at)
    assert ledger.covered_s + ledger.twice_s == sum(
        min(duration_s, sum(after_s for after_s, _, _ in samples[: number + 1]))
        for number, (_, duration_s, _) in enumerate(samples)
    )


def polled(*ends: float) -> Ledger:
    """Take samples that stand for a second each."""
    ledger = Ledger()
    for end in ends:
        ledger.take_sample(end, 1.0, streamed=False)
    return ledger


def test_a_hole_without_reason_is_unexplained() -> None:
    """However short."""
    ledger = polled(1, 2, 3, 5, 6)
    ledger.settle()
    assert [(gap.began, gap.ended) for gap in ledger.unexplained] == [(3, 4)]
    assert ledger.unexplained_s == 1


def test_a_trouble_excuses_no_more_than_the_time_until_the_link_must_be_back() -> None:
    """What comes later is unexplained."""
    ledger = polled(1, 100)
    ledger.take_trouble(Trouble(1 + BEFORE_S, 30, 20))
    ledger.settle()
    assert [(gap.began, gap.ended) for gap in ledger.unexplained] == [(50, 99)]
    assert ledger.troubled_s == 49


def test_a_stream_may_rest_but_not_for_long() -> None:
    """Rows in the rest cover nothing, and make no hole of their own."""
    ledger = Ledger()
    ledger.take_sample(10, 10, streamed=True)
    ledger.take_sample(12, 0, streamed=False)
    ledger.take_sample(15, 1, streamed=True)
    ledger.take_sample(16 + REST_LIMIT_S, 0.5, streamed=True)
    ledger.settle()
    assert ledger.rested_s == 4
    assert [(gap.began, gap.ended) for gap in ledger.unexplained] == [(15, 15.5 + REST_LIMIT_S)]


def test_troubles_do_not_excuse_what_was_judged_before() -> None:
    """They are to be told in time."""
    ledger = polled(1, 5)
    ledger.settle()
    ledger.take_trouble(Trouble(2, 4, 10))
    ledger.settle()
    assert ledger.unexplained_s == 3
