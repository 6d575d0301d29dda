"""A defect neither ends what runs for a meter nor takes the rest along."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta, tzinfo
import logging
from typing import override

import pytest

from custom_components.rion_nl43.monitor import BrokeDown, MeterMonitor
from custom_components.rion_nl43.monitor.keeping import GOOD_AFTER_S, PAUSES_S, keep_running
from custom_components.rion_nl43.nl43 import LinkBrokeDown, LinkClosed, LinkStatus
from tests.fixtures import MeterFactory

from .watching import Watching, watching


class Defective:
    """A part that breaks down after so many seconds, time and again."""

    def __init__(self, *lives_s: float) -> None:
        """Live so long each time; the last time for ever."""
        self.lives_s = [*lives_s]
        self.began: list[float] = []
        self.broken = 0

    async def run(self) -> None:
        self.began.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self.lives_s.pop(0) if self.lives_s else float("inf"))
        raise ZeroDivisionError("a defect")

    def count(self) -> None:
        self.broken += 1

    @property
    def pauses_s(self) -> list[float]:
        """The times from one beginning to the next."""
        return [later - earlier for earlier, later in zip(self.began, self.began[1:], strict=False)]


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return what was logged as an error with a traceback."""
    return lambda: [
        record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR and record.exc_info
    ]


@pytest.mark.usefixtures("virtual_clock")
async def test_a_part_starts_again_later_and_later(errors: Callable[[], list[str]]) -> None:
    """And is logged once, until it has run for long."""
    part = Defective(*[1.0] * 7, GOOD_AFTER_S + 1, 2.0)
    keeping = asyncio.create_task(keep_running("part", part.run, part.count))
    await asyncio.sleep(3 * GOOD_AFTER_S)
    assert part.pauses_s == pytest.approx(
        [1 + pause_s for pause_s in (*PAUSES_S, PAUSES_S[-1], PAUSES_S[-1])] + [GOOD_AFTER_S + 31, 62], abs=0.01
    )
    assert errors() == ["The part of a meter broke down, and starts again in 30 s"] * 2
    assert part.broken == 9
    keeping.cancel()
    await asyncio.wait({keeping})
    assert keeping.cancelled()


@pytest.mark.usefixtures("virtual_clock")
async def test_a_part_that_ends_is_not_started_again() -> None:
    """It is done then."""
    ended: list[str] = []

    async def run() -> None:
        ended.append("once")

    await keep_running("part", run)
    await asyncio.sleep(100)
    assert ended == ["once"]


class BrokenZone(tzinfo):
    """A time zone that fails as long as it is told to."""

    broken = False

    @override
    def utcoffset(self, when: datetime | None) -> timedelta:
        if self.broken:
            raise ZeroDivisionError("a defect")
        return timedelta(0)

    @override
    def tzname(self, when: datetime | None) -> str:
        return "broken"

    @override
    def dst(self, when: datetime | None) -> timedelta:
        return timedelta(0)


async def test_a_defect_of_the_feed(emulated_meter: MeterFactory, errors: Callable[[], list[str]]) -> None:
    """The meter is unavailable for as long as it lasts, over one connection; the other parts do their work."""
    meter, zone = await emulated_meter(), BrokenZone()
    async with watching(meter, time_zone=zone) as watch:
        await watch.settled()
        zone.broken = True
        with pytest.raises(LinkClosed):
            await watch.monitor.refresh_facts()
        assert not watch.monitor.available
        assert isinstance(watch.monitor.reason, BrokeDown)
        assert errors() == ["The feed of a meter broke down, and starts again in 30 s"]
        zone.broken = False
        assert await watch.until(lambda: watch.monitor.available, 40) == pytest.approx(30, abs=3)
        await watch.until_rows(3)
        await watch.monitor.standby.release()
        await watch.monitor.standby.take_back()
        await watch.until_rows(3)
        assert [type(reason) for _, reason in watch.availability][:3] == [type(None), BrokeDown, type(None)]
    assert len(meter.referee.connections) == 2


async def test_a_defect_of_the_link(emulated_meter: MeterFactory) -> None:
    """Whatever breaks it down, it is opened again; the defect itself is shown."""
    meter = await emulated_meter()
    shown: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: shown.append(context["exception"]))
    async with watching(meter) as watch:
        await watch.settled()

        def fail(_: LinkStatus) -> None:
            raise ZeroDivisionError("a defect")

        unsubscribe = watch.link.on_status(fail)
        meter.control.lose("reset")
        await watch.until(lambda: not watch.monitor.available, 10)
        await asyncio.sleep(10)
        assert isinstance(watch.link.status.error, LinkBrokeDown)
        unsubscribe()
        await watch.until(lambda: watch.monitor.available, 60)
        await watch.until_rows(3)
    assert [type(error) for error in shown] == [ZeroDivisionError]


async def test_a_link_that_broke_down_and_was_released_stays_closed(emulated_meter: MeterFactory) -> None:
    """The slot is somebody else's."""
    meter = await emulated_meter()
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    async with watching(meter) as watch:
        await watch.settled()

        def fail(_: LinkStatus) -> None:
            raise ZeroDivisionError("a defect")

        unsubscribe = watch.link.on_status(fail)
        meter.control.lose("reset")
        await watch.until(lambda: not watch.monitor.available, 10)
        unsubscribe()
        await watch.monitor.standby.release()
        await asyncio.sleep(200)
    assert len(meter.referee.connections) == 1


async def test_all_parts_are_kept_running(emulated_meter: MeterFactory) -> None:
    """Who stops watching ends them all."""
    watch = Watching(await emulated_meter())
    assert isinstance(watch.monitor, MeterMonitor)
    before = len(asyncio.all_tasks())
    task = asyncio.create_task(watch.monitor.run())
    await watch.until_rows(2)
    task.cancel()
    await asyncio.wait({task})
    await watch.link.close()
    await asyncio.sleep(1)
    assert len(asyncio.all_tasks()) <= before
