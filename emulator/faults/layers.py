"""Values that several faults may write over each other."""

from collections.abc import Hashable
from typing import Any

from emulator.instrument import Settings

type _Key = tuple[int, str]


class Layers:
    """The value laid last counts; when all are lifted, what was beneath them is there again.

    A value that somebody else has written meanwhile stays.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self._beneath: dict[_Key, Any] = {}
        self._laid: dict[_Key, dict[Hashable, Any]] = {}

    def lay(self, owner: Hashable, target: object, name: str, value: object) -> None:
        """Write a setting, or an attribute of anything else, for its owner."""
        laid = self._laid.setdefault((id(target), name), {})
        if not laid:
            self._beneath[id(target), name] = _read(target, name)
        laid[owner] = value
        _write(target, name, value)

    def lift(self, owner: Hashable, target: object, name: str) -> None:
        """Take the owner's value away, if there is one."""
        laid = self._laid.get((id(target), name), {})
        if owner not in laid:
            return
        was_top = next(reversed(laid)) == owner
        value = laid.pop(owner)
        if was_top and _read(target, name) == value:
            _write(target, name, next(reversed(laid.values()), self._beneath[id(target), name]))


def _read(target: object, name: str) -> Any:
    return target[name] if isinstance(target, Settings) else getattr(target, name)


def _write(target: object, name: str, value: Any) -> None:
    if isinstance(target, Settings):
        target[name] = value
    else:
        setattr(target, name, value)
