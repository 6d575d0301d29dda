"""`ctl`: operate meters that run with `--api-port`, over their HTTP API."""

import argparse
from collections.abc import Callable, Sequence
import json
import sys
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

PATIENCE_S = 600.0
"""A long step of time takes the meters a while."""


class CtlError(Exception):
    """What was asked for cannot be done; says why."""


class Remote:
    """The API of a running emulator, and one of its meters."""

    def __init__(self, url: str, serial: str | None) -> None:
        """Speak to this URL; without a serial number, of the only meter there."""
        self._url = url.rstrip("/")
        self._serial = serial
        # The emulator is on this host or near it, and no proxy knows it.
        self._opener = build_opener(ProxyHandler({}))

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return what the API answers; CtlError with its words if it refuses, or if there is none."""
        if urlsplit(self._url).scheme not in {"http", "https"}:
            raise CtlError(f"{self._url} is no address of an API")
        data = None if body is None else json.dumps(body).encode()
        try:
            headers = {"Content-Type": "application/json"}
            request = Request(f"{self._url}{path}", data, headers, method=method)  # noqa: S310 # seen to be HTTP
            with self._opener.open(request, timeout=PATIENCE_S) as response:
                return json.load(response)
        except HTTPError as error:
            raise CtlError(_words_of(error)) from error
        except (URLError, OSError, ValueError) as error:
            raise CtlError(f"{self._url} does not answer: {getattr(error, 'reason', error)}") from error

    def meter(self, method: str, path: str = "", body: object = None) -> Any:
        """Do the same with what belongs to the meter."""
        if self._serial is None:
            serials = [meter["serial"] for meter in self.ask("GET", "/api/meters")["meters"]]
            if len(serials) > 1:
                raise CtlError(f"there are several meters: say --meter with one of {', '.join(serials)}")
            self._serial = serials[0]
        return self.ask(method, f"/api/meters/{quote(self._serial, safe='')}{path}", body)


def _words_of(error: HTTPError) -> str:
    try:
        return str(json.load(error)["error"])
    except (ValueError, LookupError, TypeError):
        return f"HTTP status {error.code}"


def main(argv: Sequence[str]) -> int:
    """Do one thing and write what came of it as JSON; return the exit code."""
    args = _parser().parse_args(argv)
    try:
        answer = args.do(Remote(args.api, args.meter), args)
    except CtlError as error:
        sys.stderr.write(f"nl43-emulator ctl: {error}\n")
        return 1
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")
    return 0


def _press(remote: Remote, args: argparse.Namespace) -> Any:
    answer = remote.meter("POST", "/keys", {"key": args.key})
    if not answer["accepted"]:
        raise CtlError(f"the key {args.key} does nothing now")
    return answer["meter"]


def _fault_on(remote: Remote, args: argparse.Namespace) -> Any:
    common = {name: getattr(args, name) for name in ("command", "times", "probability", "skip", "for_s")}
    order = {name: value for name, value in common.items() if value is not None}
    return remote.meter("POST", "/faults", order | {"name": args.name, "parameters": dict(args.parameter)})


def _parameter(text: str) -> tuple[str, object]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _setting_path(name: str) -> str:
    return f"/settings/{quote(name, safe='')}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="nl43-emulator ctl", description="Operates meters of a running emulator.")
    parser.add_argument("--api", required=True, metavar="URL", help="what the emulator's first line tells as `api`")
    parser.add_argument("--meter", metavar="SERIAL", help="which meter, if there are several")
    things = parser.add_subparsers(required=True, metavar="COMMAND")

    def thing(
        name: str, words: str, do: Callable[[Remote, argparse.Namespace], Any], /, **arguments: dict[str, Any]
    ) -> argparse.ArgumentParser:
        added = things.add_parser(name, help=words, description=words)
        for argument, options in arguments.items():
            added.add_argument(argument, **options)
        added.set_defaults(do=do)
        return added

    thing("meters", "list the meters", lambda remote, _: remote.ask("GET", "/api/meters"))
    thing("show", "tell all that a meter shows", lambda remote, _: remote.meter("GET"))
    thing("press", "press a key", _press, key={"choices": ["start", "stop", "pause", "store", "screenshot", "mode"]})
    thing("get", "read a setting", lambda remote, args: remote.meter("GET", _setting_path(args.name)), name={})
    thing(
        *("set", "set it as an operator would"),
        lambda remote, args: remote.meter("PUT", _setting_path(args.name), {"value": args.value}),
        name={},
        value={},
    )
    thing(
        *("scene", "let a meter hear something else"),
        lambda remote, args: remote.meter("PUT", "/scene", {"scene": args.scene}),
        scene={},
    )
    thing(
        *("power", "switch a meter off or on"),
        lambda remote, args: remote.meter("PUT", "/power", {"on": args.power == "on"}),
        power={"choices": ["on", "off"]},
    )
    thing(
        *("speed", "let time go faster; 0 lets it stand still"),
        lambda remote, args: remote.ask("PUT", "/api/clock", {"speed": args.speed}),
        speed={"type": float},
    )
    thing(
        *("step", "let time pass at once"),
        lambda remote, args: remote.ask("POST", "/api/clock/step", {"seconds": args.seconds}),
        seconds={"type": float},
    )
    thing("report", "tell what the clients did", lambda remote, _: remote.meter("GET", "/referee"))
    thing(
        *("truth", "tell the exact levels between two meter times"),
        lambda remote, args: remote.meter("GET", f"/truth?{urlencode({'from': args.begin, 'to': args.end})}"),
        begin={"type": float},
        end={"type": float},
    )
    thing("faults", "list the faults there are", lambda remote, _: remote.ask("GET", "/api/faults"))
    thing("active", "list the faults that are switched on", lambda remote, _: remote.meter("GET", "/faults"))
    on = thing("fault", "switch a fault on", _fault_on, name={})
    on.add_argument("--command", metavar="LINE", help="the command it strikes")
    on.add_argument("--times", type=int, help="how often it strikes")
    on.add_argument("--probability", type=float, help="0 to 1")
    on.add_argument("--skip", type=int, help="how many it lets pass first")
    on.add_argument("--for", dest="for_s", type=float, metavar="S", help="switch it off again after this time")
    on.add_argument("parameter", nargs="*", type=_parameter, metavar="NAME=VALUE", help="what `faults` lists for it")
    thing(
        *("heal", "switch a fault off, or all"),
        lambda remote, args: remote.meter("DELETE", f"/faults/{quote(args.name, safe='')}" if args.name else "/faults"),
        name={"nargs": "?", "help": "its name or id"},
    )
    return parser
