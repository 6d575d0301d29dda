"""What all tests share: virtual time and open loopback sockets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
import inspect

from freezegun import freeze_time
import pytest

import custom_components  # noqa: F401 # before the test plugin's own package of that name

from .fixtures import emulated_meter, nl43_emulator
from .virtual_time import VirtualTime

__all__ = ["START", "emulated_meter", "nl43_emulator"]

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def enable_event_loop_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let loops check who calls them, as Home Assistant's test plugin would.

    But futures are told that there is nothing to debug: the stacks on which they were made, which they would keep, take
    a third of the time of all tests.
    """
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    monkeypatch.setattr(loop, "get_debug", lambda: False)


@pytest.fixture
async def virtual_clock() -> AsyncIterator[Callable[[float], None]]:
    """Let the running loop's time and the wall clock be one virtual time that starts at START.

    Gives what puts the wall clock alone forward by so many seconds, or back.
    """
    clock = VirtualTime(asyncio.get_running_loop())
    with freeze_time(START) as frozen:
        began = START

        def put(by_s: float) -> None:
            nonlocal began
            began += timedelta(seconds=by_s)
            frozen.tick(by_s)

        clock.on_advance = lambda elapsed_s: frozen.move_to(began + timedelta(seconds=elapsed_s))
        yield put
    clock.uninstall()


@pytest.fixture(autouse=True)
def virtual_time(request: pytest.FixtureRequest, socket_enabled: None) -> None:
    """Give every asynchronous test virtual time, but those marked `real_time`."""
    if inspect.iscoroutinefunction(request.function) and not request.node.get_closest_marker("real_time"):
        request.getfixturevalue("virtual_clock")
