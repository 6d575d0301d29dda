"""What a client and the meter say to each other: commands and their replies. No control connection in here."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from emulator.card.files import CardFiles, Entry
from emulator.config import MeterConfig
from emulator.ftp_log import FtpLog, FtpSessionRecord

from .data import ActiveData, Ends, PassiveData, parse_port, port_text
from .faults import FtpFaults
from .listing import listing_line
from .paths import find, parent_of, resolved

GOODBYE = "221 Goodbye"
NOT_LOGGED_IN = "530 Not logged in"
NOT_IMPLEMENTED = "502 Not Implemented"
NOT_FOUND = "550 No such file or directory"
NO_FILE = "550 Not a plain file"
NO_FOLDER = "550 Not a directory"
NOT_ALLOWED = "550 Permission denied"
NO_DATA_CONNECTION = "425 Can't open data connection"
ABORTED = "426 Connection closed; transfer aborted"
COMPLETE = "226 Transfer complete"

# After this time a system gives a connection attempt up that nobody answers.
CONNECT_PATIENCE_S = 130.0
CHUNK = 16384


class SessionLostError(Exception):
    """The session is to end without another word."""


@dataclass(frozen=True, slots=True)
class Meter:
    """What a session needs of the meter; `now` tells its local time."""

    config: MeterConfig
    files: Callable[[], CardFiles]
    now: Callable[[], datetime]
    faults: FtpFaults
    log: FtpLog
    catch_up: Callable[[], Awaitable[None]]
    """Lives through the time that nobody asked about, so that the card costs little to read."""


class Conversation:
    """One session: who is logged in, and in which folder."""

    def __init__(
        self, meter: Meter, ends: Ends, session: FtpSessionRecord, say: Callable[[str], Awaitable[None]]
    ) -> None:
        """Begin, not logged in; `say` sends a reply that comes before the final one."""
        self._meter = meter
        self._ends = ends
        self._session = session
        self._say = say
        self._user = ""
        self._logged_in = False
        self._folder = "/"
        self._data: ActiveData | PassiveData | None = None
        config = meter.config
        commands = {*_ALWAYS, *config.ftp_commands}
        commands |= {"PORT"} if config.ftp_data != "passive" else set()
        commands |= _PASSIVE if config.ftp_data != "active" else set()
        self._commands = {verb: handler for verb, handler in self._HANDLERS.items() if verb in commands}

    def verb_of(self, line: str) -> str | None:
        """Return the command in a line, None if the meter has no such command."""
        verb = line.partition(" ")[0].upper()
        is_off = verb in _PASSIVE and self._meter.faults.active_only
        return verb if verb in self._commands and not is_off else None

    async def answer(self, line: str) -> str:
        """Do what a line asks; return the final reply. SessionLostError."""
        verb = self.verb_of(line)
        if not self._logged_in and verb not in _BEFORE_LOGIN:
            return NOT_LOGGED_IN
        if verb is None:
            return NOT_IMPLEMENTED if line.partition(" ")[0].isalpha() else "500 Syntax error"
        await self._meter.catch_up()
        try:
            return await self._commands[verb](self, line.partition(" ")[2])
        except FileNotFoundError:
            return NOT_FOUND
        except NotADirectoryError:
            return NO_FOLDER
        except PermissionError:
            return NOT_ALLOWED

    def close(self) -> None:
        """Give up the data connection that has been agreed on."""
        if self._data is not None:
            self._data.close()
            self._data = None

    async def _take_user(self, name: str) -> str:
        self._user, self._logged_in = name, False
        return "331 Password required"

    async def _take_password(self, password: str) -> str:
        meter = self._meter
        right = (self._user, password) == (meter.config.ftp_user, meter.config.ftp_password)
        self._logged_in = right and not (meter.faults.login_fails and meter.faults.strikes("login_fails"))
        if not self._logged_in:
            meter.log.login_failed(self._session)
            return "530 Login Fail"
        meter.log.logged_in(self._session, self._user)
        return "230 Login OK"

    async def _quit(self, argument: str) -> str:
        return GOODBYE

    async def _set_type(self, name: str) -> str:
        # The files are sent as they are, whichever it is.
        return f"200 Type set to {name.upper()}" if name.upper() in {"A", "I"} else "504 Parameter not implemented"

    async def _tell_folder(self, argument: str) -> str:
        return f'257 "{self._folder}" is current directory'

    async def _change_folder(self, path: str) -> str:
        folder = resolved(self._folder, path)
        self._meter.files().entries(folder)
        self._folder = folder
        return "250 Directory changed"

    async def _to_parent(self, argument: str) -> str:
        return await self._change_folder("..")

    async def _tell_size(self, path: str) -> str:
        entry = self._find(path)
        return NO_FILE if entry is None or entry.is_folder else f"213 {entry.size}"

    async def _delete(self, path: str) -> str:
        entry = self._find(path)
        if entry is None or entry.is_folder:
            return NO_FILE
        self._meter.files().remove(resolved(self._folder, path))
        return "250 File deleted"

    async def _take_port(self, argument: str) -> str:
        try:
            host, port = parse_port(argument)
        except ValueError:
            return "501 Syntax error in parameters"
        try:
            data = ActiveData(self._ends, host, port)
        except ValueError:
            return "500 Illegal PORT command"
        self._agree_on(data)
        return "200 PORT command successful"

    async def _listen(self, argument: str) -> str:
        return await self._agree_to_listen(lambda port: f"229 Entering Extended Passive Mode (|||{port}|)")

    async def _listen_ipv4(self, argument: str) -> str:
        host = self._ends.meter
        if ":" in host:
            # There is no room for an address of IPv6 in the reply.
            return NOT_IMPLEMENTED
        return await self._agree_to_listen(lambda port: f"227 Entering Passive Mode ({port_text(host, port)})")

    async def _agree_to_listen(self, reply: Callable[[int], str]) -> str:
        try:
            data = await PassiveData.listen(self._ends)
        except OSError:
            return NO_DATA_CONNECTION
        self._agree_on(data)
        return reply(data.port)

    async def _list(self, argument: str) -> str:
        words = argument.split(" ")
        while words and words[0].startswith("-"):
            del words[0]
        path = resolved(self._folder, " ".join(words))
        entry = find(self._meter.files(), path)
        now = self._meter.now()
        lines = [_line_of(entry, now)] if entry and not entry.is_folder else self._folder_lines(path, now)
        return await self._send([f"{line}\r\n".encode("ascii", "replace") for line in lines])

    def _folder_lines(self, path: str, now: datetime) -> list[str]:
        files = self._meter.files()
        lines = [_line_of(entry, now) for entry in files.entries(path)]
        if self._meter.config.ftp_lists_dots:
            for name, folder in (("..", parent_of(path)), (".", path)):
                entry = find(files, folder)
                modified = entry.modified if entry else now
                lines.insert(0, listing_line(name, is_folder=True, size=0, modified=modified, now=now))
        return lines

    async def _retrieve(self, path: str) -> str:
        entry, faults = self._find(path), self._meter.faults
        if entry is None or entry.is_folder:
            return NO_FILE
        # Whether it may be read must be known before there is a data connection.
        self._meter.files().read(resolved(self._folder, path), 0, 0)
        size, cut, cut_then = entry.size, False, faults.cut_then
        if faults.cut_after is not None and faults.cut_after < size:
            cut = faults.strikes("cut_after")
            size = faults.cut_after if cut else size
        reply = await self._send(self._pieces(resolved(self._folder, path), size))
        if not cut or reply != COMPLETE or cut_then == "unnoticed":
            return reply
        if cut_then == "lost":
            raise SessionLostError
        return ABORTED

    def _pieces(self, path: str, size: int) -> Iterator[bytes]:
        """Return what the file holds now: of what is written to it meanwhile nothing."""
        for offset in range(0, size, CHUNK):
            yield self._meter.files().read(path, offset, min(CHUNK, size - offset))

    async def _send(self, pieces: Iterable[bytes]) -> str:
        """Send something over the data connection that has been agreed on; return the final reply."""
        data, faults = self._data, self._meter.faults
        if data is None:
            return "425 Use PORT first"
        try:
            if faults.data_blocked and faults.strikes("data_blocked"):
                await _hang(faults.data_blocked_s)
                return NO_DATA_CONNECTION
            async with asyncio.timeout(CONNECT_PATIENCE_S):
                writer = await data.connect()
        except OSError:
            return NO_DATA_CONNECTION
        finally:
            self.close()
        return await self._send_over(writer, pieces)

    async def _send_over(self, writer: asyncio.StreamWriter, pieces: Iterable[bytes]) -> str:
        size = 0
        try:
            await self._say("150 Opening data connection")
            for piece in pieces:
                writer.write(piece)
                size += len(piece)
                await writer.drain()
            writer.close()
            await writer.wait_closed()
        except OSError:
            return ABORTED
        finally:
            writer.transport.abort()
            self._meter.log.transferred(self._session, size)
        return COMPLETE

    def _agree_on(self, data: ActiveData | PassiveData) -> None:
        self.close()
        self._data = data

    def _find(self, path: str) -> Entry | None:
        return find(self._meter.files(), resolved(self._folder, path))

    _HANDLERS: ClassVar[dict[str, Callable[["Conversation", str], Awaitable[str]]]] = {
        "USER": _take_user,
        "PASS": _take_password,
        "QUIT": _quit,
        "TYPE": _set_type,
        "PWD": _tell_folder,
        "CWD": _change_folder,
        "CDUP": _to_parent,
        "PORT": _take_port,
        "PASV": _listen_ipv4,
        "EPSV": _listen,
        "LIST": _list,
        "RETR": _retrieve,
        "SIZE": _tell_size,
        "DELE": _delete,
    }


def _line_of(entry: Entry, now: datetime) -> str:
    return listing_line(entry.name, is_folder=entry.is_folder, size=entry.size, modified=entry.modified, now=now)


async def _hang(seconds: float | None) -> None:
    if seconds is None:
        await asyncio.get_running_loop().create_future()
    else:
        await asyncio.sleep(seconds)


_BEFORE_LOGIN = frozenset({"USER", "PASS", "QUIT"})
_PASSIVE = frozenset({"PASV", "EPSV"})
_ALWAYS = frozenset({"USER", "PASS", "QUIT", "TYPE", "PWD", "CWD", "CDUP", "LIST", "RETR"})
