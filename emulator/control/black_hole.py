"""A socket into which everything vanishes."""

import contextlib
import ctypes
import socket
import struct
import sys
from typing import Protocol

# Linux: asm-generic/socket.h; a filter that returns 0 lets no byte of any packet through.
SO_ATTACH_FILTER = 26
SO_MEMINFO = 55
_MEMINFO = struct.Struct("=9I")
_NOTHING = struct.pack("=HBBI", 0x06, 0, 0, 0)


class Socket(Protocol):
    """As much of a socket as is needed here."""

    def getsockopt(self, level: int, option: int, buffer_size: int, /) -> bytes:
        """Return the bytes of an option."""

    def setsockopt(self, level: int, option: int, value: bytes, /) -> None:
        """Write the bytes of an option."""


def let_nothing_in(sock: Socket) -> None:
    """Drop every packet that comes for a socket, unacknowledged. Where the system cannot, it does nothing."""
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(_NOTHING, len(_NOTHING))
    # Some sandboxes have no filters.
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", 1, ctypes.addressof(program)))


def dropped(sock: Socket) -> int | None:
    """Return how many packets a socket has dropped, connection attempts among them; None where nobody counts them."""
    if sys.platform != "linux":
        return None
    try:
        counts = _MEMINFO.unpack(sock.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, _MEMINFO.size))
    except (OSError, struct.error):
        return None
    drops: int = counts[-1]
    return drops
