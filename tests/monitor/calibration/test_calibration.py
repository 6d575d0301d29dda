"""What is known of calibrations, what it lets through, and what is marked."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor import (
    CalibrationReadings,
    CalibrationRefusal,
    CalibrationRefused,
    MeterCalibration,
    Sample,
)

from ...conftest import START
from .calibrating import MINUTE, READ, TONE, Excluded, active, again, due, heard, let_hear, now, running, sample, span


async def test_nothing_is_known_at_first() -> None:
    calibration = MeterCalibration()
    assert not active(calibration)
    assert (calibration.began, calibration.ends_at, calibration.last, calibration.due_at) == (None, None, None, None)
    assert (calibration.log, heard(calibration), due(calibration)) == ((), (), False)
    assert calibration.end() is None
    assert calibration.gate(sample(now()))


async def test_the_gate_is_closed_from_its_beginning_to_its_end() -> None:
    """A sample counts only if no part of it is within."""
    calibration = MeterCalibration()
    taken: list[Sample] = []
    take = calibration.gated(taken.append)
    calibration.begin("me")
    calibration.begin("you")
    assert (active(calibration), calibration.began, calibration.ends_at) == (True, START, START + 30 * MINUTE)
    before, across = sample(START), sample(START + timedelta(seconds=0.1))
    for each in (before, across):
        take(each)
    assert taken == [before]
    taken.clear()
    await asyncio.sleep(60)
    entry = calibration.end(READ)
    assert entry == calibration.last
    assert entry
    assert (entry.began, entry.ended, entry.by, entry.ended_by_itself) == (START, START + MINUTE, "me", False)
    assert (entry.reference_db, entry.before_db, entry.after_db, entry.note) == (94.0, 93.7, 94.0, "on the roof")
    assert entry.drift_db == -0.3
    after = sample(START + MINUTE + timedelta(seconds=1))
    for each in (before, across, sample(START + MINUTE / 2), sample(START + MINUTE), after):
        take(each)
    assert taken == [before, after]


async def test_it_ends_by_itself() -> None:
    """Nobody forgets it for longer than half an hour, which is then its end, however late that is noticed."""
    calibration = MeterCalibration()
    calibration.begin("me")
    async with running(calibration):
        await asyncio.sleep(1799)
        assert active(calibration)
        await asyncio.sleep(2)
    assert calibration.last
    assert (calibration.last.ended, calibration.last.ended_by_itself) == (START + 30 * MINUTE, True)
    assert calibration.last.by == "me"
    assert calibration.last.drift_db is None


async def test_a_restart_ends_none() -> None:
    """But where it was long, half an hour after its beginning."""
    calibration = MeterCalibration()
    calibration.begin()
    await asyncio.sleep(60)
    calibration = again(calibration)
    assert calibration.began == START
    await asyncio.sleep(7200)
    calibration = again(calibration)
    async with running(calibration):
        await asyncio.sleep(1)
    assert calibration.last
    assert calibration.last.ended == START + 30 * MINUTE


async def test_nothing_begins_in_the_future(virtual_clock: Callable[[float], None]) -> None:
    """Our clock may be put back meanwhile."""
    calibration = MeterCalibration()
    calibration.begin()
    virtual_clock(-3600)
    async with running(calibration):
        await asyncio.sleep(60)
        assert calibration.began == START - 60 * MINUTE
    entry = calibration.end()
    assert entry
    assert entry.marks


async def test_its_time_is_taken_out_of_what_is_kept() -> None:
    """As soon as that can be done, after a restart too."""
    calibration = MeterCalibration()
    calibration.exclude = (closed := Excluded(is_open=False)).exclude
    async with running(calibration):
        calibration.begin()
        await asyncio.sleep(60)
        calibration.end()
        await asyncio.sleep(60)
    assert closed.told == []
    calibration = again(calibration)
    calibration.exclude = (excluded := Excluded()).exclude
    async with running(calibration):
        await asyncio.sleep(1)
    assert excluded.told == [(span(START, START + MINUTE), "calibration")]
    assert calibration.memory["unmarked"] == []


async def test_one_of_the_past_is_marked_where_it_was_taken_for_sound() -> None:
    """But for what is known already."""
    calibration = MeterCalibration()
    marked: list[Span] = []
    calibration.on_marked(marked.append)
    await asyncio.sleep(600)
    calibration.record(READ, START, START + 2 * MINUTE)
    calibration.record(READ, START + MINUTE, START + 3 * MINUTE, by="me")
    assert marked == [span(START, START + 2 * MINUTE), span(START + 2 * MINUTE, START + 3 * MINUTE)]
    assert [entry.by for entry in calibration.log] == [None, "me"]
    calibration.record(READ, START + 5 * MINUTE)
    assert calibration.last
    assert calibration.last.ended == START + 10 * MINUTE
    assert not calibration.gate(sample(START + 7 * MINUTE))


@pytest.mark.parametrize(
    ("began_s", "ended_s", "refusal"),
    [
        (None, -10, CalibrationRefusal.BEGAN_MISSING),
        (-10, 1, CalibrationRefusal.IN_FUTURE),
        (1, None, CalibrationRefusal.ENDS_TOO_EARLY),
        (-10, -11, CalibrationRefusal.ENDS_TOO_EARLY),
        (-86_410, -9, CalibrationRefusal.TOO_LONG),
    ],
)
async def test_what_makes_no_sense_is_refused(
    began_s: float | None, ended_s: float | None, refusal: CalibrationRefusal
) -> None:
    calibration = MeterCalibration()
    began, ended = (None if each is None else START + timedelta(seconds=each) for each in (began_s, ended_s))
    with pytest.raises(CalibrationRefused) as refused:
        calibration.record(READ, began, ended)
    assert refused.value.refusal is refusal
    assert calibration.log == ()


async def test_what_was_read_ends_the_one_that_goes_on() -> None:
    calibration = MeterCalibration()
    calibration.begin("me")
    await asyncio.sleep(60)
    entry = calibration.record(READ, by="you")
    assert (entry.began, entry.ended, entry.by, entry.readings) == (START, START + MINUTE, "you", READ)
    assert not active(calibration)


async def test_what_was_read_belongs_to_the_last_one() -> None:
    """If nothing was read in it yet, and it has ended within the hour."""
    calibration = MeterCalibration()
    calibration.begin("me")
    await asyncio.sleep(60)
    calibration.end()
    await asyncio.sleep(600)
    entry = calibration.record(READ)
    assert (entry.began, entry.ended, entry.by, entry.readings) == (START, START + MINUTE, "me", READ)
    assert again(calibration).log == (entry,)
    noted = calibration.record(READ)
    assert noted.began == noted.ended == now()
    assert len(calibration.log) == 2
    assert calibration.record(CalibrationReadings()).began == now()
    assert calibration.record(READ).began == now()
    assert len(again(calibration).log) == 4
    assert not calibration.gate(sample(START + MINUTE))
    assert calibration.gate(sample(now()))


async def test_what_was_read_long_after_the_last_one_is_noted_by_itself() -> None:
    calibration = MeterCalibration()
    calibration.begin()
    await asyncio.sleep(60)
    calibration.end()
    await asyncio.sleep(3601)
    calibration.record(READ)
    assert len(calibration.log) == 2


async def test_a_calibrator_that_is_heard() -> None:
    """It is told once it has ended, is kept, and is logged for exactly as long as it was heard."""
    calibration = MeterCalibration()
    told: list[bool] = []
    calibration.on_change(lambda: told.append(True))
    let_hear(calibration, [*TONE[:-1]])
    assert told == []
    let_hear(calibration, TONE[-1:], now() + timedelta(seconds=1))
    assert told == [True]
    calibration = again(calibration)
    (tone,) = heard(calibration)
    assert (tone.nominal_db, tone.level_db) == (94.0, 93.8)
    marked: list[Span] = []
    calibration.on_marked(marked.append)
    (entry,) = calibration.record_heard("me", "seen")
    assert entry == calibration.last
    assert (entry.span, entry.by, entry.note) == (tone.span, "me", "seen")
    assert (entry.reference_db, entry.before_db, entry.after_db, entry.drift_db) == (94.0, 93.8, None, -0.2)
    assert heard(calibration) == ()
    assert marked == [tone.span]
    assert calibration.record_heard() == ()


async def test_a_calibrator_that_was_none() -> None:
    calibration = MeterCalibration()
    let_hear(calibration, TONE)
    calibration.dismiss_heard()
    assert (heard(calibration), calibration.log) == ((), ())
    told: list[bool] = []
    calibration.on_change(lambda: told.append(True))
    calibration.dismiss_heard()
    assert told == []


async def test_who_calibrates_is_not_asked_whether_he_does() -> None:
    """While one goes on, or once its time is known."""
    calibration = MeterCalibration()
    calibration.begin()
    let_hear(calibration, TONE)
    await asyncio.sleep(60)
    calibration.end()
    let_hear(calibration, TONE, START + MINUTE)
    assert heard(calibration) == ()
    await asyncio.sleep(60)
    let_hear(calibration, TONE)
    (tone,) = heard(calibration)
    calibration.record(READ, now() - MINUTE)
    assert heard(calibration) == ()
    assert tone.span.ended_ms < 1000 * now().timestamp()


@pytest.mark.parametrize("missing", [None, "covers nothing"])
async def test_rows_without_a_level_or_a_time_of_their_own(missing: str | None) -> None:
    """The first is a hole; the second, between two streams, is nothing."""
    calibration = MeterCalibration()
    let_hear(calibration, TONE[:10], now() - timedelta(seconds=12))
    calibration.take_sample(sample(now() - timedelta(seconds=11.5), 0.0 if missing else 1.0, 50.0 if missing else None))
    let_hear(calibration, TONE[10:])
    assert len(heard(calibration)) == (1 if missing else 0)


async def test_what_was_read_belongs_to_the_calibrator_that_was_heard() -> None:
    """All of the handling in between is marked too, unless that would be very long."""
    calibration = MeterCalibration()
    let_hear(calibration, TONE, now() - MINUTE)
    let_hear(calibration, TONE)
    first, last = heard(calibration)
    entry = calibration.record(READ)
    assert entry.span == Span(first.span.began_ms, last.span.ended_ms)
    assert entry.readings == READ
    assert heard(calibration) == ()
    let_hear(calibration, TONE, now() + 60 * MINUTE)
    let_hear(calibration, TONE, now() + 120 * MINUTE)
    first, last = heard(calibration)
    assert calibration.record(READ).span == last.span
    assert heard(calibration) == (first,)


async def test_a_measurement_with_a_calibrator_in_it_is_spoilt() -> None:
    calibration = MeterCalibration()
    assert not calibration.spoils(None)
    assert not calibration.spoils(START)
    calibration.begin()
    assert calibration.spoils(START)
    await asyncio.sleep(60)
    calibration.end()
    assert calibration.spoils(START)
    assert not calibration.spoils(now())


async def test_due() -> None:
    """After the interval since the last one, and told when it becomes so; somebody may put it off."""
    calibration = MeterCalibration()
    told: list[bool] = []
    calibration.on_change(lambda: told.append(due(calibration)))
    calibration.interval = 60 * MINUTE
    calibration.interval = 60 * MINUTE
    assert (calibration.due_at, told) == (None, [True])
    calibration.record(READ)
    assert calibration.interval == 60 * MINUTE
    assert (calibration.due_at, told) == (START + 60 * MINUTE, [True, False])
    async with running(calibration):
        await asyncio.sleep(3660)
        assert told == [True, False, True]
        calibration.snooze(now() + 120 * MINUTE)
        calibration = again(calibration)
        calibration.interval = 60 * MINUTE
        assert not due(calibration)
        await asyncio.sleep(7200)
        assert due(calibration)
    calibration.interval = None
    assert not due(calibration)
