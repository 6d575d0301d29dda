"""One client that watches a meter live: what he may read, and how much of it he can take."""

from collections import deque
from collections.abc import Mapping
from typing import Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.components.websocket_api.messages import construct_event_message
from homeassistant.core import callback

from .alerts import Metric

# So many samples may be on their way to a client who acknowledges them.
UNACKNOWLEDGED_LIMIT: Final = 60


class LiveSubscription:
    """One subscription; two with the same `keys` of metrics get the same samples.

    Samples that a client who `acknowledges` cannot take are left out: of those, only the latest is of interest.
    """

    def __init__(
        self,
        connection: ActiveConnection,
        number: int,
        metrics: Mapping[str, Metric],
        *,
        history_s: int,
        acknowledges: bool,
    ) -> None:
        """Send nothing yet."""
        self.metrics = metrics
        self.keys = tuple(metrics)
        self.history_s = history_s
        self._number = number
        self._connection = connection
        self._unacknowledged: deque[float] | None = deque() if acknowledges else None
        self._skipped = 0

    @property
    def id(self) -> tuple[ActiveConnection, int]:
        """What tells it from all others."""
        return self._connection, self._number

    @property
    def number(self) -> int:
        """Its number on the connection, by which the client acknowledges."""
        return self._number

    @property
    def user(self) -> User:
        """Whose client it is."""
        return self._connection.user

    @property
    def may_read_all(self) -> bool:
        """Whether the client may read everything."""
        return self.user.permissions.access_all_entities(POLICY_READ)

    def may_read(self, entity_id: str | None) -> bool:
        """Whether the client may read an entity, for one who may not read everything."""
        return entity_id is not None and self.user.permissions.check_entity(entity_id, POLICY_READ)

    @callback
    def async_send(self, event: bytes) -> None:
        """Tell the client what is written down already."""
        self._connection.send_message(construct_event_message(self._number, event))

    @callback
    def async_send_sample(self, t: float, event: bytes) -> None:
        """Tell the client of a sample, a JSON object, if he can take it."""
        if self._unacknowledged is not None:
            if len(self._unacknowledged) >= UNACKNOWLEDGED_LIMIT:
                self._skipped += 1
                return
            self._unacknowledged.append(t)
        if self._skipped:
            event = b'%b,"skipped":%d}' % (event[:-1], self._skipped)
            self._skipped = 0
        self.async_send(event)

    @callback
    def async_skip(self) -> None:
        """Leave out a sample."""
        self._skipped += 1

    @callback
    def async_acknowledge(self, t: float) -> bool:
        """Take how far the client has come; true if the latest sample was left out and is to be sent now."""
        waiting = self._unacknowledged
        if not waiting or t not in waiting:
            return False
        was_full = len(waiting) >= UNACKNOWLEDGED_LIMIT
        while waiting.popleft() != t:
            pass
        if not was_full or not self._skipped:
            return False
        self._skipped -= 1
        return True

    @callback
    def async_restart(self) -> None:
        """Begin anew: what was sent before is of no interest any more."""
        self._skipped = 0
        if self._unacknowledged is not None:
            self._unacknowledged.clear()

    @callback
    def async_cancel(self) -> None:
        """End it from this side, once."""
        self._connection.subscriptions.pop(self._number)()
