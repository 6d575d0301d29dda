"""The login of a meter's FTP server: kept in the entry, asked for in the flows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
import probatio

from .const import (
    CONF_FTP_PASSWORD,
    CONF_FTP_PORT,
    CONF_FTP_USER,
    DEFAULT_FTP_PASSWORD,
    DEFAULT_FTP_PORT,
    DEFAULT_FTP_USER,
)
from .monitor import CardNotQuiet, FtpStaysOff
from .nl43 import FtpLoginFailed, FtpRefused, NL43Error, check_login

PORT_SELECTOR: Final = NumberSelector(NumberSelectorConfig(min=1, max=65535, step=1, mode=NumberSelectorMode.BOX))
LOGIN_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_FTP_PORT, default=DEFAULT_FTP_PORT): PORT_SELECTOR,
        probatio.Required(CONF_FTP_USER, default=DEFAULT_FTP_USER): TextSelector(
            TextSelectorConfig(autocomplete="off")
        ),
        probatio.Optional(CONF_FTP_PASSWORD): TextSelector(
            TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
        ),
    }
)
ERRORS: Final[tuple[tuple[type[NL43Error], str], ...]] = (
    (FtpLoginFailed, "ftp_login_failed"),
    (FtpRefused, "ftp_refused"),
    (FtpStaysOff, "ftp_refused"),
    (CardNotQuiet, "ftp_busy"),
    (NL43Error, "ftp_timed_out"),
)
INVALID: Final = "invalid_ftp_login"


@dataclass(frozen=True, slots=True)
class FtpLogin:
    """Where and as whom to log in."""

    port: int = DEFAULT_FTP_PORT
    user: str = DEFAULT_FTP_USER
    password: str = field(default=DEFAULT_FTP_PASSWORD, repr=False)

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """Return the login that an entry keeps."""
        default = cls()
        return cls(
            data.get(CONF_FTP_PORT, default.port),
            data.get(CONF_FTP_USER, default.user),
            data.get(CONF_FTP_PASSWORD, default.password),
        )

    def changed(self, user_input: Mapping[str, Any]) -> FtpLogin:
        """Return the login with what a form says; a field left empty changes nothing.

        Raises ValueError where FTP could not carry it: a line break would end the command and begin another.
        """
        login = FtpLogin(
            int(user_input.get(CONF_FTP_PORT, self.port)),
            user_input.get(CONF_FTP_USER) or self.user,
            user_input.get(CONF_FTP_PASSWORD) or self.password,
        )
        if not (login.user + login.password).isprintable() or not (login.user + login.password).isascii():
            raise ValueError(INVALID)
        return login

    def as_data(self) -> dict[str, Any]:
        """Return what an entry keeps."""
        return {CONF_FTP_PORT: self.port, CONF_FTP_USER: self.user, CONF_FTP_PASSWORD: self.password}


def as_suggested(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a form may show of a login: all but the password."""
    return {key: data[key] for key in (CONF_FTP_PORT, CONF_FTP_USER) if key in data}


async def async_check(host: str, login: FtpLogin) -> str | None:
    """Log in and out again; return the key of the sentence that says what is wrong, None if nothing is."""
    try:
        await check_login(host, login.port, login.user, login.password)
    except NL43Error as error:
        return error_key(error)
    return None


def error_key(error: NL43Error) -> str:
    """Return the key of the sentence that a form says of an error."""
    return next(key for kind, key in ERRORS if isinstance(error, kind))
