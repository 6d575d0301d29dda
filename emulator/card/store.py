"""An Auto store: the folder of one measurement, written while it runs."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime

from emulator.acoustics.measurement import Heard

from .files import Blob, CardFullError
from .writers import Desk, LeqWriter, LpWriter, Writer

LP_INTERVALS_MS = {"Off": 0, "10ms": 10, "25ms": 25, "100ms": 100, "200ms": 200, "1s": 1000}


class AutoStore:
    """Writes `Auto_NNNN`: the header at the start, then records and rows as the slots come."""

    def __init__(self, desk: Desk, now: datetime) -> None:
        """Make the folder anew, whatever was in it, and begin its files; CardFullError, and all stays as it was."""
        files, order = desk.files, desk.order
        needed = len(order.header)
        if order.leq_slots:
            needed += len(desk.form.records_head(desk.channels))
        if order.lp_interval_ms:
            needed += len(desk.form.lp_head(desk.channels))
        if needed > files.free + files.size(order.folder):
            raise CardFullError
        files.discard(order.folder)
        files.make_folder(order.folder, now)
        self._recent: deque[tuple[int, Sequence[Heard]]] = deque()
        self._erasable_slots = order.erasable_slots
        self._writers: list[Writer] = []
        if order.leq_slots:
            self._writers.append(LeqWriter(desk, now))
        if order.lp_interval_ms:
            self._writers.append(LpWriter(desk, now))
        files.put(order.path("Hdr", 0, end="rnh"), Blob(order.header, now), now)

    def add(self, index: int, heard: Sequence[Heard]) -> bool:
        """Write what the channels have heard in the slot of this number; return whether there was room for it."""
        self._recent.append((index, heard))
        return self._write_down_to(self._erasable_slots)

    def erase(self) -> None:
        """Take the last slots back that are not written yet."""
        self._recent.clear()

    def interrupt(self) -> None:
        """Note that the clock has been set."""
        for writer in self._writers:
            writer.interrupt()

    def finish(self) -> None:
        """End the measurement: the Leq record that it breaks off is written with the time it had, if there is room."""
        self._write_down_to(0)
        for writer in self._writers:
            writer.finish()

    def close(self) -> None:
        """Write no more; what is not finished is lost, as at a loss of power."""
        for writer in self._writers:
            writer.close()

    def _write_down_to(self, kept: int) -> bool:
        try:
            while len(self._recent) > kept:
                index, heard = self._recent.popleft()
                for writer in self._writers:
                    writer.add(index, heard)
        except CardFullError:
            return False
        return True
