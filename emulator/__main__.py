"""The emulator as a program: `python -m emulator --help`."""

import argparse
import asyncio
from collections.abc import Sequence
import json
import signal
import sys

from .acoustics import SCENES
from .config import LATENCIES, MODELS, OPTIONS, PROMPTS, SECOND_CONNECTIONS, MeterConfig
from .fleet import Fleet, configs_of

NOT_SERVED = "off"


def main(argv: Sequence[str] | None = None) -> int:
    """Run meters until SIGINT or SIGTERM; return the exit code.

    The first line on stdout is JSON and tells the addresses: `{"meters": [{"serial", "host", "port", "ftp_port"}],
    "api"}`, null for what is not served.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    if args.ftp_port != NOT_SERVED:
        parser.error("--ftp-port: this emulator serves no FTP; leave it 'off'")
    try:
        fleet = Fleet(configs_of(_config(args), args.count, args.scene))
    except KeyError as error:
        parser.error(f"there is no setting {error}")
    except ValueError as error:
        parser.error(str(error))
    return asyncio.run(_run(fleet, args))


async def _run(fleet: Fleet, args: argparse.Namespace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await fleet.start(args.host, args.port)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        sys.stderr.write(f"nl43-emulator: cannot listen on {args.host}, port {args.port}: {reason}\n")
        return 1
    meters = [
        {"serial": meter.config.serial, "host": meter.host, "port": meter.port, "ftp_port": None}
        for meter in fleet.meters
    ]
    sys.stdout.write(json.dumps({"meters": meters, "api": None}) + "\n")
    sys.stdout.flush()
    if args.measuring:
        for meter in fleet.meters:
            meter.instrument.press_start()
    await stop.wait()
    await fleet.stop()
    if args.referee:
        reports = {meter.config.serial: meter.referee.report() for meter in fleet.meters}
        sys.stderr.write(json.dumps(reports, indent=2) + "\n")
    return 0


def _config(args: argparse.Namespace) -> MeterConfig:
    return MeterConfig(
        serial=args.serial,
        model=args.model,
        firmware=args.firmware,
        options=frozenset() if args.options == "none" else frozenset(args.options.split(",")),
        seed=args.seed,
        daily_rhythm=args.daily_rhythm,
        settings=dict(args.setting),
        clock_offset_s=args.clock_offset,
        latency=LATENCIES[args.latency],
        prompt=PROMPTS[args.prompt],
        second_connection=args.second_connection,
        slot_release_s=args.slot_release,
        strict=args.strict,
        referee_keeps=1000,
    )


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _serial(text: str) -> str:
    if len(text) != 8 or not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not 8 digits")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of meters")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    default = MeterConfig()
    parser = argparse.ArgumentParser(
        prog="nl43-emulator",
        description="Emulates Rion NL-43, NL-53 or NL-63 sound level meters, as seen on their control port.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    where = parser.add_argument_group("addresses")
    where.add_argument("--host", default="127.0.0.1", help="address to listen on")
    where.add_argument("--port", type=int, default=2255, help="control port of the first meter; 0 takes free ones")
    where.add_argument("--ftp-port", default=NOT_SERVED, metavar="off", help="FTP is not served")

    meters = parser.add_argument_group("meters")
    meters.add_argument("--count", type=_count, default=1, help="how many, on consecutive ports")
    meters.add_argument("--seed", type=int, default=default.seed, help="of the first meter; the next ones count up")
    meters.add_argument("--serial", type=_serial, default=default.serial, help="likewise")
    meters.add_argument("--model", choices=MODELS, default=default.model, help="what `Type?` answers")
    meters.add_argument("--firmware", default=default.firmware, help="what `System Version?` answers")
    meters.add_argument("--options", default="EX", help=f"installed programs, of {','.join(OPTIONS)}; or none")
    meters.add_argument(
        "--scene", action="append", choices=SCENES, default=[], help="what there is to hear; repeat it to take turns"
    )
    meters.add_argument("--daily-rhythm", action="store_true", help="let the scene follow the hours of the day")
    meters.add_argument("--measuring", action="store_true", help="start a measurement at once")
    meters.add_argument(
        "--setting", action="append", type=_setting, default=[], metavar="NAME=VALUE", help="a setting, repeatable"
    )
    meters.add_argument("--clock-offset", type=float, default=0.0, metavar="S", help="how far the clocks are ahead")

    link = parser.add_argument_group("control port")
    link.add_argument("--latency", choices=LATENCIES, default="lan", help="time to an answer")
    link.add_argument("--prompt", choices=PROMPTS, default="bare", help="form and moment of the `$`")
    link.add_argument(
        "--second-connection",
        choices=SECOND_CONNECTIONS,
        default=default.second_connection,
        help="what becomes of a connection while another one is open",
    )
    link.add_argument("--slot-release", type=float, default=0.0, metavar="S", help="time until a slot is free again")
    link.add_argument("--strict", action="store_true", help="ignore what comes too soon after an answer")
    link.add_argument("--referee", action="store_true", help="at the end, tell on stderr what the clients did")
    return parser


if __name__ == "__main__":
    sys.exit(main())
