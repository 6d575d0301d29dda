"""FTP is switched over the control port, and goes with the rest of the meter."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
import re
import socket
from typing import Any

import pytest

from emulator import EmulatedMeter, Kind, Latency, MeterConfig
from tests.emulator.conftest import Connect

from .client import FtpClient

OFF_S, ON_S = 1.0, 3.0

pytestmark = pytest.mark.usefixtures("virtual_clock", "no_loop_errors")


async def start(**config: Any) -> EmulatedMeter:
    """Return a meter that serves FTP."""
    meter = EmulatedMeter(MeterConfig(**{"latency": Latency.none()} | config))
    await meter.start(ftp_port=0)
    return meter


@pytest.fixture
async def meter() -> AsyncIterator[EmulatedMeter]:
    """Return a meter with an FTP port; FTP is off."""
    meter = await start()
    yield meter
    await meter.stop()


def address(meter: EmulatedMeter) -> tuple[str, int]:
    """Return where FTP is."""
    assert meter.ftp_port is not None
    return meter.host, meter.ftp_port


async def is_refused(meter: EmulatedMeter) -> bool:
    """Return whether the FTP port refuses; a session that is had is given up."""
    try:
        client = await FtpClient.connect(address(meter))
    except ConnectionRefusedError:
        return True
    assert await client.reply() == "220 Connection Ready"
    await client.close()
    await asyncio.sleep(0.1)
    return False


async def until(meter: EmulatedMeter, *, refused: bool = False) -> float:
    """Return the time until the port lets one in, or refuses."""
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for _ in range(200):
        if await is_refused(meter) is refused:
            return loop.time() - begin
        await asyncio.sleep(0.1)
    raise TimeoutError


async def test_off_at_first(meter: EmulatedMeter) -> None:
    """The factory's setting is Off, and the port refuses; it stays the meter's."""
    assert await is_refused(meter)
    assert meter.ftp.address == address(meter)
    assert not meter.ftp.serving


async def test_not_served() -> None:
    """Without a port of its own there is no FTP, whatever the setting."""
    async with EmulatedMeter(MeterConfig(settings={"FTP": "On"})) as meter:
        assert (meter.ftp_port, meter.ftp.address, meter.ftp.serving) == (None, None, False)
        meter.instrument.settings["FTP"] = "Off"
        await meter.power_off()
        await meter.power_on()
        assert not meter.ftp.serving


async def test_on_at_first() -> None:
    """A meter that has been on for long serves at once."""
    meter = await start(settings={"FTP": "On"})
    assert not await is_refused(meter)
    await meter.stop()
    assert meter.ftp_port is None


async def test_port_that_is_taken(meter: EmulatedMeter) -> None:
    """Nothing is left open if the FTP port cannot be had."""
    other = EmulatedMeter()
    for port, error in ((meter.port, OSError), (65536, ValueError)):
        with pytest.raises(error):
            await other.start(ftp_port=port)
        with pytest.raises(RuntimeError):
            _ = other.port
    await other.start(ftp_port=0)
    await other.stop()


async def test_on_and_off(meter: EmulatedMeter, connect: Connect) -> None:
    """The server needs a while to come, and a shorter one to go; the control port goes on."""
    control = await connect(meter)
    assert await control.exchange("FTP?") == ["R+0000", "Off"]
    assert await control.exchange("FTP,On") == ["R+0000"]
    assert await until(meter) == pytest.approx(ON_S, abs=0.3)
    assert await control.exchange("FTP?") == ["R+0000", "On"]
    session = await FtpClient.log_in(address(meter))
    assert await control.exchange("FTP,Off") == ["R+0000"]
    assert await session.ask("PWD") == '257 "/" is current directory'
    begin = asyncio.get_running_loop().time()
    assert await session.reply() == ""
    assert asyncio.get_running_loop().time() - begin == pytest.approx(OFF_S, abs=0.1)
    assert await is_refused(meter)
    assert await control.exchange("Type?") == ["R+0000", "NL-43"]
    await session.close()
    meter.referee.assert_clean()


async def test_on_again_changes_nothing(meter: EmulatedMeter, connect: Connect) -> None:
    """On while it is on, or about to be; nothing begins anew."""
    control = await connect(meter)
    loop = asyncio.get_running_loop()
    begin = loop.time()
    for _ in range(2):
        await control.exchange("FTP,On")
    await until(meter)
    assert loop.time() - begin == pytest.approx(ON_S, abs=0.3)
    session = await FtpClient.log_in(address(meter))
    await control.exchange("FTP,On")
    await asyncio.sleep(10)
    assert await session.ask("PWD") == '257 "/" is current directory'
    await session.close()


async def test_change_of_mind(meter: EmulatedMeter) -> None:
    """Off and at once On again leaves the server alone, On and at once Off does not start it."""
    settings = meter.instrument.settings
    settings["FTP"] = "On"
    await asyncio.sleep(1)
    settings["FTP"] = "Off"
    await asyncio.sleep(10)
    assert await is_refused(meter)
    settings["FTP"] = "On"
    await asyncio.sleep(10)
    session = await FtpClient.log_in(address(meter))
    settings["FTP"] = "Off"
    await asyncio.sleep(OFF_S / 2)
    settings["FTP"] = "On"
    await asyncio.sleep(10)
    assert await session.ask("PWD") == '257 "/" is current directory'
    await session.close()


@pytest.mark.parametrize(("on_s", "off_s"), [(0.0, 0.0), (15.0, 7.0)])
async def test_delays(connect: Connect, on_s: float, off_s: float) -> None:
    """They are the config's."""
    meter = await start(ftp_on_delay_s=on_s, ftp_off_delay_s=off_s)
    control = await connect(meter)
    await control.exchange("FTP,On")
    assert await until(meter) == pytest.approx(on_s, abs=0.3)
    await control.exchange("FTP,Off")
    assert await until(meter, refused=True) == pytest.approx(off_s, abs=0.3)
    await meter.stop()


async def test_told_when_done(connect: Connect) -> None:
    """`FTP?` may tell what is, and not yet what will be."""
    meter = await start(ftp_tells="when done", ftp_on_delay_s=10.0, ftp_off_delay_s=10.0)
    control = await connect(meter)
    for word, before in (("On", "Off"), ("Off", "On")):
        await control.exchange(f"FTP,{word}")
        assert await control.exchange("FTP?") == ["R+0000", before]
        assert await is_refused(meter) == (before == "Off")
        await asyncio.sleep(10)
        assert await is_refused(meter) == (word == "Off")
        assert await control.exchange("FTP?") == ["R+0000", word]
    await meter.stop()


async def test_told_at_once(meter: EmulatedMeter, connect: Connect) -> None:
    """By default `FTP?` tells what was set."""
    control = await connect(meter)
    await control.exchange("FTP,On")
    assert await control.exchange("FTP?") == ["R+0000", "On"]
    assert await is_refused(meter)


@pytest.mark.parametrize(("name", "value", "back"), [("Web", "On", "Off"), ("USB Class", "CDC", "Off")])
async def test_what_excludes_ftp(meter: EmulatedMeter, name: str, value: str, back: str) -> None:
    """The web app and USB take it away at once, and when they go it comes back."""
    settings = meter.instrument.settings
    settings["FTP"] = "On"
    await asyncio.sleep(10)
    session = await FtpClient.log_in(address(meter))
    settings[name] = value
    assert await session.reply() == ""
    assert await is_refused(meter)
    settings[name] = back
    assert settings["FTP"] == "On"
    await asyncio.sleep(10)
    assert not await is_refused(meter)
    await session.close()


async def test_what_does_not(meter: EmulatedMeter) -> None:
    """FTP lives without the control port."""
    settings = meter.instrument.settings
    settings["FTP"] = "On"
    settings["TCP"] = "Off"
    settings["IO Func"] = "Communication"
    await asyncio.sleep(10)
    assert not await is_refused(meter)


async def test_ethernet_off_while_switching(meter: EmulatedMeter) -> None:
    """What was about to come does not."""
    settings = meter.instrument.settings
    settings["FTP"] = "On"
    settings["Ethernet"] = "Off"
    await asyncio.sleep(10)
    assert await is_refused(meter)


async def test_missing_option() -> None:
    """Without the option there is no FTP."""
    meter = await start(options=frozenset(), settings={"FTP": "On"})
    await asyncio.sleep(10)
    assert await is_refused(meter)
    await meter.stop()


@pytest.mark.parametrize("connects", ["refused", "timeout"])
async def test_power(meter: EmulatedMeter, connects: Any) -> None:
    """A power cycle cuts sessions; the setting is kept, and the server comes back at the same port."""
    meter.instrument.settings["FTP"] = "On"
    await asyncio.sleep(10)
    session, where = await FtpClient.log_in(address(meter)), address(meter)
    await meter.power_off(connects)
    assert await session.reply() == ""
    if connects == "refused":
        assert await is_refused(meter)
    else:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(FtpClient.connect(where), 5)
    await meter.power_on()
    await asyncio.sleep(10)
    assert address(meter) == where
    assert not await is_refused(meter)
    await session.close()


async def test_sleep(meter: EmulatedMeter) -> None:
    """A meter that sleeps has no network; when it wakes the server comes back."""
    meter.instrument.settings["FTP"] = "On"
    await asyncio.sleep(10)
    session = await FtpClient.log_in(address(meter))
    meter.instrument.naps = True
    meter.ftp.update()
    assert await session.reply() == ""
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(FtpClient.connect(address(meter)), 5)
    meter.instrument.naps = False
    meter.ftp.update()
    await asyncio.sleep(10)
    assert not await is_refused(meter)
    await session.close()


async def test_lists_and_levels_in_turn(meter: EmulatedMeter, connect: Connect) -> None:
    """FTP does not disturb the control port."""
    control = await connect(meter)
    await control.exchange("FTP,On")
    await until(meter)
    session = await FtpClient.log_in(address(meter))
    for _ in range(3):
        row = await control.exchange("DOD?")
        assert len(row[1].split(",")) == 64
        assert b"NL-43" in await session.fetch("LIST")
    meter.referee.assert_clean()
    assert meter.referee.report()["ftp"] == meter.referee.ftp.report()
    await session.close()


async def test_fetching_while_storing(connect: Connect) -> None:
    """What a measurement writes can be fetched while it runs, as far as it has come, and whole afterwards."""
    meter = await start(settings={"FTP": "On", "Store Mode": "Auto", "Store Name": "0020"})
    control = await connect(meter)
    await control.exchange("Clock,2026/12/24 02:13:00")
    await control.exchange("Measure,Start")
    await asyncio.sleep(90)
    session = await FtpClient.log_in(address(meter))
    lines = (await session.fetch("LIST /NL-43")).decode().splitlines()
    assert any(re.fullmatch(r"d.* 0 Dec 24 02:1[34] Auto_0020", line) for line in lines)
    files = await files_below(session, "/NL-43/Auto_0020")
    [path] = [path for path in files if "_SLM_Lp _0020_" in path]
    begun = await session.fetch(f"RETR {path}")
    await asyncio.sleep(90)
    await control.exchange("Measure,Stop")
    whole = await session.fetch(f"RETR {path}")
    assert whole.startswith(begun)
    assert files[path] <= len(begun) < len(whole)
    for each, size in (await files_below(session, "/NL-43/Auto_0020")).items():
        assert len(await session.fetch(f"RETR {each}")) == size
    await session.close()
    meter.referee.assert_clean()
    await meter.stop()


async def files_below(session: FtpClient, folder: str) -> dict[str, int]:
    """Return the sizes of all files below a folder."""
    found: dict[str, int] = {}
    for line in (await session.fetch(f"LIST {folder}")).decode().splitlines():
        *_, size, _, _, _, name = line.split(None, 8)
        if line.startswith("d"):
            found |= await files_below(session, f"{folder}/{name}")
        else:
            found[f"{folder}/{name}"] = int(size)
    return found


async def test_second_session() -> None:
    """It is told so, and the referee names it; the first one is not disturbed."""
    meter = await start(latency=Latency.lan(), settings={"FTP": "On"})
    first = await FtpClient.log_in(address(meter))
    second = await FtpClient.connect(address(meter))
    second.send(b"USER USER\r\n")
    assert await second.reply() == "421 Too many sessions"
    await second.close()
    assert await first.ask("PWD") == '257 "/" is current directory'
    [violation] = meter.referee.violations
    assert violation.kind is Kind.SECOND_FTP_SESSION
    with pytest.raises(AssertionError, match="FTP session 1 is open"):
        meter.referee.assert_clean()
    assert [session.served for session in meter.referee.ftp.sessions] == [True, False]
    assert await first.ask("QUIT") == "221 Goodbye"
    await asyncio.sleep(0.1)
    third = await FtpClient.log_in(address(meter))
    for client in (first, third):
        await client.close()
    await meter.stop()


async def test_second_session_refused() -> None:
    """The port may refuse while a session is open."""
    meter = await start(ftp_second_session="refused", settings={"FTP": "On"})
    first = await FtpClient.log_in(address(meter))
    assert await is_refused(meter)
    await first.close()
    await asyncio.sleep(0.1)
    assert not await is_refused(meter)
    await meter.stop()


async def test_second_session_unanswered() -> None:
    """Or leave the attempt unanswered."""
    meter = await start(ftp_second_session="timeout", settings={"FTP": "On"})
    first = await FtpClient.log_in(address(meter))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(FtpClient.connect(address(meter)), 5)
    await first.close()
    await asyncio.sleep(0.1)
    assert not await is_refused(meter)
    await meter.stop()


@pytest.mark.parametrize("turns", range(6))
async def test_off_while_somebody_comes(turns: int) -> None:
    """Whoever is just being let in, to be served or to be sent away, is cut as well; afterwards all is as before."""
    meter = await start(ftp_off_delay_s=0.0, settings={"FTP": "On"})
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(socket.create_connection(address(meter))) for _ in range(2)]
        for _ in range(turns):
            await asyncio.sleep(0)
        meter.instrument.settings["FTP"] = "Off"
        await meter.ftp.settled()
        for sock in socks:
            sock.setblocking(False)
            with contextlib.suppress(ConnectionResetError):
                assert sock.recv(100) in {b"", b"220 Connection Ready\r\n", b"421 Too many sessions\r\n"}
    meter.instrument.settings["FTP"] = "On"
    await asyncio.sleep(10)
    assert not await is_refused(meter)
    await meter.stop()


def test_unknown_command_in_the_config() -> None:
    """The meter can have no command that this emulator does not know."""
    with pytest.raises(ValueError, match="unknown FTP command MKD"):
        MeterConfig(ftp_commands=frozenset({"SIZE", "MKD"}))
