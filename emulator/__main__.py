"""The emulator as a program: `python -m emulator --help`."""

from collections.abc import Sequence
import sys

from .check import check_main, serve_report_main
from .cli import ctl, serve

PROGRAMS = {"serve": serve.main, "ctl": ctl.main, "check": check_main}


def main(argv: Sequence[str] | None = None) -> int:
    """Run a subcommand, `serve` where none is named; return the exit code.

    `serve` with the path of a report is a program of its own: the report says all that the options of `serve` would.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments.pop(0) if arguments and arguments[0] in PROGRAMS else "serve"
    if name == "serve" and arguments and not arguments[0].startswith("-"):
        return serve_report_main(arguments)
    return PROGRAMS[name](arguments)


if __name__ == "__main__":
    sys.exit(main())
