"""What the target of a trigger or a condition means."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
    label_registry as lr,
)
from homeassistant.helpers.target import TargetSelection
import probatio
import pytest

from custom_components.rion_nl43.const import DOMAIN, SUBENTRY_ALERT_RULE
from custom_components.rion_nl43.monitor import UNREACHABLE
from custom_components.rion_nl43.targets import MeterTarget, async_meant_by, async_refuse_strangers

from .automations import every_target
from .helpers import SERIAL, MockConfigEntry, device_id, entity_id

ALL_RULES = ("day", "night", UNREACHABLE)


@pytest.fixture
def rules(hass: HomeAssistant, loaded: MockConfigEntry) -> dict[str, str]:
    """The meter's rules by name, with the ids of their binary sensors."""
    found = {}
    for rule_id in ("day", "night"):
        subentry = ConfigSubentry(
            data=MappingProxyType({"metric": "lp", "alarm": 70.0}),
            subentry_id=rule_id,
            subentry_type=SUBENTRY_ALERT_RULE,
            title=rule_id,
            unique_id=None,
        )
        hass.config_entries.async_add_subentry(loaded, subentry)
        found[rule_id] = _entity(hass, loaded, f"{rule_id}_breach", config_subentry_id=rule_id)
    found[UNREACHABLE] = _entity(hass, loaded, UNREACHABLE)
    return found


def _entity(hass: HomeAssistant, entry: MockConfigEntry, key: str, **where: Any) -> str:
    """Have the entity as its platform would."""
    found = er.async_get(hass).async_get_or_create(
        Platform.BINARY_SENSOR,
        DOMAIN,
        f"{SERIAL}_{key}",
        config_entry=entry,
        device_id=device_id(hass, entry),
        has_entity_name=True,
        original_name=key,
        **where,
    )
    return found.entity_id


def meant(hass: HomeAssistant, entry: MockConfigEntry, **target: Any) -> list[str]:
    """Return the rules that a target means."""
    found = async_meant_by(hass, TargetSelection(target))
    return [rule_id for rule_id in ALL_RULES if found.has_rule(entry.entry_id, rule_id)]


async def test_a_whole_meter(hass: HomeAssistant, loaded: MockConfigEntry, rules: dict[str, str]) -> None:
    """A device, what holds it, and an entity that is of no rule mean all rules, the built-in one included."""
    for kind, target in every_target(hass, loaded).items():
        assert meant(hass, loaded, **target) == [*ALL_RULES], kind


async def test_a_rule(hass: HomeAssistant, loaded: MockConfigEntry, rules: dict[str, str]) -> None:
    """An entity of a rule means that rule, also by a label of its own, and also the built-in one."""
    for rule_id, found_id in rules.items():
        assert meant(hass, loaded, entity_id=[found_id]) == [rule_id]
    label = lr.async_get(hass).async_create("Mine")
    er.async_get(hass).async_update_entity(rules["day"], labels={label.label_id})
    assert meant(hass, loaded, label_id=[label.label_id]) == ["day"]
    assert meant(hass, loaded, label_id=[label.label_id], entity_id=[rules[UNREACHABLE]]) == ["day", UNREACHABLE]


async def test_a_rule_in_an_area_of_its_own(
    hass: HomeAssistant, loaded: MockConfigEntry, rules: dict[str, str]
) -> None:
    """It is meant where it was put."""
    area = ar.async_get(hass).async_create("Office")
    er.async_get(hass).async_update_entity(rules["night"], area_id=area.id)
    assert meant(hass, loaded, area_id=[area.id]) == ["night"]


async def test_any_entity_of_a_meter_means_the_meter(
    hass: HomeAssistant, loaded: MockConfigEntry, rules: dict[str, str]
) -> None:
    """Also one of a rule, where rules do not matter."""
    for found_id in (rules["day"], entity_id(hass, "lp")):
        assert async_meant_by(hass, TargetSelection({"entity_id": [found_id]})).has_meter(loaded.entry_id)


async def test_nothing_of_ours(hass: HomeAssistant, loaded: MockConfigEntry, rules: dict[str, str]) -> None:
    """What is unknown, of others or empty means nothing."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(config_entry_id=other.entry_id, identifiers={("other", "1")})
    light = er.async_get(hass).async_get_or_create("light", "other", "1", config_entry=other, device_id=device.id)
    empty = ar.async_get(hass).async_create("Empty")
    for target in (
        {"entity_id": [light.entity_id, "sensor.unknown"]},
        {"device_id": [device.id, "unknown"]},
        {"area_id": [empty.id, "unknown"]},
    ):
        found = async_meant_by(hass, TargetSelection(target))
        assert not found.shares
        assert not found.has_meter(loaded.entry_id)
        assert not found.has_rule(loaded.entry_id, "day")


class WithExclude(TargetSelection):
    """A selection with what is left out, as Home Assistant has it from 2026.11 on."""

    def __init__(self, config: dict[str, Any], exclude: dict[str, Any]) -> None:
        """Leave this out."""
        super().__init__(config)
        self.exclude = TargetSelection(exclude)


async def test_what_is_left_out(hass: HomeAssistant, loaded: MockConfigEntry, rules: dict[str, str]) -> None:
    """A rule that is left out of a meter is not meant, and the others are."""
    selection = WithExclude(
        {"device_id": [device_id(hass, loaded)]}, {"entity_id": [rules["day"], entity_id(hass, "lp")]}
    )
    found = async_meant_by(hass, selection)
    assert [rule_id for rule_id in ALL_RULES if found.has_rule(loaded.entry_id, rule_id)] == ["night", UNREACHABLE]


@pytest.fixture
def followed(hass: HomeAssistant) -> Iterator[MeterTarget]:
    """An area as a target that is followed."""
    target = MeterTarget(hass, {"area_id": ["building_site"]})
    end = target.async_follow()
    yield target
    end()


async def test_areas_that_change(
    hass: HomeAssistant, loaded: MockConfigEntry, rules: dict[str, str], followed: MeterTarget
) -> None:
    """A meter that is put into the area later is meant from then on, and not any more when it is taken out."""
    area = ar.async_get(hass).async_create("Building site")
    assert not followed.async_meant().has_meter(loaded.entry_id)
    assert list(followed.async_monitors()) == []
    dr.async_get(hass).async_update_device(device_id(hass, loaded), area_id=area.id)
    assert followed.async_meant().has_rule(loaded.entry_id, "day")
    ((share, monitor),) = followed.async_monitors()
    assert "night" in share
    assert monitor is loaded.runtime_data.monitor
    dr.async_get(hass).async_update_device(device_id(hass, loaded), area_id=None)
    assert not followed.async_meant().has_meter(loaded.entry_id)


async def test_it_is_worked_out_once(
    hass: HomeAssistant, loaded: MockConfigEntry, rules: dict[str, str], followed: MeterTarget
) -> None:
    """While nothing changes, news cost nothing."""
    assert followed.async_meant() is followed.async_meant()


async def test_a_meter_that_is_not_set_up(
    hass: HomeAssistant, loaded: MockConfigEntry, rules: dict[str, str], followed: MeterTarget
) -> None:
    """It is meant, and has no monitor."""
    area = ar.async_get(hass).async_create("Building site")
    dr.async_get(hass).async_update_device(device_id(hass, loaded), area_id=area.id)
    await hass.config_entries.async_unload(loaded.entry_id)
    assert [monitor for _, monitor in followed.async_monitors()] == [None]


async def test_strangers_are_refused(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """What is known to be of others is refused in words; what is not known may come."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "1")}, name="Lamp"
    )
    light = er.async_get(hass).async_get_or_create("light", "other", "1", config_entry=other)
    with pytest.raises(probatio.Invalid, match=f"{light.entity_id} is no entity of a Rion meter"):
        async_refuse_strangers(hass, {"entity_id": [entity_id(hass, "lp"), light.entity_id]})
    with pytest.raises(probatio.Invalid, match="the device Lamp is no Rion meter"):
        async_refuse_strangers(hass, {"device_id": [device.id]})
    async_refuse_strangers(
        hass,
        {"entity_id": [entity_id(hass, "lp"), "sensor.to_come"], "device_id": [device_id(hass, loaded), "to_come"]},
    )
