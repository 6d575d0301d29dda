"""One emulated meter: instrument, control port, referee and faults."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Literal, Self

from .acoustics import Scene
from .catching_up import catch_up
from .clock import Clock
from .config import MeterConfig
from .control import ControlPort, Door
from .emptying import Emptying
from .faults import Faults
from .ftp import FtpPort
from .instrument import Instrument, TrueLevels
from .referee import Referee
from .waking import Waking


class EmulatedMeter:
    """A meter on the network. What it hears and does runs by its clock; what is on the wire, by the event loop."""

    def __init__(self, config: MeterConfig | None = None, clock: Clock | None = None) -> None:
        """Make a meter that is switched off and has no address yet; ValueError or KeyError for impossible settings."""
        self.config = config or MeterConfig()
        self.clock = clock or Clock()
        # The meter knows no summer time: it keeps the offset of the moment in which its clock was set.
        offset = datetime.now().astimezone().utcoffset() or timedelta()
        self.instrument = Instrument(self.config, self.clock.now, offset, self.clock.held)
        self.truth = TrueLevels(self.instrument.sound, self.instrument.settings, lambda: self.clock.now().seconds)
        self.referee = Referee(self.config.referee_keeps)
        self.faults = Faults(self._random("faults"), self)
        self._port = ControlPort(self.instrument, self.referee, self.faults, self._random("timing"))
        self.ftp = FtpPort(
            self.instrument, lambda: self.instrument.card.files, self.referee.ftp, self._random("FTP timing")
        )
        self._waking = Waking(self.instrument, self.clock)
        self._emptying = Emptying(self.instrument, self.clock, self.power_off)

    @property
    def host(self) -> str:
        """The address of the control port; RuntimeError before the start."""
        return self._port.address[0]

    @property
    def port(self) -> int:
        """The number of the control port; RuntimeError before the start."""
        return self._port.address[1]

    @property
    def control(self) -> ControlPort:
        """The control port."""
        return self._port

    @property
    def scene(self) -> str:
        """What there is to hear: the name or the path of a scene, or what a scene of one's own calls itself."""
        return self.instrument.sound.name

    def change_scene(self, scene: str | Path | Scene) -> None:
        """Let the meter hear something else from now on; SceneError, and no change, if there is no such scene.

        What sounded before stays what it was. A scene begins with its first slot now, and at each power-on.
        """
        self.instrument.change_scene(scene)

    @property
    def ftp_port(self) -> int | None:
        """The number of the FTP port; None if FTP is not served."""
        return self.ftp.address and self.ftp.address[1]

    async def start(self, host: str = "127.0.0.1", port: int = 0, ftp_port: int | None = None) -> None:
        """Take an address, 0 for a free port, and switch on; no FTP is served if its port is None.

        OSError if a port cannot be had, ValueError if there is no such port; then nothing is left open.
        """
        self._port.open(host, port)
        await self.power_on()
        if ftp_port is not None:
            try:
                self.ftp.open(host, ftp_port)
            except (OSError, ValueError):
                await self.stop()
                raise

    async def stop(self) -> None:
        """Switch off and give the address back."""
        await self.faults.close()
        self.instrument.power_off()
        await self._port.close()
        await self.ftp.close()

    async def power_off(self, connects: Literal["refused", "timeout"] = "refused") -> None:
        """Switch off: connections die, the measurement ends and its result is gone.

        `connects` is what becomes of connection attempts meanwhile.
        """
        await self.catch_up()
        if self.instrument.powered:
            # A measurement that ended before the power did has left its mark on the card.
            self.instrument.advance()
        self.instrument.power_off()
        self.faults.powered_off()
        for port in (self._port, self.ftp):
            port.when_off = Door.REFUSED if connects == "refused" else Door.UNANSWERED
            port.update()
            await port.settled()

    async def power_on(self) -> None:
        """Switch on at the same address: stopped, with the settings as they were."""
        self.instrument.power_on()
        self._port.update()
        self.ftp.update()

    async def power_cycle(self, boot_s: float = 0.0) -> None:
        """Switch off and on again, with so many seconds of boot time between: it cures a wedged control port."""
        await self.power_off()
        await asyncio.sleep(boot_s)
        await self.power_on()

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
