"""Recorded levels, and traces of episodes."""

from collections.abc import Iterable

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.rion_nl43.alerts import Trace
from custom_components.rion_nl43.alerts.recording import MAX_POINTS, RECORDED_S, Recording, TraceSteps, tenths_of

from .sounds import EIGHT, Site, warning

STEPS = st.sampled_from([0, 0, 1, 1, 2, -1, -3, 500, -500, RECORDED_S - 1, RECORDED_S, -RECORDED_S, 9999])


def recorded(recording: Recording, began: int) -> dict[int, int]:
    """Return what there is since then."""
    found: dict[int, int] = {}

    class Into(TraceSteps):
        def put(self, second: int, tenths: int) -> None:
            found[second] = tenths

    recording.replay(Into(began), began)
    return found


@settings(deadline=None)
@given(
    puts=st.lists(st.tuples(STEPS, st.integers(-500, 1500))),
    back=st.integers(0, 2 * RECORDED_S),
)
def test_the_highest_of_each_second_is_recorded(puts: Iterable[tuple[int, int]], back: int) -> None:
    """As far back as it goes; what is older than that is gone."""
    recording = Recording()
    second, last, highest = 10_000, 0, dict[int, int]()
    for step, tenths in puts:
        second += step
        recording.put(second, tenths)
        if second > last - RECORDED_S:
            highest[second] = max(tenths, highest.get(second, tenths))
        last = max(last, second)
    wanted = range(max(last - back, last - RECORDED_S + 1), last + 1)
    assert recorded(recording, last - back) == {each: level for each, level in highest.items() if each in wanted}
    recording.clear()
    assert recorded(recording, 0) == {}


def test_what_comes_far_too_late() -> None:
    """A level of a second that is over for as long as is recorded is not taken for one of now."""
    recording = Recording()
    recording.put(RECORDED_S, 500)
    recording.put(0, 900)
    recording.put(1, 700)
    assert recorded(recording, 0) == {1: 700, RECORDED_S: 500}


@settings(deadline=None)
@given(steps=st.lists(st.tuples(st.integers(-2, 300), st.integers(-500, 1500)), min_size=1, max_size=40))
def test_a_trace_has_a_step_for_each_span_and_its_highest_level(steps: list[tuple[int, int]]) -> None:
    """As many steps as there may be at most; then each is twice as long."""
    trace, second, levels = TraceSteps(100), 100, dict[int, int]()
    for step, tenths in steps:
        second += step
        trace.put(second, tenths)
        if second >= 100:
            levels[second] = max(tenths, levels.get(second, tenths))
    found = trace.trace()
    if not levels:
        assert found.levels_db == ()
        return
    length = 1
    while (max(levels) - 100) // length >= MAX_POINTS:
        length *= 2
    expected = []
    for began in range(100, max(levels) + 1, length):
        inside = [level for each, level in levels.items() if began <= each < began + length]
        expected.append(max(inside) / 10 if inside else None)
    assert found == Trace(100.0, float(length), tuple(expected))
    assert TraceSteps.resume(found, 0).trace() == found


def test_a_trace_that_cannot_be_gone_on_with() -> None:
    """A new one begins."""
    for nonsense in (None, Trace(1.5, 1.0), Trace(1.0, 1.5), Trace(1.0, 0.5), Trace(1.0, 0.0)):
        assert TraceSteps.resume(nonsense, 7).trace() == Trace(7.0, 1.0)


def test_a_trace_that_is_too_long_to_go_on_with() -> None:
    """It is made shorter first."""
    trace = TraceSteps.resume(Trace(0.0, 1.0, tuple(float(level) for level in range(1500))), 7).trace()
    assert (trace.step_s, len(trace.levels_db), trace.levels_db[-1]) == (4.0, 375, 1499.0)


@pytest.mark.parametrize(("level", "tenths"), [(65.04, 650), (-3.06, -31), (1e9, 32767), (-1e9, -32767)])
def test_levels_in_tenths(level: float, tenths: int) -> None:
    """As far as there is room for them."""
    assert tenths_of(level) == tenths


def test_a_trace_shows_a_minute_before_and_after() -> None:
    """And no hole, as no reading but one of the stream begins and ends with a second."""
    site = Site(warning(duration_s=10))
    site.at = 0.4
    site.hear(100, 50)
    site.hear(20, 66)
    site.hear(30, 50)
    open_trace = site.told[0].episode.trace
    assert open_trace is not None
    assert list(open_trace.levels_db) == [50] * 60 + [66] * 11
    site.hear(300, 51)
    trace = site.episode.trace
    site.wait(0)
    assert trace is not None
    assert [episode.trace for episode in site.engine.episodes()] == [trace]
    # The end was at 130.4 s.
    assert (trace.began, trace.step_s) == (EIGHT + 40.0, 1.0)
    assert trace.levels_db == (50,) * 60 + (66,) * 21 + (50,) * 29 + (51,) * 41


def test_a_trace_of_a_long_episode() -> None:
    """Its steps double, and show the highest."""
    site = Site(warning(duration_s=0))
    site.hear(60, 50)
    site.hear(3000, 66)
    site.hear(1, 90)
    site.hear(3000, 66)
    trace = site.episode.trace
    assert trace is not None
    assert (trace.step_s, len(trace.levels_db)) == (16.0, 379)
    assert [at for at, level in enumerate(trace.levels_db) if level == 90] == [3060 // 16]


def test_a_trace_of_what_has_long_been_over() -> None:
    """It begins where the recording does: an hour before the onset."""
    site = Site(warning(duration_s=7200))
    site.hear(7200, 66, step=10)
    trace = site.episode.trace
    assert trace is not None
    assert trace.began == EIGHT + 7200 - RECORDED_S


def test_a_trace_goes_on_when_an_episode_is_opened_again() -> None:
    """With what was in between, and after a restart too."""
    for restarts in (False, True):
        site = Site(warning(duration_s=10, cooldown_s=600))
        site.hear(60, 50)
        site.hear(20, 66)
        site.hear(100, 50)
        if restarts:
            site.wait(0)
            site.restart()
        site.hear(100, 51)
        site.hear(20, 67)
        trace = site.episode.trace
        assert trace is not None
        # A restart forgets what was heard between the end of the trace and then.
        between = (50,) * 70 + ((None,) * 30 if restarts else (50,) * 30)
        expected = (50,) * 60 + (66,) * 20 + between + (51,) * 100 + (67,) * 20
        assert (site.episode.reopened, trace.levels_db) == (1, expected)


def test_a_clock_that_is_set_back_is_recorded_anew() -> None:
    """Nothing of a time that is still to come is shown."""
    site = Site(warning(duration_s=10))
    site.hear(100, 60)
    site.hole(-90)
    site.hear(30, 50)
    site.hear(10, 66)
    trace = site.episode.trace
    assert trace is not None
    assert (trace.began, trace.levels_db) == (EIGHT - 20, (None,) * 30 + (50,) * 30 + (66,) * 10)
