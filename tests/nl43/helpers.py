"""What tests of links share."""

import asyncio
import socket

from custom_components.rion_nl43.nl43 import Link, LinkState, LinkStatus, Meter, NL43Error
from emulator import EmulatedMeter


def lines(emulated: EmulatedMeter) -> list[str]:
    """Return all commands that the meter got."""
    return [record.line for record in emulated.referee.commands]


def now() -> float:
    """Return the loop's time."""
    return asyncio.get_running_loop().time()


async def state_of(link: Link, state: LinkState) -> LinkStatus:
    """Wait until the link has that state."""
    reached = asyncio.get_running_loop().create_future()

    def look(status: LinkStatus) -> None:
        if status.state is state and not reached.done():
            reached.set_result(status)

    stop = link.on_status(look)
    look(link.status)
    try:
        status: LinkStatus = await reached
    finally:
        stop()
    return status


async def first_error(link: Link) -> NL43Error:
    """Return what a first contact fails with, and make sure that this does not take long."""
    link.open()
    async with asyncio.timeout(15):
        try:
            await link.connected()
            await Meter(link).identity()
        except NL43Error as error:
            return error
    raise AssertionError("the contact did not fail")


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port
