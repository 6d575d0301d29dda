"""The sensors of levels over windows: LAeq,15min and its like, as many as the options want."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, override

from homeassistant.components.sensor import SensorEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .acoustics import PERCENTAGES, Basis, WindowKind, WindowLevels, WindowSpec
from .adding import async_add_in_groups
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .monitor import Facts
from .options import WINDOW_CHOICES_MIN, MeterOptions
from .symbol_sensor import LEVEL, SymbolSensor
from .symbols import window_symbol

QUANTITIES: Final = ("leq", "lmax", "lmin", *(f"l{percentage}" for percentage in PERCENTAGES))
ENABLED: Final = frozenset({("leq", 1), ("leq", 15), ("l10", 15), ("l90", 15)})


@dataclass(frozen=True, kw_only=True)
class WindowDescription(SensorEntityDescription):
    """A level over a window; a running one ends now, an aligned one when a period of the clock did."""

    quantity: str
    minutes: int
    kind: WindowKind

    @property
    def spec(self) -> WindowSpec:
        """The window that it is of."""
        return WindowSpec(self.kind, self.minutes * 60)


def window_key(quantity: str, minutes: int, kind: WindowKind) -> str:
    """Return the end of the unique id of a level over a window."""
    return f"{quantity}_{minutes}min{'_aligned' if kind is WindowKind.ALIGNED else ''}"


def _describe(quantity: str, minutes: int, kind: WindowKind) -> WindowDescription:
    name = quantity if quantity in ("leq", "lmax", "lmin") else "ln"
    return WindowDescription(
        key=window_key(quantity, minutes, kind),
        translation_key=f"{kind}_{name}",
        entity_registry_enabled_default=kind is WindowKind.RUNNING and (quantity, minutes) in ENABLED,
        quantity=quantity,
        minutes=minutes,
        kind=kind,
        **LEVEL,
    )


@cache
def _describe_length(minutes: int) -> tuple[WindowDescription, ...]:
    return tuple(_describe(quantity, minutes, kind) for kind in WindowKind for quantity in QUANTITIES)


def describe_windows(lengths_min: Iterable[int]) -> tuple[WindowDescription, ...]:
    """Return all levels of windows of these lengths."""
    return tuple(description for minutes in lengths_min for description in _describe_length(minutes))


async def async_follow_windows(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Have the windows that the options want, now and whenever they change; the entry is not reloaded for that."""
    present: set[int] = set()

    @callback
    def missing() -> Iterator[RionWindowSensor]:
        wanted = set(MeterOptions.from_entry(entry).windows)
        _async_remove(hass, entry, set(WINDOW_CHOICES_MIN) - wanted)
        added = describe_windows(sorted(wanted - present))
        present.clear()
        present.update(wanted)
        return (RionWindowSensor(entry, entry.runtime_data.levels, description) for description in added)

    async def options_changed(_hass: HomeAssistant, _entry: RionConfigEntry) -> None:
        async_add_entities(missing())

    await async_add_in_groups(async_add_entities, missing())
    # The options may have changed meanwhile.
    async_add_entities(missing())
    entry.async_on_unload(entry.add_update_listener(options_changed))


@callback
def _async_remove(hass: HomeAssistant, entry: RionConfigEntry, lengths_min: Iterable[int]) -> None:
    """Remove the sensors of windows that are not wanted any more, whether they are enabled or not."""
    serial = entry.runtime_data.identity.serial
    gone = {f"{serial}_{description.key}" for description in describe_windows(lengths_min)}
    registry = er.async_get(hass)
    for found in er.async_entries_for_config_entry(registry, entry.entry_id):
        if found.platform == DOMAIN and found.unique_id in gone:
            registry.async_remove(found.entity_id)


class RionWindowSensor(SymbolSensor):
    """A level over a window."""

    entity_description: WindowDescription
    # How much of a window is covered changes as it fills; only what the level is made of is worth a place on disk.
    _unrecorded_attributes = frozenset({"coverage"})

    @property
    @override
    def suggested_object_id(self) -> str:
        """Return the part of the entity id that stays whatever the meter measures."""
        description = self.entity_description
        # A comma between figures would be lost: L1,1min is not L11min.
        plain = window_symbol(description.quantity, description.minutes, None).replace(",", " ")
        return f"{plain} clock-aligned" if description.kind is WindowKind.ALIGNED else plain

    @property
    @override
    def native_value(self) -> float | None:
        """Return the level in dB; None where too little of the window is covered."""
        if (levels := self._levels) is None:
            return None
        quantity = self.entity_description.quantity
        level = (
            getattr(levels, quantity)
            if quantity in ("leq", "lmax", "lmin")
            else levels.percentiles.get(int(quantity.removeprefix("l")))
        )
        return None if level is None else round(level, 1)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return how much of the window is covered in %, and by samples of which kind."""
        coverage, basis = self._covered
        return {"coverage": coverage, "basis": basis}

    @override
    async def async_added_to_hass(self) -> None:
        """Have the window published."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.async_watch_window(self.entity_description.spec))

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), *self._covered

    @property
    def _levels(self) -> WindowLevels | None:
        return self.coordinator.data.windows.get(self.entity_description.spec)

    @property
    def _covered(self) -> tuple[int, Basis | None]:
        """The coverage, rounded down so that 100 % is all of it, and the basis."""
        return (0, None) if (levels := self._levels) is None else (int(levels.coverage_percent), levels.basis)

    @override
    def _name_parts(self, facts: Facts) -> dict[str, str]:
        description = self.entity_description
        return {"symbol": window_symbol(description.quantity, description.minutes, facts)}
