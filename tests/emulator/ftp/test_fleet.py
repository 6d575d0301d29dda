"""FTP of many meters in one process."""

import contextlib
import socket

import pytest

from emulator import MeterConfig
from emulator.fleet import Fleet, configs_of

from .client import FtpClient

pytestmark = pytest.mark.usefixtures("virtual_clock", "no_loop_errors")

CONFIGS = configs_of(MeterConfig(settings={"FTP": "On"}), 3)


def free_ports(count: int) -> int:
    """Return the first of so many free ports in a row."""
    for first in range(20000, 30000, count):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for number in range(count):
                stack.enter_context(socket.create_server(("127.0.0.1", first + number)))
            return first
    raise OSError("no free ports")


async def test_free_ports() -> None:
    """Each meter has one of its own and serves its own card."""
    fleet = Fleet(CONFIGS)
    await fleet.start(ftp_port=0)
    assert len({port for meter in fleet.meters for port in (meter.port, meter.ftp_port)}) == 6
    for meter in fleet.meters:
        assert meter.ftp_port is not None
        client = await FtpClient.log_in((meter.host, meter.ftp_port))
        assert b" NL-43\r\n" in await client.fetch("LIST")
        await client.close()
        assert len(meter.referee.ftp.sessions) == 1
    await fleet.stop()


async def test_ports_in_a_row() -> None:
    """They follow each other, as the control ports do."""
    first = free_ports(6)
    fleet = Fleet(CONFIGS)
    await fleet.start(port=first, ftp_port=first + 3)
    assert [meter.port for meter in fleet.meters] == [first, first + 1, first + 2]
    assert [meter.ftp_port for meter in fleet.meters] == [first + 3, first + 4, first + 5]
    await fleet.stop()


async def test_port_that_is_taken() -> None:
    """Then no meter is left running."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        fleet = Fleet(CONFIGS[:1])
        with pytest.raises(OSError, match="in use"):
            await fleet.start(ftp_port=taken.getsockname()[1])
        assert fleet.meters[0].ftp_port is None
        with pytest.raises(RuntimeError):
            _ = fleet.meters[0].port


async def test_no_ftp() -> None:
    """Without being asked for there is none."""
    fleet = Fleet(CONFIGS)
    await fleet.start()
    assert {meter.ftp_port for meter in fleet.meters} == {None}
    await fleet.stop()
