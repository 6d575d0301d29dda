"""Whether values may be shown: ended by silence and loss, not by one lost answer."""

import asyncio

import pytest

from custom_components.rion_nl43.monitor.availability import NO_ROW_S, SILENCE_S, Availability
from custom_components.rion_nl43.nl43 import ConnectionLost, ConnectionTimedOut, LinkState, NL43Error, WrongMeter
from emulator import DropAnswer, Latency
from tests.fixtures import MeterFactory

from .watching import STREAMED, watching

LOST_ANSWER = ConnectionTimedOut("no complete answer in time")


class Told:
    """An availability, what it told, and when the meter was heard."""

    def __init__(self) -> None:
        """Rows come from now on."""
        self.news: list[tuple[bool, NL43Error | None]] = []
        self.availability = Availability(lambda available, reason: self.news.append((available, reason)))
        self.heard_at = asyncio.get_running_loop().time()
        self.availability.row_came()

    def doubt(self) -> None:
        """An answer is missing."""
        self.availability.doubt(LOST_ANSWER, lambda: self.heard_at)


async def test_a_doubt_that_is_dispelled_is_not_told() -> None:
    """The meter answers again before silence counts as such; or is at least heard."""
    told = Told()
    await asyncio.sleep(SILENCE_S - 1)
    told.doubt()
    await asyncio.sleep(0.5)
    told.availability.believe()
    told.availability.row_came()
    await asyncio.sleep(SILENCE_S)
    assert told.news == [(True, None)]
    told.availability.row_came()
    told.heard_at = asyncio.get_running_loop().time()
    told.doubt()
    await asyncio.sleep(SILENCE_S - 0.1)
    told.heard_at = asyncio.get_running_loop().time()
    await asyncio.sleep(3)
    assert told.news == [(True, None)]
    told.availability.close()
    await asyncio.sleep(NO_ROW_S)
    assert told.news == [(True, None)]


@pytest.mark.parametrize("silent_s", [0.0, 2.0, 5.9, 5.95, 7.0])
async def test_silence_is_told_in_time(silent_s: float) -> None:
    """Within six seconds after the last byte, whenever the doubt came; once."""
    told = Told()
    await asyncio.sleep(silent_s)
    told.doubt()
    told.doubt()
    await asyncio.sleep(max(0.0, SILENCE_S - 0.01 - silent_s))
    assert (len(told.news) == 2) is (silent_s >= SILENCE_S)
    await asyncio.sleep(0.02)
    assert told.news == [(True, None), (False, LOST_ANSWER)]
    await asyncio.sleep(60)
    assert len(told.news) == 2


async def test_a_loss_ends_a_doubt() -> None:
    """The reason told is that of the loss; a wrong meter is told even afterwards."""
    told = Told()
    told.doubt()
    lost, wrong = ConnectionLost(), WrongMeter("1", "2")
    told.availability.lose(lost)
    told.availability.lose(LOST_ANSWER)
    told.availability.lose(wrong)
    await asyncio.sleep(60)
    assert told.news == [(True, None), (False, lost), (False, wrong)]


@pytest.mark.parametrize("latency", [Latency.lan(), Latency.lte()])
@pytest.mark.parametrize("command", ["DOD?", "Measure?"])
async def test_one_lost_answer_is_no_outage(emulated_meter: MeterFactory, latency: Latency, command: str) -> None:
    """The link notices it and is in step again before the meter has been silent for six seconds."""
    meter = await emulated_meter(latency=latency)
    states: list[LinkState] = []
    async with watching(meter) as watch:
        watch.link.on_status(lambda status: states.append(status.state))
        await watch.until(lambda: watch.samples, 10)
        for _ in range(5):
            meter.faults.add(DropAnswer(command))
            await asyncio.sleep(70)
        assert watch.availability == [(True, None)]
    assert LinkState.TIMEOUT in states
    assert len(meter.referee.connections) == 1
    assert watch.link.statistics.timeouts == 5


async def test_one_lost_answer_in_a_break_is_no_outage(emulated_meter: MeterFactory) -> None:
    """Neither that of a row nor that of the stream's request."""
    meter = await emulated_meter()
    async with watching(meter, feed=STREAMED) as watch:
        await watch.streams()
        meter.faults.add(DropAnswer("DOD?"))
        await watch.monitor.commands.start()
        await watch.until(lambda: watch.samples[-1].slot is not None, 20)
        meter.faults.add(DropAnswer("DRD?"))
        await watch.monitor.commands.stop()
        await watch.until(lambda: watch.samples[-1].slot is not None, 60)
        assert watch.availability == [(True, None)]
    assert len(meter.referee.connections) == 1
