"""Living through time that nobody asked about, without holding up the others in the process."""

import asyncio

from .instrument import Instrument

# About 20 ms of work.
SLOTS_AT_ONCE = 500


async def catch_up(instrument: Instrument) -> None:
    """Bring a measurement up to now, in portions between which others have their turn.

    One hour of one channel takes about half a second of work; a meter that is not measuring has nothing to catch up. A
    fast clock waits meanwhile: it would stay ahead for ever.
    """
    with instrument.time_held():
        while instrument.powered and instrument.behind > SLOTS_AT_ONCE:
            instrument.advance(SLOTS_AT_ONCE)
            await asyncio.sleep(0)
