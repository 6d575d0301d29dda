"""The demo's command line.

Usage: script/demo --help
"""

import argparse
import asyncio
from collections.abc import Iterator
import contextlib
from pathlib import Path
import signal
import sys
import tempfile
import time

import aiohttp

from . import DemoError, meters
from .furnish import furnish
from .home import PASSWORD, USERNAME, Home, free_port

DEFAULT_PORT = 8123
MARKER = ".rion-nl43-demo"


def main() -> int:
    """Run the demo until it is interrupted."""
    options = _parse_arguments()
    try:
        return asyncio.run(_run(options))
    except DemoError as error:
        _say(f"\nThe demo cannot go on: {error}")
        return 1
    except aiohttp.ClientError as error:
        _say(f"\nThe demo cannot go on: Home Assistant does not answer any more ({error}).")
        return 1


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/demo",
        description="A real Home Assistant with emulated sound level meters, reachable from this machine alone.",
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="Home Assistant's port; 0 takes any free one")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep Home Assistant's data there and use it again")
    parser.add_argument("--meters", type=_meter_count, default=3, metavar="N", help="how many meters (default 3)")
    return parser.parse_args()


def _meter_count(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 50:
        raise argparse.ArgumentTypeError("1 to 50 meters")
    return count


def _say(text: str) -> None:
    print(text, flush=True)


async def _run(options: argparse.Namespace) -> int:
    interrupted = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, interrupted.set)
    demo = asyncio.create_task(_demo(options))
    stop = asyncio.create_task(interrupted.wait())
    await asyncio.wait((demo, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not demo.done():
        _say("\nStopping ...")
        demo.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        return await demo
    return 0


async def _demo(options: argparse.Namespace) -> int:
    began = time.monotonic()
    with _folder(options.keep) as folder:
        sites = [meters.SITES[number % len(meters.SITES)] for number in range(options.meters)]
        # Told at once: the meters take a minute to live through their past.
        free_port(options.port)
        _say("Starting Home Assistant and the emulated meters ...")
        async with meters.emulator(folder, sites) as emulated, Home.run(folder, options.port) as home:
            if new := await furnish(home.api, sites, emulated.meters):
                _say("Fetching from the meters' cards what there was to hear since yesterday ...")
                await meters.fetch_past(home.api, new)
            await meters.take_screenshot(emulated)
            _say(_welcome(home.url, emulated.page, time.monotonic() - began))
            code = await home.wait()
            raise DemoError(f"Home Assistant has ended with status {code}.\n{home.last_log()}")


@contextlib.contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    """Give the folder to keep, or one that is gone afterwards."""
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="rion-nl43-demo-") as temporary:
            yield Path(temporary)
        return
    folder = kept.expanduser().resolve()
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise DemoError(f"{folder} is not empty and not of the demo; name another folder after --keep.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()
    yield folder


def _welcome(url: str, page: str, seconds: float) -> str:
    return f"""
Ready after {seconds:.0f} s, levels are live:

    {url}
    user {USERNAME}, password {PASSWORD}

The meters' own page has their keys and all that can go wrong with them:

    {page}

Ctrl-C ends Home Assistant and the meters."""


if __name__ == "__main__":
    sys.exit(main())
