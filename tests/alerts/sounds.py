"""Rules and readings to judge, and an engine that judges them."""

from collections.abc import Callable, Iterable
from datetime import UTC, tzinfo
import json
from typing import Any

from custom_components.rion_nl43.alerts import (
    AlertEngine,
    Episode,
    Explanation,
    Grade,
    Metric,
    Quantity,
    Reading,
    Rule,
    Transition,
    TransitionKind,
)

# 2026-03-02 08:00:00 UTC, a Monday.
EIGHT = 1772438400.0
LP = Metric(Quantity.LP)


def rule(rule_id: str = "loud", **changes: Any) -> Rule:
    """Make a rule: a warning above 65 dB and an alarm above 70 dB, for a minute each."""
    told: dict[str, Any] = {"name": "Too loud", "metric": LP, "warning_db": 65.0, "alarm_db": 70.0, "duration_s": 60.0}
    return Rule(id=rule_id, **(told | changes))


def warning(rule_id: str = "loud", **changes: Any) -> Rule:
    """Make a rule that has no alarm."""
    return rule(rule_id, **({"alarm_db": None} | changes))


class Site:
    """An engine that is told of one meter; times are in seconds after eight."""

    def __init__(self, *rules: Rule, zone: tzinfo = UTC, began: float = EIGHT, **options: Any) -> None:
        """Begin with these rules."""
        self.began = began
        self.at = 0.0
        self.zone = zone
        self.told: list[Transition] = []
        self.engine = AlertEngine(began, zone=zone, **options)
        self.configure(*rules)

    @property
    def now(self) -> float:
        """The time since the epoch."""
        return self.began + self.at

    def configure(self, *rules: Rule) -> None:
        """Have these rules."""
        self.take(self.engine.configure(rules, self.now))

    def take(self, told: Iterable[Transition]) -> None:
        """Note what happened."""
        self.told += told

    def hear(
        self,
        seconds: float,
        level: float | None,
        *,
        step: float = 1.0,
        measuring: bool | None = True,
        overload: bool = False,
        leq: float | None = None,
    ) -> None:
        """Let so many seconds of a level come, in readings of a second each."""
        for _ in range(round(seconds / step)):
            self.at = round(self.at + step, 3)
            reading = Reading(self.now, step, level, measuring, level if leq is None else leq, overload)
            self.take(self.engine.take(dict.fromkeys(self.engine.rules, reading)))

    def hole(self, seconds: float) -> None:
        """Let nothing come for so long, and nobody tell the time."""
        self.at += seconds

    def wait(self, seconds: float) -> None:
        """Let nothing come for so long, but the time."""
        self.at += seconds
        self.take(self.engine.tick(self.now))

    def do(self, act: Callable[..., list[Transition]], *args: Any, **named: Any) -> None:
        """Have something done now."""
        self.take(act(*args, self.now, **named))

    def restart(self, *rules: Rule, after_s: float = 0.0, **options: Any) -> None:
        """Let another engine go on from what this one keeps."""
        memory = json.loads(json.dumps(self.engine.memory))
        episodes = json.loads(json.dumps([episode.to_json() for episode in self.engine.episodes()]))
        rules = rules or tuple(self.engine.rules.values())
        self.at += after_s
        kept = {"memory": memory, "episodes": episodes} | options
        self.engine = AlertEngine(self.now, zone=self.zone, **kept)
        self.configure(*rules)

    @property
    def kinds(self) -> list[TransitionKind]:
        """What happened, in order."""
        return [transition.kind for transition in self.told]

    @property
    def story(self) -> list[tuple[str, float, str]]:
        """What happened, when, and the grade afterwards."""
        return [(each.kind.value, round(each.at - self.began, 3), each.episode.grade.word) for each in self.told]

    @property
    def episode(self) -> Episode:
        """The latest episode."""
        return self.engine.episodes()[0]

    def grade(self, rule_id: str = "loud") -> Grade:
        """The grade of a rule."""
        return self.engine.raiser(rule_id).grade

    def explain(self, rule_id: str = "loud") -> Explanation:
        """Explain a rule now."""
        return self.engine.explain(rule_id, self.now)
