"""What the driver's errors become for the user."""

from collections.abc import Iterator

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.errors import translate_errors
from custom_components.rion_nl43.monitor import (
    AlertError,
    AlertRefusal,
    BlockReason,
    BrokeDown,
    CommandBlocked,
    ControlRefused,
    CycleEnded,
    Diagnosis,
    NoFreeStoreName,
    NotBackAfterPowerCycle,
    NotConfirmed,
    NotSentInTime,
    PowerSwitchFailed,
    RefusalReason,
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
    (CommandUnknown("DOD?"), "command_refused"),
    (ParameterRefused("DOD?"), "command_refused"),
    (DesignationRefused("DOD?"), "command_refused"),
    (StateRefused("DOD?"), "command_refused"),
    (InvalidCommand("no"), "command_invalid"),
    (CommandExpired("no"), "command_expired"),
    (CycleEnded("no"), "cycle_ended"),
    (BrokeDown("no"), "broke_down"),
    (NoFreeStoreName("0001", "0100"), "no_free_store_name"),
    (PowerSwitchFailed("no"), "power_switch_failed"),
    (NotBackAfterPowerCycle("no"), "not_back_after_power_cycle"),
    (FtpLoginFailed("no"), "ftp_login_failed"),
    (FtpRefused("no"), "ftp_refused"),
    (FtpTimedOut("no"), "ftp_timed_out"),
    (FtpError("no"), "ftp_failed"),
    (NotConfirmed("Measure,Start", "Stop"), "not_confirmed"),
    (NotConfirmed("Measure,Start", None), "outcome_unknown"),
    (WrongMeter("1", "2"), "wrong_meter"),
    (NotAMeter("no"), "not_a_meter"),
    (NL43Error("no"), "unknown_error"),
    *((NotSentInTime("start", diagnosis), f"expired_{diagnosis.value}") for diagnosis in Diagnosis),
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


async def test_other_errors_pass() -> None:
    """A defect is not dressed up as an error of the meter."""

    @translate_errors
    async def act() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act()
