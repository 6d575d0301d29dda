"""Commands, options and questions of persons while a stream runs."""

import asyncio
from collections import Counter
from itertools import pairwise

import pytest

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.monitor import FeedMode, FeedOptions, MeasurementState
from custom_components.rion_nl43.nl43 import LinkClosed
from emulator import EmulatedMeter, Latency
from tests.fixtures import MeterFactory

from .watching import STREAMED, Watching, watching

WITHOUT_BREAKS = FeedOptions(FeedMode.STREAMED, None)


def sent_at(meter: EmulatedMeter, line: str) -> float:
    """Return the loop time at which a command came to the meter for the last time."""
    return next(record.at for record in reversed(meter.referee.commands) if record.line == line)


def longest_gap_s(watch: Watching, since: float) -> float:
    """Return the longest time between two samples since that time of the wall clock."""
    at = [sample.at.timestamp() for sample in watch.samples]
    return max(later - earlier for earlier, later in pairwise(at) if later > since)


@pytest.mark.parametrize("latency", [Latency.lan(), Latency.lte()])
async def test_a_command_interrupts_the_stream(emulated_meter: MeterFactory, latency: Latency) -> None:
    """It is on the wire within 1.5 s; a row and the run state are read, and the stream goes on at once."""
    meter = await emulated_meter(latency=latency)
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        resumed = 0
        for number in range(8):
            await asyncio.sleep(20 + 0.013 * number)
            await watch.until(lambda: watch.samples[-1].slot is not None and watch.lines[-1] == "DRD?", 10)
            before, pressed, since = len(watch.lines), watch.now, watch.samples[-1].at.timestamp()
            await (watch.monitor.commands.stop() if number % 2 else watch.monitor.commands.start())
            command = "Measure,Stop" if number % 2 else "Measure,Start"
            assert sent_at(meter, command) - pressed <= 1.5
            assert watch.monitor.measurement.state is not (
                MeasurementState.MEASURING if number % 2 else MeasurementState.STOPPED
            )
            await watch.until(lambda: watch.samples[-1].slot is not None and watch.lines[-1] == "DRD?", 12)
            await watch.until_rows(2)
            asked = watch.lines[before:]
            # If it was about time for a break, that is made as well.
            assert asked[:4] == [command, "DOD?", "Measure?", "DOD?"]
            resumed += asked[4:] == ["DRD?"]
            assert longest_gap_s(watch, since) < (4 if asked[4:] == ["DRD?"] else 10)
        assert resumed >= 6
        assert watch.monitor.basis is Basis.STREAMED
        assert watch.bases == [Basis.STREAMED]
    assert len(meter.referee.connections) == 1


async def test_rows_come_between_the_steps_of_a_cycle(emulated_meter: MeterFactory) -> None:
    """However many commands follow each other, no gap is longer than a few slots; then the stream goes on."""
    meter = await emulated_meter(settings={"Sleep Mode": "On", "Store Mode": "Auto"})
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        await asyncio.sleep(30)
        since = watch.samples[-1].at.timestamp()
        await watch.monitor.commands.start_cycle()
        gap_s = longest_gap_s(watch, since)
        await watch.until(lambda: watch.samples[-1].slot is not None, 12)
        assert watch.monitor.measurement.state is MeasurementState.MEASURING
    assert gap_s < 4


async def test_what_somebody_waits_for_is_read_soon(emulated_meter: MeterFactory) -> None:
    """The labels of a new measurement, a few in a break, even where there are no regular breaks."""
    meter = await emulated_meter()
    async with watching(meter, feed=WITHOUT_BREAKS) as watch:
        await watch.streams()
        await asyncio.sleep(400)
        assert Counter(watch.lines)["DRD?"] == 1
        meter.instrument.settings["Percentile 5"] = "99"
        before = len(watch.lines)
        await watch.monitor.commands.start()
        await watch.until(lambda: watch.monitor.facts.percentiles[4] == 99, 120)
        assert Counter(watch.lines[before:])["DRD?"] <= 3
        assert watch.bases == [Basis.STREAMED]
        # Somebody changed a label, so all of them are read once more.
        await asyncio.sleep(180)
        streams = Counter(watch.lines)["DRD?"]
        await asyncio.sleep(400)
        assert Counter(watch.lines)["DRD?"] == streams


async def test_all_facts_on_demand(emulated_meter: MeterFactory) -> None:
    """Whoever asks for them need not wait for a break; meanwhile samples are polled."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        await watch.until_rows(20)
        meter.instrument.settings["Index Number"] = "0042"
        asked = watch.now
        await watch.monitor.refresh_facts()
        assert watch.now - asked < 70
        assert watch.monitor.facts.index_number == "0042"
        assert watch.monitor.basis is Basis.POLLED
        await watch.until(lambda: watch.monitor.basis is Basis.STREAMED, 5)
    assert watch.bases == [Basis.STREAMED, Basis.POLLED, Basis.STREAMED]


async def test_the_clock_is_set_while_a_stream_runs(emulated_meter: MeterFactory) -> None:
    """Whoever needs the link for himself gets it at once."""
    meter = await emulated_meter(clock_offset_s=-100)
    async with watching(meter, feed=WITHOUT_BREAKS) as watch:
        await watch.streams()
        await watch.until_rows(20)
        pressed = watch.now
        await watch.monitor.commands.sync_clock()
        assert watch.now - pressed < 8
        assert watch.monitor.facts.clock_offset_s == pytest.approx(0, abs=1)
        await watch.until(lambda: watch.samples[-1].slot is not None, 5)


async def test_the_mode_changes_at_once(emulated_meter: MeterFactory) -> None:
    """To and fro over the same connection; the time in between belongs to no sample."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        for _ in range(3):
            watch.monitor.feed_options = STREAMED
            assert watch.monitor.feed_options is STREAMED
            assert await watch.until(lambda: watch.samples[-1].slot is not None, 10) < 4.5
            await watch.until_rows(30)
            watch.monitor.feed_options = FeedOptions()
            await watch.until(lambda: watch.monitor.basis is Basis.POLLED, 3)
            before = len(watch.samples)
            await watch.until_rows(3)
            assert watch.samples[before].duration_s == 1
        await asyncio.sleep(60)
        polled = [sample for sample in watch.samples[-40:] if sample.slot is None]
        assert len(polled) == 40
    assert watch.bases == [Basis.STREAMED, Basis.POLLED] * 3
    assert len(meter.referee.connections) == 1
    ends = [(sample.at.timestamp() - sample.duration_s, sample.at.timestamp()) for sample in watch.samples]
    assert all(later[0] >= earlier[1] - 0.02 for earlier, later in pairwise(ends))


async def test_polled_from_the_middle_of_a_break(emulated_meter: MeterFactory) -> None:
    """Whatever else there is to ask, a row comes first, and covers the time since the row before it."""
    meter = await emulated_meter(latency=Latency.lte())
    meter.instrument.press_start()
    async with watching(meter, feed=FeedOptions(FeedMode.STREAMED, 30)) as watch:
        await watch.streams()
        await watch.until_rows(100)
        meter.instrument.press_stop()
        await watch.until(lambda: watch.samples[-1].slot is None, 40)
        before, in_break = len(watch.lines), watch.samples[-1]
        await watch.until(lambda: watch.monitor.measurement.state is MeasurementState.STOPPED, 10)
        watch.monitor.feed_options = FeedOptions()
        await watch.until_rows(1)
        # The watchdog asks for the results, beside the feed.
        assert [line for line in watch.lines[before:] if line != "DLC?"] == ["Measure?", "Pause?", "DOD?"]
        assert watch.monitor.basis is Basis.POLLED
        since_s = (watch.samples[-1].at - in_break.at).total_seconds()
        assert in_break.duration_s == 0
        assert watch.samples[-1].duration_s == pytest.approx(since_s, abs=0.01)


async def test_other_breaks_at_once(emulated_meter: MeterFactory) -> None:
    """A new length holds for the running stream too; the same options change nothing."""
    meter = await emulated_meter()
    async with watching(meter, feed=WITHOUT_BREAKS) as watch:
        await watch.streams()
        await asyncio.sleep(100)
        watch.monitor.feed_options = FeedOptions(FeedMode.STREAMED, None)
        await asyncio.sleep(100)
        assert Counter(watch.lines)["DRD?"] == 1
        watch.monitor.feed_options = FeedOptions(FeedMode.STREAMED, 60)
        await asyncio.sleep(200)
        assert Counter(watch.lines)["DRD?"] == 5
        assert watch.bases == [Basis.STREAMED]


async def test_cancelled_at_any_moment_of_a_stream(emulated_meter: MeterFactory) -> None:
    """The stream ends with SUB, and the link is in step for somebody else."""
    meter = await emulated_meter()
    tasks = asyncio.all_tasks()
    for number in range(6):
        async with watching(meter, feed=STREAMED) as watch:
            await watch.streams()
            await asyncio.sleep(0.17 * number)
            assert watch.task
            watch.task.cancel()
            await asyncio.wait({watch.task})
            told = len(watch.samples)
            assert await watch.monitor._meter.serial_number() == meter.config.serial
            await asyncio.sleep(5)
            assert len(watch.samples) == told
        await asyncio.sleep(6)
    assert asyncio.all_tasks() == tasks


async def test_standby_ends_a_stream(emulated_meter: MeterFactory) -> None:
    """And the stream returns with the link."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        await watch.link.close()
        assert isinstance(watch.monitor.reason, LinkClosed)
        told = len(watch.samples)
        await asyncio.sleep(10)
        assert len(watch.samples) == told
        watch.link.open()
        await watch.until(lambda: len(watch.samples) > told, 10)
        assert watch.samples[told].slot is None
        await watch.until(lambda: watch.samples[-1].slot is not None, 120)


async def test_a_long_command_is_polled_through(emulated_meter: MeterFactory) -> None:
    """A start cycle keeps the stream away for half a minute: after the first seconds rows of DOD? cover the time."""
    meter = await emulated_meter()
    async with watching(meter, feed=WITHOUT_BREAKS) as watch:
        await watch.streams()
        await asyncio.sleep(20)
        since = watch.samples[-1].at.timestamp()
        await watch.monitor.commands.start_cycle()
        await watch.until(lambda: watch.samples[-1].slot is not None and watch.lines[-1] == "DRD?", 12)
        await watch.until_rows(20)
        told = [sample for sample in watch.samples if sample.at.timestamp() >= since]
    until = told[-1].at.timestamp()
    covered_s = sum(sample.duration_s for sample in told[1:])
    assert until - since > 15
    assert until - since - covered_s < 11
    assert {sample.basis for sample in told if sample.duration_s} == {Basis.POLLED, Basis.STREAMED}
