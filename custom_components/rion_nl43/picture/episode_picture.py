"""One episode: its trace, its thresholds, its onset, peak and end."""

from datetime import tzinfo
from functools import cache
from io import BytesIO
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from ..alerts import Episode, Grade
from .axes import Axes, Box, level_range
from .words import ENDS, GRADES, clock, figures, on_one_line, span

# On a phone 360 pixels wide the smallest letters are still as large as those of a caption.
SIZE: Final = (1200, 720)
LARGE, MIDDLE, SMALL = 46, 32, 28
EDGE: Final = 24
PLOT: Final = Box(88, 202, SIZE[0] - EDGE, 606)
# Lines are drawn so many times larger and made smaller, so that they are smooth.
FINER: Final = 2

AXIS: Final = "Lp, dB"
PAPER: Final = "#ffffff"
INK: Final = "#1f2933"
FAINT: Final = "#616e7c"
GRID: Final = "#e4e7eb"
CURVE: Final = "#0b69a3"
NO_SAMPLES: Final = "#eef1f4"
DURING: Final = "#fdecea"
COLOURS: Final = {Grade.OK: FAINT, Grade.WARNING: "#c26d00", Grade.ALARM: "#c81e1e"}

# The names of rules and meters are in any language of Europe at least, which the font of Pillow is not.
FONT: Final = Path(__file__).parent / "font" / "DejaVuSans.ttf"

type Font = ImageFont.FreeTypeFont


@cache
def _font(size: int) -> Font:
    return ImageFont.truetype(FONT, size)


def draw_episode(episode: Episode, *, meter: str, zone: tzinfo) -> bytes:
    """Return the picture as PNG; `meter` is the meter's name, `zone` that of the times shown."""
    axes = _axes(episode)
    image = _draw_lines(episode, axes).resize(SIZE, Image.Resampling.LANCZOS)
    _Letters(image, episode, axes, zone).write(meter)
    return _png(image)


def draw_nothing(*, meter: str) -> bytes:
    """Return the picture of a meter that has had no alert, as PNG."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    middle = SIZE[0] / 2, SIZE[1] / 2
    draw.text((middle[0], middle[1] - 30), on_one_line(meter)[:40], fill=INK, font=_font(LARGE), anchor="ms")
    draw.text((middle[0], middle[1] + 30), "No alert yet", fill=FAINT, font=_font(MIDDLE), anchor="ms")
    return _png(image)


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    # A picture of few colours is a third as large, and looks the same.
    image.quantize(128).save(written, "PNG", optimize=True)
    return written.getvalue()


def _axes(episode: Episode) -> Axes:
    trace = episode.trace
    ended = episode.onset if episode.ended is None else episode.ended
    if trace is None or not trace.levels_db:
        began, ended, levels = episode.began - 60, ended + 60, list[float]()
    else:
        began, ended = trace.began, trace.began + trace.step_s * len(trace.levels_db)
        levels = [level for level in trace.levels_db if level is not None]
    shown = [*levels, *episode.thresholds_db.values()]
    return Axes(PLOT, began, max(ended, began + 1), *level_range(shown))


def _draw_lines(episode: Episode, axes: Axes) -> Image.Image:
    image = Image.new("RGB", (SIZE[0] * FINER, SIZE[1] * FINER), PAPER)
    draw = ImageDraw.Draw(image)
    left, top, right, bottom = (edge * FINER for edge in axes.box)
    until = axes.ended if episode.ended is None else episode.ended
    draw.rectangle((axes.x(episode.onset) * FINER, top, axes.x(until) * FINER, bottom), fill=DURING)
    _draw_holes(draw, episode, axes)
    for level in axes.named_levels:
        y = axes.y(level) * FINER
        draw.line((left, y, right, y), fill=GRID, width=FINER)
    for name, threshold in episode.thresholds_db.items():
        _dashed(draw, axes.y(threshold) * FINER, (left, right), COLOURS[_grade(name)])
    _draw_curve(draw, episode, axes)
    for at in (episode.onset, episode.ended):
        if at is not None:
            x = axes.x(at) * FINER
            draw.line((x, top, x, bottom), fill=INK, width=2 * FINER)
    if (peak := _peak(episode, axes)) is not None:
        x, y = peak[0] * FINER, peak[1] * FINER
        draw.ellipse((x - 9 * FINER, y - 9 * FINER, x + 9 * FINER, y + 9 * FINER), outline=INK, width=2 * FINER)
    draw.rectangle((left, top, right, bottom), outline=FAINT, width=FINER)
    return image


def _draw_curve(draw: ImageDraw.ImageDraw, episode: Episode, axes: Axes) -> None:
    for points in _stretches(episode, missing=False):
        line = [(axes.x(at) * FINER, axes.y(level) * FINER) for at, level in points if level is not None]
        if len(line) == 1:
            line.append((line[0][0] + FINER, line[0][1]))
        draw.line(line, fill=CURVE, width=3 * FINER, joint="curve")


def _draw_holes(draw: ImageDraw.ImageDraw, episode: Episode, axes: Axes) -> None:
    for points in _stretches(episode, missing=True):
        assert episode.trace  # noqa: S101 # else there are no stretches
        half = episode.trace.step_s / 2
        box = (axes.x(points[0][0] - half), axes.box.top, axes.x(points[-1][0] + half), axes.box.bottom)
        draw.rectangle([edge * FINER for edge in box], fill=NO_SAMPLES)


def _stretches(episode: Episode, *, missing: bool) -> list[list[tuple[float, float | None]]]:
    """Return the parts of the trace with levels, or those without, as times of their middle and levels."""
    if episode.trace is None:
        return []
    trace = episode.trace
    points = [(trace.began + (number + 0.5) * trace.step_s, level) for number, level in enumerate(trace.levels_db)]
    grouped = groupby(points, lambda point: point[1] is None)
    return [list(stretch) for is_missing, stretch in grouped if is_missing is missing]


def _dashed(draw: ImageDraw.ImageDraw, y: float, edges: tuple[float, float], colour: str) -> None:
    dash = 12 * FINER
    x = edges[0]
    while x < edges[1]:
        draw.line((x, y, min(x + dash, edges[1]), y), fill=colour, width=2 * FINER)
        x += 1.6 * dash


def _grade(name: str) -> Grade:
    return next((grade for grade in Grade if grade.word == name), Grade.OK)


def _peak(episode: Episode, axes: Axes) -> tuple[float, float] | None:
    if episode.peak_at is None or episode.peak_db is None or not axes.began <= episode.peak_at <= axes.ended:
        return None
    return axes.x(episode.peak_at), axes.y(episode.peak_db)


class _Letters:
    """Writes on a picture whose lines are drawn."""

    def __init__(self, image: Image.Image, episode: Episode, axes: Axes, zone: tzinfo) -> None:
        """Take the picture of this episode."""
        self._draw = ImageDraw.Draw(image)
        self._episode = episode
        self._axes = axes
        self._zone = zone
        self._large, self._middle, self._small = _font(LARGE), _font(MIDDLE), _font(SMALL)

    def write(self, meter: str) -> None:
        """Write all there is to say."""
        self._write_head(meter)
        self._write_axes()
        self._write_thresholds()
        self._write_marks()
        self._text((EDGE, SIZE[1] - 26), figures(self._episode), self._middle, INK, "ls")

    def _write_head(self, meter: str) -> None:
        episode, right = self._episode, SIZE[0] - EDGE
        grade, colour = GRADES[episode.worst], COLOURS[episode.worst]
        width = self._draw.textlength(grade, self._middle) + 40
        self._draw.rounded_rectangle((right - width, 18, right, 74), 12, fill=colour)
        self._text((right - width / 2, 46), grade, self._middle, PAPER, "mm")
        self._text(
            (EDGE, 62), self._fitting(episode.rule_name, self._large, right - width - 48), self._large, INK, "ls"
        )
        of = self._fitting(f"{meter}   {episode.symbol or episode.metric}", self._middle, right - EDGE)
        self._text((EDGE, 114), of, self._middle, FAINT, "ls")
        self._text((EDGE, 160), span(episode, self._zone), self._middle, FAINT, "ls")

    def _write_axes(self) -> None:
        for level in self._axes.named_levels:
            self._text((PLOT.left - 10, self._axes.y(level)), str(level), self._small, FAINT, "rm")
        self._text((PLOT.left + 10, PLOT.top + 8), AXIS, self._small, CURVE, "la")
        for at, name in self._axes.named_times(self._zone):
            x = self._axes.x(at)
            if PLOT.left + 50 < x < PLOT.right - 50:
                self._text((x, PLOT.bottom + 8), name, self._small, FAINT, "ma")

    def _write_thresholds(self) -> None:
        """Write above the higher line and below the lower one, on the left: what matters is mostly on the right."""
        left = PLOT.left + 34 + self._draw.textlength(AXIS, self._small)
        from_top = sorted(self._episode.thresholds_db.items(), key=itemgetter(1), reverse=True)
        for (name, threshold), (offset, anchor) in zip(from_top, ((-4, "ld"), (4, "la")), strict=False):
            grade = _grade(name)
            text = f"{GRADES[grade]} {threshold:g} dB"
            self._text((left, self._axes.y(threshold) + offset), text, self._small, COLOURS[grade], anchor)

    def _write_marks(self) -> None:
        episode, axes = self._episode, self._axes
        self._mark(episode.onset, f"Onset {clock(episode.onset, self._zone)}", 0)
        if episode.ended is not None and episode.end_reason is not None:
            end = ENDS[episode.end_reason].capitalize()
            self._mark(episode.ended, f"{end} {clock(episode.ended, self._zone)}", 1)
        if (peak := _peak(episode, axes)) is not None:
            self._write_peak(*peak, f"{episode.peak_db:.1f}")
        if not any(level is not None for level in (episode.trace.levels_db if episode.trace else ())):
            middle = ((PLOT.left + PLOT.right) / 2, (PLOT.top + PLOT.bottom) / 2)
            self._text(middle, "no levels came", self._middle, FAINT, "mm")

    def _write_peak(self, x: float, y: float, text: str) -> None:
        """Write as near to the peak as there is room without crossing the lines of onset and end."""
        episode, axes = self._episode, self._axes
        onset, until = axes.x(episode.onset), axes.x(axes.ended if episode.ended is None else episode.ended)
        rooms = (
            (x + 16, until, "ls"),
            (onset, x - 16, "rs"),
            (PLOT.left, onset - 8, "rs"),
            (until + 8, PLOT.right, "ls"),
        )
        width = self._draw.textlength(text, self._small) + 8
        left, right, anchor = next(room for room in rooms if room[1] - room[0] >= width)
        self._text((left if anchor == "ls" else right, y - 10), text, self._small, INK, anchor)

    def _mark(self, at: float, text: str, line: int) -> None:
        """Write beside a vertical line, on the side where there is room."""
        x, y = self._axes.x(at), PLOT.bottom - 50 + 36 * line
        fits = x + 8 + self._draw.textlength(text, self._small) < PLOT.right
        self._text((x + (8 if fits else -8), y), text, self._small, INK, "ls" if fits else "rs")

    def _fitting(self, text: str, font: Font, room: float) -> str:
        """Return as much of a text as there is room for, on one line."""
        text = on_one_line(text)
        if self._draw.textlength(text, font) <= room:
            return text
        while text and self._draw.textlength(f"{text}…", font) > room:
            text = text[:-1]
        return f"{text.rstrip()}…"

    def _text(self, at: tuple[float, float], text: str, font: Font, colour: str, anchor: str) -> None:
        """Write with a rim of paper, so that it can be read on a curve too."""
        rim = PAPER if colour != PAPER else None
        self._draw.text(at, text, fill=colour, font=font, anchor=anchor, stroke_width=4 if rim else 0, stroke_fill=rim)
