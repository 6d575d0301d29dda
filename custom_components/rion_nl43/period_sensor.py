"""The sensors of levels over periods of the day: those that run, and the last full ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, override

from homeassistant.components.sensor import SensorEntity, SensorEntityDescription
from homeassistant.util import dt as dt_util

from .acoustics import DayPart, PeriodLevel, Rating, Span
from .coordinator import HistoryCoordinator, RionConfigEntry
from .entity import RionEntity
from .monitor import Periods
from .symbol_sensor import LEVEL
from .symbols import leq_symbol


class Told(NamedTuple):
    """A level in dB, which share of its period is covered, and the period; all that is known of it."""

    level: float | None = None
    coverage: float = 0.0
    span: Span | None = None


@dataclass(frozen=True, kw_only=True)
class PeriodDescription(SensorEntityDescription):
    """A level of a period: what the history tells of it, None where the plan of the day has no such period.

    `object_id` is what stays of the entity's name whatever the meter measures.
    """

    object_id: str
    told_fn: Callable[[Periods], Told | None]
    symbol_fn: Callable[[Periods, str], str] = lambda _, weighting: leq_symbol(weighting)


def _of(period: PeriodLevel | None) -> Told:
    return Told() if period is None else Told(period.leq, period.coverage, period.span)


def _current(part: DayPart) -> Callable[[Periods], Told | None]:
    return lambda periods: _of(periods.current.get(part)) if part in periods.rated.plan.parts else None


def _last(part: DayPart) -> Callable[[Periods], Told | None]:
    return lambda periods: _of(periods.last.get(part)) if part in periods.rated.plan.parts else None


def _rated(periods: Periods) -> Told | None:
    rated = periods.rated
    if rated.plan.rating is None:
        return None
    spans = [period.span for period in rated.periods.values()]
    span = Span(min(span.began_ms for span in spans), max(span.ended_ms for span in spans))
    return Told(rated.rating, rated.coverage, span)


def _rating_symbol(periods: Periods, weighting: str) -> str:
    """Return Lden or Ldn, which are of A-weighted levels; another weighting is told."""
    letter = leq_symbol(weighting).removesuffix("eq").removesuffix("A")
    return f"{letter}dn" if periods.rated.plan.rating is Rating.LDN else f"{letter}den"


PERIODS: Final = (
    PeriodDescription(
        key="current_24h",
        translation_key="current_24h",
        object_id="Leq today",
        told_fn=lambda periods: _of(periods.today),
        **LEVEL,
    ),
    *(
        PeriodDescription(
            key=f"current_{part}",
            translation_key=f"current_{part}",
            entity_registry_enabled_default=False,
            object_id=f"Leq {part} so far",
            told_fn=_current(part),
            **LEVEL,
        )
        for part in DayPart
    ),
    *(
        PeriodDescription(
            key=f"last_{part}",
            translation_key=f"last_{part}",
            object_id=f"Leq last {part}",
            told_fn=_last(part),
            **LEVEL,
        )
        for part in DayPart
    ),
    PeriodDescription(
        key="last_24h",
        translation_key="last_24h",
        entity_registry_enabled_default=False,
        object_id="Leq 24h yesterday",
        told_fn=lambda periods: _of(periods.last_24h),
        **LEVEL,
    ),
    PeriodDescription(
        key="last_rating",
        translation_key="last_rating",
        object_id="Rating last full day",
        told_fn=_rated,
        symbol_fn=_rating_symbol,
        **LEVEL,
    ),
)


class PeriodSensor(RionEntity[HistoryCoordinator], SensorEntity):
    """A level that the history tells, whether the meter is there or not; it is named after what is measured."""

    entity_description: PeriodDescription
    # How much is covered changes all the time; when the period is follows from the name and the day.
    _unrecorded_attributes = frozenset({"coverage", "began", "ended"})

    def __init__(self, entry: RionConfigEntry, coordinator: HistoryCoordinator, description: PeriodDescription) -> None:
        """Bear the symbol that is known so far."""
        super().__init__(entry, coordinator, description)
        self._set_symbol()

    @property
    @override
    def available(self) -> bool:
        """Return whether the plan of the day has this period."""
        return super().available and self._told is not None

    @property
    @override
    def suggested_object_id(self) -> str:
        """Return the part of the entity id that stays whatever the meter measures."""
        return self.entity_description.object_id

    @property
    @override
    def native_value(self) -> float | None:
        """Return the level in dB; None where too little of the period is covered."""
        told = self._told
        return None if told is None or told.level is None else round(told.level, 1)

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return how much of the period is covered in %, and from when to when it is."""
        return told_attributes(self._told or Told())

    @override
    def _handle_coordinator_update(self) -> None:
        self._set_symbol()
        super()._handle_coordinator_update()

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), self.native_value, self.extra_state_attributes

    @property
    def _told(self) -> Told | None:
        return self.entity_description.told_fn(self.coordinator.data.periods)

    def _set_symbol(self) -> None:
        coordinator = self.coordinator
        named = self.entity_description.symbol_fn(coordinator.data.periods, coordinator.monitor.history.weighting)
        self._attr_translation_placeholders = {"symbol": named}
        # The base class caches the name and does not know that it depends on the placeholders.
        self.__dict__.pop("name", None)


def told_attributes(told: Told) -> dict[str, Any]:
    """Return the attributes of a level: the coverage in %, rounded down so that 100 % is all of it, and the period."""
    began, ended = (None, None) if told.span is None else (ms // 1000 for ms in told.span)
    return {
        "coverage": int(100 * told.coverage),
        "began": None if began is None else dt_util.utc_from_timestamp(began),
        "ended": None if ended is None else dt_util.utc_from_timestamp(ended),
    }
