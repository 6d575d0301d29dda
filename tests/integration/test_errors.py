"""What the driver's errors become for the user."""

from collections.abc import Callable, Iterator
import re

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.errors import (
    async_in_words,
    error_translation,
    to_home_assistant_error,
    translate_errors,
)
from custom_components.rion_nl43.monitor import (
    AlertError,
    AlertRefusal,
    BlockReason,
    BrokeDown,
    CardNotQuiet,
    CommandBlocked,
    ControlRefused,
    CycleEnded,
    Diagnosis,
    FtpStaysOff,
    NoFreeStoreName,
    NoFtp,
    NotBackAfterPowerCycle,
    NotConfirmed,
    NotSentInTime,
    PowerSwitchFailed,
    RefusalReason,
    Unquiet,
)
from custom_components.rion_nl43.nl43 import (
    AnswerTimedOut,
    CommandExpired,
    CommandUnknown,
    ConnectionLost,
    ConnectionRefused,
    ConnectionTimedOut,
    DesignationRefused,
    FtpError,
    FtpLoginFailed,
    FtpRefused,
    FtpTimedOut,
    HostUnknown,
    InvalidCommand,
    LinkBrokeDown,
    LinkClosed,
    LinkError,
    NL43Error,
    NotAMeter,
    ParameterRefused,
    StateRefused,
    UnusableAnswer,
    WrongMeter,
)
from custom_components.rion_nl43.nl43.commands import find
from custom_components.rion_nl43.nl43.framing import encode, setting
from custom_components.rion_nl43.nl43.ftp import (
    FtpDataBlocked,
    FtpFileRefused,
    FtpLost,
    FtpModeRefused,
    FtpPortsTaken,
    FtpTooLarge,
    FtpUnusable,
    UnsafeName,
)
from custom_components.rion_nl43.nl43.records import UnreadableFile

from .texts import TEXTS, placeholders, read

ERRORS: list[tuple[NL43Error, str]] = [
    (ConnectionRefused("no"), "connection_refused"),
    (ConnectionTimedOut("no"), "connection_timed_out"),
    (ConnectionLost("no"), "connection_lost"),
    (HostUnknown("no"), "host_unknown"),
    (LinkClosed("no"), "link_closed"),
    (LinkBrokeDown("no"), "link_closed"),
    (LinkError("no"), "connection_lost"),
    (AnswerTimedOut("no"), "answer_timed_out"),
    (UnusableAnswer("no"), "answer_unusable"),
    (CommandUnknown("DOD?"), "command_unknown"),
    (ParameterRefused("DOD?"), "parameter_refused"),
    (DesignationRefused("DOD?"), "designation_refused"),
    (StateRefused("DOD?"), "state_refused"),
    (InvalidCommand("no"), "command_invalid"),
    (CommandExpired("no"), "command_expired"),
    (CycleEnded("no"), "cycle_ended"),
    (BrokeDown("no"), "broke_down"),
    (NoFreeStoreName("0001", "0100"), "no_free_store_name"),
    (PowerSwitchFailed(False, "The fuse has blown."), "power_off_failed"),
    (PowerSwitchFailed(True, "no answer within 30 s"), "power_on_failed"),
    (NotBackAfterPowerCycle("no"), "not_back_after_power_cycle"),
    (NoFtp(), "no_ftp"),
    (FtpStaysOff("no"), "ftp_stays_off"),
    (FtpLoginFailed("no"), "ftp_login_failed"),
    (FtpRefused("no"), "ftp_refused"),
    (FtpTimedOut("no"), "ftp_timed_out"),
    (FtpDataBlocked(30, passive=False), "ftp_data_blocked"),
    (FtpModeRefused("no"), "ftp_mode_refused"),
    (FtpPortsTaken("no"), "ftp_ports_taken"),
    (FtpFileRefused("no"), "ftp_file_refused"),
    (FtpTooLarge("no"), "ftp_too_large"),
    (FtpLost("no"), "ftp_lost"),
    (UnsafeName("no"), "unsafe_name"),
    (FtpUnusable("no"), "ftp_failed"),
    (FtpError("no"), "ftp_failed"),
    (UnreadableFile(3, 2, "no number"), "file_unreadable"),
    (NotConfirmed("Measure,Start", "Stop"), "not_confirmed"),
    (NotConfirmed("Measure,Start", None), "outcome_unknown"),
    (WrongMeter("1", "2"), "wrong_meter"),
    (NotAMeter("no"), "not_a_meter"),
    (NL43Error("no"), "unknown_error"),
    *((NotSentInTime("start", diagnosis), f"expired_{diagnosis.value}") for diagnosis in Diagnosis),
    *((CardNotQuiet(reason, Diagnosis.CONNECTED), f"card_{reason.value}") for reason in Unquiet),
    *((CommandBlocked("start", block), f"blocked_{block.value}") for block in BlockReason),
    *((AlertError(refusal, "01"), f"alert_{refusal.value}") for refusal in AlertRefusal),
    *((ControlRefused("Measure,Start", reason), f"refused_{reason.value}") for reason in RefusalReason),
]


def leaves(kind: type[NL43Error]) -> Iterator[type[NL43Error]]:
    """Yield the kinds that have no kinds of their own."""
    if not kind.__subclasses__():
        yield kind
    for narrower in kind.__subclasses__():
        yield from leaves(narrower)


def test_all_errors_are_here() -> None:
    """An error that is added must be added here too."""
    assert set(leaves(NL43Error)) <= {type(error) for error, _ in ERRORS}


@pytest.mark.parametrize(("error", "key"), ERRORS)
async def test_translation(error: NL43Error, key: str) -> None:
    """Every error has its own sentence; the user erred where the state or the words forbid the wish."""

    @translate_errors
    async def act() -> None:
        raise error

    with pytest.raises(HomeAssistantError) as raised:
        await act()
    assert raised.value.translation_domain == DOMAIN
    assert raised.value.translation_key == key
    assert raised.value.__cause__ is error
    erred = key == "command_invalid" or (key.startswith(("alert_", "refused_", "blocked_")) and key != "refused_busy")
    assert isinstance(raised.value, ServiceValidationError) is erred


def sentence(error: NL43Error) -> str:
    """Return what the user reads."""
    key, given = error_translation(error)
    text = TEXTS["exceptions"][key]["message"]
    assert placeholders(text) <= given.keys()
    return str(text).format(**given)


def invalid(make: Callable[[], object]) -> NL43Error:
    """Return the error that the driver raises."""
    with pytest.raises(InvalidCommand) as raised:
        make()
    return raised.value


INVALID: list[Callable[[], object]] = [
    lambda: encode("a$b"),
    lambda: find("Nonsense"),
    lambda: find("Manual Store").request_line(),
    lambda: find("Type").setting_line("NL-43"),
    lambda: find("TCP").setting_line("Off"),
    lambda: find("DOD").request_line("nonsense"),
    lambda: find("Sleep Mode").setting_line("Nonsense"),
    lambda: setting("Store Name", "1,2"),
]


@pytest.mark.parametrize("error", [error for error, _ in ERRORS] + [invalid(make) for make in INVALID], ids=repr)
def test_sentence(error: NL43Error) -> None:
    """Whatever it says of itself, the whole reads as sentences, each with at most one colon and with one full stop."""
    read = sentence(error)
    assert re.fullmatch(r"[A-Z].*[^.:;,?!]\.", read)
    assert not re.search(r"[?!]:|\. [^A-Z]", read)
    assert all(part.count(": ") <= 1 for part in read.split(". "))


@pytest.mark.parametrize(
    ("error", "read"),
    [
        (CommandUnknown("Nonsense?"), "The meter does not know this command: Nonsense? (R+0001)."),
        (ParameterRefused("Store Name,x"), "The meter does not take this value: Store Name,x (R+0002)."),
        (
            InvalidCommand("a stream is no single answer"),
            "This cannot be sent to the meter: a stream is no single answer.",
        ),
        (NotConfirmed("Measure,Start", "Stop"), "Measure,Start did not take effect: the meter says Stop."),
        (
            WrongMeter("00730042", "00830009"),
            "Another meter answers at this address: the one with serial number 00830009, not 00730042.",
        ),
        (PowerSwitchFailed(False, "The fuse has blown."), "The meter could not be switched off: The fuse has blown."),
    ],
)
def test_wording(error: NL43Error, read: str) -> None:
    """What an error names stands where it reads well."""
    assert sentence(error) == read


async def test_other_errors_pass() -> None:
    """A defect is not dressed up as an error of the meter."""

    @translate_errors
    async def act() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act()


@pytest.mark.usefixtures("loaded")
async def test_in_words(hass: HomeAssistant) -> None:
    """In the language of Home Assistant; what has no translation says what it says."""
    error = to_home_assistant_error(AlertError(AlertRefusal.NO_EPISODE, "01"))
    assert await async_in_words(hass, error) == str(error)
    await hass.config.async_update(language="de")
    texts = read("translations/de.json")["exceptions"]
    assert await async_in_words(hass, error) == texts["alert_no_episode"]["message"].rstrip(".")
    unset = HomeAssistantError(
        translation_domain=DOMAIN, translation_key="meter_not_loaded", translation_placeholders={"meter": "Straße"}
    )
    assert "Straße" in await async_in_words(hass, unset)
    assert await async_in_words(hass, HomeAssistantError("The plug is gone")) == "The plug is gone"
