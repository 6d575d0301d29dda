"""Stories of the faults of the instrument and of its FTP server."""

import asyncio

from tests.emulator.ftp.client import FtpClient

from .story import on, story
from .witness import Witness, shown

FTP_ON = {"settings": {"FTP": "On"}}
AUTO = {"Store Mode": "Auto", "Lp Store Interval": "100ms"}


@story("ftp-off", config=FTP_ON)
async def ftp_off(client: Witness) -> None:
    await _log_in(client)
    on(client, "ftp-off")
    await _log_in(client)
    await client.connect()
    await client.ask("FTP?")


@story("ftp-login-fails", times=1, config=FTP_ON)
async def ftp_login_fails(client: Witness) -> None:
    on(client, "ftp-login-fails")
    await _log_in(client)
    await _log_in(client)


@story("ftp-passive-asked", config={**FTP_ON, "ftp_data": "both"})
async def ftp_passive_asked(client: Witness) -> None:
    on(client, "ftp-passive-asked")
    ftp = await _log_in(client)
    assert ftp is not None
    for line in ("PASV", "EPSV"):
        client.note(f"`{line}`: `{await ftp.ask(line)}`")
    await ftp.close()


@story("ftp-data-blocked", times=1, config=FTP_ON)
async def ftp_data_blocked(client: Witness) -> None:
    on(client, "ftp-data-blocked")
    ftp = await _log_in(client)
    assert ftp is not None
    for _ in range(2):
        await ftp.offer_port()
        began_at = asyncio.get_running_loop().time()
        replies = [await ftp.ask("LIST")]
        if replies[0].startswith("150"):
            replies.append(await ftp.reply())
        elapsed_s = asyncio.get_running_loop().time() - began_at
        client.note(f"`LIST`: {', '.join(f'`{reply}`' for reply in replies)} after {elapsed_s:.0f} s")
    await ftp.close()


@story("ftp-not-ready", tells="Off")
async def ftp_not_ready(client: Witness) -> None:
    on(client, "ftp-not-ready")
    await client.connect()
    await client.ask("FTP,On")
    await client.ask("FTP?")
    await _log_in(client)
    await asyncio.sleep(10)
    client.note("10 s later")
    await client.ask("FTP?")
    await _log_in(client)


@story("ftp-cut", times=1, config=FTP_ON)
async def ftp_cut(client: Witness) -> None:
    on(client, "ftp-cut")
    ftp = await _log_in(client)
    assert ftp is not None
    for _ in range(2):
        await ftp.offer_port()
        replies = [await ftp.ask("RETR /NIKON001.DSC")]
        data = await (await ftp.data()).read()
        replies.append(await ftp.reply())
        client.note(f"`RETR`: {', '.join(f'`{reply}`' for reply in replies)}, {len(data)} bytes of 512")
    await ftp.close()


@story("missing-values", command="DOD?", times=1)
async def missing_values(client: Witness) -> None:
    await _measured(client, 5)
    on(client, "missing-values")
    await _row(client)
    await _row(client)


@story("ln-beyond-extremes", config={"scene": "traffic"})
async def ln_beyond_extremes(client: Witness) -> None:
    await _measured(client, 5)
    on(client, "ln-beyond-extremes")
    await _row(client)


@story("clock-off", drift_s_per_day=86.4)
async def clock_off(client: Witness) -> None:
    await client.connect()
    await client.ask("Clock?")
    on(client, "clock-off")
    await client.ask("Clock?")
    await asyncio.sleep(100_000)
    client.note("100000 s later")
    await client.ask("Clock?")


@story("power-cycle")
async def power_cycle(client: Witness) -> None:
    await _measured(client, 5)
    await client.ask("Measure,Start")
    on(client, "power-cycle")
    await client.ask("Measure?")
    await client.hang_up()
    await client.connect()
    await asyncio.sleep(30)
    client.note("30 s later")
    await client.connect()
    await client.ask("Measure?")
    await _row(client)


@story("battery-low")
async def battery_low(client: Witness) -> None:
    await client.connect()
    await client.ask("Measure,Start")
    on(client, "battery-low")
    for _ in range(4):
        await client.ask("Battery Level?")
        await asyncio.sleep(600)
    await client.ask("Measure?")


@story("card-full", config={"settings": AUTO})
async def card_full(client: Witness) -> None:
    await client.connect()
    await client.ask("Measure,Start")
    await client.ask("Measure?")
    on(client, "card-full")
    await asyncio.sleep(2)
    await client.ask("SD Card Free Size?")
    await client.ask("Measure?")


@story("preset-end")
async def preset_end(client: Witness) -> None:
    await client.connect()
    await client.ask("Measure,Start")
    on(client, "preset-end")
    await client.ask("Measure?")
    await asyncio.sleep(10)
    client.note("10 s later")
    await client.ask("Measure?")


@story("operator", key="start")
async def operator(client: Witness) -> None:
    await client.connect()
    await client.ask("Measure?")
    client.meter.faults.switch_on("operator", setting="Store Name", value="0042")
    on(client, "operator")
    await client.ask("Measure?")
    await client.ask("Store Name?")


@story("overload", for_s=5)
async def overload(client: Witness) -> None:
    await client.connect()
    on(client, "overload")
    await asyncio.sleep(2)
    await _row(client)
    await asyncio.sleep(10)
    await _row(client)


@story("echo-on")
async def echo_on(client: Witness) -> None:
    on(client, "echo-on")
    await client.connect()
    await client.ask("Measure?")


@story("option-missing", options="EX", code=1)
async def option_missing(client: Witness) -> None:
    on(client, "option-missing")
    await client.connect()
    for line in ("Percentile 1?", "System Version?NX-43EX", "Type?"):
        await client.ask(line)


async def _log_in(client: Witness) -> FtpClient | None:
    assert client.meter.ftp.address is not None
    try:
        ftp = await FtpClient.connect(client.meter.ftp.address)
    except ConnectionRefusedError:
        client.note("FTP: refused")
        return None
    await ftp.reply()
    await ftp.ask("USER USER")
    reply = await ftp.ask("PASS 0000")
    client.note(f"FTP login: `{reply}`")
    if reply.startswith("230"):
        return ftp
    await ftp.close()
    await asyncio.sleep(0.01)
    return None


async def _measured(client: Witness, seconds: float) -> None:
    """Have a result of so many seconds; of that nothing is told."""
    await client.connect()
    client.meter.instrument.press_start()
    await asyncio.sleep(seconds)
    client.meter.instrument.press_stop()


async def _row(client: Witness) -> None:
    """Ask for the levels and tell those of the main channel that matter."""
    data = await client.ask("DOD?")
    fields = data.split(b"\r\n")[1].split(b",")
    names = {"Lp": 0, "Leq": 1, "Lmax": 3, "Lmin": 4, "LN1": 5, "LN5": 9, "over": 14}
    told = ", ".join(f"{name} `{shown(fields[index]).strip()}`" for name, index in names.items())
    client.notes[-1] = f"`DOD?`: {told}"
