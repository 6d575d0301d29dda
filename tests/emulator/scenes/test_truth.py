"""The exact levels of any span, whatever the meter was asked and whatever became of it."""

import asyncio

from hypothesis import given, settings, strategies as st
import pytest

from emulator import EmulatedMeter, Latency, MeterConfig, SceneError
from emulator.acoustics import Question, Slot, energy_of, make_scene
from emulator.instrument import TrueLevels

from ..bench import Bench
from .oracle import Oracle, oracle_of

CONFIG = MeterConfig(scene="traffic", seed=3, latency=Latency.none())
SPAN_SLOTS = 3000
SCENE = make_scene("traffic", 3)
TRAFFIC = [SCENE.slot(index) for index in range(SPAN_SLOTS)]


def truth_of(bench: Bench) -> TrueLevels:
    """Return what tells the truth about a meter on the bench."""
    return TrueLevels(bench.instrument.sound, bench.instrument.settings, lambda: bench.seconds)


class Ladder:
    """A scene of one's own: a sine that is 1 dB louder each second, from 40 dB on."""

    def slot(self, index: int) -> Slot:
        """Return a slot of it."""
        energy = energy_of(40 + index // 10)
        return Slot(energy, energy, energy, 2 * energy, 2 * energy)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, SPAN_SLOTS - 1),
    st.integers(1, SPAN_SLOTS),
    st.sampled_from("ACZ"),
    st.sampled_from("FS"),
    st.lists(st.floats(0.1, 99.9), min_size=1, max_size=4),
)
def test_any_span_is_the_oracle_s(
    first: int, slots: int, weighting: str, time_weighting: str, percentages: list[float]
) -> None:
    """Every figure is that of the definitions, weighted as asked, the sound before the span being remembered."""
    bench = Bench(scene="traffic", seed=3)
    bench.wait(SPAN_SLOTS / 10)
    last = min(first + slots, SPAN_SLOTS)
    truth = truth_of(bench).span(
        first / 10,
        last / 10,
        frequency_weighting=weighting,
        time_weighting=time_weighting,
        percentages=tuple(percentages),
    )
    oracle = oracle_of(TRAFFIC, weighting, time_weighting)
    assert truth.leq == pytest.approx(oracle.leq(first, last), abs=1e-6)
    assert truth.laeq == pytest.approx(oracle_of(TRAFFIC).leq(first, last), abs=1e-6)
    assert truth.lmax == pytest.approx(oracle.lmax(first, last), abs=1e-6)
    assert truth.lmin == pytest.approx(oracle.lmin(first, last), abs=1e-6)
    assert truth.lpeak == pytest.approx(oracle.lpeak(first, last), abs=1e-6)
    assert truth.ln == pytest.approx(oracle.ln(percentages, first, last), abs=0.001)
    assert (truth.from_s, truth.to_s) == (first / 10, last / 10)
    assert (truth.frequency_weighting, truth.time_weighting) == (weighting, time_weighting)


def test_a_measurement_tells_the_truth() -> None:
    """DLC of a measurement in the middle agrees with the truth of its span; LE is that of its length."""
    bench = Bench(scene="construction", settings={"Time Weighting": "S", "Percentile 1": "1"})
    bench.wait(100)
    bench.do("Measure,Start")
    bench.wait(600)
    fields = [float(field) for field in bench.fields("DLC?")[1:11]]
    truth = truth_of(bench).span(100, 700)
    assert truth.time_weighting == "S"
    assert truth.percentages == (1.0, 10.0, 50.0, 90.0, 95.0)
    assert fields[:4] == pytest.approx([truth.leq, truth.le, truth.lmax, truth.lmin], abs=0.06)
    assert fields[4:9] == pytest.approx(truth.ln, abs=0.2)
    assert fields[9] == pytest.approx(truth.lpeak, abs=0.06)


def test_only_whole_slots_count() -> None:
    """A span that begins or ends within a slot leaves that slot out."""
    bench = Bench(scene=Ladder())
    bench.wait(10)
    truth = truth_of(bench).span(0.95, 2.05)
    assert truth.leq == pytest.approx(41.0)
    assert truth.le == pytest.approx(41.0)


@pytest.mark.parametrize(
    ("from_s", "to_s", "told"),
    [
        (0, 10.2, "not on all the time"),
        (-1, 5, "not on all the time"),
        (5, 5, "no whole slot"),
        (6, 5, "no whole slot"),
        (5.01, 5.09, "no whole slot"),
    ],
)
def test_there_is_no_truth_of_other_spans(from_s: float, to_s: float, told: str) -> None:
    """What has not been heard has no level."""
    bench = Bench()
    bench.wait(10)
    with pytest.raises(ValueError, match=told):
        truth_of(bench).span(from_s, to_s)


@pytest.mark.parametrize(
    "wrong", [{"frequency_weighting": "B"}, {"time_weighting": "Q"}, {"percentages": (0.0,)}, {"percentages": (100.0,)}]
)
def test_there_are_no_other_weightings(wrong: dict[str, str]) -> None:
    """A question that no meter could answer is an error."""
    with pytest.raises(ValueError, match=r"no \w+ weighting|does not"):
        Question(**wrong)  # type: ignore[arg-type] # wrong on purpose


def test_each_power_on_has_its_truth() -> None:
    """After a pause without power the scene begins anew; of the pause itself there is no truth."""
    bench = Bench(scene=Ladder())
    bench.wait(10)
    bench.instrument.power_off()
    bench.instrument.power_off()
    bench.wait(100)
    bench.instrument.power_on()
    bench.wait(10)
    truth = truth_of(bench)
    assert truth.span(0, 1).leq == truth.span(110, 111).leq == pytest.approx(40)
    assert truth.span(9, 10).leq == pytest.approx(49)
    for span in ((9, 11), (50, 60), (109, 111)):
        with pytest.raises(ValueError, match="not on all the time"):
            truth.span(*span)


async def test_a_meter_tells_its_truth() -> None:
    """At once or in turns with others, the same."""
    async with EmulatedMeter(CONFIG) as meter:
        await asyncio.sleep(300)
        begin = meter.clock.now().seconds - 300
        at_once = meter.truth.span(begin, begin + 300)
        assert await meter.truth.span_in_turns(begin, begin + 300) == at_once
        assert at_once.laeq == pytest.approx(oracle_of(TRAFFIC).leq(), abs=1e-6)
        assert meter.truth.span(begin, begin + 300, percentages=(10, 90)).ln[0] > at_once.ln[4]


async def test_a_fast_clock_changes_no_figure() -> None:
    """Two hours in two seconds: DLC is what there was to hear, and what a slow meter tells."""
    rows = []
    for speed in (1.0, 3600.0):
        async with EmulatedMeter(CONFIG) as meter:
            meter.clock.speed = speed
            assert meter.instrument.press_start()
            begin_s = meter.clock.now().seconds
            await asyncio.sleep(7200 / speed)
            rows.append(meter.instrument.dlc_row())
            fields = [float(field) for field in rows[-1].split(",")[1:11]]
            truth = await meter.truth.span_in_turns(begin_s, begin_s + 7200)
        assert fields[:4] == pytest.approx([truth.leq, truth.le, truth.lmax, truth.lmin], abs=0.1)
        assert fields[4:9] == pytest.approx(truth.ln, abs=0.2)
        assert fields[9] == pytest.approx(truth.lpeak, abs=0.1)
    assert rows[0] == rows[1]


async def test_another_scene_from_now_on() -> None:
    """What sounded before stays what it was; Lp goes over to the new sound as its time weighting lets it."""
    async with EmulatedMeter(MeterConfig(scene="calibrator", latency=Latency.none())) as meter:
        meter.instrument.settings["Time Weighting"] = "S"
        assert meter.instrument.press_start()
        assert meter.scene == "calibrator"
        await asyncio.sleep(100)
        meter.change_scene("quiet")
        assert meter.scene == "quiet"
        await asyncio.sleep(100)
        slots = [make_scene("calibrator", 1).slot(0)] * 1000
        quiet = make_scene("quiet", 1)
        slots += [quiet.slot(index) for index in range(1000)]
        oracle: Oracle = oracle_of(slots, "A", "S")
        truth = meter.truth.span(0, 200)
        for first, last in ((0, 1000), (1000, 1010), (1000, 2000), (0, 2000), (990, 1100)):
            part = meter.truth.span(first / 10, last / 10)
            assert part.leq == pytest.approx(oracle.leq(first, last), abs=1e-6)
            assert (part.lmax, part.lmin) == pytest.approx((oracle.lmax(first, last), oracle.lmin(first, last)))
        fields = [float(field) for field in meter.instrument.dlc_row().split(",")[1:5]]
        assert fields == pytest.approx([truth.leq, truth.le, truth.lmax, truth.lmin], abs=0.06)
        # One second of S takes 4.3 dB off.
        after_1_s = meter.truth.span(100.9, 101).lmin
        assert after_1_s == pytest.approx(94 - 4.34, abs=0.01)


async def test_a_change_lasts_over_power_cycles() -> None:
    """A scene that was changed to, on or off, is there after the next power-on."""
    meter = EmulatedMeter(MeterConfig(scene="quiet", latency=Latency.none()))
    meter.change_scene("calibrator")
    await meter.start()
    await asyncio.sleep(10)
    assert meter.truth.span(0, 10).laeq == pytest.approx(94)
    meter.change_scene(Ladder())
    assert meter.scene == "Ladder"
    await meter.power_off()
    await meter.power_on()
    await asyncio.sleep(10)
    assert meter.truth.span(10, 11).laeq == pytest.approx(40)
    await meter.stop()


async def test_a_wrong_change_changes_nothing() -> None:
    """A scene that does not exist is an error, and the sound goes on."""
    async with EmulatedMeter(MeterConfig(scene="calibrator")) as meter:
        with pytest.raises(SceneError, match="no scene 'beach'"):
            meter.change_scene("beach")
        assert meter.scene == "calibrator"
        await asyncio.sleep(1)
        assert meter.truth.span(0, 1).laeq == pytest.approx(94)


def test_a_meter_cannot_be_made_for_a_scene_that_is_not_there() -> None:
    """The error comes before anything is switched on."""
    with pytest.raises(SceneError, match="no scene 'beach': scenes are calibrator"):
        EmulatedMeter(MeterConfig(scene="beach"))


def test_tones_come_on_top() -> None:
    """Sounds are added by somebody else, and the truth knows; changing the scene leaves them."""
    bench = Bench(scene="calibrator")
    instrument = bench.instrument
    one, other = object(), object()
    bench.wait(10)
    instrument.add_sound(one, 94)
    bench.wait(10)
    instrument.add_sound(other, 100)
    instrument.change_scene(Ladder())
    bench.wait(10)
    instrument.remove_sound(one)
    instrument.power_off()
    instrument.remove_sound(object())
    instrument.power_on()
    bench.wait(10)
    instrument.remove_sound(other)
    bench.wait(1)
    truth = truth_of(bench)
    told = [truth.span(begin_s, begin_s + 1).leq for begin_s in (9, 10, 20, 30, 40)]
    assert told[0] == pytest.approx(94, abs=1e-3)
    assert told[1] == pytest.approx(97.01, abs=1e-2)
    assert told[2] == pytest.approx(100.97, abs=1e-2)
    assert told[3] == pytest.approx(100, abs=1e-2)
    assert told[4] == pytest.approx(50)
    assert truth.span(10, 11).lpeak == pytest.approx(100.02, abs=1e-2)
