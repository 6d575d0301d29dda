"""The subcommands `check` and `serve REPORT`."""

import argparse
import asyncio
from collections.abc import Sequence
from datetime import datetime
import json
from pathlib import Path
import signal
import sys
from typing import TYPE_CHECKING

from .errors import CheckError, ReportError
from .expected import differences_of
from .findings import findings_of
from .record import Record
from .walk import Walk

if TYPE_CHECKING:
    from .likeness import Likeness

CONTROL_PORT = 2255
ENDINGS = {
    "complete": "The check is complete.",
    "interrupted": "The check was interrupted; this is what there is until then.",
    "lost": "The meter closed the connection; this is what there is until then.",
    "silent": "The meter does not answer any more; this is what there is until then.",
    "noisy": "The meter does not stop sending; this is what there is until then.",
}


def check_main(arguments: Sequence[str]) -> int:
    """Check a meter and tell what was found; return the exit code."""
    parser = argparse.ArgumentParser(
        prog="nl43-emulator check",
        description="Asks a real meter all that is not known for certain of its kind: some 180 questions, one each "
        "second, over one connection. It only reads, and a running measurement goes on. It tells what it finds; a "
        "report also lets `serve REPORT` answer likewise, and holds neither serial number nor network addresses.",
    )
    parser.add_argument("host", help="the meter's address; no other program may be connected to it")
    parser.add_argument("--port", type=_port, default=CONTROL_PORT, help="its control port (default: %(default)s)")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write a report")
    parser.add_argument(
        "--allow-settings",
        action="store_true",
        help="also set the brightness of the backlight to what it is, and switch the echo on and off again",
    )
    return _check(parser.parse_args(arguments))


def serve_report_main(arguments: Sequence[str]) -> int:
    """Run the meter of a report until SIGINT or SIGTERM; return the exit code.

    The first line on stdout is JSON, like that of `serve`.
    """
    parser = argparse.ArgumentParser(
        prog="nl43-emulator serve",
        description="Emulates one meter that answers like the one that `check` has reported.",
    )
    parser.add_argument("report", type=Path, help="what `check --report` has written")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=CONTROL_PORT, help="control port; 0 takes a free one (default: %(default)s)"
    )
    parser.add_argument("--ftp-port", type=_port, help="FTP port, 0 for a free one (default: FTP is not served)")
    return _serve_report(parser.parse_args(arguments))


def _check(args: argparse.Namespace) -> int:
    if args.report and not args.report.parent.is_dir():
        return _fail(f"there is no folder {args.report.parent} for the report")
    record = Record(datetime.now().astimezone())
    walk = Walk(record, _progress, allow_settings=args.allow_settings)
    try:
        asyncio.run(walk.go(args.host, args.port))
    except CheckError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        sys.stderr.write("\n")
    if not record.exchanges:
        return _fail("interrupted before there was anything to tell")
    return tell(record, args.report)


def tell(record: Record, report: Path | None) -> int:
    """Tell what a check has found, and write the report; return the exit code."""
    findings, differences = findings_of(record), differences_of(record)
    lines = ["", ENDINGS[record.ended], ""]
    for finding in findings:
        lines += [finding.question, f"  {finding.answer}", *([f"  {finding.detail}"] if finding.detail else [])]
    lines += ["", f"Differences to the emulator: {len(differences) or 'none'}", *(f"  {text}" for text in differences)]
    sys.stdout.write("\n".join(lines) + "\n")
    if report:
        from .report import write_report  # noqa: PLC0415 # its library is needed for reports alone

        try:
            write_report(report, record, findings, differences)
        except OSError as error:
            return _fail(f"the report cannot be written to {report}: {error.strerror}")
        sys.stdout.write(f"\nThe report is in {report}.\n")
    return 0 if record.ended == "complete" else 1


def _serve_report(args: argparse.Namespace) -> int:
    from .likeness import likeness_of  # noqa: PLC0415 # the command line shows its help without the whole emulator
    from .report import read_report  # noqa: PLC0415 # its library is needed for reports alone

    try:
        likeness = likeness_of(read_report(args.report))
    except ReportError as error:
        return _fail(str(error))
    for text in likeness.unlike:
        sys.stderr.write(f"nl43-emulator: not like the unit: {text}\n")
    return asyncio.run(_serve(likeness, args))


async def _serve(likeness: "Likeness", args: argparse.Namespace) -> int:
    from emulator.fleet import Fleet  # noqa: PLC0415 # as above

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    fleet = Fleet([likeness.config])
    try:
        await fleet.start(args.host, args.port, args.ftp_port)
    except OSError as error:
        return _fail(f"cannot listen on {args.host}, port {args.port}: {error.strerror}")
    (meter,) = fleet.meters
    likeness.apply(meter)
    told = {"serial": meter.config.serial, "host": meter.host, "port": meter.port, "ftp_port": meter.ftp_port}
    sys.stdout.write(json.dumps({"meters": [told], "api": None}) + "\n")
    sys.stdout.flush()
    await stop.wait()
    await fleet.stop()
    return 0


def _progress(number: int, total: int, line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K[{number}/{total}] {line}")
    elif number % 20 == 1:
        sys.stderr.write(f"{number} of {total} questions\n")
    sys.stderr.flush()


def _fail(text: str) -> int:
    sys.stderr.write(f"nl43-emulator: {text}\n")
    return 1


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port")
    return int(text)
