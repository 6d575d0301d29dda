"""Settings that are watched on wish, and several settings at once."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import FeedMode, FeedOptions
from custom_components.rion_nl43.monitor.feed.facts import fact_of
from custom_components.rion_nl43.monitor.feed.schedule import (
    EXCHANGES_PER_FACT,
    OFTEN_TURNS,
    Ask,
    AskFact,
    Schedule,
)
from custom_components.rion_nl43.nl43 import (
    CommandRefused,
    InvalidCommand,
)
from emulator import RefuseWith
from tests.fixtures import MeterFactory

from .commanding import (
    FAILED,
    longest_gap_s,
    on_the_wire,
    two_slots_s,
)
from .watching import Watching, watching


async def test_a_watched_setting_is_read_soon_and_again(emulated_meter: MeterFactory) -> None:
    """And after a reconnect; but only for as long as somebody watches it."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        ends: list[Callable[[], None]] = [watch.monitor.watch_setting("backlight brightness") for _ in range(2)]
        await watch.until(lambda: watch.monitor.facts.settings, 10)
        assert watch.monitor.facts.settings == {"Backlight Brightness": "3"}
        meter.instrument.settings["Backlight Brightness"] = "2"
        ends[0]()
        ends[0]()
        meter.control.lose("reset")
        await watch.until(lambda: watch.monitor.facts.settings == {"Backlight Brightness": "2"}, 120)
        ends[1]()
        assert watch.monitor.facts.settings == {}
        assert watch.monitor.facts.watched == frozenset()
        before = len(watch.lines)
        await watch.monitor.refresh_facts()
        assert "Backlight Brightness?" not in watch.lines[before:]


def test_a_watched_setting_is_read_in_every_second_of_the_seldom_turns() -> None:
    """For as long as it is watched, whether it is one of those that are always read or not."""
    schedule = Schedule(lambda _: True)
    facts = [fact_of("Language"), fact_of("Store Mode")]
    for fact in facts:
        schedule.watch(fact)

    def count() -> list[int]:
        asked = [schedule.next(float(now)) for now in range(30_000)]
        assert asked.count(Ask.LEVELS) >= 0.97 * len(asked)
        return [asked.count(AskFact(fact, fact.commands[0])) for fact in facts]

    turns = 30_000 // EXCHANGES_PER_FACT // (2 * (OFTEN_TURNS + 1))
    for number in count():
        assert number == pytest.approx(1 + turns / 2, abs=2.5)
    for fact in facts:
        schedule.unwatch(fact)
    language, store_mode = count()
    assert language == 0
    assert 0 < store_mode < 5


@pytest.mark.parametrize("found", [{"Store Name": "0077"}, {"Language": "Japanese"}])
async def test_who_changes_one_setting_at_the_meter_may_have_changed_others(
    emulated_meter: MeterFactory, found: dict[str, str]
) -> None:
    """As soon as any is noticed, all that are watched are read, between samples."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        watched = ("Language", "Backlight Brightness")
        for name in watched:
            watch.monitor.watch_setting(name)
        await watch.settled()
        await watch.until_rows(10)
        before = watch.monitor.facts
        meter.instrument.settings.update(found | {"Backlight Brightness": "1"})
        noticed_s = await watch.until(
            lambda: (
                watch.monitor.facts.settings != before.settings or watch.monitor.facts.store_name != before.store_name
            ),
            36_000,
        )
        assert noticed_s > 60
        since = len(watch.samples) - 1
        expected = {name: meter.instrument.settings[name] for name in watched}
        await watch.until(lambda: watch.monitor.facts.settings == expected, 60)
        await watch.until_rows(3)
        assert longest_gap_s(watch, since) <= two_slots_s(0.06)


@pytest.mark.parametrize("feed", [FeedOptions(), FeedOptions(FeedMode.STREAMED, 60)])
async def test_who_starts_at_the_meter_may_have_changed_settings(
    emulated_meter: MeterFactory, feed: FeedOptions
) -> None:
    """And who stops; an own command does not make one suspicious."""
    meter = await emulated_meter()
    async with watching(meter, feed=feed) as watch:
        watch.monitor.watch_setting("Backlight Brightness")
        await watch.settled()
        await watch.until_rows(10)
        before = watch.lines.count("Backlight Brightness?")
        await watch.monitor.commands.start()
        await asyncio.sleep(150)
        await watch.monitor.commands.stop()
        await asyncio.sleep(150)
        assert watch.lines.count("Backlight Brightness?") == before
        for value, press in (("1", meter.instrument.press_start), ("2", meter.instrument.press_stop)):
            meter.instrument.settings["Backlight Brightness"] = value
            press()
            expected = {"Backlight Brightness": value}
            await watch.until(lambda expected=expected: watch.monitor.facts.settings == expected, 300)  # type: ignore[misc] # mypy infers no default's type


async def test_one_suspicion_is_enough(emulated_meter: MeterFactory) -> None:
    """However many changes are found while all is read."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        watch.monitor.watch_setting("Language")
        await watch.settled()
        await watch.until_rows(10)
        before = len(watch.lines)
        meter.instrument.settings.update({f"Percentile {number}": str(number) for number in range(1, 6)})
        await watch.until(lambda: watch.monitor.facts.percentiles == (1, 2, 3, 4, 5), 36_000)
        await watch.until_rows(60)
        assert watch.lines[before:].count("Percentile 1?") <= 3


async def test_a_watched_setting_of_the_table(emulated_meter: MeterFactory) -> None:
    """It is read once for both."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        end = watch.monitor.watch_setting("Store Mode")
        await watch.settled()
        assert watch.monitor.facts.settings == {"Store Mode": "Manual"}
        assert watch.lines.count("Store Mode?") == 1
        end()
        watch.monitor.watch_setting("Store Mode")
        await watch.until(lambda: watch.monitor.facts.settings == {"Store Mode": "Manual"}, 10)


@pytest.mark.parametrize("name", ["Frequency Weighting (Sub1)", "Frequency Weighting"])
async def test_a_watched_setting_that_the_table_reads_in_some_cases_only(
    emulated_meter: MeterFactory, name: str
) -> None:
    """A sub channel that is off, or the other name of the main one."""
    meter = await emulated_meter(settings={"Measure Display Sub Channel 1": "Off"})
    async with watching(meter) as watch:
        await watch.settled()
        watch.monitor.watch_setting(name)
        await watch.until(lambda: watch.monitor.facts.settings, 10)
        assert watch.monitor.facts.settings.keys() == {name}


async def test_nobody_waits_for_it_any_more(emulated_meter: MeterFactory) -> None:
    """What is no longer watched before its turn is not read."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        end = watch.monitor.watch_setting("Language")
        await watch.until(lambda: watch.samples, 10)
        end()
        await watch.settled()
        await watch.until_rows(5)
        assert "Language?" not in watch.lines


async def test_a_watched_setting_that_the_meter_does_not_know(emulated_meter: MeterFactory) -> None:
    """It is among the unsupported ones, and not asked for again."""
    meter = await emulated_meter(options=frozenset({"EX"}))
    async with watching(meter) as watch:
        await watch.settled()
        watch.monitor.watch_setting("Octave Mode")
        await watch.until(lambda: "Octave Mode" in watch.monitor.facts.unsupported, 10)
        assert watch.monitor.facts.settings == {}
        await watch.until_rows(10)
        assert watch.lines.count("Octave Mode?") == 1


@pytest.mark.parametrize("name", ["Manual Store", "Nonsense", "Type?"])
async def test_what_cannot_be_watched(emulated_meter: MeterFactory, name: str) -> None:
    """It says so at once."""
    watch = Watching(await emulated_meter())
    with pytest.raises(InvalidCommand):
        watch.monitor.watch_setting(name)


async def test_whoever_sets_gives_up(emulated_meter: MeterFactory) -> None:
    """The meter has changed all the same, by an own command: that is no drift."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        setting = asyncio.create_task(watch.monitor.commands.set_setting("Percentile 1", "3"))
        await on_the_wire(watch, "Percentile 1,3")
        setting.cancel()
        await asyncio.wait({setting})
        assert watch.monitor.commands.recent[-1].state is FAILED
        await watch.until_rows(2)
        await watch.monitor.refresh_facts()
        assert watch.monitor.facts.percentiles[0] == 3
        assert watch.monitor.baseline.drifts == ()


async def test_five_settings_at_once(emulated_meter: MeterFactory) -> None:
    """All within their time, and the samples in between."""
    meter = await emulated_meter()
    wanted: dict[str, Any] = {f"Percentile {number}": str(number) for number in range(1, 6)}
    async with watching(meter) as watch:
        await watch.settled()
        since = len(watch.samples) - 1
        await asyncio.gather(*(watch.monitor.commands.set_setting(name, value) for name, value in wanted.items()))
        assert wanted.items() <= meter.instrument.settings.items()
        assert list(watch.monitor.facts.percentiles) == [1, 2, 3, 4, 5]
        assert longest_gap_s(watch, since) <= two_slots_s(0.06)
        assert watch.monitor.baseline.drifts == ()


async def test_an_error_of_the_meter_is_one_of_the_driver(emulated_meter: MeterFactory) -> None:
    """A request that is refused in this state is no control."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(RefuseWith("Type?", 4))
        with pytest.raises(CommandRefused):
            await watch.monitor.commands.send("Type?")
