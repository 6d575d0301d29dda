"""One session that is logged in: what is on the card, and the bytes of a file."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
import contextlib
from dataclasses import dataclass
from datetime import datetime

import aioftp

from ..errors import FtpTimedOut, InvalidCommand
from .channel import ActiveChannel, Channel, Kind, PassiveChannel
from .errors import FtpDataBlocked, FtpFileRefused, FtpLost, FtpModeRefused, FtpPortsTaken, FtpTooLarge, FtpUnusable
from .listing import Entry, parse_listing

CHUNK = 65536
LISTING_LIMIT = 4 * 2**20
FILE_LIMIT = 4 * 2**30
# So much a file may have grown since it was listed, besides as much as it was: the meter may be writing to it.
GROWTH = 2**20

type Sink = Callable[[bytes], Awaitable[object]]
type Progress = Callable[[int], object]
type Watch = Callable[[str, int, int | None], object]


@dataclass(frozen=True, slots=True)
class FtpTimeouts:
    """How long to wait, in seconds."""

    connect_s: float = 10.0
    """For the connection, the greeting and the login together."""
    answer_s: float = 10.0
    """For an answer to a command."""
    data_s: float = 30.0
    """For a data connection, once it was asked for."""
    idle_s: float = 30.0
    """For the next bytes of a list or a file."""
    goodbye_s: float = 2.0
    """For the end of the session, which frees the meter for the next."""


class FtpSession:
    """Lists and downloads, one thing at a time; FtpClient opens it.

    After an error it is given up, for nobody knows what the meter would answer next. A clean no leaves it as it is
    (FtpFileRefused, FtpModeRefused, FtpPortsTaken), and what is refused before the meter hears of it (InvalidCommand, a
    listed size beyond the limit). `watch` is told the path of each file, the bytes so far, from 0 on, and the
    listed size.
    """

    watch: Watch | None = None

    def __init__(self, client: aioftp.Client, timeouts: FtpTimeouts, *, passive: bool, ports: range | None) -> None:
        """Take over a client that has logged in."""
        self._client = client
        self._timeouts = timeouts
        self._passive = passive
        self._ports = ports
        self._turn = asyncio.Lock()
        self._usable = True

    @property
    def usable(self) -> bool:
        """Whether it was not given up."""
        return self._usable

    async def list(self, path: str, now: datetime) -> list[Entry]:
        """Return what is in a folder; `now` is the time of the meter's clock, by which it tells the dates."""
        _check(path)
        listed = bytearray()
        async with self._one_thing():
            # That a list of another folder than this can be had is not known of the meter.
            await self._ask(f"CWD {path}", refused=path)
            async with contextlib.aclosing(self._transfer("LIST", "A", refused=path)) as chunks:
                async for chunk in chunks:
                    listed += chunk
                    if len(listed) > LISTING_LIMIT:
                        raise FtpTooLarge(f"the list of {path!a} is longer than {LISTING_LIMIT} bytes")
            # Bytes that are no text make a name that no command and no local path takes.
            return parse_listing(listed.decode(errors="surrogateescape"), now)

    async def download(
        self,
        path: str,
        sink: Sink,
        *,
        limit: int = FILE_LIMIT,
        listed: int | None = None,
        progress: Progress | None = None,
    ) -> int:
        """Give a file to `sink` piece by piece, and tell `progress` how many bytes there have been; return all of them.

        More than `limit`, and far more than `listed`, is FtpTooLarge; fewer than `listed` is FtpLost.
        """
        _check(path)
        if listed is not None:
            if listed > limit:
                raise FtpTooLarge(f"{path!a} has {listed} bytes, more than the {limit} that are allowed")
            limit = min(limit, 2 * listed + GROWTH)
        size = 0
        async with self._one_thing():
            self._tell(path, size, listed)
            async with contextlib.aclosing(self._transfer(f"RETR {path}", "I", refused=path)) as chunks:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise FtpTooLarge(f"{path!a} is larger than {limit} bytes, and no more are expected")
                    await sink(chunk)
                    self._tell(path, size, listed)
                    if progress is not None:
                        progress(size)
            if listed is not None and size < listed:
                raise FtpLost(f"{path!a} ended after {size} of {listed} bytes")
        return size

    async def end(self) -> None:
        """Take leave of the meter, in words if it would understand them."""
        await leave(self._client, self._timeouts.goodbye_s, in_words=self._usable)
        self._usable = False

    def _tell(self, path: str, size: int, listed: int | None) -> None:
        if self.watch is not None:
            self.watch(path, size, listed)

    @contextlib.asynccontextmanager
    async def _one_thing(self) -> AsyncIterator[None]:
        async with self._turn:
            if not self._usable:
                raise FtpLost("the FTP session was given up")
            try:
                yield
            except FtpFileRefused, FtpModeRefused, FtpPortsTaken:
                raise
            except BaseException:
                self._usable = False
                raise

    async def _ask(self, line: str, *, refused: str) -> None:
        with _understood(self._timeouts.answer_s):
            async with asyncio.timeout(self._timeouts.answer_s):
                await self._client.command(line)
                reply, _ = await self._client.parse_response()
        _check_reply(reply, refused)

    async def _transfer(self, command: str, kind: Kind, *, refused: str) -> AsyncGenerator[bytes]:
        """Yield what the meter sends for a command, to its last reply; to be closed if not taken to the end."""
        channel = PassiveChannel() if self._passive else ActiveChannel(self._ports)
        try:
            reader = await self._begin(channel, command, kind, refused=refused)
            while chunk := await self._read(reader):
                yield chunk
        finally:
            channel.close()
        with _understood(self._timeouts.answer_s):
            async with asyncio.timeout(self._timeouts.answer_s):
                reply, _ = await self._client.parse_response()
        if not reply.matches("2xx"):
            raise FtpLost(f"the meter broke the transfer off (FTP reply {reply})")

    async def _begin(self, channel: Channel, command: str, kind: Kind, *, refused: str) -> asyncio.StreamReader:
        """Return what comes over the data connection, once the meter has agreed and the connection is there."""
        patience_s = self._timeouts.data_s
        with _understood(patience_s, self._blocked):
            async with asyncio.timeout(patience_s):
                await self._agree(channel, kind)
        with _understood(patience_s, self._blocked):
            async with asyncio.timeout(patience_s):
                await self._client.command(command)
                reply, _ = await self._client.parse_response()
                if reply.matches("1xx"):
                    return await channel.reader()
        if reply == "425":
            raise self._blocked()
        _check_reply(reply, refused)
        raise FtpUnusable(f"a transfer that ended before it began (FTP reply {reply})")

    async def _agree(self, channel: Channel, kind: Kind) -> None:
        try:
            await channel.agree(self._client, kind)
        except aioftp.StatusCodeError as error:
            reply = error.received_codes[-1]
            if reply == "425":
                raise self._blocked() from None
            if reply.matches("5xx"):
                mode = "passive" if self._passive else "active"
                raise FtpModeRefused(f"the meter does not take {mode} mode (FTP reply {reply})") from None
            raise

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        with _understood(self._timeouts.idle_s):
            async with asyncio.timeout(self._timeouts.idle_s):
                return await reader.read(CHUNK)

    def _blocked(self) -> FtpDataBlocked:
        return FtpDataBlocked(self._timeouts.data_s, passive=self._passive)


async def leave(client: aioftp.Client, timeout_s: float, *, in_words: bool) -> None:
    """End a session, and wait until the meter has closed, so that its only session is free."""
    with contextlib.suppress(OSError, aioftp.StatusCodeError, ValueError):
        async with asyncio.timeout(timeout_s):
            if in_words:
                await client.command("QUIT", "2xx")
            else:
                client.stream.writer.write_eof()
            while await client.stream.read(CHUNK):
                pass


@contextlib.contextmanager
def _understood(timeout_s: float, blocked: Callable[[], FtpDataBlocked] | None = None) -> Iterator[None]:
    """Turn what sockets and the library raise into errors of ours; none of them repeats what was said."""
    try:
        yield
    except TimeoutError:
        raise (blocked() if blocked else FtpTimedOut(f"the meter fell silent for {timeout_s:g} s")) from None
    except OSError as error:
        raise FtpLost(f"the FTP connection broke: {type(error).__name__}") from None
    except (aioftp.StatusCodeError, ValueError, LookupError) as error:
        raise FtpUnusable(f"no FTP reply: {type(error).__name__}") from None


def _check(path: str) -> None:
    if not path.startswith("/") or not path.isprintable():
        raise InvalidCommand(f"{path[:200]!a} is no absolute path on the card that can be sent")


def _check_reply(reply: aioftp.Code, path: str) -> None:
    """Raise what a refusal means: of this file or folder, or of the session."""
    if reply == "421":
        raise FtpLost("the meter ended the session")
    if reply.matches("450") or reply.matches("55x"):
        raise FtpFileRefused(f"the meter does not give {path!a} (FTP reply {reply}): not there, or being written")
    if not reply.matches("2xx"):
        raise FtpUnusable(f"the meter does not do this (FTP reply {reply})")
