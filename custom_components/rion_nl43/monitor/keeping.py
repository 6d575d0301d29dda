"""Keeps the parts of a monitor running: a defect of one neither ends it for good nor takes the others along."""

import asyncio
from collections.abc import Awaitable, Callable
import logging

_LOGGER = logging.getLogger(__name__)

PAUSES_S = (30.0, 60.0, 120.0, 300.0, 600.0)
# Who ran so long has got over what broke it down before.
GOOD_AFTER_S = 3600.0


async def keep_running(
    name: str, run: Callable[[], Awaitable[None]], broke_down: Callable[[], None] = lambda: None
) -> None:
    """Run a part until it ends, and after each breakdown again, later and later; the first one is logged as an error.

    `broke_down` is called after each.
    """
    loop = asyncio.get_running_loop()
    breakdowns = 0
    while True:
        began = loop.time()
        try:
            await run()
        except Exception:  # a defect can raise anything, and the other parts go on
            if loop.time() - began >= GOOD_AFTER_S:
                breakdowns = 0
            pause_s = PAUSES_S[min(breakdowns, len(PAUSES_S) - 1)]
            level = logging.DEBUG if breakdowns else logging.ERROR
            _LOGGER.log(level, "The %s of a meter broke down, and starts again in %g s", name, pause_s, exc_info=True)
            breakdowns += 1
        else:
            return
        broke_down()
        await asyncio.sleep(pause_s)
