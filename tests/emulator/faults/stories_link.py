"""Stories of the faults of the control port."""

import asyncio

from .story import on, story
from .witness import Witness

SUB = b"\x1a"


@story("wedge")
async def wedge(client: Witness) -> None:
    await client.connect()
    await client.ask("Measure,Start")
    on(client, "wedge")
    client.note("wedged")
    await client.ask("Type?")
    await client.hang_up()
    await asyncio.sleep(5)
    await client.connect()
    await asyncio.sleep(3600)
    await client.connect()
    await client.meter.power_cycle(boot_s=40)
    client.note("power-cycled")
    await client.connect()
    await client.ask("Measure?")


@story("slot-not-freed", hold_s=8)
async def slot_not_freed(client: Witness) -> None:
    on(client, "slot-not-freed")
    await client.connect()
    await client.hang_up()
    client.note("closed")
    await client.connect()
    await asyncio.sleep(5)
    client.note("5 s later")
    await client.connect()


@story("second-client", fate="refused")
async def second_client(client: Witness) -> None:
    on(client, "second-client")
    await client.connect()
    second = Witness(client.meter)
    client.note(f"a second {await _connected(second)}")
    await client.ask("Type?")


@story("foreign-client", comes="at once", for_s=60)
async def foreign_client(client: Witness) -> None:
    await client.connect()
    on(client, "foreign-client")
    await client.ask("Type?")
    await asyncio.sleep(5)
    await client.connect()
    await asyncio.sleep(50)
    client.note("60 s later")
    await client.connect()


@story("stale-prompt", command="Measure?", mode="before", times=2)
async def stale_prompt(client: Witness) -> None:
    on(client, "stale-prompt")
    await client.connect()
    await client.ask("Measure?")
    await client.ask("Type?")


@story("prompt-on-connect")
async def prompt_on_connect(client: Witness) -> None:
    on(client, "prompt-on-connect")
    await client.connect()
    await client.hear("then")


@story("late-rows", rows=3)
async def late_rows(client: Witness) -> None:
    on(client, "late-rows")
    await client.connect()
    await client.send(b"DRD?\r\n")
    await asyncio.sleep(0.55)
    await client.send(SUB)
    data = await client.hear("SUB after 5 rows")
    assert data.count(b"\r\n") == 1 + 5 + 3
    client.notes[-1] = "SUB after 5 rows: 3 more rows, then `$`"
    assert data.endswith(b"-\r\n$")


@story("late-answer", command="Measure?", times=1)
async def late_answer(client: Witness) -> None:
    on(client, "late-answer")
    await client.connect()
    await client.ask("Measure?")
    await client.ask("Type?")


@story("swapped-answers", command="Measure?", times=1)
async def swapped_answers(client: Witness) -> None:
    on(client, "swapped-answers")
    await client.connect()
    await client.ask("Measure?")
    await client.ask("Type?")
    await client.ask("Measure?")


@story("garbled-line", command="Measure?", times=1)
async def garbled_line(client: Witness) -> None:
    on(client, "garbled-line")
    await client.connect()
    await client.ask("Measure?")
    for how in ("replace", "truncate", "merge", "no-crlf"):
        client.meter.faults.switch_on("garbled-line", command="Measure?", times=1, how=how)
        await client.ask("Measure?")
        client.notes[-1] += f" ({how})"


@story("split-segments")
async def split_segments(client: Witness) -> None:
    on(client, "split-segments")
    await client.connect()
    await client.ask("Type?")
    client.notes[-1] += f" in {len(client.times)} pieces"
    client.meter.faults.switch_off("split-segments")
    for how in ("crlf", "line"):
        client.meter.faults.switch_on("split-segments", times=1, how=how)
        await client.ask("Type?")
        client.notes[-1] += f" in {len(client.times)} pieces, the last after {client.times[-2]:.1f} s ({how})"


@story("slow-answer", command="Measure,Start", times=1)
async def slow_answer(client: Witness) -> None:
    on(client, "slow-answer")
    await client.connect()
    await client.ask("Measure,Start")
    await client.ask("Measure?")


@story("no-answer", command="Measure,Start", times=1)
async def no_answer(client: Witness) -> None:
    on(client, "no-answer")
    await client.connect()
    await client.ask("Measure,Start")
    await client.ask("Measure?")


@story("strict-pacing")
async def strict_pacing(client: Witness) -> None:
    on(client, "strict-pacing")
    await client.connect()
    await client.ask("DOD?")
    await asyncio.sleep(1)
    await client.send(b"Type?\r\n")
    await asyncio.sleep(0.1)
    await client.send(b"Type?\r\n")
    await client.hear("`Type?` twice within 0.1 s")


@story("busy", command="Measure?", times=2)
async def busy(client: Witness) -> None:
    on(client, "busy")
    await client.connect()
    for _ in range(3):
        await client.ask("Measure?")


@story("connect-timeout", times=1, skip=1)
async def connect_timeout(client: Witness) -> None:
    on(client, "connect-timeout")
    for _ in range(3):
        await client.connect()
        await client.hang_up()
        await asyncio.sleep(5)


@story("half-open", times=1)
async def half_open(client: Witness) -> None:
    on(client, "half-open")
    await client.connect()
    await asyncio.sleep(40)
    client.note("40 s later")
    await client.ask("Type?")
    await asyncio.sleep(60)
    client.note("60 s later")
    await client.ask("Type?")
    await client.hang_up()
    await asyncio.sleep(5)
    await client.connect()
    await asyncio.sleep(20)
    client.note("20 s later")
    await client.connect()
    await client.ask("Type?")


@story("unreachable", for_s=30, connection="keep")
async def unreachable(client: Witness) -> None:
    on(client, "unreachable")
    await client.connect()
    client.meter.faults.switch_off("unreachable")
    client.meter.faults.switch_on("unreachable", for_s=30, seen="refused")
    await client.connect()
    await asyncio.sleep(30)
    client.note("30 s later")
    await client.connect()


@story("sleep", for_s=60)
async def sleep(client: Witness) -> None:
    await client.connect()
    on(client, "sleep")
    await client.hear("asleep")
    await client.connect()
    await asyncio.sleep(55)
    client.note("60 s later")
    await client.connect()
    await client.ask("Type?")


@story("web-app", config={"settings": {"FTP": "On"}})
async def web_app(client: Witness) -> None:
    await client.connect()
    on(client, "web-app")
    await client.hear("Web on")
    await client.connect()
    (active,) = client.meter.faults.active()
    host, port = active.detail.removeprefix("http://").rstrip("/").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    client.note(f"its page: `{(await reader.read()).decode().splitlines()[0]}`")
    writer.close()
    client.note(f"FTP: {await _ftp(client)}")
    client.meter.faults.switch_off("web-app")
    client.note("Web off")
    await client.connect()


@story("usb-in", config={"settings": {"FTP": "On"}})
async def usb_in(client: Witness) -> None:
    await client.connect()
    on(client, "usb-in")
    await client.hear("plugged in")
    await client.connect()
    client.note(f"FTP: {await _ftp(client)}")
    client.meter.faults.switch_off("usb-in")
    client.note("unplugged")
    await client.connect()


async def _connected(client: Witness) -> str:
    await client.connect()
    return client.notes.pop()


async def _ftp(client: Witness) -> str:
    assert client.meter.ftp.address is not None
    try:
        await asyncio.open_connection(*client.meter.ftp.address)
    except ConnectionRefusedError:
        return "refused"
    return "accepted"
