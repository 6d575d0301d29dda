"""Numbers in few bytes. Pure."""

from collections.abc import Iterable, Sequence
import zlib


def pack(numbers: Iterable[int]) -> bytes:
    """Return whole numbers, small ones of either sign in one byte each, and compressed if that helps."""
    plain = bytearray(1)
    for number in numbers:
        rest = number << 1 if number >= 0 else ~(number << 1)
        while rest > 0x7F:
            plain.append(rest & 0x7F | 0x80)
            rest >>= 7
        plain.append(rest)
    tight = zlib.compress(memoryview(plain)[1:], 9, wbits=-15)
    return bytes(plain) if len(tight) >= len(plain) - 1 else b"\x01" + tight


def unpack(packed: bytes) -> Sequence[int]:
    """Return the numbers that were packed; ValueError if these bytes are none."""
    if packed[:1] not in (b"\0", b"\x01"):
        raise ValueError("not packed")
    plain = packed[1:]
    if packed[0]:
        try:
            plain = zlib.decompress(plain, wbits=-15)
        except zlib.error as error:
            raise ValueError(f"not packed: {error}") from error
    numbers: list[int] = []
    number = shift = 0
    for byte in plain:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number >> 1 if not number & 1 else ~(number >> 1))
            number = shift = 0
    if shift:
        raise ValueError("not packed: the end is missing")
    return numbers
