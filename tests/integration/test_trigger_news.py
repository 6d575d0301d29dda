"""What triggers make of news: which of them fire, and why the others do not, by the traces of their automations."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, Platform
from homeassistant.core import Context, CoreState, HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.util import dt as dt_util
import probatio
import pytest

from custom_components.rion_nl43.alert_data import alert_data
from custom_components.rion_nl43.alerts import (
    Acknowledgement,
    EndReason,
    Episode,
    Grade,
    GradeChange,
    Transition,
    TransitionKind,
)
from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.early_news import async_early_news, async_keep_early_news
from custom_components.rion_nl43.monitor import UNREACHABLE
from custom_components.rion_nl43.news import News, NewsKind, async_get_news
from custom_components.rion_nl43.news_words import news_text
from custom_components.rion_nl43.raised_alerts import Missed, missed_by, since
from custom_components.rion_nl43.trigger import TRIGGERS, AlertTrigger
from tests.documentation import DOCS, quoted, section

from .automations import Fired, automate, every_target, missed, trigger
from .helpers import MockConfigEntry, MockUser, device_id, entity_id, let_pass

OK, WARNING, ALARM = Grade
BOTH = frozenset({WARNING, ALARM})
ALERTS = {
    "alert_raised": TransitionKind.ONSET,
    "alert_escalated": TransitionKind.ESCALATED,
    "alert_cleared": TransitionKind.CLEARED,
    "alert_reopened": TransitionKind.REOPENED,
    "alert_acknowledged": TransitionKind.ACKNOWLEDGED,
}
METERS = {key: NewsKind(key) for key in TRIGGERS if not key.startswith("alert_")}


def episode(*grades: Grade, **changes: Any) -> Episode:
    """Return an episode that has had these grades, one each minute."""
    return Episode(
        id="1",
        rule_id=UNREACHABLE,
        rule_name="Unreachable",
        metric="lp",
        direction="above",
        thresholds_db={"warning": 60.0, "alarm": 70.0},
        began=0.0,
        onset=0.0,
        grades=tuple(GradeChange(60.0 * number, grade) for number, grade in enumerate(grades)),
        **changes,
    )


@pytest.fixture
def tell(hass: HomeAssistant, loaded: MockConfigEntry) -> Callable[[Transition | NewsKind], None]:
    """What tells news of the meter."""

    def told(what: Transition | NewsKind) -> None:
        now = dt_util.utcnow()
        if isinstance(what, NewsKind):
            data = {"device_id": device_id(hass, loaded), "meter": loaded.title}
            news = News(what, loaded, now, data=data)
        else:
            data = alert_data(hass, loaded, what)
            news = News(NewsKind.ALERT, loaded, now, what.episode.rule_id, what, data)
        async_get_news(hass).async_tell(news)

    return told


def transition(kind: TransitionKind, found: Episode | None = None, previous: Grade = OK) -> Transition:
    """Return a transition of an alarm, or of another episode."""
    if kind is TransitionKind.CLEARED:
        found = found or episode(ALARM, ended=120.0, end_reason=EndReason.CLEARED)
    found = found or episode(ALARM)
    return Transition(kind, max(60.0, found.grades[-1].at), found, previous, 72.34)


def test_all_triggers_are_looked_at() -> None:
    """A trigger that is added must be added here too."""
    assert {*ALERTS, *METERS} == TRIGGERS.keys()


@pytest.mark.parametrize("key", TRIGGERS)
async def test_each_fires_for_its_own_news_alone(
    hass: HomeAssistant, loaded: MockConfigEntry, tell: Callable[[Transition | NewsKind], None], key: str
) -> None:
    """Once for each, and never for news of another kind."""
    fired = Fired(hass)
    await automate(hass, trigger(key, {"device_id": [device_id(hass, loaded)]}))
    for kind in TransitionKind:
        # As a second grade would be raised again for who did not want the first.
        tell(transition(kind, previous=WARNING if kind is TransitionKind.ESCALATED else OK))
    for news_kind in METERS.values():
        tell(news_kind)
    await hass.async_block_till_done()
    assert fired.ids == [key]
    (told,) = fired.triggers
    assert told["platform"] == f"{DOMAIN}.{key}"
    assert told["meter"] == loaded.title
    assert told["device_id"] == device_id(hass, loaded)
    assert told.get("kind") == ALERTS.get(key)


@pytest.mark.parametrize("kind", ["entity", "device", "area", "floor", "label"])
@pytest.mark.parametrize("key", ["alert_cleared", "meter_lost"])
async def test_each_kind_of_target(
    hass: HomeAssistant, loaded: MockConfigEntry, tell: Callable[[Transition | NewsKind], None], key: str, kind: str
) -> None:
    """All of them mean the meter; another target does not."""
    fired = Fired(hass)
    target = every_target(hass, loaded)[kind]
    (elsewhere,) = target
    await automate(hass, trigger(key, target), {**trigger(key, {elsewhere: ["sensor.elsewhere"]}), "id": "elsewhere"})
    tell(METERS[key] if key in METERS else transition(ALERTS[key]))
    await hass.async_block_till_done()
    assert fired.ids == [key]


async def test_payload_and_words(
    hass: HomeAssistant, loaded: MockConfigEntry, tell: Callable[[Transition | NewsKind], None]
) -> None:
    """Templates see all that is known of the alert, and the news in one sentence."""
    fired = Fired(hass)
    await automate(hass, trigger("alert_raised", {"device_id": [device_id(hass, loaded)]}))
    told = transition(TransitionKind.ONSET)
    tell(told)
    await hass.async_block_till_done()
    (seen,) = fired.triggers
    for key, value in alert_data(hass, loaded, told).items():
        assert key == "duration" or seen[key] == value
    assert seen["description"] == f"{loaded.title}: alert “Unreachable” raised (alarm, 72.3 dB)"
    (table,) = section(DOCS / "triggers.md", "What templates are told").tables
    documented = {word for row in table[1:] for word in quoted(row[0])} | {"meter", "device_id", "description"}
    assert documented == seen.keys() - {"id", "idx", "alias", "platform"}


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        (NewsKind.METER_LOST, {"reason": "connection_lost"}, "Gate: meter lost (connection_lost)"),
        (NewsKind.MEASUREMENT_STARTED, {}, "Gate: measurement started"),
    ],
)
def test_words_of_meters(loaded: MockConfigEntry, kind: NewsKind, data: dict[str, Any], text: str) -> None:
    """What happened, and why where that is known."""
    assert news_text(News(kind, loaded, dt_util.utcnow(), data={"meter": "Gate", **data})) == text


@pytest.mark.parametrize(
    ("reason", "level_db", "how"),
    [
        (EndReason.CLEARED, 55.5, " (55.5 dB)"),
        (EndReason.SCHEDULE_ENDED, 72.34, " (schedule ended, 72.3 dB)"),
        (EndReason.REACHABLE, None, " (reachable)"),
        (EndReason.CLEARED, None, ""),
    ],
)
async def test_words_of_an_end(
    hass: HomeAssistant, loaded: MockConfigEntry, reason: EndReason, level_db: float | None, how: str
) -> None:
    """An alert that is over has no grade, and a reason if that is another than that it is quiet."""
    over = transition(TransitionKind.CLEARED, episode(ALARM, ended=120.0, end_reason=reason))
    over = replace(over, level_db=level_db)
    news = News(NewsKind.ALERT, loaded, dt_util.utcnow(), UNREACHABLE, over, alert_data(hass, loaded, over))
    assert news_text(news) == f"{loaded.title}: alert “Unreachable” cleared{how}"


async def test_who_acknowledged(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    tell: Callable[[Transition | NewsKind], None],
    hass_admin_user: MockUser,
) -> None:
    """The automation runs in the name of the person; that of an alert in nobody's."""
    fired = Fired(hass)
    target = {"device_id": [device_id(hass, loaded)]}
    await automate(hass, trigger("alert_acknowledged", target), trigger("alert_raised", target))
    tell(transition(TransitionKind.ONSET))
    tell(
        transition(
            TransitionKind.ACKNOWLEDGED, episode(ALARM, acknowledged=Acknowledgement(60.0, hass_admin_user.id, "Mine"))
        )
    )
    await hass.async_block_till_done()
    assert fired.ids == ["alert_raised", "alert_acknowledged"]
    assert fired.triggers[1]["note"] == "Mine"
    assert fired.triggers[1]["acknowledged_by"] == hass_admin_user.id


@pytest.mark.parametrize(
    ("grades", "kind", "had", "previous", "missed"),
    [
        (BOTH, TransitionKind.ONSET, [WARNING], OK, None),
        (BOTH, TransitionKind.ONSET, [ALARM], OK, None),
        (BOTH, TransitionKind.ESCALATED, [WARNING, ALARM], WARNING, Missed.RAISED_BEFORE),
        (BOTH, TransitionKind.REOPENED, [WARNING, WARNING], OK, Missed.RAISED_BEFORE),
        ({ALARM}, TransitionKind.ONSET, [WARNING], OK, Missed.GRADE),
        ({ALARM}, TransitionKind.ESCALATED, [WARNING, ALARM], WARNING, None),
        ({ALARM}, TransitionKind.REOPENED, [WARNING, ALARM], OK, None),
        ({ALARM}, TransitionKind.REOPENED, [ALARM, WARNING], OK, Missed.GRADE),
        ({ALARM}, TransitionKind.REOPENED, [WARNING, ALARM, ALARM], OK, Missed.RAISED_BEFORE),
        ({WARNING}, TransitionKind.ONSET, [ALARM], OK, Missed.GRADE),
        ({WARNING}, TransitionKind.ESCALATED, [WARNING, ALARM], WARNING, Missed.GRADE),
    ],
)
def test_what_is_raised(
    grades: set[Grade], kind: TransitionKind, had: list[Grade], previous: Grade, missed: Missed | None
) -> None:
    """An alert is raised when it first has a grade that one wants."""
    at = 60.0 * (len(had) - 1)
    assert missed_by(Transition(kind, at, episode(*had), previous), grades) is missed


@pytest.mark.parametrize(
    ("grades", "had", "at"),
    [(BOTH, [WARNING, ALARM], 0.0), ({ALARM}, [WARNING, ALARM], 60.0), ({ALARM}, [ALARM, WARNING, ALARM], 120.0)],
)
def test_since_when(grades: set[Grade], had: list[Grade], at: float) -> None:
    """The time counts from when an alert has had such grades without a break."""
    assert since(episode(*had), grades) == at


@pytest.mark.parametrize("key", [key for key, kind in TRIGGERS.items() if issubclass(kind, AlertTrigger)])
async def test_another_rule(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    tell: Callable[[Transition | NewsKind], None],
    hass_ws_client: Any,
    key: str,
) -> None:
    """Whoever wants one rule is not told of the others, and finds that in the trace; no other news leave one."""
    client = await hass_ws_client(hass)
    fired = Fired(hass)
    await automate(hass, trigger(key, {"entity_id": [entity_id(hass, "unreachable", Platform.BINARY_SENSOR)]}))
    for kind in TransitionKind:
        if kind is ALERTS[key]:
            told = transition(kind)
            tell(replace(told, episode=replace(told.episode, rule_id="day", rule_name="Day")))
    tell(NewsKind.METER_LOST)
    await hass.async_block_till_done()
    assert fired.ids == []
    (result,) = await missed(client)
    assert result["reason"] == Missed.OTHER_RULE
    assert result["data"]["rule"] == "Day"


async def test_what_becomes_of_another_rule(
    hass: HomeAssistant, loaded: MockConfigEntry, tell: Callable[[Transition | NewsKind], None], hass_ws_client: Any
) -> None:
    """Only what would raise an alert is worth a trace."""
    client = await hass_ws_client(hass)
    target = {"entity_id": [entity_id(hass, "unreachable", Platform.BINARY_SENSOR)]}
    await automate(hass, trigger("alert_raised", target))
    for kind in TransitionKind:
        told = transition(kind)
        tell(replace(told, episode=replace(told.episode, rule_id="day")))
    await hass.async_block_till_done()
    found = [result["data"]["kind"] for result in await missed(client)]
    assert found == [TransitionKind.ONSET, TransitionKind.ESCALATED, TransitionKind.REOPENED]


async def test_a_script_that_waits(
    hass: HomeAssistant, loaded: MockConfigEntry, tell: Callable[[Transition | NewsKind], None]
) -> None:
    """It can wait for the same, and has no trace of what did not count."""
    waits = {
        "wait_for_trigger": [{**trigger("alert_raised", {"device_id": [device_id(hass, loaded)]}, grades="alarm")}]
    }
    sequence = await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA([waits]))
    running = hass.async_create_task(Script(hass, sequence, "waiting", "test").async_run(context=Context()))
    await let_pass(1)
    tell(transition(TransitionKind.ONSET, episode(WARNING)))
    await let_pass(1)
    assert not running.done()
    tell(transition(TransitionKind.ONSET))
    result = await running
    assert result is not None
    assert result.variables["wait"]["trigger"]["grade"] == "alarm"


async def test_grades_that_nobody_asked_for(
    hass: HomeAssistant, loaded: MockConfigEntry, tell: Callable[[Transition | NewsKind], None], hass_ws_client: Any
) -> None:
    """They are in the trace, and so is what was raised before."""
    client = await hass_ws_client(hass)
    fired = Fired(hass)
    target = {"device_id": [device_id(hass, loaded)]}
    await automate(hass, trigger("alert_raised", target, grades="alarm"))
    tell(transition(TransitionKind.ONSET, episode(WARNING)))
    tell(transition(TransitionKind.ESCALATED, episode(WARNING, ALARM), WARNING))
    tell(transition(TransitionKind.RELAXED, episode(WARNING, ALARM, WARNING), ALARM))
    tell(transition(TransitionKind.REOPENED, episode(WARNING, ALARM, WARNING, ALARM)))
    await hass.async_block_till_done()
    assert fired.ids == ["alert_raised"]
    assert [result["reason"] for result in await missed(client)] == [Missed.GRADE, Missed.RAISED_BEFORE]


async def test_what_comes_while_home_assistant_starts(
    hass: HomeAssistant, loaded: MockConfigEntry, tell: Callable[[Transition | NewsKind], None]
) -> None:
    """Automations begin after the meters: what came before is told to them once they do, and to no later one."""
    hass.set_state(CoreState.not_running)
    async_keep_early_news(hass)
    fired = Fired(hass)
    tell(transition(TransitionKind.ONSET))
    tell(NewsKind.METER_LOST)
    assert len(async_early_news(hass)) == 2
    hass.set_state(CoreState.starting)
    target = {"device_id": [device_id(hass, loaded)]}
    await automate(hass, trigger("alert_raised", target), trigger("meter_lost", target))
    assert sorted(fired.ids) == ["alert_raised", "meter_lost"]
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert async_early_news(hass) == ()
    tell(NewsKind.METER_LOST)
    await hass.async_block_till_done()
    assert fired.ids.count("meter_lost") == 2


async def test_an_automation_that_is_switched_off(
    hass: HomeAssistant, loaded: MockConfigEntry, tell: Callable[[Transition | NewsKind], None]
) -> None:
    """It is not told anything, and listens no more."""
    fired = Fired(hass)
    await automate(hass, trigger("meter_back", {"device_id": [device_id(hass, loaded)]}))
    await hass.services.async_call("automation", "turn_off", {"entity_id": "all"}, blocking=True)
    tell(NewsKind.METER_BACK)
    await hass.async_block_till_done()
    assert fired.ids == []


@pytest.mark.parametrize("key", TRIGGERS)
@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "a target is needed"),
        ({"target": {}}, "choose at least one entity, device, area, floor or label"),
        ({"target": {"entity_id": ["not an id"]}}, "not an id"),
        ({"target": {"entity_id": ["sensor.to_come"]}, "options": {"other": 1}}, "other"),
    ],
)
async def test_what_is_refused(hass: HomeAssistant, key: str, config: dict[str, Any], words: str) -> None:
    """In words that say what is wrong."""
    with pytest.raises(probatio.Invalid, match=words):
        await async_validate_trigger_config(hass, [{"platform": f"{DOMAIN}.{key}", **config}])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"grades": []}, "choose at least one grade"),
        ({"grades": ["ok"]}, "value must be one of"),
        ({"unacknowledged_for": {"minutes": -1}}, "positive"),
        ({"unacknowledged_for": "soon"}, "soon"),
    ],
)
async def test_options_that_are_refused(hass: HomeAssistant, options: dict[str, Any], words: str) -> None:
    """Those of a raised alert."""
    config = {"platform": f"{DOMAIN}.alert_raised", "target": {"entity_id": ["sensor.to_come"]}, "options": options}
    with pytest.raises(probatio.Invalid, match=words):
        await async_validate_trigger_config(hass, [config])
