"""What can go wrong between this driver and a meter: one small tree."""
# ruff: noqa: N818 # the names say what happened, and what they derive from says that it is an error

from enum import IntEnum


class ResultCode(IntEnum):
    """First line of every answer, as in `R+0000`."""

    ACCEPTED = 0
    COMMAND_UNKNOWN = 1
    PARAMETER = 2
    DESIGNATION = 3
    STATE = 4


class NL43Error(Exception):
    """Base of everything the driver raises."""


class LinkError(NL43Error):
    """There is no usable connection."""


class ConnectionRefused(LinkError):
    """The host lives, but nothing listens on the port."""


class ConnectionTimedOut(LinkError):
    """Nothing answers: the link is dead, the meter's only connection is taken, or the meter sleeps."""


class ConnectionLost(LinkError):
    """A connection that was open has ended."""


class HostUnknown(LinkError):
    """The name does not resolve, or no route leads to the address."""


class LinkClosed(LinkError):
    """The connection was given up on request."""


class LinkBrokeDown(LinkClosed):
    """A defect of this program ended the link, which can be opened again."""


class AnswerError(NL43Error):
    """The connection stands, but an exchange brought no usable answer; what a setting did is unknown then."""


class AnswerTimedOut(AnswerError):
    """The answer did not come, or not whole, in time."""


class UnusableAnswer(AnswerError):
    """The answer is torn, of the wrong shape, or that of another command."""


class CommandRefused(NL43Error):
    """The meter answered, and said no."""

    code: ResultCode
    sentence: str

    def __init__(self, command: str) -> None:
        """Name the command line that was refused."""
        super().__init__(command)
        self.command = command

    def __str__(self) -> str:
        return f"{self.sentence}: {self.command} (R+{self.code:04})"


class CommandUnknown(CommandRefused):
    """The meter does not know this command."""

    code = ResultCode.COMMAND_UNKNOWN
    sentence = "the meter does not know this command"


class ParameterRefused(CommandRefused):
    """The meter does not take this value."""

    code = ResultCode.PARAMETER
    sentence = "the meter does not take this value"


class DesignationRefused(CommandRefused):
    """This meter cannot do this with this command."""

    code = ResultCode.DESIGNATION
    sentence = "this meter cannot do this"


class StateRefused(CommandRefused):
    """Not possible in the state the meter is in."""

    code = ResultCode.STATE
    sentence = "the meter cannot do this in its present state"


REFUSALS: dict[ResultCode, type[CommandRefused]] = {
    refusal.code: refusal for refusal in (CommandUnknown, ParameterRefused, DesignationRefused, StateRefused)
}


class InvalidCommand(NL43Error, ValueError):
    """Refused before it reached the meter."""


class CommandExpired(NL43Error):
    """It could not be sent in time, and was not sent."""


class NotAMeter(NL43Error):
    """Something answers, but not as an NL-43, NL-53 or NL-63 does."""


class WrongMeter(NL43Error):
    """A meter answers, but not the one that was expected: another serial number."""

    def __init__(self, expected: str, found: str) -> None:
        """Name both serial numbers."""
        super().__init__(expected, found)
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        return f"expected the meter with serial number {self.expected}, found {self.found}"


class FtpError(NL43Error):
    """No session with the meter's FTP server."""


class FtpRefused(FtpError):
    """The host lives, but no FTP server takes the session: FTP is off, or it is no FTP server."""


class FtpTimedOut(FtpError):
    """Nothing answers on the FTP port, or not in time."""


class FtpLoginFailed(FtpError):
    """The FTP server does not accept this user or password."""
