"""The latest samples of Lp, one by one."""

from array import array
from bisect import bisect_right
from typing import Final, NamedTuple

from .tenths import NOTHING, of_tenths, tenths


class Samples(NamedTuple):
    """When samples ended, in ms since the epoch, the oldest first, and their Lp in dB; None where there is none."""

    ended_ms: list[int]
    lp: list[float | None]


class SampleRing:
    """Keeps a number of samples in ten bytes each; the next one takes the place of the oldest."""

    def __init__(self, capacity: int) -> None:
        """Begin without a sample."""
        self._capacity: Final = capacity
        self._ended = array("q", bytes(8 * capacity))
        self._lp = array("h", bytes(2 * capacity))
        self.clear()

    def clear(self) -> None:
        """Forget all samples."""
        self._next = 0
        self._full = False
        self._latest_ms = 0

    def add(self, ended_ms: int, lp: float | None) -> None:
        """Take the next sample; one that is not later than the one before it is left out."""
        if ended_ms <= self._latest_ms:
            return
        self._latest_ms = ended_ms
        self._ended[self._next] = ended_ms
        self._lp[self._next] = NOTHING if lp is None else tenths(lp)
        self._next = (self._next + 1) % self._capacity
        self._full |= self._next == 0

    def after(self, ms: int) -> Samples:
        """Return the samples that ended after a time."""
        ended, lp = self._ended[: self._next], self._lp[: self._next]
        if self._full:
            ended, lp = self._ended[self._next :] + ended, self._lp[self._next :] + lp
        first = bisect_right(ended, ms)
        return Samples(ended[first:].tolist(), of_tenths(lp[first:]))
