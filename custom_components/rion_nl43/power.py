"""The switch entity that powers a meter."""

from homeassistant.components.switch import DOMAIN as SWITCH_DOMAIN
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_TURN_OFF, SERVICE_TURN_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .const import DOMAIN


async def async_switch_power(hass: HomeAssistant, entity_id: str, on: bool) -> None:
    """Switch a meter's power on or off, and return when the switch has done so; raises HomeAssistantError."""
    state = hass.states.get(entity_id)
    # Home Assistant would skip such an entity without a word.
    if state is None or state.state == STATE_UNAVAILABLE:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="power_switch_unavailable",
            translation_placeholders={"switch": entity_id},
        )
    await hass.services.async_call(
        SWITCH_DOMAIN, SERVICE_TURN_ON if on else SERVICE_TURN_OFF, {ATTR_ENTITY_ID: entity_id}, blocking=True
    )
