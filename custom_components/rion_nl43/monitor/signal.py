"""Callbacks that do not disturb one another."""

from collections.abc import Callable
from functools import partial
import logging

_LOGGER = logging.getLogger(__name__)


class Signal[*Values]:
    """Subscribers of one kind of news."""

    def __init__(self, name: str) -> None:
        """Name the news, for the log."""
        self._name = name
        self._callbacks: dict[object, Callable[[*Values], None]] = {}
        self._failed: set[object] = set()

    def connect(self, callback: Callable[[*Values], None]) -> Callable[[], None]:
        """Subscribe; returns what ends the subscription, which may be called more than once."""
        token = object()
        self._callbacks[token] = callback
        return partial(self._disconnect, token)

    def send(self, *values: *Values) -> None:
        """Call every subscriber; an error of one is logged the first time and stops nobody else."""
        for token, callback in list(self._callbacks.items()):
            if token not in self._callbacks:
                continue
            try:
                callback(*values)
            except Exception:  # whatever a subscriber raises is its own affair
                if token not in self._failed:
                    self._failed.add(token)
                    _LOGGER.exception("A subscriber of the %s failed; it is told further news all the same", self._name)

    def _disconnect(self, token: object) -> None:
        self._callbacks.pop(token, None)
        self._failed.discard(token)
