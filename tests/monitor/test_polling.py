"""The polled feed over a real connection."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
import logging
from zoneinfo import ZoneInfo

import pytest

from custom_components.rion_nl43.monitor import Facts, Sample
from custom_components.rion_nl43.monitor.feed import schedule
from custom_components.rion_nl43.nl43 import LinkClosed, LinkError, LinkState, RunState
from emulator import CutAnswer, DelayAnswer, Fault, Latency, RefuseWith, ReplaceAnswer, ReplaceBytes
from tests.fixtures import MeterFactory

from .watching import watching


@pytest.fixture
def quick_rotation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let slow facts come in every third exchange, for tests that would poll for hours else."""
    monkeypatch.setattr(schedule, "EXCHANGES_PER_FACT", 2)


@pytest.mark.parametrize("latency", [Latency.lan(), Latency.lte()])
async def test_ten_minutes(emulated_meter: MeterFactory, latency: Latency) -> None:
    """No rule broken, one connection, every slot used, nearly all for samples."""
    meter = await emulated_meter(latency=latency)
    async with watching(meter) as watch:
        await watch.settled()
        before = len(meter.referee.commands)
        await asyncio.sleep(600)
        commands = Counter(watch.lines[before:])
        rows = commands["DOD?"]
        samples = watch.samples[-rows + 1 :]
    assert not meter.referee.violations
    assert len(meter.referee.connections) == 1
    assert meter.referee.report()["slots_used"] >= 0.98  # type: ignore[operator] # the report is for JSON
    assert rows >= 0.97 * commands.total()
    assert commands["Measure?"] in {9, 10, 11}
    assert sum(sample.duration_s for sample in samples) == pytest.approx(600, abs=5)
    assert watch.availability == [(True, None)]
    gaps_s = [(later.at - earlier.at).total_seconds() for earlier, later in pairwise(samples)]
    assert gaps_s == pytest.approx([sample.duration_s for sample in samples[1:]], abs=1e-3)


async def test_first_contact(emulated_meter: MeterFactory) -> None:
    """The serial number first, then the state, then samples, and within a minute all facts."""
    meter = await emulated_meter(settings={"Frequency Weighting (Main)": "C", "Percentile 1": "1"})
    async with watching(meter) as watch:
        assert (watch.monitor.available, watch.monitor.sample, watch.monitor.facts) == (False, None, Facts())
        await watch.until(lambda: watch.samples, 5)
        assert watch.lines == ["Serial Number?", "Measure?", "DOD?"]
        assert watch.monitor.status.state is LinkState.CONNECTED
        sample = watch.samples[0]
        assert sample == watch.monitor.sample
        assert sample.at == datetime.now(UTC)
        assert (sample.duration_s, sample.run, sample.held) == (1, RunState.STOP, True)
        assert await watch.until(lambda: watch.monitor.facts.power is not None, 120) < 60
        facts = watch.monitor.facts
    assert [*facts.percentiles] == [1, 10, 50, 90, 95]
    assert (facts.frequency_weighting, facts.time_weighting) == ("C", "F")
    assert (facts.battery, facts.power) == ("Full", "E")
    assert (facts.card_total_mb, facts.card_free_mb) == (30436, 29120)
    assert facts.card_free_percent == 95
    assert facts.clock_offset_s == pytest.approx(0, abs=1)
    assert (facts.store_mode, facts.store_name, facts.sleep_mode) == ("Manual", "0000", "Off")
    assert facts.measurement_time_manual
    assert facts.measurement_time_auto
    assert facts.lp_store_interval
    assert facts.leq_calculation_interval
    assert facts.index_number
    assert not facts.unsupported


async def test_sub_channels_are_asked_about_only_where_they_are_on(emulated_meter: MeterFactory) -> None:
    """Each has its own weightings."""
    settings = {
        "Measure Display Sub Channel 1": "On",
        "Frequency Weighting (Sub1)": "C",
        "Time Weighting (Sub1)": "S",
    }
    meter = await emulated_meter(settings=settings)
    async with watching(meter) as watch:
        await watch.until(lambda: watch.monitor.facts.power is not None, 120)
        facts = watch.monitor.facts
        lines = watch.lines
    assert facts.frequency_weightings == ("A", "C", None, None)
    assert facts.time_weightings == ("F", "S", None, None)
    assert "Frequency Weighting (Sub2)?" not in lines


@pytest.mark.usefixtures("quick_rotation")
async def test_a_unit_without_options(emulated_meter: MeterFactory) -> None:
    """What it refuses is remembered and not asked again before the next connection."""
    meter = await emulated_meter(options=frozenset())
    async with watching(meter) as watch:
        await watch.until(lambda: watch.monitor.facts.index_number, 120)
        await asyncio.sleep(400)
        facts = watch.monitor.facts
        refused = {record.line.rstrip("?") for record in meter.referee.commands if b"R+0003" in record.answer}
        counts = Counter(watch.lines)
        assert facts.unsupported == refused
        assert {"Percentile 1", "Sleep Mode", "DRD?status"} <= refused
        assert all(counts[line] + counts[f"{line}?"] == 1 for line in refused)
        assert facts.percentiles == (None,) * 5
        assert (facts.frequency_weighting, facts.sleep_mode, facts.power) == ("A", None, None)
        assert watch.availability == [(True, None)]
        await meter.power_off()
        await meter.power_on()
        await watch.until(lambda: Counter(watch.lines)["Percentile 1?"] == 2, 120)


async def test_what_is_not_understood_stays_unknown(emulated_meter: MeterFactory) -> None:
    """Percentiles without a number, sizes that are none."""
    meter = await emulated_meter()
    meter.faults.add(ReplaceAnswer("Percentile 1?", data="??", times=None))
    meter.faults.add(ReplaceAnswer("SD Card Free Size?", data="plenty", times=None))
    meter.faults.add(ReplaceAnswer("Sleep Mode?", data="Perhaps", times=None))
    async with watching(meter) as watch:
        await watch.settled()
        facts = watch.monitor.facts
    assert [*facts.percentiles] == [None, 10, 50, 90, 95]
    assert (facts.card_free_mb, facts.card_total_mb) == (None, 30436)
    assert facts.sleep_mode is None
    assert not facts.unsupported


@pytest.mark.usefixtures("quick_rotation")
async def test_facts_are_read_again_in_turn(emulated_meter: MeterFactory) -> None:
    """What changes by itself more often than settings; and subscribers are told only of changes."""
    meter = await emulated_meter(clock_offset_s=-3560)
    async with watching(meter, time_zone=ZoneInfo("UTC")) as watch:
        await watch.settled()
        assert watch.monitor.facts.clock_offset_s == pytest.approx(-3560, abs=1)
        assert all(later != earlier for earlier, later in pairwise(watch.facts))
        meter.instrument.battery = "Low"
        meter.instrument.settings["Index Number"] = "0042"
        battery_s = await watch.until(lambda: watch.monitor.facts.battery == "Low", 60)
        assert await watch.until(lambda: watch.monitor.facts.index_number == "0042", 600) > 3 * battery_s


async def test_all_facts_on_demand(emulated_meter: MeterFactory) -> None:
    """Whoever does not want to wait has them read between samples."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.instrument.settings["Index Number"] = "0042"
        meter.instrument.power_source = "U"
        before = len(watch.lines)
        await watch.monitor.refresh_facts()
        assert watch.monitor.facts.index_number == "0042"
        assert watch.monitor.facts.power == "U"
        assert all("DOD?" in pair for pair in pairwise(watch.lines[before:]))


async def test_a_refresh_ends_with_the_connection(emulated_meter: MeterFactory) -> None:
    """Or with the monitor; and needs both to begin with."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.until(lambda: watch.samples, 5)
        refresh = asyncio.create_task(watch.monitor.refresh_facts())
        await watch.until_rows(3)
        await meter.power_off()
        with pytest.raises(LinkError):
            await refresh
        with pytest.raises(LinkError):
            await watch.monitor.refresh_facts()
        await meter.power_on()
        await watch.until(lambda: watch.monitor.available, 30)
        refresh = asyncio.create_task(watch.monitor.refresh_facts())
        await watch.until_rows(3)
        assert watch.task
        watch.task.cancel()
        with pytest.raises(LinkClosed):
            await refresh
        with pytest.raises(LinkClosed):
            await watch.monitor.refresh_facts()


async def test_a_refresh_ends_with_the_first_attempt_to_connect(emulated_meter: MeterFactory) -> None:
    """It may wait for the connection, but not for a meter that is let go instead."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        connecting = asyncio.Event()
        watch.link.on_status(lambda _: connecting.set())
        await connecting.wait()
        assert watch.monitor.status.state is LinkState.CONNECTING
        refresh = asyncio.create_task(watch.monitor.refresh_facts())
        await asyncio.sleep(0)
        await watch.monitor.standby.release()
        with pytest.raises(LinkClosed):
            await asyncio.wait_for(refresh, 1)


@pytest.mark.usefixtures("quick_rotation")
async def test_a_stream_that_fails_is_not_tried_again(emulated_meter: MeterFactory) -> None:
    """The status row is a luxury: once per connection it may fail."""
    meter = await emulated_meter()
    meter.faults.add(RefuseWith("DRD?status", 4, times=None))
    async with watching(meter) as watch:
        await watch.until(lambda: "DRD?status" in watch.monitor.facts.unsupported, 300)
        await asyncio.sleep(400)
        assert watch.monitor.available
        assert watch.monitor.facts.power is None
        assert len(meter.referee.connections) == 1
        assert Counter(watch.lines)["DRD?status"] == 1


@pytest.mark.usefixtures("quick_rotation")
@pytest.mark.parametrize(
    "fault",
    [
        CutAnswer("DRD?status", after_bytes=17, then="close", times=None),
        ReplaceBytes("DRD?status", b"R+0004\r\n", times=None),
    ],
    ids=["closes", "runs on"],
)
async def test_a_stream_that_costs_the_connection_is_never_tried_again(
    emulated_meter: MeterFactory, fault: Fault
) -> None:
    """Not even on the next connection: that would cost one after the other."""
    meter = await emulated_meter()
    meter.faults.add(replace(fault))
    async with watching(meter) as watch:
        await watch.until(lambda: len(watch.availability) == 3, 300)
        await asyncio.sleep(600)
        assert len(meter.referee.connections) == 2
        assert Counter(watch.lines)["DRD?status"] == 1
        assert [available for available, _ in watch.availability] == [True, False, True]


async def test_refused_and_lost_rows_are_no_samples(emulated_meter: MeterFactory) -> None:
    """A busy meter is asked again at the next slot."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        samples, rows = len(watch.samples), Counter(watch.lines)["DOD?"]
        meter.faults.add(RefuseWith("DOD?", 4, times=3))
        meter.faults.add(RefuseWith("Measure?", 4, times=1))
        await asyncio.sleep(100)
        assert Counter(watch.lines)["DOD?"] - rows - 3 == len(watch.samples) - samples
        assert watch.availability == [(True, None)]
        gaps = [sample.duration_s for sample in watch.samples[samples:]]
        assert 4 < max(gaps) < 5


async def test_a_slow_meter_is_still_covered(emulated_meter: MeterFactory) -> None:
    """The longest legal answers: every sample covers the time since the last one."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(DelayAnswer(None, seconds=2.9, times=None))
        samples = len(watch.samples)
        await asyncio.sleep(300)
        assert watch.availability == [(True, None)]
        covered = sum(sample.duration_s for sample in watch.samples[samples:])
        assert covered > 280


async def test_a_failing_subscriber_does_not_stop_the_feed(
    emulated_meter: MeterFactory, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the others nor the polling; it is logged once."""
    meter = await emulated_meter()

    def fail(sample: Sample) -> None:
        raise RuntimeError(sample.at)

    async with watching(meter) as watch:
        watch.monitor.on_sample(fail)
        await watch.until_rows(20)
        heard: list[Sample] = []
        leave = watch.monitor.on_sample(heard.append)
        await watch.until_rows(5)
        leave()
        await watch.until_rows(5)
        assert len(heard) == 5
    assert [record.levelno for record in caplog.records if record.levelno >= logging.ERROR] == [logging.ERROR]
