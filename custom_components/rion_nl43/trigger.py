"""Triggers of automations: alerts, measurements, and whether a meter is there. Fed by the news, not by states."""

from datetime import timedelta
from typing import ClassVar, Final, override

from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.trigger import (
    NotTriggeredInfo,
    Trigger,
    TriggerActionRunner,
    TriggerConfig,
    TriggerNotTriggeredReporter,
)
from homeassistant.helpers.typing import ConfigType
import probatio

from .alerts import Grade, Transition, TransitionKind
from .coordinator import RionConfigEntry
from .early_news import async_early_news
from .news import News, NewsKind, async_get_news
from .news_words import news_text
from .raised_alerts import RISING, Missed, RaisedAlerts
from .targets import TARGET_SCHEMA, MeterTarget, async_refuse_strangers

CONF_GRADES: Final = "grades"
CONF_UNACKNOWLEDGED_FOR: Final = "unacknowledged_for"
GRADES: Final = [Grade.WARNING.word, Grade.ALARM.word]

SCHEMA: Final = probatio.Schema({**TARGET_SCHEMA, probatio.Optional(CONF_OPTIONS, default=dict): {}})
RAISED_SCHEMA: Final = probatio.Schema(
    {
        **TARGET_SCHEMA,
        probatio.Optional(CONF_OPTIONS, default=dict): {
            probatio.Optional(CONF_GRADES, default=GRADES): probatio.All(
                probatio.EnsureList(),
                probatio.Length(min=1, msg="choose at least one grade"),
                [probatio.In(GRADES)],
            ),
            probatio.Optional(CONF_UNACKNOWLEDGED_FOR, default=0): cv.positive_time_period,
        },
    }
)


class NewsTrigger(Trigger):
    """Fires when there is news of its kind from a meter that is in its target."""

    kind: ClassVar[NewsKind]
    schema: ClassVar[probatio.Schema] = SCHEMA

    _run: TriggerActionRunner
    _report: TriggerNotTriggeredReporter | None

    @override
    @classmethod
    async def async_validate_config(cls, hass: HomeAssistant, config: ConfigType) -> ConfigType:
        """Refuse what could never fire."""
        validated: ConfigType = cls.schema(config)
        async_refuse_strangers(hass, validated[CONF_TARGET])
        return validated

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take the validated configuration."""
        super().__init__(hass, config)
        self._target = MeterTarget(hass, config.target)

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: TriggerNotTriggeredReporter | None = None
    ) -> CALLBACK_TYPE:
        """Begin to listen."""
        self._run, self._report = run_action, did_not_trigger
        ends = self._async_begin()

        @callback
        def end() -> None:
            for each in ends:
                each()

        return end

    @callback
    def _async_begin(self) -> list[CALLBACK_TYPE]:
        """Listen, first to what came before anybody could; returns what ends it."""
        ends = [self._target.async_follow(), async_get_news(self._hass).async_subscribe(self._async_take)]
        for news in async_early_news(self._hass):
            self._async_take(news)
        return ends

    @callback
    def _async_take(self, news: News) -> None:
        if news.kind is self.kind and self._target.async_meant().has_meter(news.entry.entry_id):
            self._async_judge(news)

    @callback
    def _async_judge(self, news: News) -> None:
        """Fire, or tell why not: the news is of a meter in the target."""
        self._async_fire(news)

    @callback
    def _async_fire(self, news: News) -> None:
        self._run(dict(news.data), news_text(news), self._context(news))

    @callback
    def _async_miss(self, why: Missed, news: News) -> None:
        """Let the trace of the automation show why it was not triggered."""
        if self._report:
            self._report(NotTriggeredInfo(why.value, dict(news.data)), self._context(news))

    def _context(self, news: News) -> Context | None:
        """Return who is behind the news."""
        return None


class AlertTrigger(NewsTrigger):
    """Fires when one thing happens to an alert of a rule that is in its target."""

    kind = NewsKind.ALERT
    transition: ClassVar[TransitionKind]

    @override
    @callback
    def _async_judge(self, news: News) -> None:
        assert news.transition is not None  # noqa: S101 # it is news of an alert
        self._async_judge_alert(news, news.transition)

    @callback
    def _async_judge_alert(self, news: News, transition: Transition) -> None:
        if transition.kind is not self.transition:
            return
        if self._is_wanted(news.entry, transition.episode.rule_id):
            self._async_fire(news)
        else:
            self._async_miss(Missed.OTHER_RULE, news)

    def _is_wanted(self, entry: RionConfigEntry, rule_id: str) -> bool:
        return self._target.async_meant().has_rule(entry.entry_id, rule_id)


class AlertRaised(AlertTrigger):
    """An alert gets a grade that one wants to be told of, and perhaps nobody acknowledges it for a while."""

    schema = RAISED_SCHEMA

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        """Take the validated configuration."""
        super().__init__(hass, config)
        options = config.options or {}
        grades = frozenset(Grade[word.upper()] for word in options[CONF_GRADES])
        self._wait: timedelta = options[CONF_UNACKNOWLEDGED_FOR]
        self._raised = RaisedAlerts(hass, grades, self._wait, self._async_fire, self._async_miss)

    @override
    @callback
    def _async_begin(self) -> list[CALLBACK_TYPE]:
        return [*super()._async_begin(), self._raised.async_begin(self._is_wanted)]

    @override
    @callback
    def _async_judge_alert(self, news: News, transition: Transition) -> None:
        if self._is_wanted(news.entry, transition.episode.rule_id):
            self._raised.async_take(news, transition)
        elif transition.kind in RISING:
            self._async_miss(Missed.OTHER_RULE, news)


class AlertEscalated(AlertTrigger):
    """A warning becomes an alarm."""

    transition = TransitionKind.ESCALATED


class AlertCleared(AlertTrigger):
    """An alert ends, for whatever reason."""

    transition = TransitionKind.CLEARED


class AlertReopened(AlertTrigger):
    """An alert goes on that had ended a short while ago."""

    transition = TransitionKind.REOPENED


class AlertAcknowledged(AlertTrigger):
    """Somebody has acknowledged an alert."""

    transition = TransitionKind.ACKNOWLEDGED

    @override
    def _context(self, news: News) -> Context:
        return Context(user_id=news.data["acknowledged_by"])


class MeasurementStarted(NewsTrigger):
    """A measurement begins."""

    kind = NewsKind.MEASUREMENT_STARTED


class MeasurementStopped(NewsTrigger):
    """Somebody has stopped a measurement."""

    kind = NewsKind.MEASUREMENT_STOPPED


class MeasurementInterrupted(NewsTrigger):
    """A measurement ended that nobody stopped."""

    kind = NewsKind.MEASUREMENT_INTERRUPTED


class MeterLost(NewsTrigger):
    """A meter does not answer any more."""

    kind = NewsKind.METER_LOST


class MeterBack(NewsTrigger):
    """A meter answers again."""

    kind = NewsKind.METER_BACK


TRIGGERS: Final[dict[str, type[Trigger]]] = {
    "alert_raised": AlertRaised,
    "alert_escalated": AlertEscalated,
    "alert_cleared": AlertCleared,
    "alert_reopened": AlertReopened,
    "alert_acknowledged": AlertAcknowledged,
    "measurement_started": MeasurementStarted,
    "measurement_stopped": MeasurementStopped,
    "measurement_interrupted": MeasurementInterrupted,
    "meter_lost": MeterLost,
    "meter_back": MeterBack,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers by their names."""
    return TRIGGERS
