"""Run benchmarks: `script/bench --help`."""

import argparse
import asyncio
import sys

from . import cadence, cost


def main() -> int:
    """Run what is asked for; 1 if a promise was broken."""
    arguments = _arguments()
    kept = True
    if arguments.benchmark in ("parser", "all"):
        kept &= cost.parser()
    if arguments.benchmark in ("sample", "all"):
        kept &= asyncio.run(cost.sample())
    if arguments.benchmark in ("cadence", "all"):
        kept &= asyncio.run(cadence.run(arguments.seconds, arguments.latency))
    return 0 if kept else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench",
        description="Measures what the project promises. Exits with 1 if a promise is broken.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="cadence  real time: a monitor polls an emulator that runs in a process of its own\n"
        "parser   time to read one DOD? row\n"
        "sample   time from a row to the subscribers\n"
        "all      all of them (default)",
    )
    parser.add_argument("benchmark", nargs="?", default="all", choices=("cadence", "parser", "sample", "all"))
    parser.add_argument("--seconds", type=float, default=120.0, help="cadence: time to poll once settled (120)")
    parser.add_argument("--latency", default="lan", choices=("lan", "lte", "none"), help="cadence: of the emulator")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
