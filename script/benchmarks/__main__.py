"""Run benchmarks: `script/bench --help`."""

import argparse
import asyncio
import sys

from . import cadence, cost, fleet, fuzz, windows

BENCHMARKS = ("cadence", "parser", "sample", "windows", "emulator", "fuzz", "all")


def main() -> int:
    """Run what is asked for; 1 if a promise was broken."""
    arguments = _arguments()
    kept = True
    if arguments.benchmark in ("parser", "all"):
        kept &= cost.parser()
    if arguments.benchmark in ("sample", "all"):
        kept &= asyncio.run(cost.sample())
    if arguments.benchmark in ("windows", "all"):
        kept &= windows.run()
    if arguments.benchmark in ("cadence", "all"):
        kept &= asyncio.run(cadence.run(arguments.seconds, arguments.latency))
    if arguments.benchmark in ("emulator", "all"):
        kept &= fleet.run(arguments.meters, arguments.polling)
    if arguments.benchmark in ("fuzz", "all"):
        kept &= fuzz.run(arguments.lines, arguments.seed)
    return 0 if kept else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description="Measures what the project promises. Exits with 1 if a promise is broken.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="cadence  real time: a monitor polls an emulator that runs in a process of its own\n"
        "parser   time to read one DOD? row\n"
        "sample   time from a row to the subscribers\n"
        "windows  time and memory of windows over an hour of the streamed feed\n"
        "emulator real time: what meters that are polled once a second cost\n"
        "fuzz     random and mutated command lines at the emulator\n"
        "all      all of them (default)",
    )
    parser.add_argument("benchmark", nargs="?", default="all", choices=BENCHMARKS)
    parser.add_argument("--seconds", type=float, default=120.0, help="cadence: time to poll once settled (120)")
    parser.add_argument("--latency", default="lan", choices=("lan", "lte", "none"), help="cadence: of the emulator")
    parser.add_argument(
        "--meters", type=int, nargs="+", default=fleet.METERS, metavar="N", help="emulator: how many (1 50 200)"
    )
    parser.add_argument("--polling", type=float, default=10.0, metavar="S", help="emulator: time for each number (10)")
    parser.add_argument("--lines", type=int, default=fuzz.LINES, metavar="N", help="fuzz: how many (1000000)")
    parser.add_argument("--seed", type=int, default=1, help="fuzz: of the lines (1)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
