"""The alerts of one meter."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ...alerts import Episode, Explanation, Grade, Rule, Transition
from .rule_state import RuleState

# The rule that every meter has; its id is none that a rule of a person can get.
UNREACHABLE: Final = "unreachable"
UNREACHABLE_AFTER_S: Final = 60.0


class MeterAlerts:
    """Judges the rules of one meter with each of its samples, and keeps what came of it.

    Times are in seconds since the epoch. Callbacks run in the event loop, and each `on_...` returns what ends the
    subscription.
    """

    def __init__(self) -> None:
        """Begin without a rule."""
        self.unreachable_after_s = UNREACHABLE_AFTER_S

    @property
    def rules(self) -> Mapping[str, Rule]:
        """The rules as configured, by id, without the built-in one."""
        raise NotImplementedError

    @property
    def open_episodes(self) -> tuple[Episode, ...]:
        """The episodes that go on, the newest first."""
        raise NotImplementedError

    @property
    def worst(self) -> Grade:
        """The highest grade of all rules now."""
        raise NotImplementedError

    @property
    def memory(self) -> dict[str, Any]:
        """What to keep over a restart, in plain JSON: it changes with every episode, and is small."""
        raise NotImplementedError

    @property
    def episodes_memory(self) -> list[dict[str, Any]]:
        """The episodes to keep over a restart, in plain JSON."""
        raise NotImplementedError

    def configure(self, rules: Iterable[Rule]) -> None:
        """Have these rules from now on; what is the same as before is left alone."""
        raise NotImplementedError

    def set_schedule(self, name: str, is_open: bool | None) -> None:
        """Take what a helper says of its schedule; None while it says nothing."""
        raise NotImplementedError

    def on_transition(self, callback: Callable[[Transition], None]) -> Callable[[], None]:
        """Be told everything that happens to an episode."""
        raise NotImplementedError

    def on_change(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Be told when the state of a rule, or which rules there are, has changed; not for the level alone."""
        raise NotImplementedError

    def state(self, rule_id: str) -> RuleState:
        """Return how a rule is; raises KeyError."""
        raise NotImplementedError

    def episode(self, episode_id: str) -> Episode | None:
        """Return an episode that is still known."""
        raise NotImplementedError

    def episodes(self, rule_id: str | None = None) -> tuple[Episode, ...]:
        """Return the episodes that are known, of one rule or of all, the newest first and open ones included."""
        raise NotImplementedError

    def acknowledge(self, rule_id: str, *, by: str | None = None, note: str = "") -> Episode:
        """Acknowledge the open episode of a rule, or else its latest; raises AlertError."""
        raise NotImplementedError

    def acknowledge_episode(self, episode_id: str, *, by: str | None = None, note: str = "") -> Episode:
        """Acknowledge an episode; raises AlertError."""
        raise NotImplementedError

    def snooze(self, rule_id: str, until: float) -> None:
        """Let a rule raise nothing until then; raises AlertError."""
        raise NotImplementedError

    def unsnooze(self, rule_id: str) -> None:
        """Let a rule raise alerts again; raises AlertError."""
        raise NotImplementedError

    def explain(self, rule_id: str) -> Explanation:
        """Tell why a rule does or does not alert now; raises AlertError."""
        raise NotImplementedError
