"""What it costs Home Assistant when many browsers watch a streamed meter over the websocket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
import json
from pathlib import Path
import tempfile
from typing import Any

import aiohttp

from .emulator import EmulatorProcess, emulator
from .home.child import Child, Phase, home_assistant
from .home.core import ACCESS
from .table import Finding, at_least, at_most, exactly, show

VIEWERS = 200
SECONDS = 20.0
SAMPLES_PER_S = 9.5
# As often as the cards do.
ACKNOWLEDGES_EVERY_S = 2.0
LOOK_EVERY_S = 5.0
STREAMS_WITHIN_S = 240.0
METRIC = "window_leq_60_running"
# Of one core, with all that Home Assistant itself does to send so many messages.
LIMIT_PERCENT = 10.0
# As browsers ask for it.
DEFLATE_BITS = 15


@dataclass(slots=True)
class Viewers:
    """What came to all of them; `missing` are samples that were left out for who could not follow."""

    samples: int = 0
    bytes: int = 0
    missing: int = 0
    tasks: list[asyncio.Task[None]] = field(default_factory=list)


async def run(seconds: float) -> bool:
    """Stream one meter without viewers and with many; returns whether the promises were kept."""
    async with emulator("--measuring", "--latency", "lan") as meters:
        with tempfile.TemporaryDirectory(prefix="rion-nl43-bench-") as folder:
            async with home_assistant(Path(folder)) as home:
                kept = await _watch(home, meters, Path(folder), seconds)
    violations = sum(meters.report["violations"].values())
    return show("emulator", [exactly("rules broken by the client", violations, 0)]) and kept


async def _watch(home: Child, meters: EmulatorProcess, folder: Path, seconds: float) -> bool:
    await home.order("add", meters=meters.meters, options={"feed": "streamed", "stream_break_min": 0})
    await _streams(home)
    alone = await home.order("wait", seconds=seconds)
    await home.order("let in")
    access: dict[str, Any] = json.loads(await asyncio.to_thread((folder / ACCESS).read_text))
    kept = True
    for deflate in (0, DEFLATE_BITS):
        async with _viewers(access, deflate) as viewers:
            watched = await home.order("wait", seconds=seconds)
        about = "deflated" if deflate else "plain"
        kept &= show(f"{VIEWERS} viewers of a streamed meter, {about}", _findings(alone, watched, viewers))
    return kept


async def _streams(home: Child) -> None:
    """Wait for the first seconds of a stream."""
    samples = 0
    async with asyncio.timeout(STREAMS_WITHIN_S):
        while samples < SAMPLES_PER_S * LOOK_EVERY_S:
            samples = (await home.order("wait", seconds=LOOK_EVERY_S)).samples


@asynccontextmanager
async def _viewers(access: dict[str, Any], deflate: int) -> AsyncIterator[Viewers]:
    """Let all watch for the body of the `async with`; what they get before is not counted."""
    viewers = Viewers()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        subscribed = [asyncio.Event() for _ in range(VIEWERS)]
        viewers.tasks = [asyncio.create_task(_view(session, access, deflate, viewers, event)) for event in subscribed]
        for event in subscribed:
            await event.wait()
        viewers.samples = viewers.bytes = viewers.missing = 0
        yield viewers
        for task in viewers.tasks:
            task.cancel()
        await asyncio.wait(viewers.tasks)


async def _view(
    session: aiohttp.ClientSession, access: dict[str, Any], deflate: int, viewers: Viewers, subscribed: asyncio.Event
) -> None:
    async with session.ws_connect(access["url"], compress=deflate, max_msg_size=0) as client:
        await client.receive_json()
        await client.send_json({"type": "auth", "access_token": access["token"]})
        await client.receive_json()
        subscription = {"config_entry_id": access["config_entry_ids"][0], "metrics": [METRIC], "acknowledges": True}
        await client.send_json({"id": 1, "type": "rion_nl43/live/subscribe", **subscription})
        number, acknowledged = 1, 0.0
        async for message in client:
            told = json.loads(message.data)
            if told["type"] != "event":
                continue
            event = told["event"]
            if event["event"] == "snapshot":
                subscribed.set()
            if event["event"] != "sample":
                continue
            viewers.samples += 1
            viewers.bytes += len(message.data)
            viewers.missing += event.get("skipped", 0)
            if event["t"] - acknowledged >= ACKNOWLEDGES_EVERY_S:
                number, acknowledged = number + 1, event["t"]
                await client.send_json(
                    {"id": number, "type": "rion_nl43/live/acknowledge", "subscription": 1, "t": acknowledged}
                )


def _findings(alone: Phase, watched: Phase, viewers: Viewers) -> list[Finding]:
    before, after = alone.figures, watched.figures
    percent = 100 * (after.process_cpu_s / after.seconds - before.process_cpu_s / before.seconds)
    per_s = viewers.samples / after.seconds
    return [
        Finding("CPU without viewers, of one core", f"{100 * before.process_cpu_s / before.seconds:.1f} %"),
        at_most("CPU for the viewers, of one core", percent, LIMIT_PERCENT, " %", 1),
        Finding("CPU of one sample to one viewer", f"{1e4 * percent / per_s:.0f} µs"),
        at_least("samples per second and viewer", per_s / VIEWERS, SAMPLES_PER_S, 2),
        exactly("samples left out", viewers.missing, 0),
        Finding("a sample", f"{viewers.bytes / viewers.samples:.0f} bytes"),
        Finding("loop lag p50, p99", f"{1000 * after.lag_p50_s:.1f}, {1000 * after.lag_p99_s:.1f} ms"),
        Finding("by own work: p99", f"{1000 * after.own_p99_s:.1f} ms"),
    ]
