"""Clients that others have written fetch the folder of an Auto store while it grows, and when it is done."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from ftplib import FTP
from pathlib import Path

import aioftp
import pytest

from emulator import EmulatedMeter, MeterConfig
from tests.emulator.card.reading import energy_mean, records

from .test_clients import PATIENCE_S, fetch, files_below, logged_in, run, tree_of

FOLDER = "/NL-43/Auto_0020"
LEQ_PATH = f"{FOLDER}/Auto_Leq/NL_0001_SLM_Leq_0020_0001.rnd"
SETTINGS = {
    "FTP": "On",
    "Store Mode": "Auto",
    "Store Name": "0020",
    "Leq Calculation Interval Preset": "10s",
    "Lp Store Interval": "100ms",
}
TIMES_AS_FAST = 60.0

type Contents = dict[str, bytes]
type Fetch = Callable[[EmulatedMeter, Path], Awaitable[Contents]]

pytestmark = pytest.mark.real_time


@pytest.fixture
async def meter(socket_enabled: None) -> AsyncIterator[EmulatedMeter]:
    """A meter that stores, a minute in each second, and whose data connections go either way."""
    meter = EmulatedMeter(MeterConfig(settings=SETTINGS, ftp_data="both"))
    meter.clock.speed = TIMES_AS_FAST
    await meter.start(ftp_port=0)
    meter.instrument.press_start()
    yield meter
    await meter.stop()


def url_of(meter: EmulatedMeter, path: str = "") -> str:
    return f"ftp://{meter.host}:{meter.ftp_port}{path.replace(' ', '%20')}"


def address_of(meter: EmulatedMeter) -> tuple[str, int]:
    assert meter.ftp_port is not None
    return meter.host, meter.ftp_port


async def by_ftplib(meter: EmulatedMeter, folder: Path) -> Contents:
    def client() -> Contents:
        with logged_in(address_of(meter)) as ftp:
            return {path: fetch(ftp, path) for path, (kind, _) in tree_of(ftp, FOLDER).items() if kind == "-"}

    return await asyncio.to_thread(client)


async def by_curl(meter: EmulatedMeter, folder: Path) -> Contents:
    curl = ("curl", "--silent", "--show-error", "--user", "USER:0000", "--ftp-port", "-", "--disable-eprt")

    async def below(path: str) -> Contents:
        found: Contents = {}
        for line in (await run(*curl, url_of(meter, f"{path}/"))).decode().splitlines():
            name = f"{path}/{line.split(maxsplit=8)[8]}"
            found |= await below(name) if line.startswith("d") else {name: await run(*curl, url_of(meter, name))}
        return found

    return await below(FOLDER)


async def by_lftp(meter: EmulatedMeter, folder: Path) -> Contents:
    settings = "set ftp:passive-mode no; set net:max-retries 1; set net:timeout 20; set ftp:ssl-allow no;"
    mirror = f"mirror --overwrite {FOLDER} {folder}{FOLDER}"
    await run("lftp", "--norc", "-c", f"{settings} open -u USER,0000 {url_of(meter)}; {mirror}; exit")
    return files_below(folder)


async def by_aioftp(meter: EmulatedMeter, folder: Path) -> Contents:
    async with aioftp.Client.context(*address_of(meter), "USER", "0000", socket_timeout=PATIENCE_S) as client:
        await client.download(FOLDER, str(folder / FOLDER[1:]), write_into=True)
    return files_below(folder)


@pytest.mark.parametrize("fetch_all", [by_ftplib, by_curl, by_lftp, by_aioftp])
async def test_a_growing_folder(meter: EmulatedMeter, fetch_all: Fetch, tmp_path: Path) -> None:
    """What is fetched early is the begin of what is there later; sizes and contents agree with DLC in the end."""
    early = await fetch_all(meter, tmp_path / "early")
    await asyncio.to_thread(lambda: wait_for_minutes(meter, 2))
    later = await fetch_all(meter, tmp_path / "later")
    assert len(early[LEQ_PATH]) < len(later[LEQ_PATH])
    assert all(later[path].startswith(data) for path, data in early.items() if path.endswith(".rnd"))

    meter.instrument.press_stop()
    done = await fetch_all(meter, tmp_path / "done")
    with_sizes = await asyncio.to_thread(lambda: sizes_by_ftplib(meter))
    assert {path: len(data) for path, data in done.items()} == with_sizes
    files = meter.instrument.card.files
    assert all(files.read(path) == data for path, data in done.items())
    dlc = meter.instrument.results[0]
    rows = records(files, f"{FOLDER}/Auto_Leq")
    assert energy_mean(rows) == pytest.approx(dlc.leq, abs=0.1)
    assert max(row.level("Lmax(Main)") for row in rows) == pytest.approx(dlc.lmax, abs=0.1)
    assert sum(row.seconds for row in rows) == pytest.approx(dlc.duration_s, abs=0.1)


def wait_for_minutes(meter: EmulatedMeter, minutes: float) -> None:
    """Ask the server for its growing folder until so much of the meter's time has passed."""
    with logged_in(address_of(meter)) as ftp:
        first = size_of(ftp)
        # A record of 10 s has its line: six of them come in a minute.
        line = len(fetch(ftp, LEQ_PATH).splitlines(keepends=True)[-1])
        while size_of(ftp) < first + 6 * minutes * line:
            pass


def size_of(ftp: FTP) -> int:
    """Return the size of the file of records."""
    return tree_of(ftp, FOLDER)[LEQ_PATH][1]


def sizes_by_ftplib(meter: EmulatedMeter) -> dict[str, int]:
    """Return the listed size of each file."""
    with logged_in(address_of(meter)) as ftp:
        return {path: size for path, (kind, size) in tree_of(ftp, FOLDER).items() if kind == "-"}
