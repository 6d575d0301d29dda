"""What the picture of an episode shows."""

from dataclasses import replace
from io import BytesIO
from itertools import product
from zoneinfo import ZoneInfo

from PIL import Image, ImageColor
import pytest

from custom_components.rion_nl43.alerts import EndReason, Episode, Grade, GradeChange, Trace
from custom_components.rion_nl43.picture import SIZE, draw_episode, draw_nothing
from custom_components.rion_nl43.picture.episode_picture import COLOURS, CURVE, DURING, INK, NO_SAMPLES, PLOT
from custom_components.rion_nl43.picture.words import length, span

BERLIN = ZoneInfo("Europe/Berlin")
BEGAN = 1772438400.0
TRACE = Trace(BEGAN - 60, 1.0, (50.0,) * 60 + (75.0,) * 60 + (None,) * 20 + (50.0,) * 40)
EPISODE = Episode(
    id="e1",
    rule_id="r1",
    rule_name="Night limit",
    metric="lp",
    direction="above",
    thresholds_db={"warning": 60.0, "alarm": 70.0},
    symbol="LAF",
    began=BEGAN,
    onset=BEGAN + 10,
    grades=(GradeChange(BEGAN + 10, Grade.ALARM),),
    onset_db=75.0,
    peak_db=75.0,
    peak_at=BEGAN + 30,
    leq_db=74.2,
    coverage_percent=90.0,
    ended=BEGAN + 60,
    end_reason=EndReason.CLEARED,
    trace=TRACE,
)


class Picture:
    """A picture that can be asked for colours."""

    def __init__(self, episode: Episode, meter: str = "Main road") -> None:
        """Draw it."""
        self.image = Image.open(BytesIO(draw_episode(episode, meter=meter, zone=BERLIN)))
        self.pixels = self.image.convert("RGB")

    def near(self, x: float, y: float, colour: str, within: int = 6) -> bool:
        """Whether a colour, or nearly that, is found around a place: lines are made smaller, areas are not."""
        tolerance = 8 if colour in (DURING, NO_SAMPLES) else 40
        wanted = ImageColor.getrgb(colour)
        return any(
            all(abs(is_ - should) <= tolerance for is_, should in zip(self._pixel(x + dx, y + dy), wanted, strict=True))
            for dx, dy in product(range(-within, within + 1), repeat=2)
        )

    def _pixel(self, x: float, y: float) -> tuple[int, ...]:
        pixel = self.pixels.getpixel((round(x), round(y)))
        assert isinstance(pixel, tuple)
        return pixel


def at(seconds: float) -> float:
    """Where a time since the onset's begin lies from left to right: the trace begins a minute before."""
    return PLOT.left + (seconds + 60) / 180 * (PLOT.right - PLOT.left)


def level(level_db: float) -> float:
    """Where a level lies; the axis of this episode goes from 45 to 80 dB."""
    return PLOT.bottom - (level_db - 45) / 35 * (PLOT.bottom - PLOT.top)


def test_form() -> None:
    """A PNG of the size that phones show, small enough to be sent."""
    written = draw_episode(EPISODE, meter="Main road", zone=BERLIN)
    picture = Image.open(BytesIO(written))
    assert (picture.format, picture.size) == ("PNG", SIZE)
    assert len(written) < 100_000


def test_trace_thresholds_and_marks() -> None:
    """The curve is where the levels were; both thresholds, onset, peak and end are marked, and a hole is none."""
    picture = Picture(EPISODE)
    assert picture.near(at(-30), level(50), CURVE)
    assert picture.near(at(40), level(75), CURVE)
    assert not picture.near(at(40), level(50), CURVE)
    assert not picture.near(at(70), level(75), CURVE)
    assert picture.near(at(70), level(72), NO_SAMPLES, 2)
    assert picture.near(at(-50), level(60), COLOURS[Grade.WARNING], 14)
    assert picture.near(at(-50), level(70), COLOURS[Grade.ALARM], 14)
    assert picture.near(at(40), level(66), DURING, 2)
    assert not picture.near(at(-30), level(66), DURING, 2)
    assert picture.near(at(10), level(78), INK, 3)
    assert picture.near(at(60), level(78), INK, 3)


def test_an_open_episode_goes_on_to_the_edge() -> None:
    """It has no end to mark."""
    picture = Picture(replace(EPISODE, ended=None, end_reason=None))
    assert picture.near(PLOT.right - 20, level(66), DURING, 2)
    assert not picture.near(at(60), level(78), INK, 3)


@pytest.mark.parametrize("direction", [1, -1])
def test_names_of_thresholds_are_apart(direction: int) -> None:
    """However near their lines are to each other, and not where an alert that has just begun is."""
    thresholds = {"warning": 65.0, "alarm": 65.0 + direction}
    picture = Picture(replace(EPISODE, thresholds_db=thresholds))
    for name, sign in (("warning", direction), ("alarm", -direction)):
        colour = COLOURS[Grade[name.upper()]]
        beside = level(thresholds[name]) + 18 * sign
        assert picture.near(PLOT.left + 180, beside, colour, 10)
        assert not picture.near(PLOT.left + 180, beside - 36 * sign - 6 * sign, colour, 6)
        assert not picture.near(PLOT.right - 60, beside, colour, 10)


@pytest.mark.parametrize("length_s", [0.5, 11, 119, None])
@pytest.mark.parametrize("peak_s", [0.0, 1.0])
@pytest.mark.parametrize("onset_s", [-60, 0, 59, 119])
def test_the_peak_is_told_beside_the_lines(onset_s: float, peak_s: float, length_s: float | None) -> None:
    """The figure of the peak crosses neither that of the onset nor that of the end, wherever they are."""
    ended_s = 120.0 if length_s is None else min(onset_s + length_s, 120.0)
    episode = replace(
        EPISODE,
        thresholds_db={},
        peak_db=60.0,
        onset=BEGAN + onset_s,
        peak_at=BEGAN + onset_s + peak_s * (ended_s - onset_s),
        ended=None if length_s is None else BEGAN + ended_s,
        end_reason=None if length_s is None else EndReason.CLEARED,
    )
    picture = Picture(episode)
    for at_s in (onset_s, *(() if length_s is None else (ended_s,))):
        assert all(picture.near(at(at_s), y, INK, 2) for y in range(int(level(60)) - 40, int(level(60)) - 12))


def test_grade_of_its_worst() -> None:
    """The word at the top has the colour of the worst grade."""
    for grade in (Grade.WARNING, Grade.ALARM):
        picture = Picture(replace(EPISODE, grades=(GradeChange(BEGAN + 10, grade),)))
        assert picture.near(SIZE[0] - 40, 24, COLOURS[grade], 4)


@pytest.mark.parametrize(
    "trace", [None, Trace(BEGAN, 1.0), Trace(BEGAN, 1.0, (None,) * 10), Trace(BEGAN, 60.0, (66.0,))]
)
def test_little_or_no_trace(trace: Trace | None) -> None:
    """Still a picture, with thresholds or without."""
    for episode in (EPISODE, replace(EPISODE, thresholds_db={}, peak_db=None, peak_at=None, leq_db=None)):
        assert Picture(replace(episode, trace=trace)).image.size == SIZE


@pytest.mark.parametrize("name", ["W" * 200, "two\nlines\tand\x00more", "Łódź Straße Ελλάδα", "騒音", ""])
def test_any_name(name: str) -> None:
    """It stays on its line, whatever it is; the word of the grade is not written over."""
    picture = Picture(replace(EPISODE, rule_name=name, symbol=name), meter=name)
    assert picture.near(SIZE[0] - 40, 24, COLOURS[Grade.ALARM], 4)


def test_an_overload_is_said() -> None:
    """The figures of such an episode are not the whole truth."""
    assert Picture(replace(EPISODE, overload=True)).pixels.tobytes() != Picture(EPISODE).pixels.tobytes()


@pytest.mark.parametrize(
    ("seconds", "text"), [(12, "12 s"), (75, "1 min 15 s"), (7260, "2 h 1 min"), (90000, "1 d 1 h"), (0.4, "0 s")]
)
def test_length(seconds: float, text: str) -> None:
    """In the two largest units."""
    assert length(replace(EPISODE, ended=EPISODE.onset + seconds)) == text


def test_span() -> None:
    """In the zone that is asked for."""
    assert span(EPISODE, BERLIN) == "2026-03-02  09:00:10 to 09:01:00  (50 s)"
    assert span(replace(EPISODE, ended=None, end_reason=None), BERLIN) == "2026-03-02  since 09:00:10"


def test_every_way_to_end_has_words() -> None:
    """And every grade."""
    for reason in EndReason:
        assert Picture(replace(EPISODE, end_reason=reason)).image.size == SIZE


@pytest.mark.parametrize("name", ["Main road", "W" * 200, "two\nlines"])
def test_no_alert_yet(name: str) -> None:
    """That is said too."""
    written = draw_nothing(meter=name)
    assert Image.open(BytesIO(written)).size == SIZE
    assert written != draw_nothing(meter="another")
