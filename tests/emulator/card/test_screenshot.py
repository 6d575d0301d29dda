"""Pictures of the display."""

from datetime import datetime
import struct

from emulator.card.screen import Display, Line
from tests.emulator.bench import Bench
from tests.emulator.card.reading import check_sizes, files_of

FOLDER = "/NL-43/Screenshot"


def pixels_of(data: bytes) -> list[list[int]]:
    """Return the colours of a BMP file of 16 colours, the top row first, as 0xRRGGBB."""
    kind, size, _, _, begin, head, width, height, planes, bits, packed = struct.unpack_from("<2sIHHIIiiHHI", data)
    assert (kind, size, head, planes, bits, packed) == (b"BM", len(data), 40, 1, 4, 0)
    palette = struct.unpack_from("<16I", data, 54)
    row_size = (width * bits + 31) // 32 * 4
    rows = []
    for number in reversed(range(height)):
        row = data[begin + number * row_size :][:row_size]
        rows.append([palette[row[x // 2] >> (0 if x % 2 else 4) & 15] for x in range(width)])
    return rows


def test_its_name_and_its_size() -> None:
    """A picture has the Index Number, the date and the time in its name."""
    bench = Bench(settings={"Index Number": "0007"})
    bench.do("Clock,2025/12/23 19:39:50")
    assert bench.instrument.press_screenshot()
    (entry,) = files_of(bench).entries(FOLDER)
    assert entry.name == "0007_20251223_193950.bmp"
    assert entry.modified == datetime(2025, 12, 23, 19, 39, 50)
    rows = pixels_of(files_of(bench).read(f"{FOLDER}/{entry.name}"))
    assert (len(rows[0]), len(rows)) == (240, 400)
    check_sizes(files_of(bench))
    bench.wait(1)
    assert bench.instrument.press_screenshot()
    assert len(files_of(bench).entries(FOLDER)) == 2


def test_it_shows_what_the_meter_does() -> None:
    """The picture differs while the meter measures, and tells the results that are displayed."""
    bench = Bench(scene="calibrator")
    shots = []
    for line in (None, "Measure,Start", "Display LE,Off"):
        if line:
            bench.do(line)
        bench.wait(2)
        assert bench.instrument.press_screenshot()
        entry = files_of(bench).entries(FOLDER)[-1]
        shots.append(pixels_of(files_of(bench).read(f"{FOLDER}/{entry.name}")))
    stopped, measuring, without_le = shots
    assert stopped[40][220] != measuring[40][220]
    lines = [sum(any(row) for row in shot[160:]) for shot in shots]
    assert lines[0] == 0
    assert lines[1] - lines[2] == 15
    assert stopped[96:150] == measuring[96:150] == without_le[96:150]


def test_dots() -> None:
    """Letters are of dots, at their place and of their size; what lies beyond the edges is left out."""
    display = Display(16, 12)
    display.write(Line("L1~", 0, 1, scale=2, colour=1))
    display.fill(14, 10, 10, 10, 1)
    text = ["".join("#" if colour else "." for colour in row) for row in pixels_of(display.bmp())]
    assert text == [
        "................",
        "##........##....",
        "##........##....",
        "##......####....",
        "##......####....",
        "##........##....",
        "##........##....",
        "##........##....",
        "##........##....",
        "######..######..",
        "######..########",
        "..............##",
    ]
    display.write(Line("888", 12, 0, scale=9))
    assert len(pixels_of(display.bmp())[0]) == 16


def test_a_full_card_takes_no_picture() -> None:
    """A full card takes no picture."""
    bench = Bench(card_free_mb=0)
    assert not bench.instrument.press_screenshot()
    assert files_of(bench).entries(FOLDER) == []
