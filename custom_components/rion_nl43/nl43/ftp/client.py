"""Who opens sessions with one meter's FTP server: one at a time, for the meter has room for one."""

import asyncio
from collections.abc import AsyncIterator
import contextlib

import aioftp

from ..errors import FtpLoginFailed
from .login import DEFAULT_FTP_PORT, log_in
from .session import FtpSession, FtpTimeouts, leave

__all__ = ["FtpClient", "FtpTimeouts"]


class FtpClient:
    """Knows the address and the login, which nobody else gets to see."""

    def __init__(
        self,
        host: str,
        user: str,
        password: str,
        *,
        port: int = DEFAULT_FTP_PORT,
        passive: bool = False,
        ports: range | None = None,
        timeouts: FtpTimeouts | None = None,
    ) -> None:
        """Prepare; `ports` are those that the meter may open data connections to, all if None."""
        self.host = host
        self.port = port
        self._login = user, password
        self._passive = passive
        self._ports = ports
        self._timeouts = timeouts or FtpTimeouts()
        self._turn = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.host}:{self.port}>"

    @contextlib.asynccontextmanager
    async def session(self) -> AsyncIterator[FtpSession]:
        """Log in for the body of the `with`, and out again; waits while another session of this client is open.

        Raises FtpRefused, FtpTimedOut, FtpLoginFailed, InvalidCommand as `check_login` does.
        """
        async with self._turn:
            client, timeouts = aioftp.Client(), self._timeouts
            try:
                try:
                    await log_in(client, self.host, self.port, *self._login, timeout_s=timeouts.connect_s)
                except FtpLoginFailed:
                    await leave(client, timeouts.goodbye_s, in_words=True)
                    raise
                session = FtpSession(client, timeouts, passive=self._passive, ports=self._ports)
                try:
                    yield session
                except Exception:  # whatever the body raises is raised on; a cancellation has no time for a goodbye
                    await session.end()
                    raise
                else:
                    await session.end()
            finally:
                _cut(client)


def _cut(client: aioftp.Client) -> None:
    with contextlib.suppress(ConnectionError):  # there was none
        client.stream.writer.transport.abort()
