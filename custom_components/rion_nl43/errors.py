"""What the driver's and the monitor's errors mean to the user of Home Assistant."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .monitor import (
    AlertError,
    BrokeDown,
    CardNotQuiet,
    CommandBlocked,
    ControlRefused,
    CycleEnded,
    FtpStaysOff,
    NoFreeStoreName,
    NoFtp,
    NotBackAfterPowerCycle,
    NotConfirmed,
    NotSentInTime,
    PowerSwitchFailed,
    RefusalReason,
)
from .nl43 import (
    AnswerError,
    AnswerTimedOut,
    CommandExpired,
    CommandRefused,
    CommandUnknown,
    ConnectionRefused,
    ConnectionTimedOut,
    DesignationRefused,
    FtpError,
    FtpLoginFailed,
    FtpRefused,
    FtpTimedOut,
    HostUnknown,
    InvalidCommand,
    LinkClosed,
    LinkError,
    NL43Error,
    NotAMeter,
    ParameterRefused,
    StateRefused,
    WrongMeter,
)
from .nl43.ftp import (
    FtpDataBlocked,
    FtpFileRefused,
    FtpLost,
    FtpModeRefused,
    FtpPortsTaken,
    FtpTooLarge,
    UnsafeName,
)
from .nl43.records import UnreadableFile

# The first class that an error belongs to names its sentence, so the narrower ones come first.
ERROR_KEYS: Final[tuple[tuple[type[NL43Error], str], ...]] = (
    (ConnectionRefused, "connection_refused"),
    (ConnectionTimedOut, "connection_timed_out"),
    (HostUnknown, "host_unknown"),
    (LinkClosed, "link_closed"),
    (LinkError, "connection_lost"),
    (AnswerTimedOut, "answer_timed_out"),
    (AnswerError, "answer_unusable"),
    (CommandUnknown, "command_unknown"),
    (ParameterRefused, "parameter_refused"),
    (DesignationRefused, "designation_refused"),
    (StateRefused, "state_refused"),
    (CommandExpired, "command_expired"),
    (InvalidCommand, "command_invalid"),
    (NotConfirmed, "not_confirmed"),
    (CycleEnded, "cycle_ended"),
    (BrokeDown, "broke_down"),
    (NoFreeStoreName, "no_free_store_name"),
    (NotBackAfterPowerCycle, "not_back_after_power_cycle"),
    (NoFtp, "no_ftp"),
    (FtpStaysOff, "ftp_stays_off"),
    (FtpLoginFailed, "ftp_login_failed"),
    (FtpRefused, "ftp_refused"),
    (FtpTimedOut, "ftp_timed_out"),
    (FtpDataBlocked, "ftp_data_blocked"),
    (FtpModeRefused, "ftp_mode_refused"),
    (FtpPortsTaken, "ftp_ports_taken"),
    (FtpFileRefused, "ftp_file_refused"),
    (FtpTooLarge, "ftp_too_large"),
    (FtpLost, "ftp_lost"),
    (UnsafeName, "unsafe_name"),
    (FtpError, "ftp_failed"),
    (UnreadableFile, "file_unreadable"),
    (WrongMeter, "wrong_meter"),
    (NotAMeter, "not_a_meter"),
    (NL43Error, "unknown_error"),
)


def error_translation(error: NL43Error) -> tuple[str, dict[str, str]]:
    """Return the translation key and the placeholders of the sentence that explains an error."""
    match error:
        case AlertError():
            key = f"alert_{error.refusal.value}"
        case ControlRefused():
            key = f"refused_{error.reason.value}"
        case CommandBlocked():
            key = f"blocked_{error.reason.value}"
        case CardNotQuiet():
            key = f"card_{error.reason.value}"
        case NotSentInTime():
            key = f"expired_{error.diagnosis.value}"
        case NotConfirmed(found=None):
            key = "outcome_unknown"
        case PowerSwitchFailed():
            key = f"power_{'on' if error.on else 'off'}_failed"
        case _:
            key = next(key for kind, key in ERROR_KEYS if isinstance(error, kind))
    return key, _placeholders(error)


def _placeholders(error: NL43Error) -> dict[str, str]:
    """Return what the sentence may name."""
    match error:
        case CommandRefused():
            return {"command": error.command}
        case NotConfirmed():
            return {"command": error.command, "found": str(error.found)}
        case WrongMeter():
            return {"expected": error.expected, "found": error.found}
        case PowerSwitchFailed():
            return {"error": error.why.rstrip(".")}
    return {"error": str(error).rstrip(".")}


def to_home_assistant_error(error: NL43Error) -> HomeAssistantError:
    """Return what to raise towards the user: a validation error where the state at the meter forbids the wish."""
    erred = isinstance(error, AlertError | InvalidCommand | CommandBlocked) or (
        isinstance(error, ControlRefused) and error.reason is not RefusalReason.BUSY
    )
    key, placeholders = error_translation(error)
    kind = ServiceValidationError if erred else HomeAssistantError
    return kind(translation_domain=DOMAIN, translation_key=key, translation_placeholders=placeholders)


async def async_in_words(hass: HomeAssistant, error: HomeAssistantError) -> str:
    """Return what an error says, in Home Assistant's language and without a full stop, for a sentence to take it up."""
    texts = await async_get_translations(hass, hass.config.language, "exceptions", [DOMAIN])
    text = texts.get(f"component.{error.translation_domain}.exceptions.{error.translation_key}.message")
    return text.format(**(error.translation_placeholders or {})).rstrip(".。") if text else str(error)


def translate_errors[**P, R](action: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Let an action raise errors that Home Assistant can explain to its user."""

    @wraps(action)
    async def translated(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await action(*args, **kwargs)
        except NL43Error as error:
            raise to_home_assistant_error(error) from error

    return translated
