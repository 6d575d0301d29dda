"""The meter's only connection, given to somebody else and taken back."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from ...nl43 import Link, LinkBrokeDown
from ..kept import kept_flag, kept_mapping, kept_time
from ..signal import Signal

# The wall clock may be put right while the link is released, and a link that broke down tells nobody for certain.
LOOK_EVERY_S = 30.0


class Standby:
    """Whether the link is released, until when, and what follows from it; all times are aware."""

    def __init__(self, link: Link, restored: object = None, keep: Callable[[], None] = lambda: None) -> None:
        """Take the link; `restored` is `memory` of an earlier run, and `keep` is called when `memory` has changed."""
        kept = kept_mapping(restored)
        self.before_release: Callable[[], Awaitable[None]] = _nothing
        """What is still to be done over the link, quickly, before it is closed on request."""
        self._link = link
        self._keep = keep
        self._changes = Signal[bool]("standby")
        self._changed = asyncio.Event()
        self._active = kept_flag(kept.get("active"))
        self._until = kept_time(kept.get("until")) if self._active else None
        if self._over:
            self._active, self._until = False, None

    @property
    def active(self) -> bool:
        """Whether the link is released."""
        return self._active

    @property
    def until(self) -> datetime | None:
        """When it is taken back by itself, aware UTC; None for not by itself."""
        return self._until

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart."""
        return {"active": self._active, "until": self._until and self._until.isoformat()}

    def on_change(self, callback: Callable[[bool], None]) -> Callable[[], None]:
        """Be told `active` when it or `until` changes."""
        return self._changes.connect(callback)

    async def release(self, until: datetime | None = None) -> None:
        """Close the link, if need be until then; the meter's slot is free when this returns."""
        self._become(True, until and until.astimezone(UTC))
        try:
            await self.before_release()
        finally:
            # Perhaps it was taken back meanwhile.
            if self._active:
                await self._link.close()

    async def take_back(self) -> None:
        """Open the link again; it connects when the slot has rested."""
        self._become(False, None)
        self._link.open()

    async def run(self) -> None:
        """Open the link unless it is released, anew after a defect, and take it back in time, until cancelled."""
        if self._active:
            await self._link.close()
        else:
            self._link.open()
        while True:
            self._changed.clear()
            if self._over:
                await self.take_back()
            elif not self._active and isinstance(self._link.status.error, LinkBrokeDown):
                self._link.open()
            try:
                async with asyncio.timeout(self._look_in_s()):
                    await self._changed.wait()
            except TimeoutError:
                continue

    @property
    def _over(self) -> bool:
        return self._until is not None and datetime.now(UTC) >= self._until

    def _look_in_s(self) -> float:
        if self._until is None:
            return LOOK_EVERY_S
        return min(max(0.0, (self._until - datetime.now(UTC)).total_seconds()), LOOK_EVERY_S)

    def _become(self, active: bool, until: datetime | None) -> None:
        if (active, until) != (self._active, self._until):
            self._active, self._until = active, until
            self._changed.set()
            self._keep()
            self._changes.send(active)


async def _nothing() -> None:
    """Do nothing."""
