"""What the tests of the card share: a watched meter with files on its card, and what it heard of FTP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from custom_components.rion_nl43.monitor import ActivityKind, CardActivity, MeterCard, ProbePorts
from custom_components.rion_nl43.nl43.ftp import FtpClient
from emulator import EmulatedMeter
from emulator.card.files import Blob
from tests.fixtures import MeterFactory

from ..watching import Watching, watching

LOGIN = ("USER", "0000")
ON = {"FTP": "On"}
FOLDER = "/NL-43"
BIG, SMALL = f"{FOLDER}/big.rnd", f"{FOLDER}/small.rnd"
BIG_SIZE, SMALL_SIZE = 1_000_000, 1_000
MODIFIED = datetime(2026, 3, 1, 7, 30)


class Bench:
    """A watched meter, its card, and all that was told of it."""

    def __init__(self, watch: Watching) -> None:
        """Let the card have a login, and subscribe."""
        self.watch = watch
        self.meter = watch.meter
        assert self.meter.ftp_port is not None
        self.card.client = client_of(self.meter)
        watch.monitor.probe_ports = ProbePorts(ftp=self.meter.ftp_port, web=())
        self.told: list[CardActivity] = []
        self.told_at: list[float] = []
        self.refusals = 0
        self.card.on_activity(self._take)
        self.card.on_login_refused(self._refused)

    @property
    def card(self) -> MeterCard:
        return self.watch.monitor.card

    @property
    def asked(self) -> list[str]:
        """What was said of FTP over the link."""
        return [line for line in self.watch.lines if line.startswith("FTP")]

    @property
    def sessions(self) -> int:
        """How many FTP sessions there were."""
        return len(self.meter.referee.ftp.sessions)

    def ftp_is_on(self) -> bool:
        return self.meter.instrument.settings.is_on("FTP")

    def owes(self) -> object:
        return self.watch.monitor.memory["card"]["ftp_owes"]

    async def transferring(self, within_s: float = 60) -> None:
        """Wait until a file is on its way."""
        begun = asyncio.Event()
        unsubscribe = self.card.on_activity(lambda activity: begun.set() if activity.path else None)
        async with asyncio.timeout(within_s):
            await begun.wait()
        unsubscribe()

    @property
    def open_sessions(self) -> int:
        """How many FTP sessions the meter has open."""
        return sum(session.closed_at is None for session in self.meter.referee.ftp.sessions)

    async def transfer(self, chunk_s: float = 1.0, kind: ActivityKind = ActivityKind.DOWNLOADING) -> int:
        """Download the big file slowly; it has 16 pieces at least."""
        async with self.card.session(kind) as session:
            return await session.download(BIG, lambda _: asyncio.sleep(chunk_s), listed=BIG_SIZE)

    def _take(self, activity: CardActivity) -> None:
        self.told.append(activity)
        self.told_at.append(self.watch.now)

    def _refused(self) -> None:
        self.refusals += 1


def client_of(meter: EmulatedMeter, password: str = LOGIN[1]) -> FtpClient:
    """Return a client of the meter's FTP server."""
    assert meter.ftp_port is not None
    return FtpClient(meter.host, LOGIN[0], password, port=meter.ftp_port)


@asynccontextmanager
async def bench_of(meter: EmulatedMeter, **options: Any) -> AsyncIterator[Bench]:
    """Let a monitor watch a meter."""
    files = meter.instrument.card.files
    files.make_folder(FOLDER, MODIFIED)
    for path, size in ((BIG, BIG_SIZE), (SMALL, SMALL_SIZE)):
        files.put(path, Blob(b"x" * size, MODIFIED), MODIFIED)
    async with watching(meter, **options) as watch:
        bench = Bench(watch)
        try:
            yield bench
        finally:
            assert watch.task is not None
            assert not watch.task.done()


@asynccontextmanager
async def benched(emulated_meter: MeterFactory, **config: Any) -> AsyncIterator[Bench]:
    """Let a monitor watch a new meter of this config, whose first samples have come."""
    meter = await emulated_meter(ftp_port=0, **config)
    async with bench_of(meter) as bench:
        await bench.watch.until_rows(3)
        yield bench


async def to_thread(function: Any, *arguments: Any) -> Any:
    """Run what blocks at once: the files of a test are small."""
    return function(*arguments)


def names_in(folder: Path) -> list[str]:
    """Return the names of the files below a folder."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
