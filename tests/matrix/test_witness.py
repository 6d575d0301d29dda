"""The witness itself: it complains of each thing that must not be."""

from dataclasses import replace
import re

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.monitor import Measurement, MeasurementState, Sample
from custom_components.rion_nl43.nl43 import Levels
from tests.fixtures import MeterFactory
from tests.monitor.watching import STREAMED, watching

from .chronicle import Chronicle
from .witness import BREAK_S, SILENCE_S, Covered, Witness


def louder(sample: Sample) -> Sample:
    """Return a sample that is wrong by the smallest step there is."""
    main = sample.levels.main
    assert main.lp is not None
    return replace(sample, levels=Levels((replace(main, lp=round(main.lp + 0.1, 1)), *sample.levels.channels[1:])))


async def test_of_levels(emulated_meter: MeterFactory) -> None:
    """A level that is a little wrong; a right one that is told too late; the results of another row."""
    meter = await emulated_meter(scene="construction")
    meter.instrument.press_start()
    async with watching(meter, feed=STREAMED) as watch:
        witness = Witness(watch, Chronicle(meter, lambda: watch.now))
        await watch.streams()
        await watch.until_rows(20)
        assert witness.complaints == []
        samples = watch.monitor._state.samples
        polled = next(sample for sample in reversed(watch.samples) if sample.slot is None)
        slotted = watch.samples[-1]
        assert slotted.slot is not None
        earlier = next(
            sample for sample in reversed(watch.samples) if sample.slot and sample.slot[0].lp != slotted.slot[0].lp
        )
        other = replace(slotted, levels=Levels((replace(slotted.levels.main, leq=0.0), *slotted.levels.channels[1:])))
        for wrong, complaint in (
            (louder(polled), "a row that the meter did not make"),
            (replace(slotted, slot=earlier.slot), "a slot that the meter did not make then"),
            (other, "a slot with the results of no row"),
        ):
            samples.send(wrong)
            assert complaint in witness.complaints.pop()
            witness.complaints.clear()
        samples.send(slotted)
        assert witness.complaints == []
        await watch.until_rows(50)
        samples.send(polled)
        assert "a row that the meter did not make" in witness.complaints.pop()


async def test_of_the_measurement(emulated_meter: MeterFactory) -> None:
    """A stop, a pause and a start that never were; a start at another time."""
    meter = await emulated_meter()
    meter.instrument.press_start()
    async with watching(meter) as watch:
        witness = Witness(watch, Chronicle(meter, lambda: watch.now))
        await watch.settled()
        assert witness.complaints == []
        assert witness.check_state()
        right = watch.monitor.measurement
        assert right.started_at is not None
        tell = watch.monitor._state.measurements.send
        tell(Measurement(MeasurementState.STOPPED))
        tell(Measurement(MeasurementState.PAUSED))
        tell(replace(right, started_at=right.started_at.replace(year=2025)))
        meter.instrument.press_stop()
        assert not witness.check_state()
        await watch.until(lambda: watch.monitor.measurement.state is MeasurementState.STOPPED, 100)
        await watch.until_rows(6)
        assert len(witness.complaints) == 3
        witness.check_words()
        assert "told ['Start', 'Start', 'Stop', 'Start', 'Start', 'Stop']" in witness.complaints.pop()
        tell(right)
    told = [complaint.partition(": ")[2].split(",")[0] for complaint in witness.complaints]
    assert told[0:2] == ["it did not say Stop", "it was not paused"]
    assert re.fullmatch(r"a start -315360\d\d\.\d s from the real one", told[2])
    assert told[3:] == ["it did not say Start"]


async def test_of_silence(emulated_meter: MeterFactory) -> None:
    """A silence that was noticed too late; not one that was noticed in time, and none that was short."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        chronicle = Chronicle(meter, lambda: watch.now)
        witness = Witness(watch, chronicle)
        await watch.settled()
        since = watch.now
        meter.faults.switch_on("no-answer", for_s=30)
        await watch.until(lambda: not watch.monitor.available, 10)
        await watch.until(lambda: watch.monitor.available, 60)
        witness.check_silences(since)
        assert witness.complaints == []
        (began, _), *_ = [silence for silence in chronicle.silences if silence[1] - silence[0] > SILENCE_S]
        witness.availability = [(at + 1, available) for at, available in witness.availability]
        witness.check_silences(since)
        (complaint,) = witness.complaints
        assert f"silent since {began:.2f} s" in complaint
        assert witness.unavailable(since, watch.now) > 20


async def test_of_coverage(emulated_meter: MeterFactory) -> None:
    """Time that two samples cover; a hole without a reason, which is longer where a stream has its breaks."""
    meter = await emulated_meter()
    async with watching(meter) as watch:
        witness = Witness(watch, Chronicle(meter, lambda: watch.now))

        def complaints(*covered: tuple[float, float], basis: Basis, away: tuple[float, float] = (0, 0)) -> int:
            witness.complaints.clear()
            witness.covered = [Covered(began, ended, basis) for began, ended in covered]
            witness.check_coverage(0.0, [away])
            return len(witness.complaints)

        for basis in Basis.POLLED, Basis.STREAMED:
            assert complaints((1, 2), (2, 3), (3, 3), (3, 4), basis=basis) == 0
            assert complaints((1, 2), (1.9, 3), basis=basis) == 1
            assert complaints((1, 2), (3 + BREAK_S, 4 + BREAK_S), basis=basis) == 1
            assert complaints((1, 2), (3 + BREAK_S, 4 + BREAK_S), basis=basis, away=(1.5, 2.5)) == 0
        assert complaints((1, 2), (2.1, 3), basis=Basis.POLLED) == 1
        assert complaints((1, 2), (2 + BREAK_S, 4 + BREAK_S), basis=Basis.STREAMED) == 0
