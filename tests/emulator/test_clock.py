"""The time that meters live in."""

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from emulator import EmulatedMeter, Latency, MeterConfig
from emulator.clock import Clock
from emulator.fleet import LONGEST_STEP_S, Fleet

BASE = MeterConfig(latency=Latency.none())


def ahead(clock: Clock) -> timedelta:
    """Return how far the clock's date is ahead of ours."""
    return clock.now().utc - datetime.now(UTC)


async def test_at_speed_1_it_is_the_loops_time() -> None:
    """At speed 1 it is the loop's time."""
    clock = Clock()
    assert clock.speed == 1
    assert clock.now() == (0, datetime.now(UTC))
    await asyncio.sleep(5000)
    assert clock.now().seconds == pytest.approx(5000)
    assert ahead(clock) == timedelta()


async def test_time_goes_faster_slower_and_stands_still() -> None:
    """Time goes faster, slower and stands still; no change makes it jump."""
    clock = Clock()
    clock.speed = 10
    clock.now()
    for speed, then in ((10, 100), (0, 100), (10_000, 100_100), (1, 100_110)):
        clock.speed = speed
        await asyncio.sleep(10)
        assert clock.now().seconds == pytest.approx(then)
        assert clock.now().seconds == pytest.approx(then)
    assert ahead(clock) == timedelta(seconds=100_110 - 40)


@pytest.mark.parametrize("speed", [-1, 0.5, 10_001, float("nan"), float("inf")])
def test_speeds_that_there_are_not(speed: float) -> None:
    """Speeds that there are not."""
    clock = Clock()
    with pytest.raises(ValueError, match="the speed is 0, or 1 to 10000"):
        clock.speed = speed
    assert clock.speed == 1


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
async def test_time_does_not_go_back(seconds: float) -> None:
    """Time does not go back."""
    clock = Clock()
    with pytest.raises(ValueError, match="time cannot pass"):
        clock.step(seconds)


async def test_a_step_lets_everything_happen_at_its_own_moment() -> None:
    """A step lets everything happen at its own moment, and in order."""
    clock, seen = Clock(), []
    clock.speed = 0
    for at in (30, 10, 20, 50):
        clock.call_at(at, lambda: seen.append(clock.now().seconds))
    clock.call_at(15, lambda: clock.call_at(25, lambda: seen.append(clock.now().seconds)))
    clock.call_at(20, seen.clear).cancel()
    clock.step(40)
    assert seen == [10, 20, 25, 30]
    assert clock.now().seconds == 40
    assert ahead(clock) == timedelta(seconds=40)
    await asyncio.sleep(100)
    assert seen == [10, 20, 25, 30]


@pytest.mark.parametrize(("speed", "after_s"), [(1, 3600), (2, 1800), (100, 36), (10_000, 0.36)])
async def test_a_timer_comes_when_it_is_due(speed: float, after_s: float) -> None:
    """A timer comes when it is due, though nobody reads the clock."""
    clock, loop = Clock(), asyncio.get_running_loop()
    begin, seen = loop.time(), []
    clock.call_at(3600, lambda: seen.append((loop.time() - begin, clock.now().seconds)))
    clock.speed = speed
    await asyncio.sleep(after_s - 0.001)
    assert not seen
    await asyncio.sleep(0.002)
    [(passed_s, seconds)] = seen
    assert passed_s == pytest.approx(after_s, abs=1e-4)
    assert seconds == 3600


async def test_a_timer_survives_changes_of_speed() -> None:
    """A timer survives changes of speed."""
    clock, seen = Clock(), []
    clock.call_at(100, lambda: seen.append(clock.now().seconds))
    await asyncio.sleep(10)
    clock.speed = 0
    await asyncio.sleep(1000)
    clock.speed = 10
    await asyncio.sleep(8.9)
    assert not seen
    await asyncio.sleep(0.2)
    assert seen == [100]


async def test_a_timer_for_the_past_comes_soon_and_does_not_turn_time_back() -> None:
    """A timer for the past comes soon, and does not turn time back."""
    clock, seen = Clock(), []
    clock.step(100)
    clock.call_at(1, lambda: seen.append(clock.now().seconds))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert seen == [100]


async def test_who_fails_in_a_callback_does_not_stop_the_clock() -> None:
    """Who fails in a callback does not stop the clock."""
    clock, seen = Clock(), []
    clock.call_at(1, lambda: 1 / 0)
    clock.call_at(2, lambda: seen.append(clock.now().seconds))
    with pytest.raises(ZeroDivisionError):
        clock.step(5)
    assert clock.now().seconds == 5
    assert seen == [2]


async def test_a_fast_clock_can_be_held() -> None:
    """A fast clock can be held; one of speed 1 goes on."""
    clock = Clock()
    with clock.held():
        await asyncio.sleep(1)
        assert clock.now().seconds == 1
        clock.speed = 100
        with clock.held():
            await asyncio.sleep(1)
        await asyncio.sleep(1)
        assert clock.now().seconds == 1
    await asyncio.sleep(1)
    assert clock.now().seconds == 101


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 1, 7, 10_000]), st.floats(0, 100), st.floats(0, 1000)), min_size=1, max_size=8
    ),
    st.lists(st.floats(0, 5000), max_size=5),
)
def test_time_is_the_sum_of_what_passed(changes: list[tuple[float, float, float]], due: list[float]) -> None:
    """Time is the sum of what passed, and what was due has happened once, in order and at its moment."""

    class Loop(asyncio.SelectorEventLoop):
        """A loop whose time is set by hand."""

        at = 0.0

        def time(self) -> float:
            return self.at

    async def live() -> None:
        clock, loop, expected = Clock(), asyncio.get_running_loop(), 0.0
        assert isinstance(loop, Loop)
        seen: list[tuple[float, float]] = []
        clock.now()
        # What is due comes a little early, in the loop's own seconds, and takes the time with it.
        early = 1e-5 * max(speed for speed, _, _ in changes)
        for at in due:
            clock.call_at(at, lambda at=at: seen.append((at, clock.now().seconds)))  # type: ignore[misc] # a default binds it
        for speed, pass_s, step_s in changes:
            clock.speed = speed
            loop.at += pass_s
            clock.step(step_s)
            expected += pass_s * speed + step_s
            rounding = 1e-8 * (1 + expected)
            assert -rounding <= clock.now().seconds - expected <= early + rounding
        assert seen == [(at, at) for at in sorted(due) if at in {entry[0] for entry in seen}]
        assert {at for at in due if at <= expected * 0.999999} <= {at for at, _ in seen}
        assert all(at <= expected * 1.000001 + early for at, _ in seen)

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(live())


async def test_a_meter_lives_by_its_clock() -> None:
    """Sound, presets and the meter's clock go as fast as its time does."""
    config = MeterConfig(settings={"Measurement Time Preset Manual": "1h"})
    async with EmulatedMeter(config) as meter:
        meter.clock.speed = 100
        begin = meter.instrument.clock
        meter.instrument.press_start()
        await asyncio.sleep(20)
        assert meter.instrument.results[0].duration_s == pytest.approx(2000)
        assert meter.instrument.clock - begin == timedelta(seconds=2000)
        await asyncio.sleep(20)
        assert meter.instrument.state.name == "STOPPED"
        assert meter.instrument.results[0].duration_s == pytest.approx(3600)


async def test_a_fleet_has_one_clock() -> None:
    """A fleet has one clock, and steps with it."""
    fleet = Fleet([BASE, BASE])
    await fleet.start()
    for meter in fleet.meters:
        meter.instrument.press_start()
    await fleet.step(3600)
    assert [meter.instrument.results[0].duration_s for meter in fleet.meters] == [3600, 3600]
    assert all(meter.clock is fleet.clock for meter in fleet.meters)
    for seconds in (-1, LONGEST_STEP_S + 1, float("nan")):
        with pytest.raises(ValueError, match="a step takes"):
            await fleet.step(seconds)
    await fleet.stop()


async def test_an_unasked_fleet_keeps_up_with_a_fast_clock() -> None:
    """An unasked fleet keeps up with a fast clock."""
    fleet = Fleet([BASE])
    await fleet.start()
    fleet.clock.speed = 1000
    fleet.meters[0].instrument.press_start()
    await asyncio.sleep(30)
    assert fleet.meters[0].instrument.behind <= 4000
    await fleet.stop()
