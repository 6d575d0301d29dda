"""What the entities of a meter's settings have in common, whatever their platform."""

from collections.abc import Callable
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.entity import EntityDescription

from .coordinator import FactsCoordinator, RionConfigEntry
from .entity import RionEntity
from .errors import translate_errors
from .settings_table import Setting


class SettingEntity(RionEntity[FactsCoordinator]):
    """A setting of the meter; it is read from now and then for as long as the entity is in use.

    It is not available while the meter has refused all names of the setting on this connection.
    """

    def __init__(
        self, entry: RionConfigEntry, coordinator: FactsCoordinator, description: EntityDescription, setting: Setting
    ) -> None:
        """Bear the setting; it is not watched yet."""
        super().__init__(entry, coordinator, description)
        self._setting = setting
        self._watched: str | None = None
        self._unwatch: Callable[[], None] | None = None

    @property
    @override
    def available(self) -> bool:
        return super().available and self._name is not None

    @property
    def told(self) -> str | None:
        """The value as the meter told it; None while it has not."""
        return None if self._name is None else self.coordinator.data.settings.get(self._name)

    @property
    def _name(self) -> str | None:
        """The name by which this meter knows the setting, as far as is known; None if by none."""
        refused = self.coordinator.data.unsupported
        return next((name for name in self._setting.commands if name not in refused), None)

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to watch."""
        await super().async_added_to_hass()
        self._watch(self._name)
        self.async_on_remove(lambda: self._watch(None))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Watch by another name first, if this one was refused."""
        if self._name is not None:
            self._watch(self._name)
        super()._handle_coordinator_update()

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), self.told

    @callback
    def _watch(self, name: str | None) -> None:
        """Watch the setting by that name, or not at all."""
        if name == self._watched:
            return
        if self._unwatch is not None:
            self._unwatch()
        self._watched = name
        self._unwatch = None if name is None else self.coordinator.monitor.watch_setting(name)

    @translate_errors
    async def async_set(self, value: str) -> None:
        """Change the setting, and see that the meter took it."""
        name = self._name or self._setting.commands[0]
        await self.coordinator.monitor.commands.set_setting(name, value, self._asked("setting"))
