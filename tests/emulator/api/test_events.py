"""What happens, told while it happens."""

import asyncio
from typing import Any

from emulator import MeterConfig
from emulator.api import ApiServer
from emulator.api.events import FACES_AT_ONCE, QUEUE_LIMIT, Mailbox
from emulator.fleet import Fleet, configs_of
from tests.emulator.client import Client

from .conftest import ONE, TWO, Api, Listener


async def listen(api: Api, query: str = "") -> tuple[Any, Listener]:
    """Open the events."""
    response = await api.session.get(f"{api.server.url}/events{query}")
    assert response.content_type == "text/event-stream"
    return response, Listener(response)


async def test_traffic_is_told_while_it_happens(api: Api) -> None:
    """Bytes both ways, connections and violations are told while they happen."""
    response, events = await listen(api, f"?meter={ONE}")
    client = await Client.connect(api.meter)
    await client.exchange("Type?")
    client.send_bytes(b"\xff<b>\r\n")
    await client.hear(1)
    await client.close()
    seen: list[dict[str, Any]] = []
    while not seen or seen[-1]["what"] != "closed":
        seen.append((await events.next("traffic"))[1])
    said = {
        what: "".join(event["text"] for event in seen if event["what"] == what)
        for what in ("opened", "received", "sent", "violation")
    }
    assert said["received"] == "Type?\r\n\xff<b>\r\n"
    assert said["sent"] == "R+0000\r\nNL-43\r\n$R+0001\r\n$"
    assert "spacing" in said["violation"]
    assert {event["serial"] for event in seen} == {ONE}
    assert seen[0]["what"] == "opened"
    response.close()


async def test_faces_are_told_when_they_change(api: Api) -> None:
    """Faces are told when they change, of one meter or of all."""
    response, events = await listen(api)
    faces = [(await events.next("face"))[1] for _ in range(2)]
    assert {face["serial"] for face in faces} == {ONE, TWO}
    api.meter.instrument.press_start()
    while (await events.next("face"))[1]["state"] != "measuring":
        pass
    response.close()
    assert "no meter" in await api.refused(404, "GET", "/events?meter=1")


async def test_a_listener_of_a_meter_that_rests_is_kept(api: Api) -> None:
    """Now and then something is sent although nothing happens, so that the end of a listener is noticed."""
    await api.ask("PUT", "/api/clock", {"speed": 0})
    response, events = await listen(api, f"?meter={ONE}")
    await events.next("alive")
    response.close()
    for _ in range(10):
        await asyncio.sleep(20)
    assert api.meter.referee.watchers == []


async def test_the_end_of_the_server_is_the_end_of_the_events(api: Api) -> None:
    """The end of the server is the end of the events."""
    response, _ = await listen(api)
    await api.server.close()
    while await response.content.readline():
        pass
    assert response.content.at_eof()


async def test_ftp_is_told_too(api: Api) -> None:
    """Commands and replies of FTP are told too, but no password."""
    await api.of("/settings/FTP", "PUT", {"value": "On"})
    response, events = await listen(api, f"?meter={ONE}")
    await asyncio.sleep(20)
    reader, writer = await asyncio.open_connection("127.0.0.1", api.meter.ftp_port)
    await reader.readline()
    for line in (b"USER rion", b"PASS secret", b"QUIT"):
        writer.write(line + b"\r\n")
        await reader.readline()
    writer.close()
    await writer.wait_closed()
    texts: list[str] = []
    while not texts or texts[-1] != "session closed":
        event = (await events.next("traffic"))[1]
        assert (event["what"], event["connection"]) == ("ftp", 1)
        texts.append(event["text"])
    assert texts[0] == "session opened"
    assert texts[1].startswith("220")
    assert {"USER rion", "PASS", "QUIT"} <= set(texts)
    response.close()


async def test_a_slow_listener_loses_the_oldest_and_is_told_so() -> None:
    """A slow listener loses the oldest events and is told how many."""
    mailbox = Mailbox()
    for number in range(QUEUE_LIMIT + 5):
        mailbox.put("traffic", {"number": number})
    events = await mailbox.take()
    assert events
    assert events[0] == ("dropped", {"events": 5})
    assert [data["number"] for _, data in events[1:]] == list(range(5, QUEUE_LIMIT + 5))
    mailbox.put("traffic", {})
    mailbox.close()
    assert await mailbox.take() == [("traffic", {})]
    assert await mailbox.take() is None
    assert await mailbox.take() is None


async def test_of_many_meters_only_the_traffic_is_told(api: Api) -> None:
    """Of many meters only the traffic is told."""
    fleet = Fleet(configs_of(MeterConfig(), FACES_AT_ONCE + 1))
    await fleet.start()
    server = ApiServer(fleet)
    await server.open()
    async with api.session.get(f"{server.url}/events") as response:
        events = Listener(response)
        await asyncio.sleep(10)
        client = await Client.connect(fleet.meters[-1])
        assert (await events.next("face", "traffic"))[0] == "traffic"
        await client.close()
    await server.close()
    await fleet.stop()
