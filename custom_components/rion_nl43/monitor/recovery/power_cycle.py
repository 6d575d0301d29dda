"""Cures a wedged meter by its power switch, within limits, and says when a person is needed."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
import contextlib
from datetime import UTC, datetime
import logging
from typing import Any

from ...nl43 import Link, LinkState, LinkStatus, NL43Error
from ..control.command import Asked
from ..control.commands import NOBODY, Commands
from ..errors import BlockReason, NotBackAfterPowerCycle, PowerSwitchFailed
from ..kept import kept_flag, kept_mapping, kept_times
from ..signal import Signal
from .diagnosis import Diagnosis, Diagnostician, LinkDiagnosis
from .lockout import Lockout

_LOGGER = logging.getLogger(__name__)

POWER_CYCLE = "power_cycle"
WEDGED_ATTEMPTS = 2
OFF_S = 10.0
BOOT_S = 120.0
RETRY_ON_S = 60.0
# Whoever switches tells so at once, or never.
SWITCH_S = 30.0

type PowerSwitch = Callable[[bool], Awaitable[None]]
"""Switches the meter's power; returns when that is done, and raises anything when it could not be done."""


class Recovery:
    """Power-cycles a meter that two attempts found wedged, at most 3 times in 15 minutes."""

    def __init__(
        self,
        link: Link,
        diagnosis: Diagnostician,
        commands: Commands,
        restored: object = None,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the parts; `restored` is `memory` of an earlier run, and `keep` is called when `memory` has changed."""
        kept = kept_mapping(restored)
        self._power_switch: PowerSwitch | None = None
        self._link = link
        self._diagnosis = diagnosis
        self._commands = commands
        self._keep = keep
        self._changes = Signal[bool]("recovery")
        self._lockout = Lockout(kept_times(kept.get("cycles")))
        self._needs_person = kept_flag(kept.get("needs_person"))
        self._acknowledged = kept_flag(kept.get("acknowledged"))
        self._switched_off = kept_flag(kept.get("switched_off"))
        self._cycling = False
        self._news = asyncio.Event()

    @property
    def power_switch(self) -> PowerSwitch | None:
        """What switches the meter's power, if anything does."""
        return self._power_switch

    @power_switch.setter
    def power_switch(self, power_switch: PowerSwitch | None) -> None:
        self._power_switch = power_switch
        self._news.set()

    @property
    def needs_person(self) -> bool:
        """Whether all power cycles were in vain, or the power stays off; until connected or acknowledged."""
        return self._needs_person

    @property
    def cycles(self) -> tuple[datetime, ...]:
        """When the power cycles of the last 15 minutes began, aware UTC."""
        return self._lockout.recent(datetime.now(UTC))

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart."""
        return {
            "cycles": self._lockout.to_json(),
            "needs_person": self._needs_person,
            "acknowledged": self._acknowledged,
            "switched_off": self._switched_off,
        }

    def on_change(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Be told `needs_person` when it or the power cycles change."""
        return self._changes.connect(callback)

    def acknowledge(self) -> None:
        """A person has seen it: `needs_person` ends; a further power cycle waits for the lockout."""
        if self._needs_person:
            self._become(needs_person=False, acknowledged=True)

    async def power_cycle(self, asked: Asked = NOBODY) -> None:
        """Switch off, wait 10 s, switch on, and wait for the meter to connect.

        Raises CommandBlocked without a power switch or while that is under way, PowerSwitchFailed,
        NotBackAfterPowerCycle.
        """
        await self._commands.run(POWER_CYCLE, "", asked, self._cycle, blocked=self._blocked)

    async def run(self) -> None:
        """Watch the diagnosis until cancelled; switches on first what an earlier run left off."""
        unsubscribe = (
            self._diagnosis.on_wedged(lambda _: self._news.set()),
            self._diagnosis.on_change(self._take_diagnosis),
        )
        self._take_diagnosis(self._diagnosis.current)
        try:
            while True:
                self._news.clear()
                if self._switched_off and self._power_switch and not self._cycling:
                    await self._finish_cycle(self._power_switch)
                elif self._wants_cycle():
                    with contextlib.suppress(NL43Error):
                        await self.power_cycle(Asked(reason="recovery"))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(RETRY_ON_S if self._switched_off else None):
                        await self._news.wait()
        finally:
            for end in unsubscribe:
                end()

    def _take_diagnosis(self, diagnosis: LinkDiagnosis) -> None:
        """Forget all trouble when the meter is there."""
        if diagnosis.diagnosis is not Diagnosis.CONNECTED:
            return
        if self._needs_person or self._acknowledged or self._switched_off:
            self._switched_off = False
            self._become(needs_person=False, acknowledged=False)

    def _wants_cycle(self) -> bool:
        """Whether to power-cycle now; asks for a person instead when that was done too often."""
        if self._power_switch is None or self._cycling or self._needs_person:
            return False
        if self._diagnosis.wedged_attempts < WEDGED_ATTEMPTS:
            return False
        if self._lockout.allows(datetime.now(UTC)):
            return True
        if not self._acknowledged:
            self._become(needs_person=True)
        return False

    def _blocked(self) -> BlockReason | None:
        if self._power_switch is None:
            return BlockReason.NO_POWER_SWITCH
        return BlockReason.CYCLE_RUNNING if self._cycling else None

    async def _cycle(self) -> None:
        switch = self._power_switch
        assert switch is not None  # noqa: S101 # it is blocked without one
        try:
            with self._power_cycling():
                self._lockout.note(datetime.now(UTC))
                self._become(acknowledged=False)
                await self._off_and_on(switch)
                await self._back()
        finally:
            self._news.set()

    async def _finish_cycle(self, switch: PowerSwitch) -> None:
        """Switch on what an earlier run, or a switch that failed, left off."""
        with self._power_cycling():
            try:
                await self._switch_on(switch)
                await self._back()
            except NL43Error as error:
                _LOGGER.debug("The meter that was left switched off: %s", error)

    @contextlib.contextmanager
    def _power_cycling(self) -> Iterator[None]:
        self._cycling = True
        self._diagnosis.set_power_cycling(True)
        try:
            yield
        finally:
            self._cycling = False
            self._diagnosis.set_power_cycling(False)

    async def _off_and_on(self, switch: PowerSwitch) -> None:
        """Switch off and on; what failed to switch off, or is left in a hurry, is switched on all the same."""
        self._switched_off = True
        self._keep()
        try:
            await _turn(switch, False)
            await asyncio.sleep(OFF_S)
        finally:
            await self._switch_on(switch)

    async def _switch_on(self, switch: PowerSwitch) -> None:
        try:
            await _turn(switch, True)
        except PowerSwitchFailed:
            self._become(needs_person=True)
            raise
        self._switched_off = False
        self._keep()

    async def _back(self) -> None:
        """Wait until the meter has booted and is connected; nobody waits for a link in standby."""
        self._link.retry()
        connected = asyncio.Event()

        def look(status: LinkStatus) -> None:
            if status.state in (LinkState.CONNECTED, LinkState.STANDBY):
                connected.set()

        unsubscribe = self._link.on_status(look)
        look(self._link.status)
        try:
            async with asyncio.timeout(BOOT_S):
                await connected.wait()
        except TimeoutError:
            raise NotBackAfterPowerCycle(f"not back {BOOT_S:.0f} s after the power was switched on") from None
        finally:
            unsubscribe()

    def _become(self, *, needs_person: bool | None = None, acknowledged: bool | None = None) -> None:
        if needs_person is not None:
            self._needs_person = needs_person
        if acknowledged is not None:
            self._acknowledged = acknowledged
        self._keep()
        self._changes.send(self._needs_person)


async def _turn(switch: PowerSwitch, on: bool) -> None:
    try:
        async with asyncio.timeout(SWITCH_S):
            await switch(on)
    except Exception as error:  # whatever the caller's switch raises
        said = f"no answer within {SWITCH_S:.0f} s" if isinstance(error, TimeoutError) else type(error).__name__
        raise PowerSwitchFailed(on, str(error) or said) from error
