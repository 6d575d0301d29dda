"""An instrument with an FTP port and a card of the test's own."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Self

from emulator import Latency, MeterConfig
from emulator.card.files import Blob, CardFiles
from emulator.ftp import FtpPort
from emulator.ftp_log import FtpLog
from emulator.instrument import Instrument, Moment

LP_NAME = "NL_0001_SLM_Lp _0020_0001.rnd"
LP_PATH = f"/NL-43/Auto_0020/Auto_Lp_01/{LP_NAME}"
LEQ_PATH = "/NL-43/Auto_0020/Auto_Leq/NL_0001_SLM_Leq_0020_0001.rnd"
LP = b"".join(b"2026/03/02 08:%02d:%02d, 61.2\r\n" % divmod(second, 60) for second in range(3600))
LEQ = b"Address,Time\r\n1,2026/03/02 08:00:00\r\n"
FILES = {
    LP_PATH: LP,
    LEQ_PATH: LEQ,
    "/NL-43/Auto_0020/NL_0001_SLM_0020_0000.rnh": b"CSV\r\n",
    "/NL-43/Manual_0019/NL_0001_SLM_MAN_0019_0000.rnd": b"",
    "/NIKON001.DSC": bytes(range(256)),
}
FOLDERS = ("/DCIM", "/NL-43", "/NL-43/Auto_0020", "/NL-43/Auto_0020/Auto_Leq", "/NL-43/Auto_0020/Auto_Lp_01")
# Local time on the bench is UTC; virtual time begins at 08:00.
MODIFIED = datetime(2026, 3, 2, 7, 30)


class Growing:
    """A file that grows whenever it is looked at."""

    modified = MODIFIED

    def __init__(self) -> None:
        """Begin with something in it."""
        self.data = b"0" * 40000

    @property
    def size(self) -> int:
        """The number of bytes, and some more the next time."""
        self.data += b"1" * 1000
        return len(self.data) - 1000

    def read(self, offset: int, size: int) -> bytes:
        """Return so many bytes; it has grown since it was asked for its size."""
        self.data += b"2" * 10
        return self.data[offset : offset + size]


def card(modified: datetime = MODIFIED) -> CardFiles:
    """Return a card with FILES and FOLDERS."""
    files = CardFiles(10**9)
    for folder in (*FOLDERS, "/NL-43/Manual_0019"):
        files.make_folder(folder, modified)
    for path, data in FILES.items():
        files.put(path, Blob(data, modified), modified)
    return files


class FtpBench:
    """The instrument, switched on and FTP with it, and the port; settings are the config's."""

    def __init__(self, files: CardFiles | None = None, *, host: str = "127.0.0.1", **config: Any) -> None:
        """Prepare."""
        self.host = host
        self.loop = asyncio.get_running_loop()
        config.setdefault("latency", Latency.none())
        config.setdefault("settings", {"FTP": "On"})
        self.instrument = Instrument(MeterConfig(**config), self._now, timedelta())
        self.violations: list[tuple[float, str]] = []
        self.log = FtpLog(None, lambda at, detail: self.violations.append((at, detail)))
        self.files = files or card()
        self.port = FtpPort(self.instrument, lambda: self.files, self.log, Random(1))

    async def __aenter__(self) -> Self:
        self.instrument.power_on()
        self.port.open(self.host, 0)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self.instrument.power_off()
        await self.port.close()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        assert self.port.address is not None
        return self.port.address

    def _now(self) -> Moment:
        return Moment(self.loop.time(), datetime.now(UTC))
