"""The meter's FTP port: whether it lives, and whether a login is accepted."""

import asyncio
import contextlib
import logging

import aioftp

from ..errors import FtpLoginFailed, FtpRefused, FtpTimedOut, InvalidCommand

DEFAULT_FTP_PORT = 21
READY = b"220"
QUIT = b"QUIT\r\n"
LOGIN_TIMEOUT_S = 10.0
GREETING_TIMEOUT_S = 2.5
GOODBYE_TIMEOUT_S = 2.0
# Who only looks whether somebody is there does not wait longer for the end of it.
HANG_UP_TIMEOUT_S = 1.0

# The library logs every line of a session, the user's name among them.
logging.getLogger("aioftp.client").disabled = True


async def check_login(host: str, port: int, user: str, password: str, *, timeout_s: float = LOGIN_TIMEOUT_S) -> None:
    """Log in and out again.

    Raises FtpRefused, FtpTimedOut, FtpLoginFailed; InvalidCommand for what cannot be sent. No error names the login.
    """
    client = aioftp.Client()
    try:
        await log_in(client, host, port, user, password, timeout_s=timeout_s)
        await _say_goodbye(client)
    finally:
        client.close()


async def log_in(
    client: aioftp.Client, host: str, port: int, user: str, password: str, *, timeout_s: float = LOGIN_TIMEOUT_S
) -> None:
    """Connect and log in; fails as `check_login` does, and leaves it to the caller to close the client."""
    if not (user.isprintable() and password.isprintable()):
        raise InvalidCommand("a control character in the FTP login")
    try:
        async with asyncio.timeout(timeout_s):
            await client.connect(host, port)
            await _log_in(client, user, password)
    except TimeoutError:
        raise FtpTimedOut(f"no answer on the FTP port within {timeout_s:g} s") from None
    except (ConnectionError, aioftp.StatusCodeError, ValueError) as error:
        raise FtpRefused(f"no FTP session: {type(error).__name__}") from None
    except OSError as error:
        # That of several addresses of a host, of which each failed in its own way, has no number.
        refused = error.errno is None
        raise (FtpRefused if refused else FtpTimedOut)(f"no way to the FTP port: {error}") from None


async def greets(host: str, port: int = DEFAULT_FTP_PORT, *, timeout_s: float = GREETING_TIMEOUT_S) -> bool:
    """Return whether an FTP server greets on this port; hangs up, so that its only session is free again."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port)
            greeted = await reader.readexactly(len(READY)) == READY
        if greeted:
            await _hang_up(reader, writer)
    except OSError, EOFError, ValueError:
        return False
    else:
        return greeted
    finally:
        if writer is not None:
            writer.close()


async def _hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say so, and wait until the server has closed: whoever connects before that would be a second one."""
    with contextlib.suppress(OSError):
        async with asyncio.timeout(HANG_UP_TIMEOUT_S):
            writer.write(QUIT)
            while await reader.read(1024):
                pass


async def _log_in(client: aioftp.Client, user: str, password: str) -> None:
    try:
        await client.login(user, password)
    except aioftp.StatusCodeError:
        raise FtpLoginFailed("the FTP server does not accept the login") from None


async def _say_goodbye(client: aioftp.Client) -> None:
    """Let the meter know that its only session is free; the login counts whatever it answers."""
    with contextlib.suppress(OSError, aioftp.StatusCodeError, ValueError):
        async with asyncio.timeout(GOODBYE_TIMEOUT_S):
            await client.quit()
