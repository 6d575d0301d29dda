"""What it costs to fetch a large folder from the meter's card: time, and memory, which must not grow with its size."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
import tempfile
import time
import tracemalloc

from custom_components.rion_nl43.nl43.ftp import FtpClient, fetch_folder
from emulator import EmulatedMeter, Latency, MeterConfig

from .table import Finding, at_least, at_most, exactly, show

FOLDER = "/NL-43/Auto_0020"
FILES = 10
FILE_BYTES = 100_000_000
WARM_BYTES = 20_000_000
# That of the meter's network is 100 Mbit/s.
SPEED_LIMIT_MB_S = 12.5
MEMORY_LIMIT_MB = 4.0


@dataclass(frozen=True, slots=True)
class Generated:
    """A file that is nowhere: its bytes are made when they are read."""

    size: int
    modified: datetime

    def read(self, offset: int, size: int) -> bytes:
        """Return so many bytes, or fewer at the end."""
        return bytes(min(size, self.size - offset))


async def run() -> bool:
    """Fetch 1 GB, and look at the memory of this process, the emulator in it; returns whether promises were kept."""
    meter = EmulatedMeter(MeterConfig(latency=Latency.none(), settings={"FTP": "On"}))
    await meter.start(ftp_port=0)
    try:
        return show("a folder over FTP", await _findings(meter, meter.ftp_port or 0))
    finally:
        await meter.stop()


async def _findings(meter: EmulatedMeter, port: int) -> list[Finding]:
    now = datetime(2026, 3, 2, 8)
    files = meter.instrument.card.files
    files.make_folder("/NL-43", now)
    files.make_folder(FOLDER, now)
    client = FtpClient(meter.host, meter.config.ftp_user, meter.config.ftp_password, port=port)
    with tempfile.TemporaryDirectory() as folder:
        async with client.session() as session:
            # What the first transfer takes, it takes once.
            files.put(f"{FOLDER}/warm.rnd", Generated(WARM_BYTES, now), now)
            await fetch_folder(session, FOLDER, Path(folder), now)
            files.discard(f"{FOLDER}/warm.rnd")
            for number in range(FILES):
                files.put(f"{FOLDER}/{number:04}.rnd", Generated(FILE_BYTES, now), now)
            since = time.perf_counter()
            fetched = await fetch_folder(session, FOLDER, Path(folder), now)
            took_s = time.perf_counter() - since
            tracemalloc.start()
            await fetch_folder(session, FOLDER, Path(folder), now)
            peak_mb = tracemalloc.get_traced_memory()[1] / 1e6
            tracemalloc.stop()
    return [
        exactly("bytes", fetched.size, FILES * FILE_BYTES),
        Finding("time", f"{took_s:.1f} s"),
        at_least("MB per second", fetched.size / 1e6 / took_s, SPEED_LIMIT_MB_S, 1),
        at_most("peak memory, emulator and all", peak_mb, MEMORY_LIMIT_MB, " MB", 2),
    ]
