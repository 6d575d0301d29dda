"""Notices from the rows alone that the measurement may have stopped, gone on or begun anew."""

from ...nl43 import Levels

# In steady sound the results of a long measurement stand still for seconds: each false alarm doubles the patience, so
# that long measurements cost no exchanges and short ones are told at once.
FROZEN_ROWS = 5
MAX_PATIENCE = 80

type Results = tuple[float | None, ...]


def results_of(levels: Levels) -> Results:
    """What stands still when the measurement does: Leq, LE, Lmax, Lmin, LN1..LN5 of the main channel."""
    main = levels.main
    return (main.leq, main.le, main.lmax, main.lmin, *main.ln)


class HeldWatch:
    """Compares each row with the one before it and with what the run state lets expect."""

    def __init__(self) -> None:
        """Nothing is expected before the run state is known."""
        self._results: Results | None = None
        self._lp: float | None = None
        self._le: float | None = None
        self._moving: bool | None = None
        self._surprises = 0
        self._patience = 1
        self.changed = False

    def row(self, levels: Levels, moving: bool | None) -> bool:
        """Take the next row; true when the run state should be asked for now.

        `moving`: the results are expected to move (measuring), to stand still (stopped, paused), or neither (None).
        Afterwards `changed` tells whether the results differ from those of the row before.
        """
        if moving is not self._moving:
            self._expect(moving)
        main, results = levels.main, results_of(levels)
        self.changed = self._results is not None and results != self._results
        frozen = results == self._results and main.lp != self._lp
        # The energy of a running measurement only grows.
        fell_back = self._le is not None and (main.le is None or main.le < self._le)
        self._results, self._lp, self._le = results, main.lp, main.le
        if moving is None:
            return False
        if moving and self.changed:
            self._surprises = 0
        return (moving and fell_back) or self._surprised(frozen if moving else self.changed)

    def _expect(self, moving: bool | None) -> None:
        """Start afresh: the first row after a change of state may well be the last word of the old one."""
        self._results = self._le = None
        self._moving = moving
        self._surprises = 0
        self._patience = FROZEN_ROWS if moving else 1

    def _surprised(self, surprising: bool) -> bool:
        self._surprises += surprising
        if self._surprises < self._patience:
            return False
        self._surprises = 0
        self._patience = min(2 * self._patience, MAX_PATIENCE)
        return True
