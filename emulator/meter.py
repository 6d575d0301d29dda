"""One emulated meter: instrument, control port, referee and faults."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal, Self

from .catching_up import catch_up
from .config import MeterConfig
from .control import ControlPort, Door
from .faults import Faults
from .instrument import Instrument, Moment
from .referee import Referee


class EmulatedMeter:
    """A meter on the network. All its time is that of the running event loop and of `datetime.now`."""

    def __init__(self, config: MeterConfig | None = None) -> None:
        """Make a meter that is switched off and has no address yet; ValueError or KeyError for impossible settings."""
        self.config = config or MeterConfig()
        # The meter knows no summer time: it keeps the offset of the moment in which its clock was set.
        offset = datetime.now().astimezone().utcoffset() or timedelta()
        self.instrument = Instrument(self.config, _now, offset)
        self.referee = Referee(self.config.referee_keeps)
        self.faults = Faults(self._random("faults"))
        self._port = ControlPort(self.instrument, self.referee, self.faults, self._random("timing"))

    @property
    def host(self) -> str:
        """The address of the control port; RuntimeError before the start."""
        return self._port.address[0]

    @property
    def port(self) -> int:
        """The number of the control port; RuntimeError before the start."""
        return self._port.address[1]

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Take an address, 0 for a free port, and switch on; OSError if the address cannot be had."""
        self._port.open(host, port)
        await self.power_on()

    async def stop(self) -> None:
        """Switch off and give the address back."""
        self.instrument.power_off()
        await self._port.close()

    async def power_off(self, connects: Literal["refused", "timeout"] = "refused") -> None:
        """Switch off: connections die, the measurement ends and its result is gone.

        `connects` is what becomes of connection attempts meanwhile.
        """
        await self.catch_up()
        if self.instrument.powered:
            # A measurement that ended before the power did has left its mark on the card.
            self.instrument.advance()
        self.instrument.power_off()
        self._port.when_off = Door.REFUSED if connects == "refused" else Door.UNANSWERED
        self._port.update()
        await self._port.settled()

    async def power_on(self) -> None:
        """Switch on at the same address: stopped, with the settings as they were."""
        self.instrument.power_on()
        self._port.update()

    async def catch_up(self) -> None:
        """Live through the time that nobody asked about, so that the next question costs little."""
        await catch_up(self.instrument)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.stop()

    def _random(self, purpose: str) -> Random:
        return Random(f"{self.config.seed}/{self.config.serial}/{purpose}")


def _now() -> Moment:
    return Moment(asyncio.get_running_loop().time(), datetime.now(UTC))
