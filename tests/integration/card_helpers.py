"""A card with files of all kinds, and who asks for them."""

from datetime import datetime

from emulator import EmulatedMeter
from emulator.card.files import Blob

MODIFIED = datetime(2026, 3, 1, 14, 5)
FOLDER = "/NL-43/Auto_0019"
# The name of the instrument itself, with its space.
RECORDS = f"{FOLDER}/Auto_Lp_01/NL_0001_SLM_Lp _0019_0001.rnd"
HEADER = f"{FOLDER}/NL_0001_SLM_Hdr_0019_0000.rnh"
WAVE = f"{FOLDER}/Sound/NL_0001_20260301_140500_130dB_0019_0001_ST0001.wav"
PICTURE = "/NL-43/Screenshot/0001_20260301_140500.bmp"
SECOND_PICTURE = "/NL-43/Screenshot/0001_20260301_140700.bmp"
# Names that mean something to a browser, to a shell or to Windows.
ODD = "/NL-43/50% #1;'.rnd"
UNSAFE = "/NL-43/CON.rnd"
PAGE = "/NL-43/page.html"

FILES = {
    RECORDS: b"CSV\r\nStart Time,Lp(Main)\r\n" * 40,
    HEADER: b"CSV\r\nStore Name,0019\r\n",
    WAVE: b"RIFF" + bytes(200_000),
    PICTURE: b"BM" + bytes(5000),
    SECOND_PICTURE: b"BM" + bytes(6000),
    ODD: b"odd",
    UNSAFE: b"unsafe",
    PAGE: b"<script>alert(1)</script>",
}


def fill(meter: EmulatedMeter) -> None:
    """Put the files on the meter's card."""
    for path, data in FILES.items():
        put(meter, path, data)


def put(meter: EmulatedMeter, path: str, data: bytes) -> None:
    """Put a file on the meter's card, and the folders that it is in."""
    files = meter.instrument.card.files
    names = path.strip("/").split("/")
    for depth in range(1, len(names)):
        files.make_folder("/" + "/".join(names[:depth]), MODIFIED)
    files.put(path, Blob(data, MODIFIED), MODIFIED)


def sessions(meter: EmulatedMeter) -> int:
    """Return how many FTP sessions there have been."""
    return len(meter.referee.ftp.sessions)
