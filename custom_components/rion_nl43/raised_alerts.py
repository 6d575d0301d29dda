"""Which alerts somebody is to be told of who wants some grades, and perhaps only what nobody acknowledges."""

from collections.abc import Callable, Set as AbstractSet
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from homeassistant.config_entries import SIGNAL_CONFIG_ENTRY_CHANGED, ConfigEntry, ConfigEntryChange, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from .alert_data import alert_data
from .alerts import Episode, Grade, Transition, TransitionKind
from .const import DOMAIN
from .coordinator import RionConfigEntry
from .news import News, NewsKind

# The end of a snooze comes first, and with it an escalation that was held back.
AFTER_SNOOZE_S: Final = 1.0
RISING: Final = (TransitionKind.ONSET, TransitionKind.ESCALATED, TransitionKind.REOPENED)


class Missed(StrEnum):
    """Why news did not count.

    `other_rule`: they are of another rule of the meter; `grade`: of a grade that nobody asked for; `raised_before`: the
    alert had such a grade already; `waiting`: somebody may still acknowledge it; `acknowledged`, `ended`, `relaxed`:
    that happened while it waited; `overdue`: its time was over before anybody listened.
    """

    OTHER_RULE = "other_rule"
    GRADE = "grade"
    RAISED_BEFORE = "raised_before"
    WAITING = "waiting"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"
    RELAXED = "relaxed"
    OVERDUE = "overdue"


def missed_by(transition: Transition, grades: AbstractSet[Grade]) -> Missed | None:
    """Return why a rising transition raises no alert of these grades; None if it does.

    An alert is raised when it first has one of them: for who wants alarms only, a warning that becomes an alarm is one.
    What is re-opened was raised before, unless it had none of them then.
    """
    episode = transition.episode
    if episode.grade not in grades:
        return Missed.GRADE
    if transition.kind is TransitionKind.ESCALATED and transition.previous in grades:
        return Missed.RAISED_BEFORE
    if transition.kind is TransitionKind.REOPENED:
        had = {change.grade for change in episode.grades if change.at < transition.at}
        return Missed.RAISED_BEFORE if had & grades else None
    return None


def since(episode: Episode, grades: AbstractSet[Grade]) -> float:
    """Return since when an open episode has been of one of these grades without a break."""
    began = episode.grades[-1].at
    for change in reversed(episode.grades):
        if change.grade not in grades:
            break
        began = change.at
    return began


class RaisedAlerts:
    """Tells of alerts of some grades: at once, or when they were open for a while and nobody acknowledged them.

    What waits is not kept over a restart, but found again: in the episodes that are open then. The time counts from
    when the alert was raised, also if that was before.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        grades: AbstractSet[Grade],
        wait: timedelta,
        tell: Callable[[News], None],
        miss: Callable[[Missed, News], None],
    ) -> None:
        """Tell by `tell`, and by `miss` of what came and did not count."""
        self._hass = hass
        self._grades = grades
        self._wait_s = wait.total_seconds()
        self._tell = tell
        self._miss = miss
        # By the ids of their episodes; None has been told already.
        self._waits: dict[str, CALLBACK_TYPE | None] = {}

    @callback
    def async_begin(self, wanted: Callable[[RionConfigEntry, str], bool]) -> CALLBACK_TYPE:
        """Find what waits, now and whenever a meter is set up, of the rules that are `wanted`; returns what ends it."""

        @callback
        def follow(_change: ConfigEntryChange, entry: ConfigEntry) -> None:
            if entry.domain == DOMAIN and entry.state is ConfigEntryState.LOADED:
                self._async_find(entry, wanted, overdue=True)

        end_following = async_dispatcher_connect(self._hass, SIGNAL_CONFIG_ENTRY_CHANGED, follow)
        for entry in self._hass.config_entries.async_loaded_entries(DOMAIN):
            # Later on it is an automation that was changed or switched on: what is overdue then was told already, or
            # is no news.
            self._async_find(entry, wanted, overdue=self._hass.state is not CoreState.running)

        @callback
        def end() -> None:
            end_following()
            for cancel in self._waits.values():
                if cancel:
                    cancel()
            self._waits.clear()

        return end

    @callback
    def async_take(self, news: News, transition: Transition) -> None:
        """Take news of a wanted rule."""
        if transition.kind in RISING:
            if self._wait_s:
                self._async_wait_or_miss(news, transition)
            elif missed := missed_by(transition, self._grades):
                self._miss(missed, news)
            else:
                self._tell(news)
        elif transition.kind is TransitionKind.ACKNOWLEDGED:
            self._async_drop(Missed.ACKNOWLEDGED, news, transition)
        elif transition.kind is TransitionKind.CLEARED:
            self._async_drop(Missed.ENDED, news, transition)
        elif transition.episode.grade < min(self._grades):
            self._async_drop(Missed.RELAXED, news, transition)

    @callback
    def _async_wait_or_miss(self, news: News, transition: Transition) -> None:
        episode = transition.episode
        if episode.grade not in self._grades:
            self._miss(Missed.GRADE, news)
        elif episode.acknowledged:
            self._miss(Missed.ACKNOWLEDGED, news)
        elif episode.id not in self._waits:
            self._async_wait(news.entry, transition)
            self._miss(Missed.WAITING, news)

    @callback
    def _async_drop(self, why: Missed, news: News, transition: Transition) -> None:
        if cancel := self._waits.pop(transition.episode.id, None):
            cancel()
            self._miss(why, news)

    @callback
    def _async_find(
        self, entry: RionConfigEntry, wanted: Callable[[RionConfigEntry, str], bool], *, overdue: bool
    ) -> None:
        """Wait on for what is open, and tell at once what is overdue, unless that is not to be told."""
        if not self._wait_s:
            return
        for episode in entry.runtime_data.monitor.alerts.open_episodes:
            if episode.id in self._waits or episode.acknowledged or episode.grade not in self._grades:
                continue
            if not wanted(entry, episode.rule_id):
                continue
            rise = Transition(TransitionKind.ONSET, since(episode, self._grades), episode, Grade.OK)
            if overdue or self._left_s(rise) > 0:
                self._async_wait(entry, rise)
            else:
                self._waits[episode.id] = None
                self._miss(Missed.OVERDUE, self._news(entry, rise, episode))

    @callback
    def _async_wait(self, entry: RionConfigEntry, rise: Transition) -> None:
        @callback
        def judge(_now: datetime) -> None:
            del self._waits[rise.episode.id]
            # While a meter is not set up it is not known; it is looked for when it is.
            if entry.state is not ConfigEntryState.LOADED:
                return
            alerts = entry.runtime_data.monitor.alerts
            found = alerts.episode(rise.episode.id)
            if not found or not found.open or found.acknowledged:
                return
            if (until := alerts.state(found.rule_id).snoozed_until) is not None:
                # Somebody has taken notice, and wants to be left alone until then.
                left_s = max(0.0, until - dt_util.utcnow().timestamp())
                self._waits[found.id] = async_call_later(self._hass, left_s + AFTER_SNOOZE_S, judge)
                return
            self._waits[found.id] = None
            self._tell(self._news(entry, rise, found))

        self._waits[rise.episode.id] = async_call_later(self._hass, self._left_s(rise), judge)

    def _left_s(self, rise: Transition) -> float:
        return max(0.0, rise.at + self._wait_s - dt_util.utcnow().timestamp())

    @callback
    def _news(self, entry: RionConfigEntry, rise: Transition, episode: Episode) -> News:
        """Return the news of an alert that rose a while ago, with all that has become of it."""
        now = dt_util.utcnow()
        level_db = entry.runtime_data.monitor.alerts.state(episode.rule_id).level_db
        transition = replace(rise, at=now.timestamp(), episode=episode, level_db=level_db)
        data = alert_data(self._hass, entry, transition)
        return News(NewsKind.ALERT, entry, now, episode.rule_id, transition, data)
