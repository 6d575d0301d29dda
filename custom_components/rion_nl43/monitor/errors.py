"""Errors of control commands that the driver alone cannot tell."""
# ruff: noqa: N818 # the names say what happened, and what they derive from says that it is an error

from enum import StrEnum

from ..alerts import Refusal as AlertRefusal
from ..nl43 import CommandExpired, NL43Error
from .recovery.diagnosis import Diagnosis


class RefusalReason(StrEnum):
    """Why the meter refused a control command, as far as its state explains it."""

    ALREADY_MEASURING = "already_measuring"
    NOT_MEASURING = "not_measuring"
    ALREADY_PAUSED = "already_paused"
    NOT_PAUSED = "not_paused"
    WHILE_MEASURING = "while_measuring"
    NOT_IN_MANUAL_MODE = "not_in_manual_mode"
    NOTHING_TO_STORE = "nothing_to_store"
    BUSY = "busy"

    @property
    def sentence(self) -> str:
        """What it means, in plain words."""
        return _REFUSALS[self]


_REFUSALS = {
    RefusalReason.ALREADY_MEASURING: "it is measuring already",
    RefusalReason.NOT_MEASURING: "it is not measuring",
    RefusalReason.ALREADY_PAUSED: "the measurement is paused already",
    RefusalReason.NOT_PAUSED: "the measurement is not paused",
    RefusalReason.WHILE_MEASURING: "a measurement runs",
    RefusalReason.NOT_IN_MANUAL_MODE: "that works in the store mode Manual only",
    RefusalReason.NOTHING_TO_STORE: "there is no result, or it is stored already",
    RefusalReason.BUSY: "it is busy",
}


class BlockReason(StrEnum):
    """Why a command was not sent at all."""

    STANDBY = "standby"
    CYCLE_RUNNING = "cycle_running"
    FORBIDDEN = "forbidden"
    NO_POWER_SWITCH = "no_power_switch"

    @property
    def sentence(self) -> str:
        """What it means, in plain words."""
        return _SENTENCES[self]


_SENTENCES = {
    BlockReason.STANDBY: "the connection to the meter is in standby",
    BlockReason.CYCLE_RUNNING: "a start or stop cycle is under way",
    BlockReason.FORBIDDEN: "it could cut the connection to the meter",
    BlockReason.NO_POWER_SWITCH: "no switch powers the meter",
}


class CommandBlocked(NL43Error):
    """A command was not sent, because it must not be; `reason` says why."""

    def __init__(self, command: str, reason: BlockReason) -> None:
        """Name the command and what forbids it."""
        super().__init__(reason.sentence)
        self.command = command
        self.reason = reason


class BrokeDown(NL43Error):
    """A defect of this program ended the feed, which starts again after a while."""


class NotSentInTime(CommandExpired):
    """It could not be sent in time, and was not sent; `diagnosis` of the link says why."""

    def __init__(self, command: str, diagnosis: Diagnosis) -> None:
        """Name the command and what kept it; while connected that was other commands."""
        why = "others went before it" if diagnosis is Diagnosis.CONNECTED else diagnosis.sentence
        super().__init__(why)
        self.command = command
        self.diagnosis = diagnosis


class CycleEnded(NL43Error):
    """A Stop came before a start cycle was through, which was ended by that."""


class ControlRefused(NL43Error):
    """The meter refused a control command in its present state (R+0004); `reason` says which state that is."""

    def __init__(self, command: str, reason: RefusalReason) -> None:
        """Name the command as sent and the state that explains the refusal."""
        super().__init__(f"the meter refused {command}: {reason.sentence}")
        self.command = command
        self.reason = reason


class NotConfirmed(NL43Error):
    """A control command's effect could not be read back; `found` is what the meter said instead, if it answered."""

    def __init__(self, command: str, found: str | None) -> None:
        """Name the command as sent and the state read back."""
        super().__init__(f"{command} not confirmed: the meter says {found or 'nothing'}")
        self.command = command
        self.found = found


class PowerSwitchFailed(NL43Error):
    """What powers the meter could not be switched on or off; `why` is what it said of that."""

    def __init__(self, on: bool, why: str) -> None:
        """Name what was tried."""
        super().__init__(f"switching {'on' if on else 'off'} failed: {why}")
        self.on = on
        self.why = why


class NotBackAfterPowerCycle(NL43Error):
    """The meter was switched off and on, and did not connect within its boot time."""


class Unquiet(StrEnum):
    """What kept a session with the meter's card waiting in vain."""

    STANDBY = "standby"
    COMMANDS = "commands"
    TRANSFER = "transfer"
    NOT_CONNECTED = "not_connected"
    NOT_SETTLED = "not_settled"

    @property
    def sentence(self) -> str:
        """What it means, in plain words."""
        return _UNQUIET[self]


_UNQUIET = {
    Unquiet.STANDBY: "the connection to the meter is in standby",
    Unquiet.COMMANDS: "a command or a cycle is under way",
    Unquiet.TRANSFER: "another transfer from the card is under way",
    Unquiet.NOT_CONNECTED: "the meter is not connected",
    Unquiet.NOT_SETTLED: "the meter has just been connected, and is still being read",
}


class NoFtp(NL43Error):
    """FTP is not wanted: it is switched off here, or no login is known."""

    def __init__(self) -> None:
        """Say so."""
        super().__init__("FTP is not switched on for this meter")


class CardNotQuiet(NL43Error):
    """The card was not read: there was no quiet moment in time; `reason` says why, `diagnosis` how the link was."""

    def __init__(self, reason: Unquiet, diagnosis: Diagnosis) -> None:
        """Name what came before, and how the link is."""
        super().__init__(diagnosis.sentence if reason is Unquiet.NOT_CONNECTED else reason.sentence)
        self.reason = reason
        self.diagnosis = diagnosis


class FtpStaysOff(NL43Error):
    """The meter does not switch its FTP server on; `why` is what is known of that."""

    def __init__(self, why: str) -> None:
        """Name what happened."""
        super().__init__(f"FTP stays off: {why}")
        self.why = why


class NoFreeStoreName(NL43Error):
    """A start cycle found data on the card under every store name it tried."""

    def __init__(self, first: str, last: str) -> None:
        """Name the first and the last one tried."""
        super().__init__(f"data on the card under every store name from {first} to {last}")
        self.first = first
        self.last = last


class AlertError(NL43Error):
    """Something cannot be done to a rule or to an episode; `refusal` says why, and `subject` is the id asked for."""

    def __init__(self, refusal: AlertRefusal, subject: str) -> None:
        """Name what was asked for."""
        super().__init__(f"{subject}: {refusal.value.replace('_', ' ')}")
        self.refusal = refusal
        self.subject = subject
