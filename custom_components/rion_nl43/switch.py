"""Switches of a meter: its connection, its settings that are on or off, and its alert rules."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.const import CONF_HOST, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .alert_controls import enabled_entities
from .alert_runtime import async_for_each_rule
from .calibration_entities import CalibrationSwitch, async_log_calibrations
from .const import LOGGER
from .coordinator import RionConfigEntry, StatusCoordinator
from .entity import RionEntity
from .errors import translate_errors
from .ftp_login import FtpLogin
from .issues import async_set_ftp_login_failed
from .nl43 import FtpLoginFailed, NL43Error, check_login
from .setting_entity import SettingEntity
from .settings_table import SETTINGS, OnOffSetting

# The link puts the commands in order, and the connection can be given away whatever waits for an answer.
PARALLEL_UPDATES = 0

ON, OFF = "On", "Off"
FTP: Final = "FTP"
# The server does not take sessions at once: when to try, in seconds from one time to the next.
FTP_STARTS_S: Final = (3.0, 10.0)


@dataclass(frozen=True, kw_only=True)
class RionSwitchDescription(SwitchEntityDescription):
    """A switch that is a setting."""

    setting: OnOffSetting


def _describe(setting: OnOffSetting) -> RionSwitchDescription:
    return RionSwitchDescription(
        key=setting.key,
        translation_key=setting.translation_key,
        translation_placeholders=setting.placeholders,
        entity_category=EntityCategory.CONFIG,
        entity_registry_enabled_default=setting.enabled,
        setting=setting,
    )


CONNECTION: Final = SwitchEntityDescription(
    key="connection", translation_key="connection", entity_category=EntityCategory.CONFIG
)
SWITCHES: Final = tuple(_describe(setting) for setting in SETTINGS if isinstance(setting, OnOffSetting))


async def async_setup_entry(
    hass: HomeAssistant, entry: RionConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the switches of a meter."""
    runtime = entry.runtime_data
    async_add_entities(
        (
            ConnectionSwitch(entry, runtime.status, CONNECTION),
            CalibrationSwitch(entry),
            *(
                (FtpSwitch if FTP in description.setting.commands else RionSwitch)(
                    entry, runtime.facts, description, description.setting
                )
                for description in SWITCHES
            ),
        )
    )
    async_log_calibrations(entry)
    async_for_each_rule(entry, async_add_entities, enabled_entities)


class ConnectionSwitch(RionEntity[StatusCoordinator], SwitchEntity):
    """Whether the meter's only connection is ours; switched off, another program can have it."""

    @property
    @override
    def is_on(self) -> bool:
        """Return whether the connection is wanted, not whether it stands."""
        return not self.coordinator.data.standby

    @translate_errors
    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Take the connection back."""
        await self.coordinator.monitor.standby.take_back()

    @translate_errors
    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Give the connection away; done when it is free."""
        await self.coordinator.monitor.standby.release()

    @override
    def _shown(self) -> tuple[object, ...]:
        return *super()._shown(), self.is_on


class RionSwitch(SettingEntity, SwitchEntity):
    """A setting that is on or off."""

    entity_description: RionSwitchDescription

    @property
    @override
    def is_on(self) -> bool | None:
        """Return what the meter is set to."""
        return {ON: True, OFF: False}.get(self.told or "")

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch it on."""
        await self.async_set(ON)

    @override
    async def async_turn_off(self, **kwargs: Any) -> None:
        """Switch it off."""
        await self.async_set(OFF)


class FtpSwitch(RionSwitch):
    """The meter's FTP server; it has a login, which may be another one than ours."""

    @override
    async def async_turn_on(self, **kwargs: Any) -> None:
        """Switch it on, and see afterwards whether the login is good."""
        await super().async_turn_on(**kwargs)
        entry = self.coordinator.config_entry
        entry.async_create_background_task(self.hass, _check_login(self.hass, entry), f"{entry.title} FTP login")


async def _check_login(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Note whether the meter takes the login; a server that cannot be reached says nothing of it."""
    login = FtpLogin.from_data(entry.data)
    for wait_s in FTP_STARTS_S:
        await asyncio.sleep(wait_s)
        try:
            async with entry.runtime_data.monitor.card.alone():
                await check_login(entry.data[CONF_HOST], login.port, login.user, login.password)
        except FtpLoginFailed:
            async_set_ftp_login_failed(hass, entry, True)
        except NL43Error as error:
            LOGGER.debug("The FTP login of %s could not be checked: %s", entry.title, error)
            continue
        else:
            async_set_ftp_login_failed(hass, entry, False)
        return
