"""Faults at random, one after the other or several at once, and the time in which they are felt."""

from dataclasses import dataclass
import random
from typing import Any

from emulator import EmulatedMeter
from tests.matrix.faults import AFTER_BACKOFF_S, AFTER_RESET_S, AFTER_WEDGE_S, CASES, Case

from .ledger import Ledger, Trouble

EVERY_S = 80.0
LOOK_EVERY_S = 1.0
# Two faults that follow each other closely do together what neither does alone.
CLOSE_S = 20.0
# From the connect to the first sample: the greeting, the serial number and a row, each with its pause.
FIRST_SAMPLE_S = 6.0
# With slow answers a fact, a person's command and its read-back make a gap that is longer than what a sample covers.
SPOILING = {"busy", "garbled-line", "slow-answer"}
TABLE = tuple(case for case in CASES if case.mixes and not case.knocks)


@dataclass(slots=True)
class Active:
    """A case that has been switched on: by which numbers, when, and until when it lasts at least."""

    case: Case
    numbers: set[int]
    began: float
    until: float


class Weather:
    """Switches faults on, and tells the ledger of the time in which they are felt."""

    def __init__(self, meter: EmulatedMeter, ledger: Ledger, rng: random.Random) -> None:
        """Begin with fair weather."""
        self.strikes: list[tuple[float, str]] = []
        self._meter = meter
        self._ledger = ledger
        self._rng = rng
        self._active: list[Active] = []
        self._since: float | None = None
        self._back_s = 0.0
        self._back_by = float("-inf")

    def strike(self, now: float) -> None:
        """Switch a case on."""
        case = self._rng.choice(TABLE)
        numbers = set()
        for name, terms in case.orders:
            numbers.add(self._meter.faults.switch_on(name, **self._varied(terms)))
        self.strikes.append((now, case.id))
        self._active.append(Active(case, numbers, now, now + max(case.tail_s, LOOK_EVERY_S)))

    def clear(self) -> None:
        """Switch all off."""
        self._meter.faults.clear()

    @property
    def overloaded(self) -> bool:
        """Whether levels are not those of the scene."""
        return any(name == "overload" for active in self._active for name, _ in active.case.orders)

    def look(self, now: float, *, away: bool) -> None:
        """Note what goes on now, once a second; `away`: something else than a fault keeps the meter away."""
        on = {fault.id for fault in self._meter.faults.active()}
        for active in self._active:
            if active.numbers & on:
                active.until = max(active.until, now + active.case.tail_s)
        self._active = [active for active in self._active if now <= active.until + CLOSE_S]
        going_on = [active for active in self._active if now <= active.until]
        # What does no harm to a connection may well keep the link from getting one again.
        alone = len(self._active) == 1 and self._active[0].began >= self._back_by
        harmless = alone and _harmless(self._active[0].case)
        if away or (going_on and not harmless):
            if self._since is None:
                self._since = min([now, *(active.began for active in going_on)]) if not away else now - LOOK_EVERY_S
                self._back_s = 0.0
            # What several do together may take as long as a loss of the connection.
            together_s = 0.0 if alone and not away else AFTER_BACKOFF_S
            self._back_s = max([self._back_s, together_s, *(_back_s(active.case) for active in self._active)])
        elif self._since is not None:
            self._back_by = now + self._back_s + FIRST_SAMPLE_S
            self._ledger.take_trouble(Trouble(self._since, now, self._back_by - now))
            self._since = None

    def _varied(self, terms: dict[str, Any]) -> dict[str, Any]:
        """Let it last for another time than usual."""
        if "for_s" not in terms:
            return terms
        return terms | {"for_s": terms["for_s"] * self._rng.uniform(0.2, 1.2)}


def _harmless(case: Case) -> bool:
    """Whether no sample may be missing: all answers come soon, and are usable."""
    return case.told is None and case.stays is True and all(name not in SPOILING for name, _ in case.orders)


def _back_s(case: Case) -> float:
    """How long the link may take to come back; a wedge may last longer than what comes with it.

    A spoiled answer may be one that the matrix does not ask for: then the link gets back in step, a person's command
    goes first, and the spoiled exchange is tried again before the next row.
    """
    names = {name for name, _ in case.orders}
    if "wedge" in names:
        return AFTER_WEDGE_S
    return max(case.back_s, AFTER_RESET_S) if names & SPOILING else case.back_s
