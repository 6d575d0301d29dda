"""Lasting faults of the meter's FTP server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from .answers import ReplaceAnswer
from .condition import Cancellable, Condition, Stage
from .fault import On

if TYPE_CHECKING:
    from emulator.ftp.faults import FtpFault


@dataclass(slots=True, eq=False)
class FtpTrouble(Condition):
    """Something goes wrong in FTP sessions, each time it could."""

    on: ClassVar[On] = On.FTP

    name: "FtpFault"
    switches: Mapping[str, object]
    """What of the server's own faults to write."""

    def begin(self, stage: Stage) -> None:
        """Let it go wrong."""
        server, faults = stage.meter.ftp.faults, stage.meter.faults
        for name, value in self.switches.items():
            faults.layers.lay(self, server, name, value)
        faults.ftp_chances[self] = self.name, lambda: self._strikes(stage)
        server.strikes = faults.strikes_ftp

    def end(self, stage: Stage) -> None:
        """Let it go right."""
        for name in self.switches:
            stage.meter.faults.layers.lift(self, stage.meter.ftp.faults, name)
        del stage.meter.faults.ftp_chances[self]

    def _strikes(self, stage: Stage) -> bool:
        strikes = stage.strikes()
        if stage.exhausted:
            # The server has still to read what is to go wrong this time.
            stage.later(0.0, stage.over)
        return strikes


@dataclass(slots=True, eq=False)
class FtpActiveOnly(Condition):
    """Passive data connections are not implemented."""

    def begin(self, stage: Stage) -> None:
        """Refuse PASV and EPSV."""
        stage.meter.faults.layers.lay(self, stage.meter.ftp.faults, "active_only", True)

    def end(self, stage: Stage) -> None:
        """Do as the meter's config says."""
        stage.meter.faults.layers.lift(self, stage.meter.ftp.faults, "active_only")


@dataclass(slots=True, eq=False)
class FtpNotReady(Condition):
    """The port refuses for a time after FTP was switched on; `FTP?` tells `On` all the while, or `Off`."""

    delay_s: float
    tells: Literal["On", "Off"]
    _listener: Callable[[str], None] | None = field(default=None, init=False)
    _timer: Cancellable | None = field(default=None, init=False)
    _told: ReplaceAnswer | None = field(default=None, init=False)

    def begin(self, stage: Stage) -> None:
        """Let the server be late whenever FTP is switched on; it is late now if FTP is on."""
        self._listener = lambda name: self._changed(stage, name)
        stage.meter.instrument.setting_changed.append(self._listener)
        self._changed(stage, "FTP")

    def end(self, stage: Stage) -> None:
        """Let it be ready."""
        if self._listener is not None:
            stage.meter.instrument.setting_changed.remove(self._listener)
        self._ready(stage)

    def _changed(self, stage: Stage, name: str) -> None:
        if name != "FTP":
            return
        self._ready(stage)
        if stage.meter.instrument.settings.is_on("FTP"):
            stage.meter.faults.layers.lay(self, stage.meter.ftp.faults, "not_ready", True)
            if self.tells == "Off":
                self._told = ReplaceAnswer("FTP?", "Off", times=None)
                stage.meter.faults.add(self._told)
            self._timer = stage.later(self.delay_s, lambda: self._ready(stage))

    def _ready(self, stage: Stage) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._told is not None:
            stage.meter.faults.remove(self._told)
            self._told = None
        stage.meter.faults.layers.lift(self, stage.meter.ftp.faults, "not_ready")
