"""One command of a person or an automation: what was asked, by whom, and how far it got."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from ...nl43 import NL43Error

RESTARTED = "restarted"


class CommandState(StrEnum):
    """How far a command has got; the last four are final.

    `sent`: it is on the wire; `confirmed`: the meter accepted it; `completed`: done and read back; `failed`: refused,
    not confirmed, or its outcome is not known; `expired`: not sent in time, and not sent later; `blocked`: not sent,
    because it must not be.
    """

    QUEUED = "queued"
    SENT = "sent"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    FAILED = "failed"
    EXPIRED = "expired"
    BLOCKED = "blocked"

    @property
    def final(self) -> bool:
        """Whether nothing comes after it."""
        return self not in (CommandState.QUEUED, CommandState.SENT, CommandState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a command, as an id of the caller's own world, and in which way: "button", "watchdog" ..."""

    by: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command at one moment of its life; times are aware UTC.

    `detail` says what `name` leaves open, as `Sleep Mode,Off`; `reason` says why it did not complete, and `error` is
    what its caller was raised: None in a command remembered from before a restart.
    """

    id: str
    name: str
    detail: str
    asked: Asked
    state: CommandState
    asked_at: datetime
    changed_at: datetime
    error: NL43Error | None = None
    reason: str = ""

    @classmethod
    def new(cls, name: str, detail: str, asked: Asked) -> Command:
        """Begin a life."""
        now = datetime.now(UTC)
        return cls(uuid4().hex, name, detail, asked, CommandState.QUEUED, now, now)

    def to_json(self) -> dict[str, Any]:
        """What to keep of it over a restart."""
        return {
            "id": self.id,
            "name": self.name,
            "detail": self.detail,
            "by": self.asked.by,
            "asked_reason": self.asked.reason,
            "state": self.state.value,
            "asked_at": self.asked_at.isoformat(),
            "changed_at": self.changed_at.isoformat(),
            "reason": self.reason,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Command:
        """Take what was kept; raises KeyError, TypeError or ValueError if that is no command."""
        texts = {name: kept[name] for name in ("id", "name", "detail", "asked_reason", "reason")}
        by = kept["by"]
        if not all(isinstance(text, str) for text in texts.values()) or not isinstance(by, str | None):
            raise TypeError("no text")
        asked_at, changed_at = (datetime.fromisoformat(kept[name]) for name in ("asked_at", "changed_at"))
        if asked_at.tzinfo is None or changed_at.tzinfo is None:
            raise ValueError("a naive time")
        return cls(
            texts["id"],
            texts["name"],
            texts["detail"],
            Asked(by, texts["asked_reason"]),
            CommandState(kept["state"]),
            asked_at,
            changed_at,
            reason=texts["reason"],
        )
