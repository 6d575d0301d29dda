"""A listener to a stream, beside an ear on the wire that hears what the meter really sent."""

import asyncio

from custom_components.rion_nl43.nl43 import LinkState, Meter, StreamRow
from emulator import EmulatedMeter
from emulator.referee import Sight

from .helpers import now, state_of
from .oracle import Channel, flat, flat_row, sent, slots_of

LONG_S = 300.0
ROW_LENGTH = 3 + 4 * (6 * 6 + 2 * 2) + len("\r\n")
SUB = b"\x1a"


class Wire:
    """What passes between the meter and its client."""

    def __init__(self, emulated: EmulatedMeter) -> None:
        """Listen from now on."""
        self.rows: list[tuple[float, bytes]] = []
        """Loop time and bytes of each row of a stream that was sent whole and in one piece."""
        self.rows_before_sub: list[int] = []
        """How many rows had been sent at each SUB."""
        emulated.referee.watchers.append(self._see)

    def _see(self, sight: Sight) -> None:
        if sight.kind == "sent" and sight.data.count(b",") == 32 and sight.data.endswith(b"\r\n"):
            self.rows.append((sight.at, sight.data))
        if sight.kind == "received" and SUB in sight.data:
            self.rows_before_sub.append(len(self.rows))

    def said(self, count: int | None = None) -> list[tuple[int, list[Channel]]]:
        """Return what the first rows say, or all."""
        return [slots_of(data.decode("ascii").removesuffix("\r\n").split(",")) for _, data in self.rows[:count]]


class Listener:
    """Streams in a task and keeps all rows."""

    def __init__(self, meter: Meter, *, until: float | None = None) -> None:
        """Begin to stream; not for ever, for a test has to end."""
        until = now() + LONG_S if until is None else until
        self.rows: list[StreamRow] = []
        self.times: list[float] = []
        self._heard = asyncio.Event()
        self.task = asyncio.create_task(meter.stream(self.take, until=until))

    def take(self, row: StreamRow, at: float) -> None:
        """Keep a row."""
        self.rows.append(row)
        self.times.append(at)
        self._heard.set()

    async def heard(self, count: int) -> None:
        """Return when there are so many rows."""
        while len(self.rows) < count:
            self._heard.clear()
            await self._heard.wait()

    def said(self) -> list[tuple[int, list[Channel]]]:
        """Return what the rows say."""
        return [flat_row(row) for row in self.rows]

    def assert_heard(self, wire: Wire) -> None:
        """All rows are right, none is missing, and none came after SUB."""
        assert self.said() == wire.said(len(self.rows))
        # One may be on its way when SUB is.
        assert wire.rows_before_sub[0] - 1 <= len(self.rows) <= wire.rows_before_sub[0]


async def assert_in_step(emulated: EmulatedMeter, meter: Meter) -> None:
    """The next answer is the right one, and nothing had to be done for it."""
    resyncs = meter.link.statistics.resyncs
    levels = await meter.levels()
    assert flat(levels) == sent(emulated.referee.commands[-1].answer)
    assert meter.link.statistics.resyncs == resyncs
    assert meter.link.status.state is LinkState.CONNECTED


async def assert_recovers(emulated: EmulatedMeter, meter: Meter) -> None:
    """Within one back-off the link gives right values again, and streams again."""
    async with asyncio.timeout(30):
        await state_of(meter.link, LinkState.CONNECTED)
        levels = await meter.levels()
        assert flat(levels) == sent(emulated.referee.commands[-1].answer)
    again = Listener(meter)
    await again.heard(3)
    assert [row.counter for row in again.rows[:3]] == [1, 2, 3]
    await meter.run_state()
    await again.task
