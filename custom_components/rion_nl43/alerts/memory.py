"""What an engine keeps of its rules over a restart, beside the list of episodes.

The list may be older than the memory, or gone: so the memory has the last episode of each rule too, without its trace,
and whichever went further holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .course import Sound
from .episode import Episode
from .ledger import NEVER, Ledger
from .plain import items, mapping, number, when, whole
from .raiser import Raiser
from .recording import TraceSteps
from .rule import Rule
from .schedule import Helper, Schedule, Weekly

# No sound is louder, in ms times the energy at 0 dB.
_GREATEST_ENERGY = 1e120


@dataclass(frozen=True, slots=True)
class KeptRule:
    """What is kept of a rule: how it was, until when it is snoozed, and which episode is open."""

    likeness: Mapping[str, Any]
    snoozed_ms: int = NEVER
    open_id: str | None = None
    energy: float = 0.0
    covered_ms: int = 0

    @classmethod
    def of(cls, raiser: Raiser, rule: Rule | None) -> KeptRule:
        """Return what to keep of a rule."""
        like = {} if rule is None else likeness(rule)
        course = raiser.course
        if course is None:
            return cls(like, raiser.snoozed_ms)
        return cls(like, raiser.snoozed_ms, course.episode.id, course.sound.energy, course.sound.covered_ms)

    def is_of(self, rule: Rule) -> bool:
        """Whether a rule is the same; what one of the two does not tell does not differ."""
        now = likeness(rule)
        return all(now[key] == kept for key, kept in self.likeness.items() if key in now)

    def to_json(self, latest: Episode | None) -> dict[str, Any]:
        """Write it down in plain JSON, with the last episode."""
        return {
            "rule": dict(self.likeness),
            "snoozed_until": None if self.snoozed_ms == NEVER else self.snoozed_ms / 1000,
            "open": self.open_id,
            "energy": self.energy,
            "covered_ms": self.covered_ms,
            "episode": latest and replace(latest, trace=None).to_json(),
        }

    @classmethod
    def from_json(cls, kept: object) -> KeptRule:
        """Read what was written down; nonsense is as if nobody had told it."""
        told = mapping(kept)
        until, open_id = when(told.get("snoozed_until")), told.get("open")
        energy, covered_ms = number(told.get("energy")) or 0.0, whole(told.get("covered_ms")) or 0
        heard = 0 < energy < _GREATEST_ENERGY
        return cls(
            mapping(told.get("rule")),
            NEVER if until is None else round(1000 * until),
            open_id if isinstance(open_id, str) else None,
            energy if heard else 0.0,
            covered_ms if heard else 0,
        )


def likeness(rule: Rule) -> dict[str, Any]:
    """Return all that makes a rule what it is, in plain JSON: not its name, and not whether it is enabled."""
    return {
        "metric": rule.metric.key,
        "direction": rule.direction.value,
        "warning_db": rule.warning_db,
        "alarm_db": rule.alarm_db,
        "duration_s": rule.duration_s,
        "share_percent": rule.share_percent,
        "clear_margin_db": rule.clear_margin_db,
        "cooldown_s": rule.cooldown_s,
        "schedule": _schedule(rule.schedule),
        "only_while_measuring": rule.only_while_measuring,
    }


def read_kept(memory: object, episodes: object, ledger: Ledger) -> dict[str, KeptRule]:
    """Enter the episodes that were kept, and return what was kept of each rule."""
    kept = {rule_id: KeptRule.from_json(each) for rule_id, each in mapping(mapping(memory).get("rules")).items()}
    last = (mapping(each).get("episode") for each in mapping(mapping(memory).get("rules")).values())
    known = _merge(_read(items(episodes)), _read(last))
    open_ones: dict[str, Episode] = {}
    for episode in sorted(known, key=lambda each: each.onset):
        if episode.open:
            # A rule has one at most.
            open_ones[episode.rule_id] = episode
    for episode in sorted(known, key=_ended):
        if not episode.open:
            ledger.keep(episode)
    for rule_id, episode in open_ones.items():
        found = kept.setdefault(rule_id, KeptRule({}))
        goes_on = found.open_id == episode.id
        sound = Sound(found.energy, found.covered_ms) if goes_on else Sound()
        kept[rule_id] = replace(found, open_id=episode.id)
        ledger.go_on(episode, TraceSteps.resume(episode.trace, int(episode.began)), sound)
    return kept


def _read(kept: Iterable[object]) -> list[Episode]:
    read = (each if isinstance(each, Episode) else Episode.from_json(each) for each in kept)
    return [episode for episode in read if episode is not None]


def _merge(listed: Iterable[Episode], last: Iterable[Episode]) -> list[Episode]:
    """Return each episode once, as it was when it had gone further, with its trace."""
    known = {episode.id: episode for episode in listed}
    for episode in last:
        other = known.get(episode.id)
        if other is None:
            known[episode.id] = episode
        elif _progress(episode) >= _progress(other):
            known[episode.id] = replace(episode, trace=other.trace)
    return [*known.values()]


def _progress(episode: Episode) -> tuple[int, bool, int, bool]:
    return episode.reopened, not episode.open, len(episode.grades), episode.acknowledged is not None


def _ended(episode: Episode) -> float:
    return episode.onset if episode.ended is None else episode.ended


def _schedule(schedule: Schedule) -> Any:
    if isinstance(schedule, Weekly):
        return [schedule.begin.isoformat(), schedule.until.isoformat(), *sorted(schedule.days)]
    return schedule.name if isinstance(schedule, Helper) else None
