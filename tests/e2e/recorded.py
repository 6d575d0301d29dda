"""A Home Assistant with a meter that has stored for hours, of which Home Assistant has heard a part."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from dataclasses import dataclass
import json
from pathlib import Path
import sqlite3
import time

from emulator import EmulatedMeter, MeterConfig, Truth
from emulator.fleet import Fleet
from script.demo_home import DOMAIN, alerts, dashboard, meters as demo
from script.demo_home.home import Home, free_port

from .visitor import address

HOUR_S, QUARTER_S = 3600, 900
# So long the meter has been storing, by its own clock, which is right now.
LIFE_H = 11
STORE = {
    "FTP": "On",
    "Store Mode": "Auto",
    "Measurement Time Preset Auto": "24h",
    "Leq Calculation Interval Preset": "1m",
    "Lp Store Interval": "Off",
}
LIMIT = {"name": "Neighbours", "limit": 65, "limit_period": "own"}


@dataclass(frozen=True, slots=True)
class Storing:
    """A meter that stores; `made_s` is when its own time was 0, in seconds since the epoch."""

    meter: EmulatedMeter
    made_s: float

    async def truth(self, from_s: float, to_s: float) -> Truth:
        """Tell what there was to hear between two times since the epoch, an hour at most.

        It is worked out anew, while no meter answers: between two such pieces of work they all have their turn.
        """
        await asyncio.sleep(0.1)
        return self.meter.truth.span(from_s - self.made_s, to_s - self.made_s, percentages=(10, 90))


@contextlib.asynccontextmanager
async def storing(serial: str, scene: str) -> AsyncIterator[Storing]:
    """Run a meter that has been measuring and storing for hours; at the end the referee tells how it was treated."""
    life_s = LIFE_H * HOUR_S
    config = MeterConfig(serial=serial, scene=scene, seed=7, settings=STORE, clock_offset_s=-life_s)
    fleet = Fleet((config,))
    await fleet.start(ftp_port=0)
    (meter,) = fleet.meters
    made_s = time.time() - life_s
    meter.instrument.press_start()
    await fleet.step(life_s)
    yield Storing(meter, made_s)
    await fleet.stop()
    meter.referee.assert_clean()


@contextlib.asynccontextmanager
async def home_that_heard(folder: Path, stored: Storing, heard_s: list[tuple[int, int]]) -> AsyncIterator[Home]:
    """Run a Home Assistant that has the meter with a limit, its dashboard, and a history of the feed in these spans.

    They are quarters of an hour, from and to in seconds since the epoch. What is between them Home Assistant takes for
    an outage. At first the meter is not reachable, which `unreachable` of its faults can end.
    """
    meter, port = stored.meter, free_port(0)
    async with Home.run(folder, port) as home:
        await demo.add(home.api, address(meter))
        device = (await demo.devices(home.api))[meter.config.serial]
        await demo.set_options(home.api, device, watchdog="off")
        # Over 24 hours, which began when Home Assistant began to listen.
        begin = time.strftime("%H:00:00", time.gmtime(heard_s[0][0]))
        await alerts.add_limit(home.api, device, **LIMIT, begin=begin, until=begin)
        await dashboard.save(home.api)
        await demo.wait_for_level(home.api, meter.config.serial)
    await _give_history(folder, device.entry_id, stored, heard_s)
    meter.faults.switch_on("unreachable")
    async with Home.run(folder, port) as home:
        yield home


async def _give_history(folder: Path, entry_id: str, stored: Storing, heard_s: list[tuple[int, int]]) -> None:
    """Put into the files of a Home Assistant that does not run what it would have heard, and since when."""
    kept = folder / ".storage" / f"{DOMAIN}.{entry_id}"
    quarters = [at for span in heard_s for at in range(*span, QUARTER_S)]
    rows = [await _quarter(stored, at) for at in quarters]
    with contextlib.closing(sqlite3.connect(kept.with_name(f"{kept.name}.history.db"))) as database, database:
        database.executemany(
            """INSERT INTO rows (source, weighting, began_ms, ended_ms, coverage, energy, lmax, lmin, classes, minutes)
               VALUES (0, 'AF', ?, ?, 1.0, ?, ?, ?, x'', x'')""",
            rows,
        )
    memory = json.loads(kept.read_text())
    memory["data"]["monitor"]["backfill"]["since_ms"] = 1000 * min(quarters)
    kept.write_text(json.dumps(memory))


async def _quarter(stored: Storing, at_s: int) -> tuple[float, ...]:
    """Tell of a quarter of an hour from when to when it is in ms, its energy, Lmax and Lmin."""
    truth = await stored.truth(at_s, at_s + QUARTER_S)
    return 1000 * at_s, 1000 * (at_s + QUARTER_S), 10 ** (truth.leq / 10), truth.lmax, truth.lmin
