"""Start cycle and stop cycle: the safe sequences, whatever goes wrong in each of their steps."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import (
    Asked,
    ControlRefused,
    MeasurementState,
    NoFreeStoreName,
    NotConfirmed,
    RefusalReason,
)
from custom_components.rion_nl43.nl43 import (
    AnswerError,
    CommandRefused,
    CommandUnknown,
    ParameterRefused,
)
from emulator import CutAnswer, RefuseWith, ReplaceAnswer
from tests.fixtures import MeterFactory

from .commanding import (
    COMPLETED,
    CONFIRMED,
    FAILED,
    QUEUED,
    SENT,
    Ignored,
    Refused,
    Slow,
    Unanswered,
    assert_sent_once,
    begin,
    longest_gap_s,
    settings_sent,
    states,
    two_slots_s,
)
from .watching import watching

ASKED = Asked("user-7", "action")
AUTO = {"Store Mode": "Auto", "Store Name": "0041", "Sleep Mode": "On"}
SETTING_STEPS = ["Sleep Mode,Off", "Clock,", "Store Name,0042", "Measure,Start"]
READING_STEPS = ["Measure?", "Sleep Mode?", "Clock?", "Store Mode?", "Store Name?", "Overwrite?"]


async def test_the_start_cycle(emulated_meter: MeterFactory) -> None:
    """Sleep off, clock right, next free store name, measuring; the samples go on all the while."""
    meter = await emulated_meter(settings=AUTO, clock_offset_s=-3600, auto_folders=frozenset({"0042", "0043"}))
    async with watching(meter) as watch:
        await watch.settled()
        told, since = begin(watch), len(watch.samples) - 1
        started = await watch.monitor.commands.start_cycle(ASKED)
        assert started.store_name == "0044"
        assert started.started_at == watch.monitor.measurement.started_at
        assert started.started_at
        assert datetime.now(UTC) - started.started_at < timedelta(seconds=5)
        assert states(told) == [QUEUED, SENT, CONFIRMED, COMPLETED]
        assert (told[-1].name, told[-1].asked) == ("start_cycle", ASKED)
        assert meter.instrument.settings["Sleep Mode"] == "Off"
        assert meter.instrument.settings["Store Name"] == "0044"
        assert abs(meter.instrument.clock - datetime.now(UTC).replace(tzinfo=None)) < timedelta(seconds=0.3)
        assert watch.monitor.facts.sleep_mode == "Off"
        assert watch.monitor.facts.store_name == "0044"
        assert longest_gap_s(watch, since) <= two_slots_s(0.63)
        sent = settings_sent(watch)
        assert sent[0] == "Sleep Mode,Off"
        assert sent[1].startswith("Clock,")
        assert sent[2:] == ["Store Name,0042", "Store Name,0043", "Store Name,0044", "Measure,Start"]
        assert watch.monitor.baseline.drifts == ()


async def test_a_start_cycle_of_nothing_but_the_start(emulated_meter: MeterFactory) -> None:
    """Each of the other steps may be left out."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        started = await watch.monitor.commands.start_cycle(sleep_off=False, set_clock=False, find_name=False)
        assert started.store_name is None
        assert started.started_at is not None
        assert settings_sent(watch) == ["Measure,Start"]


async def test_the_names_begin_anew_after_the_last(emulated_meter: MeterFactory) -> None:
    """0000 follows 9999."""
    meter = await emulated_meter(settings=AUTO | {"Store Name": "9998"}, auto_folders=frozenset({"9999"}))
    async with watching(meter) as watch:
        await watch.settled()
        assert (await watch.monitor.commands.start_cycle()).store_name == "0000"


async def test_no_name_is_free(emulated_meter: MeterFactory) -> None:
    """After a hundred names it is given up, and the name is as it was."""
    meter = await emulated_meter(settings=AUTO, auto_folders=frozenset(f"{name:04}" for name in range(42, 142)))
    async with watching(meter) as watch:
        await watch.settled()
        told, since = begin(watch), len(watch.samples) - 1
        with pytest.raises(NoFreeStoreName) as failure:
            await watch.monitor.commands.start_cycle()
        assert (failure.value.first, failure.value.last) == ("0042", "0141")
        assert states(told) == [QUEUED, SENT, FAILED]
        assert meter.instrument.settings["Store Name"] == "0041"
        assert watch.monitor.measurement.state is MeasurementState.STOPPED
        assert longest_gap_s(watch, since) <= two_slots_s(0.06)
        assert_sent_once(watch)


async def test_names_of_manual_stores(emulated_meter: MeterFactory) -> None:
    """In mode Manual too the next name is chosen."""
    meter = await emulated_meter(settings={"Store Mode": "Manual", "Store Name": "0007"})
    async with watching(meter) as watch:
        await watch.settled()
        assert (await watch.monitor.commands.start_cycle()).store_name == "0008"


async def test_a_mode_that_chooses_its_names_itself(emulated_meter: MeterFactory) -> None:
    """Then none is chosen here."""
    meter = await emulated_meter(settings={"Store Mode": "Manual", "Store Name": "0007"})
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(ReplaceAnswer("Store Mode?", data="Timer Auto"))
        assert (await watch.monitor.commands.start_cycle()).store_name is None
        assert meter.instrument.settings["Store Name"] == "0007"


@pytest.mark.parametrize("code", [1, 3])
async def test_a_meter_without_the_option(emulated_meter: MeterFactory, code: Any) -> None:
    """What it does not know is left out."""
    meter = await emulated_meter(options=frozenset(), missing_option_code=code)
    meter.faults.add(RefuseWith("Overwrite?", code, times=None))
    async with watching(meter) as watch:
        await watch.settled()
        started = await watch.monitor.commands.start_cycle()
        assert started.store_name == "0001"
        assert not [line for line in settings_sent(watch) if line.startswith("Sleep")]


@pytest.mark.parametrize("line", ["Sleep Mode?", "Sleep Mode,Off", "Clock,", "Store Mode?", "Store Name?"])
@pytest.mark.parametrize("code", [1, 3])
async def test_an_optional_step_is_unknown_to_the_meter(emulated_meter: MeterFactory, line: str, code: int) -> None:
    """It measures all the same."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(Refused(line, code))
        started = await watch.monitor.commands.start_cycle()
        assert watch.monitor.measurement.state is MeasurementState.MEASURING
        assert started.store_name == (None if line.startswith("Store") else "0042")


@pytest.mark.parametrize("line", [*SETTING_STEPS, *READING_STEPS])
async def test_a_step_is_slow(emulated_meter: MeterFactory, line: str) -> None:
    """As slow as a meter may be: nothing is sent twice."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(Slow(line))
        assert (await watch.monitor.commands.start_cycle()).store_name == "0042"
        assert_sent_once(watch)


@pytest.mark.parametrize("line", SETTING_STEPS)
async def test_the_answer_to_a_step_is_lost(emulated_meter: MeterFactory, line: str) -> None:
    """It is read back, and the cycle goes on."""
    meter = await emulated_meter(settings=AUTO, clock_offset_s=900)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(Unanswered(line))
        assert (await watch.monitor.commands.start_cycle()).store_name == "0042"
        assert watch.monitor.measurement.state is MeasurementState.MEASURING
        assert_sent_once(watch)


@pytest.mark.parametrize("line", SETTING_STEPS)
async def test_a_step_is_lost(emulated_meter: MeterFactory, line: str) -> None:
    """Neither carried out nor answered: the cycle fails, and the store name is as it was."""
    meter = await emulated_meter(settings=AUTO, clock_offset_s=900)
    async with watching(meter) as watch:
        await watch.settled()
        told = begin(watch)
        meter.faults.add(Ignored(line))
        with pytest.raises(NotConfirmed):
            await watch.monitor.commands.start_cycle()
        assert states(told) == [QUEUED, SENT, FAILED]
        assert meter.instrument.settings["Store Name"] == "0041"
        assert watch.monitor.measurement.state is MeasurementState.STOPPED
        assert_sent_once(watch)


@pytest.mark.parametrize("line", SETTING_STEPS)
async def test_a_step_is_refused(emulated_meter: MeterFactory, line: str) -> None:
    """The meter is busy for a reason of its own: the cycle fails, and the store name is as it was."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(Refused(line))
        with pytest.raises(ControlRefused) as refused:
            await watch.monitor.commands.start_cycle()
        assert refused.value.reason is RefusalReason.BUSY
        assert meter.instrument.settings["Store Name"] == "0041"
        assert watch.monitor.measurement.state is MeasurementState.STOPPED


@pytest.mark.parametrize("line", READING_STEPS)
@pytest.mark.parametrize("code", [2, 4])
async def test_the_meter_does_not_tell(emulated_meter: MeterFactory, line: str, code: int) -> None:
    """What must be known is not guessed: nothing is started."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(RefuseWith(line, code, times=1))
        if line == "Clock?":
            assert (await watch.monitor.commands.start_cycle()).store_name == "0042"
            return
        with pytest.raises(CommandRefused):
            await watch.monitor.commands.start_cycle()
        assert meter.instrument.settings["Store Name"] == "0041"
        assert "Measure,Start" not in watch.lines


@pytest.mark.parametrize("line", READING_STEPS)
async def test_a_garbled_answer(emulated_meter: MeterFactory, line: str) -> None:
    """Twice in a row, so that asking again does not help."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(ReplaceAnswer(line, data="%%", times=2))
        if line in {"Clock?", "Store Mode?"}:
            # An accepted clock counts; and a mode nobody knows has no name to be chosen.
            await watch.monitor.commands.start_cycle()
            return
        with pytest.raises(AnswerError):
            await watch.monitor.commands.start_cycle()
        assert meter.instrument.settings["Store Name"] == "0041"
        assert "Measure,Start" not in watch.lines


@pytest.mark.parametrize("line", [*SETTING_STEPS, *READING_STEPS])
async def test_the_connection_ends_in_a_step(emulated_meter: MeterFactory, line: str) -> None:
    """It is back in a few seconds: the cycle reads back and goes on, and repeats no setting."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        fault = Unanswered(line)
        meter.faults.add(fault)
        meter.faults.add(_Reset(line))
        started = await watch.monitor.commands.start_cycle()
        assert started.store_name == "0042"
        assert watch.monitor.measurement.state is MeasurementState.MEASURING
        assert_sent_once(watch)


class _Reset(Refused):
    """The connection is reset instead of the answer to the first command that begins so."""

    def refusal(self) -> None:
        """Refuse nothing."""

    def change_delivery(self, delivery: Any) -> Any:
        """Reset."""
        return CutAnswer(None, 0, "reset").change_delivery(delivery)


async def test_the_name_is_no_good(emulated_meter: MeterFactory) -> None:
    """Another refusal is handed on."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(RefuseWith("Store Name,0042", 2))
        with pytest.raises(ParameterRefused):
            await watch.monitor.commands.start_cycle()
        assert meter.instrument.settings["Store Name"] == "0041"


async def test_a_meter_that_knows_no_start(emulated_meter: MeterFactory) -> None:
    """That step is not optional."""
    meter = await emulated_meter(settings=AUTO)
    async with watching(meter) as watch:
        await watch.settled()
        meter.faults.add(RefuseWith("Measure,Start", 1))
        with pytest.raises(CommandUnknown):
            await watch.monitor.commands.start_cycle()
        assert meter.instrument.settings["Store Name"] == "0041"
