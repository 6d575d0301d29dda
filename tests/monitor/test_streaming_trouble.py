"""What can go wrong with a stream: it falls back to polled, returns by itself, and no wrong value is told."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.monitor import FeedMode, FeedOptions, MeasurementState, StartOrigin
from custom_components.rion_nl43.nl43 import LinkError
from emulator import CutAnswer, DropAnswer, EmulatedMeter, Fault, Latency, RefuseWith, ReplaceBytes
from emulator.faults import ROW
from tests.fixtures import MeterFactory

from .watching import STREAMED, Watching, watching

UNUSED = b",  -.-,  -.-,  -.-,  -.-,  -.-,  -.-,-,-"
FALL_BACK = [Basis.STREAMED, Basis.POLLED, Basis.STREAMED]


def streamed(watch: Watching) -> list[Any]:
    """Return the samples that are slots of a stream."""
    return [sample for sample in watch.samples if sample.slot is not None]


def stream_times(meter: EmulatedMeter) -> list[float]:
    """Return when streams were asked for."""
    return [record.at for record in meter.referee.commands if record.line == "DRD?"]


@pytest.mark.parametrize(
    "fault",
    [
        DropAnswer(ROW, times=30),
        CutAnswer(ROW, after_bytes=40, then="go_on"),
        CutAnswer(ROW, after_bytes=3, then="go_on"),
        ReplaceBytes(ROW, b"R+0000\r\nStart\r\n"),
        ReplaceBytes(ROW, b" 12, nan" + b",  -.-" * 31 + b"\r\n"),
    ],
    ids=["stalls", "torn", "torn early", "an answer", "no level"],
)
async def test_a_stream_that_stalls_or_tears(emulated_meter: MeterFactory, fault: Fault) -> None:
    """Polled at once, streamed again after half a minute; the connection stays, and the meter is available."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        await asyncio.sleep(10)
        meter.faults.add(fault)
        took_s = await watch.until(lambda: watch.monitor.basis is Basis.POLLED, 10)
        assert took_s < 5.2
        took_s = await watch.until(lambda: watch.monitor.basis is Basis.STREAMED, 60)
        assert 27 < took_s < 35
        await asyncio.sleep(30)
    assert watch.bases == FALL_BACK
    assert watch.availability == [(True, None)]
    assert len(meter.referee.connections) == 1
    holes = [later.at - earlier.at for earlier, later in pairwise(watch.samples)]
    assert max(hole.total_seconds() for hole in holes) < 6.5
    assert all(30 < sample.levels.main.lp < 100 for sample in watch.samples if sample.levels.main.lp is not None)


async def test_no_torn_row_reaches_a_subscriber(emulated_meter: MeterFactory) -> None:
    """Every slot is one of the whole rows that the meter sent, at its time."""
    meter = await emulated_meter(scene="construction")
    rows: set[tuple[float | None, ...]] = set()
    make_row = meter.instrument.drd_row

    def remember(number: int, *, with_status: bool) -> str:
        text = make_row(number, with_status=with_status)
        rows.add(tuple(float(field) for field in text.split(",")[1:6]))
        return text

    meter.instrument.drd_row = remember  # type: ignore[method-assign] # to know what was sent
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        for after_bytes in range(0, 166, 3):
            meter.faults.add(CutAnswer(ROW, after_bytes=after_bytes, then="go_on", skip=5))
            watch.monitor.feed_options = FeedOptions(FeedMode.STREAMED, 301 + after_bytes)
            await watch.until(lambda: watch.monitor.basis is Basis.STREAMED, 10)
            await asyncio.sleep(8)
    told = [sample.slot[0] for sample in streamed(watch)]
    assert len(told) > 300
    assert {(slot.lp, slot.leq, slot.lmax, slot.lmin, slot.lpeak) for slot in told} <= rows


async def test_it_stays_away_longer_each_time(emulated_meter: MeterFactory) -> None:
    """A stream that is always torn: 30 s, a minute, two, four, eight, and then every ten minutes."""
    meter = await emulated_meter()
    meter.faults.add(ReplaceBytes(ROW, b"  1, 4\r\n", skip=20, times=None))
    async with watching(meter, feed=STREAMED) as watch:
        await watch.until(lambda: "DRD?" in watch.lines, 120)
        await asyncio.sleep(4000)
        pauses = [later - earlier for earlier, later in pairwise(stream_times(meter))]
        assert watch.availability == [(True, None)]
    assert pauses == pytest.approx([30, 60, 120, 240, 480, 600, 600, 600, 600, 600][: len(pauses)], abs=9)
    assert len(meter.referee.connections) == 1


async def test_a_good_minute_forgives(emulated_meter: MeterFactory) -> None:
    """What held a minute is tried again after half a minute, however often the ones before it failed."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        for held_s, pause_s in ((5, 30), (5, 60), (70, 30), (5, 60)):
            await asyncio.sleep(held_s)
            meter.faults.add(ReplaceBytes(ROW, b"  1, 4\r\n"))
            await watch.until(lambda: watch.monitor.basis is Basis.POLLED, 10)
            took_s = await watch.until(lambda: watch.monitor.basis is Basis.STREAMED, 100)
            assert took_s == pytest.approx(pause_s, abs=5)


async def test_a_meter_that_cannot_stream(emulated_meter: MeterFactory) -> None:
    """Asked once on each connection; the samples are polled."""
    meter = await emulated_meter()
    meter.faults.add(RefuseWith("DRD?", 3, times=None))
    async with watching(meter, feed=STREAMED) as watch:
        await watch.until(lambda: "DRD?" in watch.lines, 120)
        await asyncio.sleep(1000)
        assert len(stream_times(meter)) == 1
        assert watch.bases == []
        assert not streamed(watch)
        assert watch.availability == [(True, None)]
        await meter.power_cycle(10)
        await watch.until(lambda: len(stream_times(meter)) == 2, 200)
        meter.faults.clear()
        await watch.link.close()
        watch.link.open()
        await watch.streams()


async def test_a_busy_meter_is_asked_again(emulated_meter: MeterFactory) -> None:
    """Not possible in this state is not for ever."""
    meter = await emulated_meter()
    meter.faults.add(RefuseWith("DRD?", 4))
    async with watching(meter, feed=STREAMED) as watch:
        await watch.until(lambda: "DRD?" in watch.lines, 120)
        assert await watch.until(lambda: watch.monitor.basis is Basis.STREAMED, 60) > 29
        assert watch.bases == [Basis.STREAMED]
    assert len(stream_times(meter)) == 2


@pytest.mark.parametrize("rows", [1, 5, 20])
async def test_late_rows_after_a_stream(emulated_meter: MeterFactory, rows: int) -> None:
    """They are no answers: neither the state nor a level is taken from them."""
    meter = await emulated_meter()
    meter.faults.switch_on("late-rows", rows=rows)
    async with watching(meter, feed=FeedOptions(FeedMode.STREAMED, 60)) as watch:
        await watch.streams()
        await asyncio.sleep(600)
    assert watch.bases == [Basis.STREAMED]
    assert [measurement.state for measurement in watch.measurements] == [MeasurementState.STOPPED]
    assert watch.availability == [(True, None)]
    assert len(meter.referee.connections) == 1


async def test_lost_rows_are_holes(emulated_meter: MeterFactory) -> None:
    """The slots that were lost are covered by no sample; those after them stand where they belong."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        await watch.until_rows(50)
        before = len(watch.samples)
        meter.faults.add(DropAnswer(ROW, times=12, skip=10))
        await watch.until_rows(100)
        assert watch.monitor.lost_slots == 12
        watch.monitor.feed_options = FeedOptions()
        await watch.until(lambda: watch.monitor.basis is Basis.POLLED, 5)
        watch.monitor.feed_options = STREAMED
        await watch.streams()
        assert watch.monitor.lost_slots == 12
    ended = [sample.at.timestamp() for sample in watch.samples[before : before + 90]]
    assert ended[-1] - ended[0] == pytest.approx(8.9 + 1.2, abs=1e-3)
    assert all(sample.duration_s == 0.1 for sample in watch.samples[before : before + 90])


async def test_a_row_with_a_wrong_counter(emulated_meter: MeterFactory) -> None:
    """It is dropped: nobody knows where it belongs."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        await watch.until_rows(50)
        row = b"400, 99.9, 99.9, 99.9, 99.9, 99.9,  -.-,0,0" + UNUSED * 3
        meter.faults.add(ReplaceBytes(ROW, row + b"\r\n"))
        await watch.until_rows(30)
        assert watch.bases == [Basis.STREAMED]
    assert all(sample.levels.main.lp != 99.9 for sample in watch.samples)


async def test_the_connection_ends_within_a_stream(emulated_meter: MeterFactory) -> None:
    """Unavailable at once, back as after any loss; polled until all is read anew, and then streamed again."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        for _ in range(3):
            await asyncio.sleep(70)
            told = len(watch.samples)
            await meter.power_off()
            await watch.until(lambda: not watch.monitor.available, 6)
            assert isinstance(watch.monitor.reason, LinkError)
            await meter.power_on()
            await watch.until(lambda: watch.monitor.available, 30)
            assert all(sample.slot is not None for sample in watch.samples[told:-1])
            assert (watch.samples[-1].slot, watch.samples[-1].duration_s) == (None, 1)
            await watch.streams()
    assert watch.bases == [*FALL_BACK, *FALL_BACK[1:], *FALL_BACK[1:]]


@pytest.mark.parametrize("then", ["close", "reset", "stall"])
async def test_a_row_that_ends_the_connection(emulated_meter: MeterFactory, then: Any) -> None:
    """However it ends: noticed within six seconds, and mended by itself."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        await asyncio.sleep(10)
        meter.faults.add(CutAnswer(ROW, after_bytes=50, then=then))
        assert await watch.until(lambda: not watch.monitor.available, 10) < 6.1
        assert await watch.until(lambda: watch.monitor.available, 60) < 20
        await watch.streams()
    assert [available for available, _ in watch.availability] == [True, False, True]


async def test_another_measurement_between_two_breaks(emulated_meter: MeterFactory) -> None:
    """Stopped and begun anew at the meter while a stream ran: rows that disagree are asked for until it is clear."""
    meter = await emulated_meter()
    async with watching(meter, feed=FeedOptions(FeedMode.STREAMED, 120)) as watch:
        await watch.streams()
        await watch.monitor.commands.start()
        await asyncio.sleep(500)
        await watch.until_rows(1)
        meter.instrument.press_stop()
        meter.instrument.press_start()
        pressed_at = watch.now
        await watch.until(lambda: watch.monitor.measurement.origin is StartOrigin.DERIVED, 140)
        assert watch.monitor.measurement.elapsed_s == pytest.approx(watch.now - pressed_at, abs=10)
        assert watch.bases == [Basis.STREAMED]


@pytest.mark.parametrize("latency", [Latency.lan(), Latency.lte()])
async def test_much_to_ask_in_a_break(emulated_meter: MeterFactory, latency: Latency) -> None:
    """A stop at the meter raises many questions: rows come between them, and the meter stays available."""
    meter = await emulated_meter(latency=latency)
    meter.instrument.press_start()
    async with watching(meter, feed=FeedOptions(FeedMode.STREAMED, 30)) as watch:
        await watch.streams()
        await watch.until_rows(100)
        before = len(watch.samples) - 1
        meter.instrument.press_stop()
        await watch.until(lambda: watch.monitor.measurement.state is MeasurementState.STOPPED, 40)
        await watch.until_rows(300)
        assert watch.availability == [(True, None)]
        ends = [sample.at.timestamp() for sample in watch.samples[before:]]
    assert max(later - earlier for earlier, later in pairwise(ends)) < 9
