"""What a client of the network sees of a measurement: the files by FTP agree with what the control port told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from emulator import EmulatedMeter, MeterConfig
from tests.emulator.card.reading import flat_rows
from tests.emulator.conftest import Connect
from tests.emulator.ftp.client import FtpClient

SETTINGS = {
    "FTP": "On",
    "Store Mode": "Auto",
    "Store Name": "0020",
    "Leq Calculation Interval Preset": "10s",
    "Lp Store Interval": "1s",
}
LEQ_FILE = "/NL-43/Auto_0020/Auto_Leq/NL_0001_SLM_Leq_0020_0001.rnd"
LP_FILE = "/NL-43/Auto_0020/Auto_Lp_01/NL_0001_SLM_Lp _0020_0001.rnd"

type Served = Callable[..., Awaitable[tuple[EmulatedMeter, FtpClient]]]


@pytest.fixture
async def served(virtual_time: None, no_loop_errors: None) -> AsyncIterator[Served]:
    """Return a factory: a meter that measures and serves FTP, and a session with it."""
    meters, clients = [], []

    async def start(**config: Any) -> tuple[EmulatedMeter, FtpClient]:
        meter = EmulatedMeter(MeterConfig(settings=SETTINGS, **config))
        meters.append(meter)
        await meter.start(ftp_port=0)
        meter.instrument.press_start()
        await asyncio.sleep(20)
        assert meter.ftp_port is not None
        clients.append(await FtpClient.log_in((meter.host, meter.ftp_port)))
        return meter, clients[-1]

    yield start
    for client in clients:
        await client.close()
    for meter in meters:
        await meter.stop()


async def test_files_agree_with_what_the_meter_told(served: Served, connect: Connect) -> None:
    """What was read while it measured is the begin of the whole, and the whole is what DLC tells."""
    meter, ftp = await served()
    early = {path: await ftp.fetch(f"RETR {path}") for path in (LEQ_FILE, LP_FILE)}
    assert len(list(flat_rows(early[LEQ_FILE]))) == 2
    control = await connect(meter)
    await asyncio.sleep(300)
    assert await control.exchange("Measure,Stop") == ["R+0000"]
    told = (await control.exchange("DLC?"))[1].split(",")
    late = {path: await ftp.fetch(f"RETR {path}") for path in (LEQ_FILE, LP_FILE)}
    assert all(late[path].startswith(data) for path, data in early.items())
    rows = list(flat_rows(late[LEQ_FILE]))
    assert len(rows) > 30
    assert max(float(row["Lmax(Main)"]) for row in rows) == float(told[3])
    assert min(float(row["Lmin(Main)"]) for row in rows) == float(told[4])
    assert max(float(row["Lpeak(Main)"]) for row in rows) == float(told[10])
    lines = (await ftp.fetch("LIST /NL-43/Auto_0020/Auto_Leq")).decode().splitlines()
    assert [int(line.split()[4]) for line in lines] == [len(late[LEQ_FILE])]


async def test_a_meter_that_locks_open_files(served: Served) -> None:
    """On a meter that locks them, files that are being written are refused before any data flow."""
    meter, ftp = await served(locks_open_files=True)
    assert (await ftp.offer_port()).startswith("200")
    assert (await ftp.ask(f"RETR {LP_FILE}")).startswith("550")
    meter.instrument.press_stop()
    assert len(list(flat_rows(await ftp.fetch(f"RETR {LP_FILE}")))) >= 20
