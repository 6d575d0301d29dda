"""What shows the alerts of a rule: whether it is breached, how bad that is, and all that happens to it."""

from collections.abc import Iterator
from typing import Any, Final, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, callback
from homeassistant.util import dt as dt_util

from .alert_data import alert_data, rounded
from .alerts import Episode, Grade, Transition, TransitionKind
from .coordinator import RionConfigEntry
from .monitor import RuleState
from .rule_entity import RuleEntity

BREACH: Final = BinarySensorEntityDescription(
    key="breach", translation_key="breach", device_class=BinarySensorDeviceClass.SOUND
)
GRADE: Final = SensorEntityDescription(
    key="grade",
    translation_key="grade",
    device_class=SensorDeviceClass.ENUM,
    options=[grade.word for grade in Grade],
)
ALERT: Final = EventEntityDescription(
    key="alert", translation_key="alert", event_types=[kind.value for kind in TransitionKind]
)
# Of `alert_data`: what the name of the entity does not say already.
EVENT_ATTRIBUTES: Final = (
    "episode_id",
    "grade",
    "previous_grade",
    "symbol",
    "level",
    "threshold",
    "peak",
    "duration",
    "reason",
    "acknowledged_by",
    "note",
)


def breach_entities(entry: RionConfigEntry, subentry: ConfigSubentry) -> Iterator[BreachSensor]:
    """Return the binary sensor of a rule."""
    yield BreachSensor(entry, subentry, BREACH)


def grade_entities(entry: RionConfigEntry, subentry: ConfigSubentry) -> Iterator[GradeSensor]:
    """Return the sensor of a rule."""
    yield GradeSensor(entry, subentry, GRADE)


def alert_event_entities(entry: RionConfigEntry, subentry: ConfigSubentry) -> Iterator[AlertEvent]:
    """Return the event of a rule."""
    yield AlertEvent(entry, subentry, ALERT)


def episode_attributes(state: RuleState) -> dict[str, Any]:
    """Return what is told of a rule beside whether an episode is open."""
    episode = state.episode
    return {
        "episode_id": episode and episode.id,
        "since": episode and dt_util.utc_from_timestamp(episode.onset),
        "acknowledged": episode is not None and episode.acknowledged is not None,
        "snoozed_until": None if state.snoozed_until is None else dt_util.utc_from_timestamp(state.snoozed_until),
    }


def _levels(episode: Episode | None) -> dict[str, float | None]:
    return {
        "onset_level": rounded(episode.onset_db) if episode else None,
        "peak": rounded(episode.peak_db) if episode else None,
    }


class BreachSensor(RuleEntity, BinarySensorEntity):
    """On while an episode is open, whatever its grade."""

    # The peak moves on, and the event tells what is worth keeping.
    _unrecorded_attributes = frozenset({"episode_id", "peak", "snoozed_until"})

    @property
    @override
    def is_on(self) -> bool:
        """Return whether an episode is open."""
        return self.rule_state.episode is not None

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return what is known of the open episode."""
        state = self.rule_state
        return {**episode_attributes(state), **_levels(state.episode), "no_data": state.no_data}

    @override
    async def async_added_to_hass(self) -> None:
        """Tell a higher peak when levels are published."""
        await super().async_added_to_hass()
        self.async_on_remove(self._entry.runtime_data.levels.async_add_listener(self._async_handle_change))

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), self.is_on, self.extra_state_attributes


class GradeSensor(RuleEntity, SensorEntity):
    """How bad it is."""

    @property
    @override
    def native_value(self) -> str:
        """Return the grade in a word."""
        return self.rule_state.grade.word

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), self.native_value


class AlertEvent(RuleEntity, EventEntity):
    """Everything that happens to an episode of the rule."""

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to listen; what came before is no news."""
        await super().async_added_to_hass()
        self.async_on_remove(self._alerts.on_transition(self._async_tell))

    @callback
    def _async_tell(self, transition: Transition) -> None:
        if transition.episode.rule_id != self._rule_id:
            return
        if transition.kind is TransitionKind.ACKNOWLEDGED and (acknowledged := transition.episode.acknowledged):
            # So that Home Assistant's own logbook names the person.
            self.async_set_context(Context(user_id=acknowledged.by))
        data = alert_data(self.hass, self._entry, transition)
        self._trigger_event(transition.kind, {key: data[key] for key in EVENT_ATTRIBUTES})
        self.async_write_ha_state()
