"""What a process and its event loop do: CPU time, memory, and how late the loop comes to what is due."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import time

# So often somebody looks at the clock; what is due in between waits just as long.
INTERVAL_S = 0.02


@dataclass(frozen=True, slots=True)
class Figures:
    """What was found between two moments; `own_*` is lag that this process made itself, whoever else has the cores."""

    seconds: float
    loop_cpu_s: float
    process_cpu_s: float
    memory_mb: float
    lag_p50_s: float
    lag_p99_s: float
    lag_max_s: float
    own_p99_s: float
    own_max_s: float


class Probe:
    """Watches the running loop until stopped; made in the loop's own thread."""

    def __init__(self) -> None:
        """Begin to watch."""
        self._loop = asyncio.get_running_loop()
        self._lags_s: list[float] = []
        self._own_s: list[float] = []
        self._due = self._loop.time() + INTERVAL_S
        self._looked_cpu_s = time.process_time()
        self._handle = self._loop.call_at(self._due, self._look)
        self._whole = self._phase = (0, *self._moment())

    def begin(self) -> None:
        """Begin another phase."""
        self._phase = (len(self._lags_s), *self._moment())

    def figures(self, *, whole: bool = False) -> Figures:
        """Return what was found since the phase began, or in all phases."""
        first, *began = self._whole if whole else self._phase
        seconds, loop_cpu_s, process_cpu_s = (now - then for now, then in zip(self._moment(), began, strict=True))
        lags_s, own_s = self._lags_s[first:], self._own_s[first:]
        return Figures(
            seconds=seconds,
            loop_cpu_s=loop_cpu_s,
            process_cpu_s=process_cpu_s,
            memory_mb=_memory_mb(),
            lag_p50_s=percentile(lags_s, 50),
            lag_p99_s=percentile(lags_s, 99),
            lag_max_s=max(lags_s, default=0.0),
            own_p99_s=percentile(own_s, 99),
            own_max_s=max(own_s, default=0.0),
        )

    def stop(self) -> None:
        """Watch no longer."""
        self._handle.cancel()

    def _look(self) -> None:
        now, cpu_s = self._loop.time(), time.process_time()
        worked_s = cpu_s - self._looked_cpu_s
        self._looked_cpu_s = cpu_s
        # Each moment that has gone by unseen counts: one long pause is no single late one.
        while (late_s := now - self._due) >= 0:
            self._lags_s.append(late_s)
            self._own_s.append(min(late_s, worked_s))
            self._due += INTERVAL_S
        self._handle = self._loop.call_at(self._due, self._look)

    def _moment(self) -> tuple[float, float, float]:
        return time.perf_counter(), time.thread_time(), time.process_time()


def percentile(values: Sequence[float], percent: float) -> float:
    """Return the value that so many percent do not exceed; 0 if there is none."""
    if not values:
        return 0.0
    return sorted(values)[min(len(values) - 1, int(len(values) * percent / 100))]


def _memory_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
