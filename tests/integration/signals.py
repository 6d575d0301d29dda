"""A lamp, a plug and a siren for automations to switch."""

from typing import Any, override

from homeassistant.components.light import ATTR_RGB_COLOR, ColorMode, LightEntity
from homeassistant.components.siren import SirenEntity, SirenEntityFeature
from homeassistant.components.switch import SwitchEntity
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity import ToggleEntity
from homeassistant.helpers.entity_component import DATA_INSTANCES
from homeassistant.setup import async_setup_component

LAMP, PLUG, SIREN = "light.lamp", "switch.plug", "siren.siren"
GREEN = (0, 255, 0)


class Signal(ToggleEntity):
    """Something that is on or off."""

    _attr_should_poll = False

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self._attr_is_on = True
        self.async_write_ha_state()

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        self._attr_is_on = False
        self.async_write_ha_state()


class Lamp(Signal, LightEntity):
    """A lamp that is on, and green."""

    _attr_name = "Lamp"
    _attr_is_on = True
    _attr_color_mode = ColorMode.RGB
    _attr_supported_color_modes = {ColorMode.RGB}
    _attr_rgb_color = GREEN

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        self._attr_rgb_color = kwargs.get(ATTR_RGB_COLOR, self._attr_rgb_color)
        await super().async_turn_on(**kwargs)


class Plug(Signal, SwitchEntity):
    """A plug that is off."""

    _attr_name = "Plug"
    _attr_is_on = False


class Siren(Signal, SirenEntity):
    """A siren that is silent."""

    _attr_name = "Siren"
    _attr_is_on = False
    _attr_supported_features = SirenEntityFeature.TURN_ON | SirenEntityFeature.TURN_OFF


async def set_up_signals(hass: HomeAssistant) -> None:
    """Have all three in Home Assistant."""
    for domain, entity in (("light", Lamp()), ("switch", Plug()), ("siren", Siren())):
        assert await async_setup_component(hass, domain, {})
        await hass.data[DATA_INSTANCES][domain].async_add_entities([entity])
    for component in ("homeassistant", "scene"):
        assert await async_setup_component(hass, component, {})


def signals(hass: HomeAssistant) -> tuple[object, ...]:
    """Return the colour of the lamp or that it is off, and whether plug and siren are on."""
    lamp, plug, siren = (hass.states.get(entity_id) for entity_id in (LAMP, PLUG, SIREN))
    assert lamp
    assert plug
    assert siren
    return lamp.attributes["rgb_color"] or lamp.state, plug.state, siren.state
