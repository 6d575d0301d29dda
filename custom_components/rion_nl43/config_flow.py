"""Config flow of a meter: add it, find it again at another address, log in to it anew."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
)
from homeassistant.const import CONF_HOST, CONF_MODEL, CONF_PORT
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow, section
from homeassistant.helpers.selector import TextSelector, TextSelectorConfig
from homeassistant.util.network import is_host_valid
import probatio

from . import migration
from .alert_flow import AlertRuleFlow
from .card_login import async_try_login
from .connections import async_get_connections
from .const import CONF_FIRMWARE, CONF_SERIAL, DEFAULT_PORT, DOMAIN, SUBENTRY_ALERT_RULE, SUBENTRY_LEVEL_LIMIT
from .first_contact import NoMeterError, async_meet
from .ftp_login import INVALID, LOGIN_SCHEMA, PORT_SELECTOR, FtpLogin, as_suggested, async_check
from .issues import async_set_ftp_login_failed
from .limit_flow import LevelLimitFlow
from .nl43 import Identity
from .options_flow import RionOptionsFlow

FTP: Final = "ftp"
ADDRESS_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_HOST): TextSelector(TextSelectorConfig(autocomplete="off")),
        probatio.Required(CONF_PORT, default=DEFAULT_PORT): PORT_SELECTOR,
        probatio.Optional(FTP): section(LOGIN_SCHEMA, {"collapsed": True}),
    }
)
ERROR_FIELDS: Final = {"invalid_host": CONF_HOST, "unknown_host": CONF_HOST, INVALID: FTP}


def _host(text: str) -> str | None:
    """Return the host name or address as we use it, None if it cannot be one."""
    host = text.strip().removeprefix("[").removesuffix("]").lower()
    return host if is_host_valid(host) else None


def _entry_data(host: str, port: int, identity: Identity, login: FtpLogin) -> dict[str, Any]:
    return {
        CONF_HOST: host,
        CONF_PORT: port,
        CONF_MODEL: identity.model,
        CONF_SERIAL: identity.serial,
        CONF_FIRMWARE: identity.firmware,
        **login.as_data(),
    }


class RionFlowHandler(ConfigFlow, domain=DOMAIN):
    """Find a meter at its address, or find it again at another one."""

    VERSION = migration.VERSION
    MINOR_VERSION = migration.MINOR_VERSION

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> RionOptionsFlow:
        """Return the options flow."""
        return RionOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(cls, config_entry: ConfigEntry) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the flows of alert rules and of limits."""
        return {SUBENTRY_ALERT_RULE: AlertRuleFlow, SUBENTRY_LEVEL_LIMIT: LevelLimitFlow}

    @override
    async def async_step_user(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the address and meet the meter there."""
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                return await self._async_add(*self._address(user_input), _login(FtpLogin(), user_input))
            except NoMeterError as error:
                errors = _form_errors(error)
        return self._show_address_form("user", user_input or {}, errors)

    async def async_step_reconfigure(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the new address and meet the same meter there."""
        errors: dict[str, str] = {}
        data = self._get_reconfigure_entry().data
        if user_input is not None:
            try:
                return await self._async_move(*self._address(user_input), _login(FtpLogin.from_data(data), user_input))
            except NoMeterError as error:
                errors = _form_errors(error)
        return self._show_address_form("reconfigure", user_input or {**data, FTP: as_suggested(data)}, errors)

    async def async_step_reauth(self, entry_data: Mapping[str, Any]) -> ConfigFlowResult:
        """Begin to ask for another FTP login: the control port knows none."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(self, user_input: dict[str, Any] | None = None) -> ConfigFlowResult:
        """Ask for the FTP login and try it."""
        entry = self._get_reauth_entry()
        error: str | None = None
        if user_input is not None:
            try:
                login = FtpLogin.from_data(entry.data).changed(user_input)
            except ValueError:
                error = INVALID
            else:
                loaded = entry.state is ConfigEntryState.LOADED
                error = await (async_try_login(entry, login) if loaded else async_check(entry.data[CONF_HOST], login))
            if error is None:
                async_set_ftp_login_failed(self.hass, entry, False)
                return self.async_update_and_abort(entry, data_updates=login.as_data())
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=self.add_suggested_values_to_schema(LOGIN_SCHEMA, as_suggested(user_input or entry.data)),
            description_placeholders={"name": entry.title},
            errors={"base": error} if error else {},
        )

    def _show_address_form(
        self, step_id: str, suggested: Mapping[str, Any], errors: dict[str, str]
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step_id,
            data_schema=self.add_suggested_values_to_schema(ADDRESS_SCHEMA, suggested),
            errors=errors,
        )

    def _address(self, user_input: dict[str, Any]) -> tuple[str, int]:
        """Return host and port; abort where another entry has them, for then their only connection is in use."""
        if (host := _host(user_input[CONF_HOST])) is None:
            raise NoMeterError("invalid_host")
        port = int(user_input[CONF_PORT])
        self._async_abort_entries_match({CONF_HOST: host, CONF_PORT: port})
        return host, port

    async def _async_add(self, host: str, port: int, login: FtpLogin) -> ConfigFlowResult:
        identity = await self._async_identify(host, port)
        return self.async_create_entry(
            title=f"{identity.model} {identity.serial}", data=_entry_data(host, port, identity, login)
        )

    async def _async_move(self, host: str, port: int, login: FtpLogin) -> ConfigFlowResult:
        """Give the entry's own connection up first, and let the entry run again however this ends."""
        entry = self._get_reconfigure_entry()
        # It may just be set up again, after an attempt before this one, and cannot be unloaded meanwhile.
        async with entry.setup_lock:
            pass
        await self.hass.config_entries.async_unload(entry.entry_id)
        try:
            identity = await self._async_identify(host, port)
            return self.async_update_and_abort(entry, data=_entry_data(host, port, identity, login))
        finally:
            self.hass.config_entries.async_schedule_reload(entry.entry_id)

    async def _async_identify(self, host: str, port: int) -> Identity:
        """Meet the meter, and leave the link for the entry if it is the right one."""
        link, identity = await async_meet(self.hass, host, port)
        try:
            await self.async_set_unique_id(identity.serial)
            if self.source == SOURCE_RECONFIGURE:
                self._abort_if_unique_id_mismatch(
                    description_placeholders={
                        "expected": str(self._get_reconfigure_entry().unique_id),
                        "found": identity.serial,
                    }
                )
            else:
                self._abort_if_unique_id_configured()
        except AbortFlow:
            await link.close()
            raise
        async_get_connections(self.hass).async_park(host, port, link)
        return identity


def _login(login: FtpLogin, user_input: Mapping[str, Any]) -> FtpLogin:
    """Return the login that the form's section says; a section that was not opened changes nothing."""
    try:
        return login.changed(user_input.get(FTP, {}))
    except ValueError as error:
        raise NoMeterError(INVALID) from error


def _form_errors(error: NoMeterError) -> dict[str, str]:
    return {ERROR_FIELDS.get(error.key, "base"): error.key}
