"""What is wrong with the link, in one word: from its status, from a probe, from what is known of the meter."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ...nl43 import Link, LinkError, LinkState, LinkStatus, RunState
from ..card.door import FtpDoor
from ..kept import kept_flag, kept_mapping
from ..signal import Signal
from ..state import MeterState
from .probe import Findings, ProbePorts, probe

# A wedged meter is cured by nothing but its power, and connecting to it over and over may be what wedged it.
WEDGED_PATIENCE_S = 60.0
# So long the word for a first refusal waits for the probe, which is done sooner: Refused is not told in passing.
PROBE_PATIENCE_S = 5.0


class Diagnosis(StrEnum):
    """What the link is or suffers from.

    `timeout`: dead link, or the slot is taken; `refused`: neither wedged nor asleep; `wedged`: refused, but FTP greets;
    `asleep`: gone with Sleep Mode on; `standby`: closed on request.
    """

    CONNECTED = "connected"
    CONNECTING = "connecting"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    WEDGED = "wedged"
    ASLEEP = "asleep"
    STANDBY = "standby"
    POWER_CYCLING = "power_cycling"

    @property
    def sentence(self) -> str:
        """What it means, in plain words."""
        return _SENTENCES[self]


_SENTENCES = {
    Diagnosis.CONNECTED: "the meter is connected",
    Diagnosis.CONNECTING: "the meter is about to be connected",
    Diagnosis.TIMEOUT: "nothing answers: the meter is off, out of reach, or connected to another program",
    Diagnosis.REFUSED: "the meter is there, but it refuses the connection: TCP is off, or USB or the web app is on",
    Diagnosis.WEDGED: "the meter lives, but its control port hangs: only to switch it off and on helps",
    Diagnosis.ASLEEP: "the meter sleeps",
    Diagnosis.STANDBY: "the connection is in standby",
    Diagnosis.POWER_CYCLING: "the meter is being switched off and on",
}


@dataclass(frozen=True, slots=True)
class LinkDiagnosis:
    """A diagnosis, since when (loop time), the error behind it, and whether the web app answers while refused."""

    diagnosis: Diagnosis
    since: float
    error: LinkError | None = None
    web_app: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """What a diagnosis is made of.

    `standing`: a connection stands, be it silent; `found`: by the probe after a refusal, None before it is done;
    `may_sleep`: Sleep Mode is on and no measurement keeps the meter awake, as far as known.
    """

    state: LinkState
    standing: bool = False
    found: Findings | None = None
    may_sleep: bool = False
    power_cycling: bool = False


def diagnose(seen: Observation) -> Diagnosis:
    """Find the word for it. Pure."""
    if seen.power_cycling and seen.state is not LinkState.STANDBY:
        return Diagnosis.POWER_CYCLING
    if seen.state is LinkState.REFUSED:
        if seen.found is not None and seen.found.ftp_greets:
            return Diagnosis.WEDGED
        gone = seen.found is not None and not seen.found.web_answers
        return Diagnosis.ASLEEP if gone and seen.may_sleep else Diagnosis.REFUSED
    if seen.state is LinkState.TIMEOUT and seen.may_sleep and not seen.standing:
        return Diagnosis.ASLEEP
    return Diagnosis(seen.state.value)


class Diagnostician:
    """Keeps the diagnosis of one link while `run` runs, and makes the link patient while the meter is wedged."""

    def __init__(
        self, link: Link, state: MeterState, restored: object = None, keep: Callable[[], None] = lambda: None
    ) -> None:
        """Watch this link; `restored` is `memory` of an earlier run, and `keep` is called when `memory` has changed."""
        self.probe_ports = ProbePorts()
        self.ftp_door = FtpDoor()
        self._link = link
        self._state = state
        self._keep = keep
        self._changes = Signal[LinkDiagnosis]("diagnosis")
        self._wedged_changes = Signal[int]("wedged attempts")
        self._may_sleep = kept_flag(kept_mapping(restored).get("may_sleep"))
        self._probe_asked = asyncio.Event()
        self._attempts = 0
        self._connected_by = -1
        self._found: Findings | None = None
        self._wedged_attempts = 0
        self._power_cycling = False
        self._cycled_at = float("-inf")
        self._current = LinkDiagnosis(Diagnosis(link.status.state.value), link.status.since, link.status.error)

    @property
    def current(self) -> LinkDiagnosis:
        """The diagnosis now."""
        return self._current

    @property
    def wedged_attempts(self) -> int:
        """How many attempts in a row have found the meter wedged."""
        return self._wedged_attempts

    def set_power_cycling(self, power_cycling: bool) -> None:
        """Take whether the meter is being switched off and on, or boots after that; what is refused then is probed."""
        self._power_cycling = power_cycling
        self._cycled_at = asyncio.get_running_loop().time()
        self._forget_findings()
        self._ask_for_probe()
        self._tell()

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart."""
        return {"may_sleep": self._may_sleep}

    def on_change(self, callback: Callable[[LinkDiagnosis], None]) -> Callable[[], None]:
        """Be told every change of the diagnosis, its error or `web_app`."""
        return self._changes.connect(callback)

    def on_wedged(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Be told `wedged_attempts` after each attempt that found the meter wedged."""
        return self._wedged_changes.connect(callback)

    async def run(self) -> None:
        """Watch until cancelled, and probe after each attempt that was refused, and after a power cycle in vain."""
        unsubscribe = (
            self._link.on_status(self._take_status),
            self._link.on_failure(self._take_failure),
            self._state.facts_changes.connect(lambda _: self._learn()),
            self._state.measurements.connect(lambda _: self._learn()),
            self._state.availability_changes.connect(lambda *_: self._tell()),
        )
        self._take_status(self._link.status)
        try:
            while True:
                await self._probe_asked.wait()
                self._probe_asked.clear()
                await self._probe()
        finally:
            for end in unsubscribe:
                end()
            self._link.patience_s = None

    async def _probe(self) -> None:
        asked = (self._attempts, self._cycled_at)
        found = await probe(self._link.host, self.probe_ports, self.ftp_door.greets)
        if (self._attempts, self._cycled_at) != asked or not self._refuses:
            return
        self._found = found
        self._wedged_attempts = self._wedged_attempts + 1 if found.ftp_greets else 0
        self._tell()
        if self._wedged_attempts:
            self._wedged_changes.send(self._wedged_attempts)

    def _take_status(self, status: LinkStatus) -> None:
        if status.state is LinkState.CONNECTED:
            self._connected_by = self._attempts
        if status.state is not LinkState.REFUSED:
            self._forget_findings()
        self._ask_for_probe()
        self._tell()

    def _take_failure(self, _error: LinkError) -> None:
        """Count the attempt; a probe belongs to the latest one."""
        self._attempts += 1
        self._ask_for_probe()
        self._tell()

    def _ask_for_probe(self) -> None:
        if self._refuses:
            self._probe_asked.set()

    @property
    def _refuses(self) -> bool:
        """Whether the meter refuses, and not because its power is being switched."""
        return self._link.status.state is LinkState.REFUSED and not self._power_cycling

    @property
    def _being_probed(self) -> bool:
        """Whether the meter refuses, and what else answers there will be known in a moment."""
        refused_since = max(self._link.status.since, self._cycled_at)
        waiting = asyncio.get_running_loop().time() < refused_since + PROBE_PATIENCE_S
        return self._refuses and self._found is None and waiting

    def _forget_findings(self) -> None:
        self._found = None
        self._wedged_attempts = 0

    def _learn(self) -> None:
        """Take what is known of the meter's sleep; before anything is read, what was known earlier holds."""
        if (sleep_mode := self._state.facts.sleep_mode) is not None:
            may_sleep = sleep_mode == "On" and self._state.tracker.run is not RunState.START
            if may_sleep is not self._may_sleep:
                self._may_sleep = may_sleep
                self._keep()
        self._tell()

    @property
    def _unheard(self) -> bool:
        """Whether a connection stands over which nothing has come yet: somebody accepts, but perhaps not the meter."""
        return self._link.status.state is LinkState.CONNECTED and self._link.heard_at == float("-inf")

    def _tell(self) -> None:
        status = self._link.status
        if (self._unheard and not self._power_cycling) or self._being_probed:
            return
        diagnosis = diagnose(
            Observation(
                status.state,
                standing=self._connected_by == self._attempts,
                found=self._found,
                may_sleep=self._may_sleep,
                power_cycling=self._power_cycling,
            )
        )
        self._link.patience_s = WEDGED_PATIENCE_S if diagnosis is Diagnosis.WEDGED else None
        web_app = diagnosis is Diagnosis.REFUSED and self._found is not None and self._found.web_answers
        told = self._current
        if (diagnosis, type(status.error), web_app) == (told.diagnosis, type(told.error), told.web_app):
            return
        since = told.since if diagnosis is told.diagnosis else asyncio.get_running_loop().time()
        self._current = LinkDiagnosis(diagnosis, since, status.error, web_app)
        self._changes.send(self._current)
