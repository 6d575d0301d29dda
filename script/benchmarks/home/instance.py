"""A Home Assistant that is told over standard input what to do, and tells what it cost: the child of a benchmark.

Each line in either direction is a JSON object; the first word comes when Home Assistant has started.
"""

import asyncio
from dataclasses import asdict
import json
from pathlib import Path
import sys
from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.rion_nl43.monitor import Sample

from . import core
from .probe import Probe

SAMPLES_WITHIN_S = 120.0


class Instance:
    """One Home Assistant, its probe, and the samples of its meters."""

    def __init__(self, hass: HomeAssistant, probe: Probe, log: core.LogCounter) -> None:
        """Listen to the meters that there are."""
        self._hass = hass
        self._probe = probe
        self._log = log
        self._samples: dict[str, int] = {}
        self._missing: set[str] = set()
        self._complete = asyncio.Event()
        self._listen()

    async def obey(self, order: dict[str, Any]) -> dict[str, Any]:
        """Do what is asked for, and return the figures of the time that it took."""
        if order["do"] == "sum up":
            return self.figures(whole=True)
        self._begin()
        match order["do"]:
            case "add":
                await core.add(self._hass, order["meters"], order["options"])
                self._listen()
                await self.sampled()
            case "options":
                for entry in core.entries(self._hass):
                    self._hass.config_entries.async_update_entry(entry, options=entry.options | order["options"])
            case "wait":
                await asyncio.sleep(order["seconds"])
            case "let in":
                await core.let_in(self._hass)
            case "recover":
                await self.sampled()
        return self.figures()

    async def sampled(self) -> None:
        """Wait until each meter has brought another sample."""
        self._missing = {entry.entry_id for entry in core.entries(self._hass)}
        self._complete.clear()
        if self._missing:
            async with asyncio.timeout(SAMPLES_WITHIN_S):
                await self._complete.wait()

    def figures(self, *, whole: bool = False) -> dict[str, Any]:
        """Return what the last phase took, or all of them, and what there was to count in the last one."""
        available = sum(entry.runtime_data.monitor.available for entry in core.entries(self._hass))
        return asdict(self._probe.figures(whole=whole)) | {
            "samples": sum(self._samples.values()),
            "available": available,
            "log_lines": self._log.ours,
            "other_log_lines": self._log.others,
        }

    def _begin(self) -> None:
        self._samples = dict.fromkeys(self._samples, 0)
        self._log.ours = self._log.others = 0
        self._probe.begin()

    def _listen(self) -> None:
        for entry in core.entries(self._hass):
            if entry.entry_id not in self._samples:
                self._samples[entry.entry_id] = 0
                entry.runtime_data.monitor.on_sample(self._counter(entry.entry_id))

    def _counter(self, entry_id: str) -> Any:
        def count(_sample: Sample) -> None:
            self._samples[entry_id] += 1
            if self._missing:
                self._missing.discard(entry_id)
                if not self._missing:
                    self._complete.set()

        return count


async def _run(folder: Path) -> None:
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    log = core.LogCounter.install()
    hass = await core.prepare(folder)
    probe = Probe()
    await core.start(hass)
    instance = Instance(hass, probe, log)
    await instance.sampled()
    _tell(instance.figures())
    while line := await orders.readline():
        _tell(await instance.obey(json.loads(line)))
    probe.stop()
    await hass.async_stop(force=True)


def _tell(figures: dict[str, Any]) -> None:
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    asyncio.run(_run(Path(sys.argv[1])))
