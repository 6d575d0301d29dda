"""A client that does nothing but what it is told, and writes down what it sees."""

import asyncio
import contextlib
from typing import Self

from emulator import EmulatedMeter, Latency, MeterConfig, Prompt

SPACING_S = 1.0
PATIENCE_S = 5.0
QUIET_S = 1.5
LONGEST_TEXT = 46

# The times that are told are those of the faults alone.
CALM = {
    "latency": Latency.none(),
    "prompt": Prompt(delay_s=(0.02, 0.02)),
    "scene": "calibrator",
    "ftp_on_delay_s": 0.0,
    "ftp_off_delay_s": 0.0,
}


class Witness:
    """One client of one meter."""

    def __init__(self, meter: EmulatedMeter) -> None:
        """Begin without a connection."""
        self.meter = meter
        self.notes: list[str] = []
        self.times: list[float] = []
        """When the pieces of the last answer came, counted from the command."""
        self._last_at = 0.0
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    @classmethod
    async def of(cls, **config: object) -> Self:
        """Return the client of a new meter, which serves FTP too."""
        meter = EmulatedMeter(MeterConfig(**(CALM | config)))  # type: ignore[arg-type]  # the fields are the test's matter
        await meter.start(ftp_port=0)
        return cls(meter)

    async def done(self) -> str:
        """Stop the meter and return all notes."""
        await self.hang_up()
        await self.meter.stop()
        return "; ".join(self.notes)

    def note(self, text: str) -> None:
        """Write something down."""
        self.notes.append(text)

    async def connect(self) -> str:
        """Try to connect; return and write down what became of it."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                self._reader, self._writer = await asyncio.open_connection(self.meter.host, self.meter.port)
            seen = "accepted"
        except TimeoutError:
            seen = "no answer in 5 s"
        except ConnectionRefusedError:
            seen = "refused"
        self.note(f"connect: {seen}")
        self._last_at = self._now
        return seen

    async def ask(self, line: str) -> bytes:
        """Send a command when it may be sent; return and write down all that comes until it is quiet."""
        await asyncio.sleep(max(0.0, self._last_at + SPACING_S - self._now))
        sent_at = self._now
        assert self._writer is not None
        self._writer.write(line.encode() + b"\r\n")
        return await self.hear(f"`{line}`", sent_at, PATIENCE_S)

    async def send(self, data: bytes) -> None:
        """Send bytes and write nothing down."""
        assert self._writer is not None
        self._writer.write(data)
        await asyncio.sleep(0)

    async def hear(self, what: str, since: float | None = None, patience_s: float = QUIET_S) -> bytes:
        """Return and write down what comes within this time and as long as it is not quiet afterwards."""
        since = self._now if since is None else since
        data, ending, self.times = b"", "", []
        assert self._reader is not None
        try:
            while True:
                async with asyncio.timeout(QUIET_S if data else patience_s):
                    piece = await self._reader.read(65536)
                if not piece:
                    ending = "closed"
                    break
                data += piece
                self._last_at = self._now
                self.times.append(self._last_at - since)
        except TimeoutError:
            ending = "" if data else f"nothing in {patience_s:g} s"
        except ConnectionError:
            ending = "reset"
        self._last_at = max(self._last_at, self._now - QUIET_S)
        late = f" after {self.times[0]:.1f} s" if self.times and self.times[0] > 0.05 else ""
        self.note(f"{what}: " + ", ".join(part for part in (f"`{shown(data)}`{late}" if data else "", ending) if part))
        return data

    async def hang_up(self) -> None:
        """Close the connection."""
        if self._writer is not None:
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()
            self._writer = None
        # The meter learns of it in the next turns of the event loop.
        await asyncio.sleep(0.01)

    @property
    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def shown(data: bytes) -> str:
    """Return bytes as text, the middle of long rows left out."""
    lines = data.decode("ascii", "backslashreplace").split("\r\n")
    shortened = (
        line if len(line) <= LONGEST_TEXT else f"{line[: LONGEST_TEXT // 2]}…{line[-LONGEST_TEXT // 4 :]}"
        for line in lines
    )
    return "[CR][LF]".join(shortened).replace("\r", "[CR]").replace("\n", "[LF]")
