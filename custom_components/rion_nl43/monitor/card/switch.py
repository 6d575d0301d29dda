"""Switches the meter's FTP on for a while, and leaves it as it was found (protocol.md section 6)."""

import asyncio
from collections.abc import Callable
from functools import partial
import logging

from ...nl43 import AnswerError, CommandRefused, Meter, Priority
from ..control.command import Command, CommandState
from ..control.life import Step
from ..control.sender import Sender
from ..errors import FtpStaysOff

_LOGGER = logging.getLogger(__name__)

ON, OFF = "FTP,On", "FTP,Off"
# The server needs some seconds; a meter that does not tell that it runs by then is asked no longer.
ASK_EVERY_S = 2.0
SWITCHED_WITHIN_S = 30.0


class FtpSwitch:
    """Speaks over the link as a poll does, a person's command goes first; what is sent is read back, not sent again."""

    def __init__(self, meter: Meter, sender: Sender, *, owes_off: bool, keep: Callable[[], None]) -> None:
        """`owes_off`: an earlier run has switched it on; `keep` is called when that changes."""
        self._meter = meter
        self._sender = sender
        self._owes_off = owes_off
        self._keep = keep
        self._loop = asyncio.get_running_loop()

    @property
    def owes_off(self) -> bool:
        """Whether it was found off and has been switched on."""
        return self._owes_off

    async def on(self, deadline: float) -> bool:
        """See to it that it is on; return whether it had to be switched.

        Raises FtpStaysOff, AnswerError, and NotSentInTime as all that is to be sent by a `deadline`.
        """
        try:
            if await self._told(deadline) == "On":
                return False
            await self._change(ON, deadline)
        except CommandRefused as error:
            raise FtpStaysOff(str(error)) from error
        if not await self._becomes("On"):
            raise FtpStaysOff(f"it was not on {SWITCHED_WITHIN_S:.0f} s after {ON}")
        return True

    async def put_back(self, deadline: float) -> None:
        """Switch it off if it was found off; CommandRefused, AnswerError, NotSentInTime."""
        if self._owes_off and (await self._told(deadline) == "Off" or await self._turn_off(deadline)):
            self._owe(False)

    async def renew(self, deadline: float) -> None:
        """Switch it off and on: so the server forgets a session that it thinks is still open; raises as `on`."""
        try:
            await self._turn_off(deadline)
        except CommandRefused as error:
            _LOGGER.debug("FTP could not be switched off: %s", error)
        await self.on(self._loop.time() + SWITCHED_WITHIN_S)

    def take_command(self, command: Command) -> None:
        """What a person switches stays so."""
        line = command.detail.replace(" ", "").lower()
        if command.state is CommandState.COMPLETED and line in (ON.lower(), OFF.lower()):
            self._owe(False)

    async def _turn_off(self, deadline: float) -> bool:
        await self._change(OFF, deadline)
        return await self._becomes("Off")

    async def _change(self, line: str, deadline: float) -> None:
        """Send it, once; whether it had any effect is to be asked."""
        name, _, value = line.partition(",")

        def reach(_: CommandState) -> None:
            # Before its answer: whatever becomes of that, FTP may be on from now on.
            if line == ON:
                self._owe(True)

        step = Step(line, deadline, reach)
        await self._sender.setting(step, partial(self._meter.set_setting, name, value, priority=Priority.POLL))

    async def _becomes(self, wanted: str) -> bool:
        """Ask until it tells so."""
        deadline = self._loop.time() + SWITCHED_WITHIN_S
        while self._loop.time() + ASK_EVERY_S <= deadline:
            await asyncio.sleep(ASK_EVERY_S)
            try:
                if await self._told(deadline) == wanted:
                    return True
            except AnswerError as error:
                _LOGGER.debug("No answer to FTP?: %s", error)
        return False

    async def _told(self, deadline: float) -> str:
        return await self._sender.read(
            "FTP?", partial(self._meter.setting, "FTP"), within_s=deadline - self._loop.time()
        )

    def _owe(self, owes_off: bool) -> None:
        if owes_off is not self._owes_off:
            self._owes_off = owes_off
            self._keep()
