"""Switches the meter's FTP on for a while, and leaves it as it was found (protocol.md section 6)."""

import asyncio
from collections.abc import Callable
from functools import partial
import logging
from typing import Literal

from ...nl43 import AnswerError, CommandRefused, Meter, Priority
from ..control.command import Command, CommandState
from ..control.life import Step
from ..control.sender import Sender
from ..errors import FtpStaysOff

_LOGGER = logging.getLogger(__name__)

# The server needs some seconds; a meter that does not tell that it runs by then is asked no longer.
ASK_EVERY_S = 2.0
SWITCHED_WITHIN_S = 30.0

type Word = Literal["On", "Off"]
_OTHER: dict[Word, Word] = {"On": "Off", "Off": "On"}


class FtpSwitch:
    """Speaks over the link as a poll does, a person's command goes first; what is sent is read back, not sent again."""

    def __init__(self, meter: Meter, sender: Sender, *, restored: object, keep: Callable[[], None]) -> None:
        """`restored` is `owes` of an earlier run, or anything; `keep` is called when it changes."""
        self._meter = meter
        self._sender = sender
        self._owes: Word | None = "Off" if restored == "Off" else "On" if restored == "On" else None
        self._keep = keep
        self._loop = asyncio.get_running_loop()
        self._sent: Word | None = None
        self._sent_at = 0.0

    @property
    def owes(self) -> Word | None:
        """As what it was found, if it may be otherwise now."""
        return self._owes

    async def on(self, deadline: float) -> bool:
        """See to it that it is on; return whether it had to be switched.

        Raises FtpStaysOff, AnswerError, and NotSentInTime as all that is to be sent by a `deadline`.
        """
        try:
            if await self._told(deadline) == "On" and not self._turning("Off"):
                self._is("On")
                return False
            if await self._becomes("On", deadline):
                return True
        except CommandRefused as error:
            raise FtpStaysOff(str(error)) from error
        raise FtpStaysOff(f"the meter did not tell that it is on within {SWITCHED_WITHIN_S:.0f} s")

    async def put_back(self, deadline: float, *, trust: bool = False) -> None:
        """Leave it as it was found, in a hurry in `trust` that it is so if the meter accepts it.

        Raises CommandRefused, AnswerError, NotSentInTime.
        """
        if (wanted := self._owes) is None:
            return
        # A meter that boots, or that is still switching it, may tell what will not last: it is believed after a switch.
        if self._sent == wanted and await self._told(deadline) == wanted:
            self._is(wanted)
        else:
            await self._becomes(wanted, deadline, trust=trust)

    async def renew(self, deadline: float) -> None:
        """Switch it off and on: so the server forgets a session that it thinks is still open; raises as `on`."""
        try:
            await self._becomes("Off", deadline)
        except CommandRefused as error:
            raise FtpStaysOff(str(error)) from error
        await self.on(self._loop.time() + SWITCHED_WITHIN_S)

    def take_command(self, command: Command) -> None:
        """What a person switches stays so."""
        line = command.detail.replace(" ", "").lower()
        if command.state is CommandState.COMPLETED and line in ("ftp,on", "ftp,off"):
            self._owe(None)

    async def _becomes(self, word: Word, deadline: float, *, trust: bool = False) -> bool:
        """Switch it, once, and ask until it tells so, but for a meter that accepts it in `trust`."""

        def reach(_: CommandState) -> None:
            # Whatever becomes of the answer, it may be so from now on.
            self._sent, self._sent_at = word, self._loop.time()
            if self._owes is None:
                self._owe(_OTHER[word])

        step = Step(f"FTP,{word}", deadline, reach)
        exchange = partial(self._meter.set_setting, "FTP", word, priority=Priority.POLL)
        if await self._sender.setting(step, exchange) and trust:
            self._is(word)
            return True
        until = self._loop.time() + SWITCHED_WITHIN_S
        while self._loop.time() + ASK_EVERY_S <= until:
            await asyncio.sleep(ASK_EVERY_S)
            try:
                if await self._told(until) == word:
                    self._is(word)
                    return True
            except AnswerError as error:
                _LOGGER.debug("No answer to FTP?: %s", error)
        return False

    async def _told(self, deadline: float) -> str:
        left_s = deadline - self._loop.time()
        return await self._sender.read("FTP?", partial(self._meter.setting, "FTP"), within_s=left_s)

    def _turning(self, word: Word) -> bool:
        """Whether it may still become what was sent last."""
        return self._sent == word and self._loop.time() <= self._sent_at + SWITCHED_WITHIN_S

    def _is(self, word: Word) -> None:
        if self._owes == word:
            self._owe(None)

    def _owe(self, owes: Word | None) -> None:
        if owes != self._owes:
            self._owes = owes
            self._keep()
