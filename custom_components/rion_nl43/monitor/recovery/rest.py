"""The rest that the meter needs after a connection, kept over a restart of the program."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ...nl43 import Slot
from ..kept import kept_mapping, kept_time

# The meter has rested long before this; a time in the future is that of a clock that was put right.
WORTH_KEEPING = timedelta(minutes=1)


def keep_rest(slot: Slot, loop_time: float) -> dict[str, Any]:
    """Return what to keep: when the slot was let go, aware UTC; nothing while it is held or never was."""
    if slot.held or slot.released_at is None:
        return {"let_go_at": None}
    return {"let_go_at": (datetime.now(UTC) - timedelta(seconds=loop_time - slot.released_at)).isoformat()}


def restore_rest(slot: Slot, restored: object, loop_time: float) -> None:
    """Let the slot know when an earlier run let it go, if that was lately; `restored` may be anything."""
    let_go_at = kept_time(kept_mapping(restored).get("let_go_at"))
    if let_go_at is None:
        return
    ago = datetime.now(UTC) - let_go_at
    if timedelta(0) <= ago < WORTH_KEEPING:
        slot.let_go(loop_time - ago.total_seconds())
