"""Run benchmarks: `script/bench --help`."""

import argparse
import asyncio
from collections.abc import Callable
import sys

from . import (
    alerts,
    backfill,
    cadence,
    control,
    cost,
    fleet,
    ftp,
    fuzz,
    history,
    home,
    live,
    records,
    soak,
    stream,
    windows,
)

BENCHMARKS: dict[str, Callable[[argparse.Namespace], bool]] = {
    "parser": lambda _: cost.parser(),
    "sample": lambda _: asyncio.run(cost.sample()),
    "windows": lambda _: windows.run(),
    "records": lambda _: records.run(),
    "ftp": lambda _: asyncio.run(ftp.run()),
    "backfill": lambda _: backfill.run(),
    "history": lambda _: history.run(),
    "alerts": lambda _: asyncio.run(alerts.run()),
    "stream": lambda asked: asyncio.run(stream.run(asked.latency)),
    "control": lambda asked: asyncio.run(control.run(asked.latency)),
    "soak": lambda asked: soak.run(asked.hours, asked.seed),
    "cadence": lambda asked: asyncio.run(cadence.run(asked.seconds or cadence.SECONDS, asked.latency)),
    "emulator": lambda asked: fleet.run(asked.meters or fleet.METERS, asked.polling),
    "home": lambda asked: asyncio.run(
        home.run(asked.meters or home.METERS, asked.seconds or home.SECONDS, asked.scene)
    ),
    "live": lambda asked: asyncio.run(live.run(asked.seconds or live.SECONDS)),
    "fuzz": lambda asked: fuzz.run(asked.lines, asked.seed),
}


def main() -> int:
    """Run what is asked for; 1 if a promise was broken."""
    arguments = _arguments()
    wanted = BENCHMARKS if arguments.benchmark == "all" else (arguments.benchmark,)
    kept = [BENCHMARKS[name](arguments) for name in wanted]
    return 0 if all(kept) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description="Measures what the project promises. Exits with 1 if a promise is broken.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="cadence  real time: a monitor polls an emulator that runs in a process of its own\n"
        "parser   time to read one DOD? row\n"
        "sample   time from a row to the subscribers\n"
        "windows  time and memory of windows over an hour of the streamed feed\n"
        "records  time and memory of reading stored files: a year of Leq records, a day of Lp\n"
        "ftp      real time: speed and memory of a folder of 1 GB over FTP\n"
        "backfill virtual time: what the hours of an outage are worth that were repaired from the card\n"
        "history  time, memory and disk of what is kept of a meter's sound\n"
        "alerts   what the rules of many streamed meters cost\n"
        "stream   virtual time: what gets lost of a stream, and how soon a level, an alert or a button is through\n"
        "control  virtual time: how long commands take, and how long the feed waits for them\n"
        "soak     virtual time: days with faults at random, operators, persons, restarts\n"
        "emulator real time: what meters that are polled once a second cost\n"
        "home     real time: Home Assistant with many meters, a restart and an outage of all; what its recorder keeps\n"
        "live     real time: what many browsers cost that watch a streamed meter\n"
        "fuzz     random and mutated command lines at the emulator\n"
        "all      all of them (default)",
    )
    parser.add_argument("benchmark", nargs="?", default="all", choices=(*BENCHMARKS, "all"))
    parser.add_argument(
        "--seconds", type=float, help="cadence: time to poll once settled (120); home, live: for each number (20)"
    )
    parser.add_argument(
        "--latency",
        default="lan",
        choices=("lan", "lte", "none"),
        help="cadence, stream, control: of the emulator (lan)",
    )
    parser.add_argument(
        "--meters", type=int, nargs="+", metavar="N", help="how many: emulator (1 50 200), home (1 10 50 100)"
    )
    parser.add_argument("--scene", default="traffic", help="home: what is recorded (traffic)")
    parser.add_argument("--polling", type=float, default=10.0, metavar="S", help="emulator: time for each number (10)")
    parser.add_argument("--lines", type=int, default=fuzz.LINES, metavar="N", help="fuzz: how many (1000000)")
    parser.add_argument("--seed", type=int, default=1, help="fuzz: of the lines; soak: of the first process (1)")
    parser.add_argument("--hours", type=int, default=soak.HOURS, metavar="N", help="soak: how many in all (72)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
