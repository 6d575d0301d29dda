"""Timers, triggers, delays and pauses in any order: how often the meter is asked makes no difference."""

from hypothesis import example, given, settings, strategies as st

from emulator.instrument import State
from tests.emulator.bench import Bench

LINES = (
    "Measure,Start", "Measure,Start", "Measure,Start", "Measure,Stop", "Pause,On", "Pause,Off", "Manual Store,Start",
    "Measure?", "Pause?", "Store Name?", "Overwrite?", "DOD?", "DLC?",
    "Store Mode,Manual", "Store Mode,Auto", "Store Mode,Timer Auto", "Store Mode,Timer Auto",
    "Timer Auto Start Time,2026/03/02 09:01:00", "Timer Auto Start Time,2026/03/02 09:02:00",
    "Timer Auto Stop Time,2026/03/02 09:04:00", "Timer Auto Stop Time,2026/03/02 09:09:00",
    "Timer Auto Interval,Off", "Timer Auto Interval,5m", "Measurement Time Preset Auto,10s",
    "Measurement Time Preset Auto,1m", "Measurement Time Preset Manual,10s", "Delay Time,Off", "Delay Time,3s",
    "Back Erase,Off", "Back Erase,3s", "Trigger Mode,Off", "Trigger Mode,Level", "Level Trigger Level,50",
    "Level Trigger Level,70", "Display LIeq,On", "Display Ltm5,On", "Display Leqmov,On",
    "Moving Leq Interval Preset,10s", "Sleep Mode,On", "Time Weighting,S", "Measure Display Sub Channel 1,On",
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(LINES), st.floats(0, 60)), max_size=25))
@example(
    [
        (line, 1.0)
        for line in (
            "Store Mode,Timer Auto",
            LINES[16],
            LINES[19],
            LINES[22],
            "Timer Auto Interval,5m",
            "Measure,Start",
        )
    ]
    + [("Measure?", 50.0)] * 12
)
@settings(deadline=None, max_examples=60)
def test_asking_often_or_seldom_makes_no_difference(steps: list[tuple[str, float]]) -> None:
    """The oracle is asked ten times a second, the meter under test only when a command comes."""
    seldom, often = Bench(), Bench()
    for line, seconds in steps:
        seldom.wait(seconds)
        for _ in range(int(seconds * 10)):
            often.wait(0.1)
            often.instrument.advance()
        often.seconds = seldom.seconds
        assert seldom.answer(line) == often.answer(line)
        assert seldom.instrument.state is often.instrument.state
        assert seldom.instrument.asleep == often.instrument.asleep
        assert seldom.instrument.wakes_at == often.instrument.wakes_at
        waiting = seldom.instrument.run.state is State.WAITING
        assert seldom.instrument.asleep == (waiting and seldom.instrument.settings.is_on("Sleep Mode"))
