"""What the card is used for at this moment."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from ..signal import Signal

# Who follows a transfer has no use for more news than this.
TELL_EVERY_S = 0.5


class ActivityKind(StrEnum):
    """What a session with the meter's FTP server is for."""

    IDLE = "idle"
    LISTING = "listing"
    DOWNLOADING = "downloading"
    IMPORTING = "importing"


@dataclass(frozen=True, slots=True)
class CardActivity:
    """What goes on: the file on the card, the bytes of files so far in this session, and how many it will be if known.

    It begins with the wait for a quiet moment: until the first byte of a file there is no `path`.
    """

    kind: ActivityKind = ActivityKind.IDLE
    path: str | None = None
    done: int = 0
    total: int | None = None


class ActivityTeller:
    """Knows the activity, and tells it: at once when it begins and ends, else at most twice a second."""

    def __init__(self) -> None:
        """Nothing goes on."""
        self.current = CardActivity()
        self._changes = Signal[CardActivity]("activity of the card")
        self._before = 0
        self._timer: asyncio.TimerHandle | None = None

    def on_change(self, callback: Callable[[CardActivity], None]) -> Callable[[], None]:
        """Be told the activity."""
        return self._changes.connect(callback)

    def begin(self, kind: ActivityKind) -> None:
        """A session is wanted."""
        self._before = 0
        self._tell_now(CardActivity(kind))

    def end(self) -> None:
        """It is over."""
        self._tell_now(CardActivity())

    def expect(self, total: int | None) -> None:
        """So many bytes are to come in this session."""
        self._tell(replace(self.current, total=total))

    def moved(self, path: str, size: int, _listed: int | None) -> None:
        """So many bytes of this file have come."""
        if size == 0:
            self._before = self.current.done
        self._tell(replace(self.current, path=path, done=self._before + size))

    def _tell(self, activity: CardActivity) -> None:
        self.current = activity
        if self._timer is None:
            self._tell_now(activity)

    def _tell_now(self, activity: CardActivity) -> None:
        self.current = activity
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if activity.kind is not ActivityKind.IDLE:
            self._timer = asyncio.get_running_loop().call_later(TELL_EVERY_S, self._look, activity)
        self._changes.send(activity)

    def _look(self, told: CardActivity) -> None:
        self._timer = None
        if self.current != told:
            self._tell_now(self.current)
