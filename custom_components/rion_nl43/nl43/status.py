"""How a link is, what it did, and the times it keeps."""

from dataclasses import dataclass
from enum import StrEnum

from .errors import LinkError


class LinkState(StrEnum):
    """Diagnosis of the link."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """State, since when (loop time), and the error that explains it, if one does."""

    state: LinkState
    since: float
    error: LinkError | None = None


@dataclass(slots=True)
class LinkStatistics:
    """Counters since the link was made; `last_answer_s` is the time the last complete answer took.

    `streams` were accepted; they are no `exchanges`, of which each has one answer.
    """

    attempts: int = 0
    connects: int = 0
    losses: int = 0
    exchanges: int = 0
    refusals: int = 0
    timeouts: int = 0
    unusable: int = 0
    retries: int = 0
    resyncs: int = 0
    streams: int = 0
    stream_rows: int = 0
    drained_bytes: int = 0
    last_answer_s: float | None = None


@dataclass(frozen=True, slots=True)
class LinkTiming:
    """Times in seconds; the defaults are the meter's rules and must not be undercut towards a real one."""

    # The meter wants 1 s before DOD? and a complete answer before anything.
    spacing_s: float = 1.0
    # The meter answers within 3 s. A lost answer is noticed so early that, spacing kept, the one to the next command is
    # there before the meter has been silent for 6 s.
    answer_timeout_s: float = 3.5
    # To get back in step; a link that fails for a moment is not worth another connection.
    resync_timeout_s: float = 6.3
    connect_timeout_s: float = 8.0
    # A prompt may come right after the connect.
    greeting_s: float = 0.25
    # Out of step: the line counts as quiet after this; a line that is not quiet in the end is given up.
    quiet_s: float = 0.5
    stream_quiet_s: float = 0.4
    drain_limit_s: float = 5.0
    # A stream has a row each 100 ms; after so long without one it is no stream any more.
    stall_s: float = 2.0
    # So long after a recovery an answer is only believed when no other follows it.
    wary_s: float = 10.0
    # The meter frees its only connection slowly.
    release_s: float = 5.0
    backoff_s: tuple[float, ...] = (5.0, 10.0, 20.0, 30.0)
