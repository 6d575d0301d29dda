"""What rules would have done, by what the recorder kept."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
import json
from typing import Any

from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.db_schema import RecorderRuns
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.recorder import session_scope
from homeassistant.helpers.script import Script, async_validate_actions_config
from homeassistant.util import dt as dt_util
from hypothesis import given, strategies as st
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (  # type: ignore[import-untyped] # it has no types
    async_wait_recording_done,
)

from custom_components.rion_nl43.acoustics import WindowKind
from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.alert_backtest import MAX_EPISODES, async_backtest
from custom_components.rion_nl43.alerts import Direction, Grade, Helper, Metric, Quantity, Reading, Rule
from custom_components.rion_nl43.const import DOMAIN
from custom_components.rion_nl43.monitor import CalibrationReadings
from custom_components.rion_nl43.recorded import (
    LONGEST_READING_S,
    Change,
    Stretch,
    number,
    openings,
    readings,
    stretches,
    without,
)
from tests.documentation import DOCS, examples, mappings, responses

from .helpers import SERIAL, MockConfigEntry, ask, device_id, entity_id as found_id, runtime
from .test_alert_flow import begin, choose, submit
from .texts import TEXTS, placeholders

HOUR = 3600.0


def rule(**changes: Any) -> Rule:
    """Return a rule that raises an alarm when Lp is above 70 dB for 10 s, with these changes."""
    figures: dict[str, Any] = {
        "id": "loud",
        "name": "Loud",
        "metric": Metric(Quantity.LP),
        "alarm_db": 70.0,
        "duration_s": 10.0,
        "clear_margin_db": 2.0,
    }
    return Rule(**(figures | changes))


class Past:
    """Writes into the recorder what was an hour ago, and the like."""

    def __init__(self, hass: HomeAssistant, entry: MockConfigEntry) -> None:
        """Count the time from now."""
        self._hass = hass
        self._entry = entry
        self.now = dt_util.utcnow().timestamp()

    def sensor(self, key: str, **about: Any) -> str:
        """Return the id of a sensor of the meter, which is there from now on."""
        registry = er.async_get(self._hass)
        return registry.async_get_or_create(
            "sensor", DOMAIN, f"{SERIAL}_{key}", config_entry=self._entry, suggested_object_id=key, **about
        ).entity_id

    async def record(self, entity_id: str, states: Mapping[float, str]) -> None:
        """Record the states of an entity, by how many seconds ago they began."""
        for ago in sorted(states, reverse=True):
            self._hass.states.async_set(entity_id, states[ago], timestamp=self.now - ago)
        await async_wait_recording_done(self._hass)

    async def ran(self, *runs: tuple[float, float]) -> None:
        """Let Home Assistant have run before from so many seconds ago to so many, and not between."""

        def write() -> None:
            with session_scope(hass=self._hass) as session:
                for began, ended in runs:
                    start, end = (datetime.fromtimestamp(self.now - ago, UTC) for ago in (began, ended))
                    session.add(RecorderRuns(start=start, end=end, created=start))

        await get_instance(self._hass).async_add_executor_job(write)


@pytest.fixture
async def past(recorder_mock: Recorder, hass: HomeAssistant, entry: MockConfigEntry) -> Past:
    """The past of the meter's entry, which is not set up."""
    return Past(hass, entry)


LOUD_FOR_A_MINUTE = {2 * HOUR: "60.0", HOUR: "75.5", HOUR - 60: "61.0"}


@pytest.mark.real_time
async def test_what_was_loud_would_have_been_an_alert(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """From the moment at which the duration was over until it was quiet for as long; a state holds until the next."""
    lp = past.sensor("lp")
    await past.record(lp, LOUD_FOR_A_MINUTE)
    found = await async_backtest(hass, entry, rule(), 24)
    (episode,) = found.episodes
    assert (episode.worst, episode.peak_db, episode.rule_name) == (Grade.ALARM, 75.5, "Loud")
    assert episode.onset == pytest.approx(past.now - HOUR + 10, abs=0.1)
    assert episode.ended == pytest.approx(past.now - HOUR + 70, abs=0.1)
    assert (found.entity_id, found.nearest_db) == (lp, 75.5)
    assert found.began == pytest.approx(past.now - 2 * HOUR, abs=0.1)
    assert found.ended == pytest.approx(past.now, abs=60)
    assert found.coverage_percent == pytest.approx(100)


@pytest.mark.real_time
async def test_a_calibrator_would_have_alarmed_nobody(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """The time of a calibration that is logged is a hole; one that was only noted is none."""
    lp = past.sensor("lp")
    await past.record(lp, LOUD_FOR_A_MINUTE)
    assert await hass.config_entries.async_setup(entry.entry_id)
    calibration = runtime(entry).monitor.calibration
    began, ended = (datetime.fromtimestamp(past.now - HOUR + later_s, UTC) for later_s in (-5, 60))
    calibration.record(CalibrationReadings(), began, began)
    assert len((await async_backtest(hass, entry, rule(), 24)).episodes) == 1
    calibration.record(CalibrationReadings(), began, ended)
    found = await async_backtest(hass, entry, rule(), 24)
    assert found.episodes == ()
    assert found.nearest_db < 75


@given(
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from("ab")), max_size=8),
    st.lists(st.tuples(st.integers(0, 20), st.integers(1, 6)), max_size=3),
)
def test_what_is_left_out_is_not_known(told: list[tuple[int, str]], marked: list[tuple[int, int]]) -> None:
    """Within a span and up to the next change nothing is; elsewhere it is what was recorded."""
    changes = [Change(float(at), state) for at, state in sorted(dict(told).items())]
    spans = [Span(1000 * began, 1000 * (began + length)) for began, length in marked]
    left = without(changes, spans)
    for moment in (half / 2 for half in range(60)):
        held = [change for change in changes if change.at <= moment]
        known = bool(held) and not any(
            span.began_ms / 1000 <= moment and held[-1].at < span.ended_ms / 1000 for span in spans
        )
        found = [change.state for change in sorted(left) if change.at <= moment]
        assert (found[-1] if found else "unavailable") == (held[-1].state if known else "unavailable")


@pytest.mark.real_time
async def test_what_held_when_the_time_began(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """Counts from then on; the rule is judged whether it is switched on or not."""
    await past.record(past.sensor("lp"), {3 * HOUR: "75.5", HOUR: "60.0"})
    found = await async_backtest(hass, entry, rule(enabled=False), 2)
    (episode,) = found.episodes
    assert found.began == pytest.approx(past.now - 2 * HOUR, abs=60)
    assert episode.onset == pytest.approx(found.began + 10, abs=0.1)


@pytest.mark.real_time
async def test_what_goes_on(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """The last state holds until now."""
    await past.record(past.sensor("lp"), {HOUR: "75.5"})
    (episode,) = (await async_backtest(hass, entry, rule(), 24)).episodes
    assert episode.open


@pytest.mark.real_time
async def test_levels_below(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """The nearest level is the lowest one then."""
    await past.record(past.sensor("lp"), {HOUR: "50.0", HOUR / 2: "45.5", HOUR / 4: "48.0"})
    found = await async_backtest(hass, entry, rule(direction=Direction.BELOW, alarm_db=40.0), 24)
    assert (found.episodes, found.nearest_db) == ((), 45.5)


@pytest.mark.real_time
async def test_an_outage_is_neither_loud_nor_quiet(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """It is not covered."""
    await past.record(past.sensor("lp"), {4 * HOUR: "60.0", 3 * HOUR: "unavailable", 2 * HOUR: "unknown", HOUR: "61.0"})
    found = await async_backtest(hass, entry, rule(alarm_db=60.5, duration_s=2 * HOUR), 24)
    assert not found.episodes
    assert found.coverage_percent == pytest.approx(50, abs=1)


@pytest.mark.real_time
async def test_nothing_is_known_of_the_time_without_home_assistant(
    hass: HomeAssistant, entry: MockConfigEntry, past: Past
) -> None:
    """Whatever was recorded last before it stopped."""
    await past.record(past.sensor("lp"), {5 * HOUR: "75.5", HOUR: "60.0"})
    await past.ran((6 * HOUR, 4 * HOUR), (2 * HOUR, HOUR / 2))
    found = await async_backtest(hass, entry, rule(), 24)
    (episode,) = found.episodes
    assert episode.ended == pytest.approx(past.now - HOUR + 10, abs=0.1)
    assert found.coverage_percent == pytest.approx(100 * 1.5 / 5, abs=1)
    # Two hours and a half ago it had stopped already.
    found = await async_backtest(hass, entry, rule(), 2.5)
    assert not found.episodes
    assert found.coverage_percent == pytest.approx(100 * 0.5 / 2.5, abs=1)


@pytest.mark.real_time
async def test_a_helper_says_when(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """What it said then counts."""
    await past.record(past.sensor("lp"), {4 * HOUR: "75.5"})
    await past.record("schedule.night", {5 * HOUR: "off", 2 * HOUR: "on", HOUR: "off"})
    (episode,) = (await async_backtest(hass, entry, rule(schedule=Helper("schedule.night")), 24)).episodes
    assert episode.onset == pytest.approx(past.now - 2 * HOUR, abs=LONGEST_READING_S)
    assert episode.ended == pytest.approx(past.now - HOUR, abs=LONGEST_READING_S)


@pytest.mark.real_time
async def test_only_while_measuring(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """The run state that was recorded counts; what a pause holds is not judged."""
    await past.record(past.sensor("leq"), {4 * HOUR: "75.5"})
    await past.record(past.sensor("run_state"), {3 * HOUR: "measuring", 2 * HOUR: "paused", HOUR: "stopped"})
    found = await async_backtest(hass, entry, rule(metric=Metric(Quantity.LEQ)), 24)
    (episode,) = found.episodes
    assert episode.onset == pytest.approx(past.now - 3 * HOUR + 10, abs=0.1)
    assert found.coverage_percent == pytest.approx(25, abs=1)


@pytest.mark.real_time
@pytest.mark.parametrize(
    ("metric", "key"),
    [
        (Metric.over(Quantity.WINDOW_LEQ, 900, WindowKind.RUNNING), "leq_15min"),
        (Metric.over(Quantity.WINDOW_LMAX, 3600, WindowKind.ALIGNED), "lmax_60min_aligned"),
        (Metric.over(Quantity.WINDOW_LN, 300, WindowKind.RUNNING, 90), "l90_5min"),
        (Metric(Quantity.LP), "lp"),
    ],
)
async def test_the_sensor_of_the_level(
    hass: HomeAssistant, entry: MockConfigEntry, past: Past, metric: Metric, key: str
) -> None:
    """Is the one that shows it, whatever it is called."""
    entity_id = past.sensor(key)
    await past.record(entity_id, {HOUR: "60.0"})
    assert (await async_backtest(hass, entry, rule(metric=metric), 24)).entity_id == entity_id


async def refusal(hass: HomeAssistant, entry: MockConfigEntry, **changes: Any) -> tuple[str, dict[str, str]]:
    """Return why there can be no backtest of a rule: the key of the sentence, and what it leaves open."""
    with pytest.raises(ServiceValidationError) as caught:
        await async_backtest(hass, entry, rule(**changes), 24)
    key, told = caught.value.translation_key, caught.value.translation_placeholders
    assert key
    assert told is not None
    assert placeholders(TEXTS["exceptions"][key]["message"]) == told.keys()
    return key.removeprefix("backtest_"), told


@pytest.mark.real_time
async def test_why_there_is_nothing_to_judge(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """Each reason has its sentence."""
    over_2_minutes = Metric.over(Quantity.WINDOW_LEQ, 120, WindowKind.RUNNING)
    assert await refusal(hass, entry, metric=over_2_minutes) == ("no_sensor", {"symbol": "Leq,2min"})
    disabled = past.sensor("leq_2min", disabled_by=er.RegistryEntryDisabler.INTEGRATION)
    assert await refusal(hass, entry, metric=over_2_minutes) == ("sensor_disabled", {"entity": disabled})
    lp = past.sensor("lp")
    assert await refusal(hass, entry) == ("nothing_recorded", {"entity": lp})
    assert await refusal(hass, entry, only_while_measuring=True) == ("no_sensor", {"symbol": "run_state"})
    await past.record(lp, {HOUR: "unavailable"})
    assert await refusal(hass, entry) == ("nothing_recorded", {"entity": lp})
    await past.record(lp, {HOUR / 2: "60.0"})
    of_helper = {"schedule": Helper("schedule.new")}
    assert await refusal(hass, entry, **of_helper) == ("nothing_recorded", {"entity": "schedule.new"})


@pytest.mark.real_time
@pytest.mark.parametrize("recorder_config", [{"exclude": {"entities": ["sensor.lp", "schedule.night"]}}])
async def test_what_the_recorder_leaves_out(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    past.sensor("lp")
    assert await refusal(hass, entry) == ("not_recorded", {"entity": "sensor.lp"})
    past.sensor("lmax_5min")
    of_helper = {
        "metric": Metric.over(Quantity.WINDOW_LMAX, 300, WindowKind.RUNNING),
        "schedule": Helper("schedule.night"),
    }
    assert await refusal(hass, entry, **of_helper) == ("not_recorded", {"entity": "schedule.night"})


async def test_without_the_recorder(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    assert await refusal(hass, entry) == ("no_recorder", {})


@pytest.mark.real_time
async def test_preview(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """Who sets a limit sees before he saves it what it would have done."""
    await past.record(past.sensor("lp"), LOUD_FOR_A_MINUTE)
    form = await begin(hass, entry)
    menu = await submit(hass, form, level={"metric": "lp"})
    assert menu["step_id"] == "preview"
    told: Any = menu["description_placeholders"]
    onset, ended = (dt_util.as_local(dt_util.utc_from_timestamp(past.now - HOUR + after)) for after in (10, 70))
    line = f"- {onset:%Y-%m-%d %H:%M:%S} - {ended:%H:%M:%S}: 75.5 dB > 70 dB"
    assert told == {
        "rule": "Lp > 70 dB",
        "hours": "24",
        "count": "1",
        "episodes": line,
        "nearest": "75.5",
        "began": told["began"],
        "coverage": "100",
    }
    began = dt_util.parse_datetime(told["began"], raise_on_error=True).replace(tzinfo=dt_util.get_default_time_zone())
    assert began.timestamp() == pytest.approx(past.now - 2 * HOUR, abs=61)
    form = await choose(hass, menu, "change")
    menu = await submit(hass, form, limits={"alarm": 80.0})
    assert menu["step_id"] == "preview_quiet"
    told = menu["description_placeholders"]
    assert (told["nearest"], told["coverage"]) == ("75.5", "100")
    await choose(hass, menu, "save")
    (subentry,) = entry.subentries.values()
    assert subentry.title == "Lp > 80 dB"


@pytest.mark.real_time
async def test_a_preview_of_many_shows_the_last(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """And one that goes on has no end."""
    states = {ago * HOUR: level for hour in range(9) for ago, level in ((hour + 1, "80.0"), (hour + 0.5, "50.0"))}
    del states[0.5 * HOUR]
    await past.record(past.sensor("lp"), states)
    menu = await submit(hass, await begin(hass, entry), level={"metric": "lp"})
    told: Any = menu["description_placeholders"]
    assert told["count"] == "9"
    first, *lines = told["episodes"].splitlines()
    assert first == "- ..."
    assert len(lines) == 6
    assert lines[-1].endswith(" - ...: 80.0 dB > 70 dB")


@pytest.fixture
async def with_rule(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> str:
    """A loaded meter with a past and a rule; the rule's id."""
    rule_id = await add_rule(hass, entry)
    await past.record(past.sensor("lp"), LOUD_FOR_A_MINUTE)
    assert await hass.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    return rule_id


async def add_rule(
    hass: HomeAssistant, entry: MockConfigEntry, timing: dict[str, Any] | None = None, **level: Any
) -> str:
    """Add a rule of Lp whatever its preview says."""
    menu = await submit(hass, await begin(hass, entry), level={"metric": "lp"} | level, timing=timing or {})
    before = set(entry.subentries)
    await choose(hass, menu, "save")
    (rule_id,) = set(entry.subentries) - before
    return str(rule_id)


@pytest.mark.real_time
async def test_action(hass: HomeAssistant, entry: MockConfigEntry, past: Past, with_rule: str) -> None:
    """By any entity of the rule, with the rule's own thresholds."""
    entity = found_id(hass, f"{with_rule}_breach", Platform.BINARY_SENSOR)
    response = await ask(hass, "backtest", entity_id=entity)
    (found,) = response["rules"]
    (episode,) = found.pop("episodes")
    onset = datetime.fromisoformat(episode.pop("onset"))
    assert abs(onset.timestamp() - (past.now - HOUR + 10)) <= 1
    assert datetime.fromisoformat(episode.pop("ended")) - onset == timedelta(minutes=1)
    assert datetime.fromisoformat(episode.pop("peak_at")) >= onset - timedelta(seconds=10)
    assert episode == {"grade": "alarm", "peak": 75.5, "reopened": 0}
    assert datetime.fromisoformat(found.pop("from")) < datetime.fromisoformat(found.pop("until"))
    assert found.pop("device_id")
    assert found == {
        "name": f"NL-43 {SERIAL}",
        "rule_id": with_rule,
        "rule": "Lp > 70 dB",
        "warning": None,
        "alarm": 70.0,
        "entity_id": "sensor.lp",
        "basis": "recorded states",
        "coverage": 100.0,
        "nearest": 75.5,
        "count": 1,
    }


@pytest.mark.real_time
async def test_action_as_it_is_documented(hass: HomeAssistant, entry: MockConfigEntry, with_rule: str) -> None:
    """The example runs, and what it returns has the keys of the response on the page."""
    page = DOCS / "actions.md"
    (step,) = (block for block in mappings(examples(page)) if block.get("action") == "rion_nl43.backtest")
    step["target"]["device_id"] = device_id(hass, entry)
    step["data"]["alarm"] = 72
    sequence = await async_validate_actions_config(hass, cv.SCRIPT_SCHEMA([step]))
    ran = await Script(hass, sequence, "example", DOMAIN).async_run(context=Context())
    assert ran
    (found,) = ran.variables["tried"]["rules"]
    (told,) = (
        response
        for response in map(json.loads, responses(page))
        if "rules" in response and "count" in response["rules"][0]
    )
    assert found.keys() == told["rules"][0].keys()
    assert found["episodes"][0].keys() == told["rules"][0]["episodes"][0].keys()


@pytest.mark.real_time
async def test_action_with_other_thresholds(hass: HomeAssistant, with_rule: str) -> None:
    """Each that is given takes the place of the rule's own; together they must make a rule."""
    entity = found_id(hass, f"{with_rule}_breach", Platform.BINARY_SENSOR)
    (found,) = (await ask(hass, "backtest", entity_id=entity, hours=12, alarm=80))["rules"]
    assert (found["warning"], found["alarm"], found["count"]) == (None, 80.0, 0)
    (found,) = (await ask(hass, "backtest", entity_id=entity, warning=65, alarm=80))["rules"]
    assert (found["count"], found["episodes"][0]["grade"]) == (1, "warning")
    with pytest.raises(ServiceValidationError, match="the alarm has to be beyond the warning"):
        await ask(hass, "backtest", entity_id=entity, warning=75)


@pytest.mark.real_time
async def test_action_that_finds_very_many(hass: HomeAssistant, entry: MockConfigEntry, past: Past) -> None:
    """Counts them all, and returns the last."""
    lp = past.sensor("lp")
    await past.record(lp, {HOUR - 15 * number: ("90.0", "60.0")[number % 2] for number in range(2 * MAX_EPISODES + 4)})
    rule_id = await add_rule(hass, entry, timing={"cooldown": {"seconds": 0}})
    assert await hass.config_entries.async_setup(entry.entry_id)
    entity = found_id(hass, f"{rule_id}_breach", Platform.BINARY_SENSOR)
    (found,) = (await ask(hass, "backtest", entity_id=entity))["rules"]
    assert found["count"] == MAX_EPISODES + 2
    onsets = [datetime.fromisoformat(episode["onset"]).timestamp() for episode in found["episodes"]]
    assert len(onsets) == MAX_EPISODES
    assert onsets == sorted(onsets)
    assert onsets[-1] == pytest.approx(past.now - HOUR + 15 * (2 * MAX_EPISODES + 2) + 10, abs=1)


@pytest.mark.real_time
async def test_action_on_all_rules_of_a_meter(hass: HomeAssistant, entry: MockConfigEntry, with_rule: str) -> None:
    """One that cannot be judged says why in its place; the built-in rule is none that looks at a level."""
    await add_rule(hass, entry, metric="window_leq", window_minutes=2)
    await hass.async_block_till_done()
    judged, unjudged = (await ask(hass, "backtest", entity_id="sensor.lp"))["rules"]
    assert (judged["rule_id"], judged["count"]) == (with_rule, 1)
    assert unjudged["error"].startswith("No sensor shows Leq,2min,")
    with pytest.raises(ServiceValidationError, match="no alert rule"):
        await ask(hass, "backtest", entity_id=found_id(hass, "unreachable", Platform.BINARY_SENSOR))


@pytest.mark.real_time
async def test_action_that_cannot_be_done(hass: HomeAssistant, entry: MockConfigEntry, with_rule: str) -> None:
    """The only rule that is asked for raises its reason."""
    rule_id = await add_rule(hass, entry, metric="window_leq", window_minutes=2)
    await hass.async_block_till_done()
    with pytest.raises(ServiceValidationError, match="No sensor shows Leq,2min"):
        await ask(hass, "backtest", entity_id=found_id(hass, f"{rule_id}_breach", Platform.BINARY_SENSOR))


CHANGES = st.dictionaries(
    st.integers(0, 200).map(float), st.sampled_from(("50.0", "75.0", "unavailable")), max_size=12
).map(lambda states: [Change(at, states[at]) for at in sorted(states)])
RUNS = st.dictionaries(
    st.integers(0, 200).map(float), st.sampled_from(("measuring", "paused", "stopped", "unknown")), max_size=6
).map(lambda states: [Change(at, states[at]) for at in sorted(states)])


def at(changes: list[Change], moment: float) -> str | None:
    """Return the state at a moment."""
    return next((change.state for change in reversed(changes) if change.at <= moment), None)


@given(CHANGES, RUNS)
def test_stretches_say_what_held_at_each_moment(levels: list[Change], run_states: list[Change]) -> None:
    """They follow each other from the first level to the end, and in each nothing changes."""
    ended = 200.0
    found = list(stretches(levels, run_states, ended))
    if not levels or levels[0].at == ended:
        assert not found
        return
    assert (found[0].began, found[-1].ended) == (levels[0].at, ended)
    assert [stretch.ended for stretch in found[:-1]] == [stretch.began for stretch in found[1:]]
    for stretch in found:
        assert stretch.began < stretch.ended
        for moment in (stretch.began, (stretch.began + stretch.ended) / 2):
            assert (stretch.level, stretch.run_state) == (at(levels, moment), at(run_states, moment))


@given(st.floats(0.5, 5000), st.sampled_from((0.0, 1.0, 7.5, 10.0, 15.0, 60.0, 333.0)))
def test_readings_cover_a_stretch_in_pieces_that_fit_the_duration(length_s: float, duration_s: float) -> None:
    """None is longer than a state mostly holds, and the duration is a whole number of them."""
    pieces = list(readings([Stretch(1000.0, 1000.0 + length_s, "75.0", None)], rule(duration_s=duration_s)))
    assert pieces[-1].ended == pytest.approx(1000.0 + length_s)
    assert sum(piece.covered_s for piece in pieces) == pytest.approx(length_s)
    assert all(piece.covered_s <= LONGEST_READING_S + 1e-6 for piece in pieces)
    whole = next(readings([Stretch(0.0, 5e5, "75.0", None)], rule(duration_s=duration_s)))
    assert (duration_s or 1.0) / whole.covered_s == pytest.approx(max(1, -(-duration_s // LONGEST_READING_S)), rel=1e-3)


def test_readings_of_what_needs_a_measurement() -> None:
    """There is no level but while the meter measures: neither in a pause nor while nobody knows."""
    stretch = Stretch(0.0, 10.0, "75.0", "measuring")
    of_leq = rule(metric=Metric(Quantity.LEQ))
    assert list(readings([stretch], of_leq)) == [Reading(10.0, 10.0, 75.0, True)]
    assert list(readings([stretch], rule())) == [Reading(10.0, 10.0, 75.0, True)]
    for run_state, measuring in (("paused", True), ("stopped", False), ("unknown", None), (None, None)):
        other = stretch._replace(run_state=run_state)
        assert list(readings([other], of_leq)) == [Reading(10.0, 10.0, None, measuring)]
        assert list(readings([other], rule())) == [Reading(10.0, 10.0, 75.0, measuring)]


@pytest.mark.parametrize("state", ["unavailable", "unknown", "", "nan", "inf", None])
def test_no_level(state: str | None) -> None:
    assert number(state) is None
    assert number("75.5") == 75.5


def test_openings_are_what_a_helper_said() -> None:
    changes = [Change(0.0, "off"), Change(1.0, "unavailable"), Change(2.0, "on")]
    assert openings(changes) == [(0.0, False), (2.0, True)]
