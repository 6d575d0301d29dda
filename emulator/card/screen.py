"""A picture of the meter's display, as a BMP file of 16 colours."""

from collections.abc import Iterable
from dataclasses import dataclass
import struct

from .font import HEIGHT, WIDTH, dots

DISPLAY_WIDTH, DISPLAY_HEIGHT = 240, 400

BLACK, WHITE, GREY, BLUE, GREEN, RED = range(6)
_COLOURS = (0x000000, 0xFFFFFF, 0x808890, 0x1C4E8C, 0x2E9E4F, 0xC8322B)
_PALETTE_SIZE = 16
_HEAD = struct.Struct("<2sIHHI IiiHHIIiiII")
_PIXELS_PER_METRE = 2835
_STAGGER = 1


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text: top left corner, size of a dot, colour."""

    text: str
    x: int
    y: int
    scale: int = 3
    colour: int = WHITE


class Display:
    """The dots of a display; (0, 0) is the top left one."""

    def __init__(self, width: int = DISPLAY_WIDTH, height: int = DISPLAY_HEIGHT) -> None:
        """Begin black. The width is a multiple of eight."""
        self.width, self.height = width, height
        self._rows = [bytearray(width) for _ in range(height)]

    def fill(self, x: int, y: int, width: int, height: int, colour: int) -> None:
        """Fill a rectangle; what lies beyond the edges is left out."""
        end = min(x + width, self.width)
        for row in self._rows[y : y + height]:
            row[x:end] = bytes([colour]) * max(0, end - x)

    def write(self, line: Line) -> None:
        """Write a line of text."""
        for place, character in enumerate(line.text):
            left = line.x + place * (WIDTH + _STAGGER) * line.scale
            for number, row in enumerate(dots(character)):
                for column, dot in enumerate(row):
                    if dot == "1":
                        x, y = left + column * line.scale, line.y + number * line.scale
                        self.fill(x, y, line.scale, line.scale, line.colour)

    def bmp(self) -> bytes:
        """Return the picture as the bytes of a BMP file."""
        palette = b"".join(struct.pack("<I", colour) for colour in _COLOURS).ljust(4 * _PALETTE_SIZE, b"\0")
        # Two dots make a byte; the lowest row comes first.
        pixels = b"".join(
            bytes(left << 4 | right for left, right in zip(row[::2], row[1::2], strict=True))
            for row in reversed(self._rows)
        )
        begin = _HEAD.size + len(palette)
        head = _HEAD.pack(
            *(b"BM", begin + len(pixels), 0, 0, begin),
            *(40, self.width, self.height, 1, 4, 0, len(pixels)),
            *(_PIXELS_PER_METRE, _PIXELS_PER_METRE, _PALETTE_SIZE, 0),
        )
        return head + palette + pixels


def picture(
    status: str, stamp: str, *, measuring: bool, main: tuple[str, str], rows: Iterable[tuple[str, str]]
) -> bytes:
    """Return the face of a meter: a line of its state, its clock, the main level with its name, and others below."""
    display = Display()
    display.fill(0, 0, DISPLAY_WIDTH, 28, BLUE)
    display.write(Line(status, 6, 8, scale=2))
    display.write(Line(stamp, 6, 36, scale=2, colour=GREY))
    display.fill(216, 36, 14, 14, GREEN if measuring else RED)
    name, level = main
    display.write(Line(name, 6, 62, scale=4))
    display.write(Line(level, 24, 96, scale=10))
    display.fill(0, 156, DISPLAY_WIDTH, 2, GREY)
    for number, (label, value) in enumerate(rows):
        y = 166 + number * (HEIGHT * 3 + 6)
        display.write(Line(label, 6, y, colour=GREY))
        display.write(Line(value, 120, y))
    return display.bmp()
