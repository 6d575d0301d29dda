"""A plain client of the control port: it knows the bytes, and shares no code with the driver."""

import asyncio
from collections.abc import Callable
from typing import Self

from emulator import EmulatedMeter

SPACING_S = 1.0
PATIENCE_S = 10.0


class Client:
    """One connection. Whatever arrives is collected, so that a test can look at every byte and at its time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Begin to listen."""
        self.reader = reader
        self.writer = writer
        self.received = b""
        self.received_at = 0.0
        self._news = asyncio.Event()
        self.closed = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._listen())

    @classmethod
    async def connect(cls, meter: EmulatedMeter) -> Self:
        """Connect to a meter."""
        return cls(*await asyncio.open_connection(meter.host, meter.port))

    async def exchange(self, line: str, *, prompt: bytes = b"$") -> list[str]:
        """Send a command when it is time to; return the lines of its answer, the prompt having come."""
        await self.rest()
        before = len(self.received)
        self.send(line)
        await self.until(lambda: self.received[before:].endswith(prompt))
        answer = self.received[before:].removesuffix(prompt)
        assert answer.endswith(b"\r\n")
        return answer.decode("ascii").removesuffix("\r\n").split("\r\n")

    async def rest(self) -> None:
        """Wait until the next command may be sent."""
        left_s = self.received_at + SPACING_S - asyncio.get_running_loop().time()
        if left_s > 0:
            await asyncio.sleep(left_s)
            await self.rest()

    def send(self, line: str) -> None:
        """Send a command now."""
        self.send_bytes(line.encode("ascii") + b"\r\n")

    def send_bytes(self, data: bytes) -> None:
        """Send bytes now."""
        self.writer.write(data)

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until what has been received fulfils a condition; TimeoutError after a while."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def hear(self, seconds: float) -> bytes:
        """Return what arrives within a time."""
        before = len(self.received)
        await asyncio.sleep(seconds)
        return self.received[before:]

    async def close(self) -> None:
        """Close the connection."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except ConnectionError:
            # The meter was faster.
            return

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while data := await self.reader.read(65536):
                self.received += data
                self.received_at = loop.time()
                self._news.set()
        except ConnectionError:
            pass
        self.closed.set()
