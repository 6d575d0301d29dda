"""Which exchange comes next. Pure: time is passed in.

While polled, every other exchange at least is `DOD?`. Between them come, in this order: the run state when it is due or
wanted, what somebody waits for (the round of all facts right after a connect, labels when a measurement starts), and
then one slow fact in a great many exchanges. In the break of a stream come a `DOD?`, and after it a few of the others
in the same order: as many as are due, but never so many that the hole becomes long.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum, auto

from .facts import FACTS, Fact

RUN_EVERY_S = 60.0
RUN_RETRY_S = 10.0
# About one in two minutes. With `Measure?` once a minute 0.97 of the exchanges are left to `DOD?`, also by cellular.
EXCHANGES_PER_FACT = 120
# The same in the break of a stream, which has room for few of all that may wait.
FACT_EVERY_S = 120.0
FACTS_PER_BREAK = 4
# Facts that change by themselves get three of four turns; every second one of the others is for what is watched.
OFTEN_TURNS = 3
TURNS = 2 * (OFTEN_TURNS + 1)


class Ask(Enum):
    """Exchanges that are more than a row of the table of facts."""

    LEVELS = auto()
    RUN = auto()
    PAUSED = auto()
    CLOCK = auto()
    POWER = auto()


@dataclass(frozen=True, slots=True)
class AskFact:
    """Read one fact by one of its commands."""

    fact: Fact
    command: str


type Exchange = Ask | AskFact

COMMANDS = {Ask.LEVELS: "DOD", Ask.RUN: "Measure", Ask.PAUSED: "Pause", Ask.CLOCK: "Clock", Ask.POWER: "DRD?status"}
LABELS: tuple[Fact, ...] = tuple(fact for fact in FACTS if fact.label)
ALL: tuple[Ask | Fact, ...] = (Ask.PAUSED, *LABELS, Ask.CLOCK, *(fact for fact in FACTS if not fact.label), Ask.POWER)
OFTEN: tuple[Ask | Fact, ...] = (*(fact for fact in FACTS if fact.often), Ask.CLOCK, Ask.PAUSED)
SELDOM: tuple[Ask | Fact, ...] = (*(fact for fact in FACTS if not fact.often), Ask.POWER)


class Schedule:
    """Order of the exchanges with one meter; `wanted` tells of an exchange whether it makes sense at present."""

    def __init__(self, wanted: Callable[[Ask | Fact], bool]) -> None:
        """Begin as after a connect."""
        self._wanted = wanted
        self._seldom = deque(SELDOM)
        self._often = deque(OFTEN)
        self._watched = deque[Fact]()
        self._suspecting = False
        self._turn = 0
        self._fact_at = 0.0
        self._slow_left = self._facts_left = 0
        self.unsupported: frozenset[str] = frozenset()
        self.connected()

    def connected(self) -> None:
        """A connection is new: nothing is known to be unsupported, everything is to be read; then it is `settled`."""
        self.unsupported = frozenset()
        self.settled = False
        self._run_read_at: float | None = None
        self._levels_last = True
        self._since_fact = 0
        self._round = deque((*ALL, *(fact for fact in self._watched if fact not in ALL)))

    @property
    def round_done(self) -> bool:
        """Whether nothing is left that somebody waits for."""
        return not self._round

    def want_run(self) -> None:
        """Ask for the run state in the next free place."""
        self._run_read_at = None

    def run_read(self, now: float) -> None:
        """The run state has just been read."""
        self._run_read_at = now

    def run_failed(self, now: float) -> None:
        """The run state was asked for in vain: try again soon, not at once."""
        self._run_read_at = now - RUN_EVERY_S + RUN_RETRY_S

    def want(self, asks: Iterable[Ask | Fact]) -> None:
        """Read these before all else that waits."""
        asks = tuple(asks)
        self._round = deque((*asks, *(ask for ask in self._round if ask not in asks)))

    def watch(self, fact: Fact) -> None:
        """Read this too, soon and then in the seldom turns, until `unwatch`."""
        self._watched.append(fact)
        if fact not in self._round:
            self._round.append(fact)

    def unwatch(self, fact: Fact) -> None:
        """Read it no more than all the others."""
        self._watched.remove(fact)
        if fact not in ALL and fact in self._round:
            self._round.remove(fact)

    def suspect(self) -> None:
        """Somebody may have changed the meter: read soon what its levels mean and what is watched, once until done."""
        if self.settled and not self._suspecting:
            self._suspecting = True
            self.want((*LABELS, *(fact for fact in self._watched if fact not in LABELS)))

    def refuse(self, command: str) -> None:
        """The meter will not answer this request on this connection."""
        self.unsupported |= {command}

    def row_first(self) -> None:
        """Let a row come before anything else."""
        self._levels_last = False

    def next(self, now: float) -> Exchange:
        """Say what to ask now; it counts as asked."""
        exchange = self._between(now) if self._levels_last else Ask.LEVELS
        self._levels_last = exchange is Ask.LEVELS
        self._since_fact += 1
        return exchange

    def begin_break(self, now: float, *, facts: bool) -> None:
        """A stream rests now; `next_in_break` says what to ask meanwhile: slow facts only where there is time."""
        self.row_first()
        self._facts_left = FACTS_PER_BREAK if facts else 0
        self._slow_left = int((now - self._fact_at) / FACT_EVERY_S)

    def next_in_break(self, now: float) -> Exchange | None:
        """Say what to ask before the stream goes on, None if nothing; it counts as asked."""
        if not self._levels_last:
            self._levels_last = True
            return Ask.LEVELS
        if self._run_due(now):
            return Ask.RUN
        if not self._facts_left:
            return None
        self._facts_left -= 1
        if (exchange := self._waiting(now)) or self._slow_left <= 0:
            return exchange
        self._slow_left -= 1
        return self._slow(now)

    def _between(self, now: float) -> Exchange:
        if self._run_due(now):
            return Ask.RUN
        if exchange := self._waiting(now):
            return exchange
        if self._since_fact >= EXCHANGES_PER_FACT and (exchange := self._slow(now)):
            return exchange
        return Ask.LEVELS

    def _run_due(self, now: float) -> bool:
        """Whether the run state is to be asked for; it counts as asked then."""
        due = self._run_read_at is None or now - self._run_read_at >= RUN_EVERY_S
        if due:
            self._run_read_at = now
        return due

    def _waiting(self, now: float) -> Exchange | None:
        """Take the next of what somebody waits for that is possible."""
        while self._round:
            if exchange := self._possible(self._round.popleft()):
                self._fact_asked(now)
                return exchange
        self.settled = True
        self._suspecting = False
        return None

    def _fact_asked(self, now: float) -> None:
        self._since_fact = 0
        self._fact_at = now

    def _slow(self, now: float) -> Exchange | None:
        """Take the next in turn that is possible; a ring without any passes its turn to the other."""
        self._turn = (self._turn + 1) % TURNS
        rings: list[deque[Ask | Fact] | deque[Fact]] = [self._often, self._seldom]
        if self._turn % (OFTEN_TURNS + 1) == 0:
            rings.reverse()
        if self._turn == 0:
            rings.insert(0, self._watched)
        for ring in rings:
            for _ in range(len(ring)):
                ask = ring[0]
                ring.rotate(-1)
                if exchange := self._possible(ask):
                    self._fact_asked(now)
                    return exchange
        return None

    def _possible(self, ask: Ask | Fact) -> Exchange | None:
        if not self._wanted(ask):
            return None
        if isinstance(ask, Ask):
            return None if COMMANDS[ask] in self.unsupported else ask
        for command in ask.commands:
            if command not in self.unsupported:
                return AskFact(ask, command)
        return None
