"""`serve`: run meters until told to stop."""

import argparse
import asyncio
from collections.abc import Sequence
import json
import signal
import sys
from typing import Any

from emulator.acoustics import SCENES, make_scene
from emulator.api import ApiServer
from emulator.clock import FASTEST
from emulator.config import LATENCIES, MODELS, OPTIONS, PROMPTS, SECOND_CONNECTIONS, MeterConfig
from emulator.fleet import LONGEST_STEP_S, Fleet, configs_of

NOT_SERVED = "off"


def main(argv: Sequence[str]) -> int:
    """Run meters until SIGINT or SIGTERM; return the exit code.

    The first line on stdout is JSON and tells the addresses: `{"meters": [{"serial", "host", "port", "ftp_port"}],
    "api"}`, null for what is not served.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    try:
        fleet = Fleet(configs_of(_config(args), args.count, args.scene), past_s=3600 * args.past)
        fleet.clock.speed = args.speed
    except KeyError as error:
        parser.error(f"there is no setting {error}")
    except ValueError as error:
        parser.error(str(error))
    return asyncio.run(_run(fleet, args))


async def _run(fleet: Fleet, args: argparse.Namespace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    api = ApiServer(fleet) if args.api_port is not None else None
    try:
        await _open(fleet, api, args)
    except CannotListenError as error:
        sys.stderr.write(f"nl43-emulator: {error}\n")
        return 1
    if args.measuring:
        for meter in fleet.meters:
            meter.instrument.press_start()
    await fleet.step(3600 * args.past)
    sys.stdout.write(json.dumps(_addresses(fleet, api)) + "\n")
    sys.stdout.flush()
    await stop.wait()
    if api is not None:
        await api.close()
    await fleet.stop()
    if args.referee:
        reports = {meter.config.serial: meter.referee.report() for meter in fleet.meters}
        sys.stderr.write(json.dumps(reports, indent=2) + "\n")
    return 0


class CannotListenError(Exception):
    """An address that cannot be had; says which and why."""


async def _open(fleet: Fleet, api: ApiServer | None, args: argparse.Namespace) -> None:
    host, port = args.host, args.port
    try:
        await fleet.start(host, port, args.ftp_port)
        if api is not None:
            host, port = args.api_host, args.api_port
            await api.open(host, port)
    except (OSError, ValueError, OverflowError) as error:
        await fleet.stop()
        reason = error.strerror if isinstance(error, OSError) else error
        raise CannotListenError(f"cannot listen on {host}, port {port}: {reason}") from error


def _addresses(fleet: Fleet, api: ApiServer | None) -> dict[str, Any]:
    meters = [
        {"serial": meter.config.serial, "host": meter.host, "port": meter.port, "ftp_port": meter.ftp_port}
        for meter in fleet.meters
    ]
    return {"meters": meters, "api": None if api is None else api.url}


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
        clock_drift_s_per_day=args.clock_drift,
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


def _ftp_port(text: str) -> int | None:
    if text == NOT_SERVED:
        return None
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is neither a port nor {NOT_SERVED!r}")
    return int(text)


def _serial(text: str) -> str:
    if len(text) != 8 or not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not 8 digits")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of meters")
    return int(text)


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = -1.0
    if not 0 <= hours <= LONGEST_STEP_S / 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not 0 to {LONGEST_STEP_S / 3600:g} hours")
    return hours


def _scene(text: str) -> str:
    try:
        make_scene(text, 0)
    except (ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def _parser() -> argparse.ArgumentParser:
    default = MeterConfig()
    parser = argparse.ArgumentParser(
        prog="nl43-emulator",
        description="Emulates Rion NL-43, NL-53 or NL-63 sound level meters.",
        epilog="Other commands: ctl operates meters that run with --api-port; check asks a real meter, "
        "`serve REPORT` emulates the meter that a check reported. `nl43-emulator COMMAND --help` tells more.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    where = parser.add_argument_group("addresses")
    where.add_argument("--host", default="127.0.0.1", help="address to listen on")
    where.add_argument("--port", type=int, default=2255, help="control port of the first meter; 0 takes free ones")
    where.add_argument(
        "--ftp-port",
        type=_ftp_port,
        metavar="PORT",
        help=f"FTP port of the first meter, {NOT_SERVED!r} to serve none; 0 takes free ones",
    )

    where.add_argument("--api-host", default="127.0.0.1", help="address of the page and the HTTP API")
    where.add_argument("--api-port", type=int, help="their port, 0 for a free one; without it they are not served")

    meters = parser.add_argument_group("meters")
    meters.add_argument("--count", type=_count, default=1, help="how many, on consecutive ports")
    meters.add_argument("--seed", type=int, default=default.seed, help="of the first meter; the next ones count up")
    meters.add_argument("--serial", type=_serial, default=default.serial, help="likewise")
    meters.add_argument("--model", choices=MODELS, default=default.model, help="what `Type?` answers")
    meters.add_argument("--firmware", default=default.firmware, help="what `System Version?` answers")
    meters.add_argument("--options", default="EX", help=f"installed programs, of {','.join(OPTIONS)}; or none")
    meters.add_argument(
        "--scene",
        action="append",
        type=_scene,
        default=[],
        metavar="SCENE",
        help=f"what there is to hear: {', '.join(SCENES)}, or a scene file; repeat it to take turns",
    )
    meters.add_argument("--speed", type=float, default=1.0, help=f"how fast time goes, to {FASTEST:.0f}; 0: not at all")
    meters.add_argument("--daily-rhythm", action="store_true", help="let the scene follow the hours of the day")
    meters.add_argument("--measuring", action="store_true", help="start a measurement at once")
    meters.add_argument(
        "--past",
        type=_hours,
        default=0.0,
        metavar="HOURS",
        help="how long they have been on before, with what they stored meanwhile; takes some seconds for a day",
    )
    meters.add_argument(
        "--setting", action="append", type=_setting, default=[], metavar="NAME=VALUE", help="a setting, repeatable"
    )
    meters.add_argument("--clock-offset", type=float, default=0.0, metavar="S", help="how far the clocks are ahead")
    meters.add_argument("--clock-drift", type=float, default=0.0, metavar="S", help="how much they gain in a day")

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
