"""What the graphs have in common: a frame, a scale of levels, lines, and a description for those who cannot see it."""

from collections.abc import Iterable
from dataclasses import dataclass
import math

from .markup import Content, Markup, element

WIDTH = 720.0
LEFT, RIGHT, TOP = 40.0, 8.0, 20.0
# Less than this is no range to draw.
_MIN_RANGE_DB = 20.0


@dataclass(frozen=True, slots=True)
class Scale:
    """Levels in dB from the lower edge of a plot to its upper one."""

    low: float
    high: float
    step: float
    top: float
    bottom: float

    @classmethod
    def of(cls, levels: Iterable[float], top: float, bottom: float) -> Scale:
        """Return a scale on which all these levels are, with round marks."""
        found = list(levels) or [30.0, 90.0]
        middle = (min(found) + max(found)) / 2
        low = min(*found, middle - _MIN_RANGE_DB / 2)
        high = max(*found, middle + _MIN_RANGE_DB / 2)
        step = 5.0 if high - low <= 35 else 10.0
        return cls(math.floor(low / step) * step, math.ceil(high / step) * step, step, top, bottom)

    def y(self, level: float) -> float:
        """Return where a level is."""
        return self.bottom - (level - self.low) / (self.high - self.low) * (self.bottom - self.top)

    @property
    def marks(self) -> list[float]:
        """The round levels."""
        return [self.low + number * self.step for number in range(round((self.high - self.low) / self.step) + 1)]


def figure(height: float, title: str, about: str, *content: Content) -> Markup:
    """Return a graph in a box that can be moved sideways where the screen is narrow."""
    drawing = element(
        "svg",
        element("title", title),
        element("desc", about),
        *content,
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_label=f"{title}: {about}",
    )
    return element("div", drawing, class_="graph scroll", tabindex="0", role="group", aria_label=title)


def level_axis(scale: Scale, unit: str) -> Markup:
    """Return the lines of round levels and their figures."""
    lines = [
        part
        for level in scale.marks
        for part in (
            line(LEFT, scale.y(level), WIDTH - RIGHT, scale.y(level), "grid"),
            text(LEFT - 5, scale.y(level) + 4, f"{level:g}", "end"),
        )
    ]
    return element("g", *lines, text(4, TOP - 8, unit, "start"))


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """Return a line."""
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def text(x: float, y: float, content: str, anchor: str = "middle", kind: str | None = None) -> Markup:
    """Return a text that begins, ends or has its middle at a place."""
    return element("text", content, x=x, y=y, text_anchor=anchor, class_=kind)


def rectangle(x: float, y: float, width: float, height: float, kind: str) -> Markup:
    """Return a rectangle; never one without any size, which would not be seen."""
    return element("rect", x=x, y=y, width=max(width, 0.5), height=max(height, 0.5), class_=kind)
