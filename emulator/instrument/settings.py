"""The settings of a meter, as one finds them in its menus."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping

from .command import Command
from .table import BY_NAME, COMMANDS


def find(name: str) -> Command:
    """Return the stored setting of this name, in any case or by its alias; KeyError if there is none."""
    command = BY_NAME.get(name.lower())
    if command is None or not command.stored:
        raise KeyError(name)
    return command


class Settings(MutableMapping[str, str]):
    """Name -> value, in canonical form. All stored settings of the table, installed options or not."""

    def __init__(self, differing: Mapping[str, str], on_change: Callable[[str], None] = lambda name: None) -> None:
        """Begin with the factory's settings and those that differ; `on_change` is told each name that changes."""
        self._values = {command.name: command.default for command in COMMANDS if command.default is not None}
        self._on_change = on_change
        for name, value in differing.items():
            self._store(name, value)
        self._initial = self._values.copy()

    def __getitem__(self, name: str) -> str:
        return self._values[find(name).name]

    def __setitem__(self, name: str, value: str) -> None:
        """Set as an operator at the meter would; ValueError if the setting has no such value."""
        self._on_change(self._store(name, value))

    def __delitem__(self, name: str) -> None:
        raise TypeError("a setting can be changed, not removed")

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def is_on(self, name: str) -> bool:
        """Whether a switch is On."""
        return self[name] == "On"

    def reset(self) -> None:
        """Go back to how it began."""
        for name, value in self._initial.items():
            if self[name] != value:
                self[name] = value

    def _store(self, name: str, value: str) -> str:
        command = find(name)
        canonical = command.values.canonical(value) if command.values else None
        if canonical is None:
            raise ValueError(f"{command.name} cannot be {value!r}")
        self._values[command.name] = canonical
        return command.name
