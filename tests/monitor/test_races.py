"""Things that happen at the worst possible moment."""

import asyncio
from typing import Any

import pytest

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.monitor import FeedMode, FeedOptions
from custom_components.rion_nl43.monitor.feed.facts import fact_of
from custom_components.rion_nl43.nl43 import LinkState
from emulator import DropAnswer
from emulator.faults import ROW
from tests.fixtures import MeterFactory

from .commanding import COMPLETED, begin, states
from .watching import STREAMED, watching


@pytest.mark.parametrize("after_s", [0, 0.2, 0.5, 1, 1.5])
async def test_other_options_while_a_stalled_stream_is_mended(emulated_meter: MeterFactory, after_s: float) -> None:
    """They are taken at once: the next stream need not wait for half a minute."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        meter.faults.add(DropAnswer(ROW, times=30, skip=5))
        await watch.until(lambda: watch.link.status.state is LinkState.TIMEOUT, 10)
        await asyncio.sleep(after_s)
        watch.monitor.feed_options = FeedOptions(FeedMode.STREAMED, 60)
        rows = watch.monitor.statistics.stream_rows
        await watch.until(lambda: watch.monitor.statistics.stream_rows > rows, 12)
        assert watch.availability == [(True, None)]


async def test_the_clock_is_set_while_a_stalled_stream_is_mended(emulated_meter: MeterFactory) -> None:
    """It waits until the link is in step, and is set."""
    meter = await emulated_meter(clock_offset_s=-100)
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        told = begin(watch)
        meter.faults.add(DropAnswer(ROW, times=30, skip=5))
        await watch.until(lambda: watch.link.status.state is LinkState.TIMEOUT, 10)
        await watch.monitor.commands.sync_clock()
        assert states(told)[-1] is COMPLETED
        assert watch.monitor.facts.clock_offset_s == pytest.approx(0, abs=1)


async def test_the_second_of_two_watchers_leaves_last(emulated_meter: MeterFactory) -> None:
    """The setting is not read any more, in whichever order they leave."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        schedule = watch.monitor._feed.schedule
        for order in ((0, 1), (1, 0)):
            ends = [watch.monitor.watch_setting("Language") for _ in range(2)]
            for number in order:
                ends[number]()
            assert fact_of("Language") not in schedule._seldom
            assert not schedule._watched


async def test_a_setting_is_watched_while_a_stream_without_breaks_runs(emulated_meter: MeterFactory) -> None:
    """It is read soon all the same, and the stream goes on."""
    meter = await emulated_meter()
    async with watching(meter, feed=FeedOptions(FeedMode.STREAMED, None)) as watch:
        await watch.streams()
        await asyncio.sleep(100)
        watch.monitor.watch_setting("Language")
        watch.monitor.watch_setting("Key Lock")
        await watch.until(lambda: len(watch.monitor.facts.settings) == 2, 40)
        await asyncio.sleep(300)
        assert watch.lines.count("DRD?") == 2
        assert watch.bases == [Basis.STREAMED]


async def test_a_fact_whose_answer_was_lost_is_asked_for_again(emulated_meter: MeterFactory) -> None:
    """Once, and not hours later in its turn: but what is never understood is not asked for over and over."""
    meter = await emulated_meter()
    meter.faults.switch_on("garbled-line", command="Percentile 1?", times=2)
    meter.faults.switch_on("garbled-line", command="Language?")
    async with watching(meter) as watch:
        watch.monitor.watch_setting("Language")
        await watch.settled()
        await asyncio.sleep(60)
        assert watch.monitor.facts.percentiles[0] == 5
        assert watch.lines.count("Percentile 1?") == 3
        # Each time the link asks once more.
        assert watch.lines.count("Language?") == 4
        assert "Language" not in watch.monitor.facts.settings


async def test_nonsense_in_place_of_a_memory(emulated_meter: MeterFactory) -> None:
    """It is as if there were none."""
    meter = await emulated_meter()
    restored: Any = ["no memory"]
    async with watching(meter, restored=restored) as watch:
        await watch.until_rows(2)
        assert watch.monitor.available
