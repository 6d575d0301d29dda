"""A meter live over the websocket."""

from collections.abc import Callable
from typing import Any

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.rion_nl43.const import CONF_FEED
from custom_components.rion_nl43.frontend import async_page_version
from custom_components.rion_nl43.live_history import HISTORIES
from custom_components.rion_nl43.live_subscription import UNACKNOWLEDGED_LIMIT
from custom_components.rion_nl43.live_websocket import METERS, WATCHED
from custom_components.rion_nl43.options import STREAMED
from emulator import EmulatedMeter

from .alert_helpers import add_rule, change_rule, tone
from .helpers import SERIAL, MockConfigEntry, StateLog, entity_id, let_pass, lines, runtime, until
from .live_helpers import ACKNOWLEDGE, View, Viewer

MINUTE_LEQ = "window_leq_60_running"


@pytest.fixture
async def streams(hass: HomeAssistant, loaded: MockConfigEntry) -> MockConfigEntry:
    """The meter's entry, while it streams."""
    hass.config_entries.async_update_entry(loaded, options={CONF_FEED: STREAMED})
    await until(hass, lambda: runtime(loaded).monitor.basis.value == STREAMED, 180)
    return loaded


async def test_snapshot(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """It tells what a view begins with, and no more than that."""
    snapshot = await viewer.subscribe(loaded.entry_id)
    assert snapshot.keys() == {
        *("event", "at", "subscription", "version", "name", "serial", "labels", "rules", "sample", "trace", "runs"),
        *("available", "diagnosis", "feed", "run_state", "measuring_since", "standby"),
    }
    assert (snapshot["version"], snapshot["name"], snapshot["serial"]) == (
        async_page_version(hass),
        loaded.title,
        SERIAL,
    )
    assert (snapshot["available"], snapshot["diagnosis"], snapshot["feed"]) == (True, "connected", "polled")
    assert snapshot["standby"] is False
    sample = runtime(loaded).monitor.sample
    assert sample
    assert snapshot["sample"]["lp"] == sample.levels.main.lp == snapshot["trace"]["lp"][-1]
    assert snapshot["sample"]["t"] == snapshot["trace"]["t"][-1] == pytest.approx(sample.at.timestamp(), abs=0.001)
    assert snapshot["rules"] == []


async def test_samples(loaded: MockConfigEntry, viewer: Viewer) -> None:
    """Each comes once, with all its levels and what is asked for beside."""
    snapshot = await viewer.subscribe(loaded.entry_id, metrics=[MINUTE_LEQ, "lmax"])
    assert snapshot["labels"][MINUTE_LEQ].endswith("eq,1min")
    assert snapshot["sample"]["metrics"].keys() == {MINUTE_LEQ, "lmax"}
    told: list[Any] = []
    end = runtime(loaded).monitor.on_sample(told.append)
    await let_pass(90)
    end()
    events = await viewer.events("sample")
    assert [event["lp"] for event in events] == [sample.levels.main.lp for sample in told]
    last, main = events[-1], told[-1].levels.main
    assert last == {
        "event": "sample",
        "t": round(told[-1].at.timestamp(), 3),
        "d": round(told[-1].duration_s, 3),
        **{key: getattr(main, key) for key in ("lp", "leq", "lmax", "lmin", "lpeak", "over", "under")},
        "ln": list(main.ln),
        "metrics": {
            "lmax": main.lmax,
            MINUTE_LEQ: pytest.approx(last["metrics"][MINUTE_LEQ]),
        },
    }
    assert last["metrics"][MINUTE_LEQ] is not None


async def test_samples_of_a_stream(streams: MockConfigEntry, viewer: Viewer) -> None:
    """Ten a second, what is asked for beside once a second, and an hour of seconds before."""
    snapshot = await viewer.subscribe(streams.entry_id, metrics=[MINUTE_LEQ])
    assert snapshot["feed"] == "streamed"
    await let_pass(400)
    events = await viewer.events("sample")
    slots = [event for event in events if event["d"] == 0.1]
    assert len(slots) == pytest.approx(4000, abs=200)
    assert not any("skipped" in event for event in events)
    assert sum("metrics" in event for event in slots) == pytest.approx(len(slots) / 10, abs=10)
    snapshot = await viewer.subscribe(streams.entry_id, history_s=3600)
    trace, seconds = snapshot["trace"], snapshot["seconds"]
    lp = {event["t"]: event["lp"] for event in events}
    assert [lp[t] for t in trace["t"] if t in lp] == [
        level for t, level in zip(trace["t"], trace["lp"], strict=True) if t in lp
    ]
    assert len(trace["t"]) == pytest.approx(3000, abs=150)
    assert seconds["step_s"] == 1
    split = seconds["began"] + len(seconds["leq"])
    assert split < trace["t"][0] <= split + 1
    assert len(seconds["leq"]) == len(seconds["max"]) == len(seconds["min"]) == 3300
    assert seconds["leq"][:3000] == [None] * 3000
    lows, highs = ([level for level in seconds[key] if level is not None] for key in ("min", "max"))
    assert all(low <= high for low, high in zip(lows, highs, strict=True))
    assert sum(mean is not None for mean in seconds["leq"]) > 90


async def test_run_changes(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """Start, pause and stop are told at once, and are in the history of who comes later."""
    commands = runtime(loaded).monitor.commands
    snapshot = await viewer.subscribe(loaded.entry_id)
    assert (snapshot["run_state"], snapshot["measuring_since"]) == ("stopped", None)
    await commands.start()
    await let_pass(5)
    await commands.pause()
    await commands.resume()
    await commands.stop()
    states = await viewer.events("state")
    words = [state["run_state"] for state in states]
    assert [word for number, word in enumerate(words) if word != words[number - 1]] == [
        "measuring",
        "paused",
        "measuring",
        "stopped",
    ]
    since = next(state["measuring_since"] for state in states if state["run_state"] == "measuring")
    runs = (await viewer.subscribe(loaded.entry_id))["runs"]
    assert [state for _, state in runs[-4:]] == ["measuring", "paused", "measuring", "stopped"]
    assert runs[-4][0] == pytest.approx(since, abs=3)


async def test_states(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """Standby, and the loss of the meter, are told; there is no feed then."""
    monitor = runtime(loaded).monitor
    await viewer.subscribe(loaded.entry_id)
    await monitor.standby.release()
    await let_pass(1)
    state = (await viewer.events("state"))[-1]
    assert (state["standby"], state["available"], state["feed"]) == (True, False, None)
    assert state["diagnosis"] == "standby"
    snapshot = await viewer.subscribe(loaded.entry_id)
    assert (snapshot["available"], snapshot["feed"]) == (False, None)
    await monitor.standby.take_back()
    await until(hass, lambda: monitor.available)
    state = (await viewer.events("state"))[-1]
    assert (state["standby"], state["available"], state["feed"]) == (False, True, "polled")


async def test_rules(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """A rule that comes, its grades, its acknowledgement, its snooze, and a rule that goes."""
    await viewer.subscribe(loaded.entry_id)
    rule_id = await add_rule(hass, loaded, "Loud", alarm=110.0, warning=105.0)
    (rule,) = (await viewer.events("rules"))[-1]["rules"]
    assert rule == {
        "rule_id": rule_id,
        "name": "Loud",
        "metric": "lp",
        "symbol": rule["symbol"],
        "direction": "above",
        "warning": 105.0,
        "alarm": 110.0,
        "enabled": True,
        "grade": "ok",
        "pending": False,
        "snoozed_until": None,
        "entity_id": entity_id(hass, f"{rule_id}_alert", Platform.EVENT),
        "episode_id": None,
        "acknowledged": False,
    }
    alerts = runtime(loaded).monitor.alerts
    with tone(meter, 120.0):
        await let_pass(4)
        (rule,) = (await viewer.events("rules"))[-1]["rules"]
        assert (rule["grade"], rule["acknowledged"]) == ("alarm", False)
        assert rule["episode_id"] == alerts.open_episodes[0].id
        alerts.acknowledge(rule_id)
        (rule,) = (await viewer.events("rules"))[-1]["rules"]
        assert rule["acknowledged"]
    await let_pass(4)
    alerts.snooze(rule_id, 2e9)
    (rule,) = (await viewer.events("rules"))[-1]["rules"]
    assert (rule["grade"], rule["snoozed_until"], rule["episode_id"]) == ("ok", 2e9, None)
    await change_rule(hass, loaded, rule_id, "Louder")
    assert (await viewer.events("rules"))[-1]["rules"][0]["name"] == "Louder"
    er.async_get(hass).async_update_entity(rule["entity_id"], new_entity_id="event.loud")
    await hass.async_block_till_done()
    assert (await viewer.events("rules"))[-1]["rules"][0]["entity_id"] == "event.loud"
    hass.config_entries.async_remove_subentry(loaded, rule_id)
    await hass.async_block_till_done()
    assert (await viewer.events("rules"))[-1]["rules"] == []


async def test_labels(hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """They follow the meter's settings."""
    monitor = runtime(loaded).monitor
    await monitor.refresh_facts()
    labels = (await viewer.subscribe(loaded.entry_id, metrics=[MINUTE_LEQ]))["labels"]
    assert (labels["lp"], labels["ln1"], labels[MINUTE_LEQ]) == ("LAF", "L5", "LAeq,1min")
    await monitor.commands.set_setting("Frequency Weighting", "C")
    await let_pass(10)
    await monitor.refresh_facts()
    labels = (await viewer.events("labels"))[-1]["labels"]
    assert (labels["lp"], labels[MINUTE_LEQ]) == ("LCF", "LCeq,1min")


async def test_heartbeat(loaded: MockConfigEntry, viewer: Viewer) -> None:
    """Every 25 s."""
    await viewer.subscribe(loaded.entry_id)
    await let_pass(101)
    assert [event.keys() for event in await viewer.events("heartbeat")] == [{"event", "at"}] * 4


async def test_reload_and_removal(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """The subscription goes on after a reload, and ends when the entry is removed."""
    await viewer.subscribe(loaded.entry_id)
    await let_pass(20)
    await hass.config_entries.async_reload(loaded.entry_id)
    await until(hass, lambda: runtime(loaded).monitor.available)
    events = await viewer.events()
    kinds = [event["event"] for event in events]
    snapshot = events[kinds.index("snapshot")]
    assert len(snapshot["trace"]["t"]) > 8
    kinds = kinds[kinds.index("reloading") :]
    assert kinds[:2] == ["reloading", "snapshot"]
    assert {"state", "sample"} <= set(kinds)
    hass.config_entries.async_update_entry(loaded, title="Another name")
    assert await hass.config_entries.async_unload(loaded.entry_id)
    assert await viewer.events("reloading", "snapshot") == [{"event": "reloading", "at": pytest.approx(1.8e9, rel=0.1)}]
    await hass.config_entries.async_remove(loaded.entry_id)
    assert [event["event"] for event in await viewer.events()] == ["gone"]
    assert not hass.data[METERS]
    assert not hass.data[WATCHED]
    assert not hass.data[HISTORIES]
    answer = await viewer.ask(ACKNOWLEDGE, subscription=viewer.number, t=0)
    assert answer["error"]["translation_key"] == "live_subscription_unknown"


async def test_a_client_who_cannot_follow(streams: MockConfigEntry, viewer: Viewer) -> None:
    """Of what he cannot take, he gets the latest with his next acknowledgement."""
    await viewer.subscribe(streams.entry_id, acknowledges=True, metrics=[MINUTE_LEQ])
    await let_pass(20)
    told = await viewer.events("sample")
    assert len(told) == UNACKNOWLEDGED_LIMIT
    await viewer.acknowledge(told[-1]["t"] + 1)
    assert await viewer.events("sample") == []
    await viewer.acknowledge(told[-5]["t"])
    first, *_ = after = await viewer.events("sample")
    sample = runtime(streams).monitor.sample
    assert sample
    assert first["lp"] == sample.levels.main.lp or len(after) > 1
    assert first["skipped"] == pytest.approx(10 * (first["t"] - told[-1]["t"]) - 1, abs=2)
    assert first["metrics"].keys() == {MINUTE_LEQ}
    await viewer.acknowledge(after[-1]["t"])
    await let_pass(3)
    assert not any("skipped" in event for event in await viewer.events("sample"))


async def test_a_client_who_follows(streams: MockConfigEntry, viewer: Viewer) -> None:
    """He misses nothing; nor does who does not acknowledge."""
    await viewer.subscribe(streams.entry_id, acknowledges=True)
    count = 0
    for _ in range(10):
        await let_pass(2)
        told = await viewer.events("sample")
        count += len(told)
        assert not any("skipped" in event for event in told)
        await viewer.acknowledge(told[-1]["t"])
    assert count == pytest.approx(200, abs=20)
    await viewer.subscribe(streams.entry_id)
    await viewer.acknowledge(0)
    await let_pass(20)
    # That of the first subscription does not go on without an acknowledgement.
    assert len(await viewer.events("sample")) == pytest.approx(200 + UNACKNOWLEDGED_LIMIT, abs=20)


async def test_another_entry_that_changes(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """It is no business of those who watch this meter."""
    await viewer.subscribe(loaded.entry_id)
    await viewer.events()
    other = MockConfigEntry(domain="stranger")
    other.add_to_hass(hass)
    hass.config_entries.async_update_entry(other, title="Another name")
    await hass.config_entries.async_remove(other.entry_id)
    assert await viewer.events("snapshot", "reloading", "gone") == []
    await let_pass(3)
    assert await viewer.events("sample")


async def test_a_window_that_goes(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """Its level is not known any more."""
    await viewer.subscribe(loaded.entry_id, metrics=[MINUTE_LEQ])
    hass.config_entries.async_update_entry(loaded, options={"windows": [15]})
    await hass.async_block_till_done()
    await let_pass(5)
    assert (await viewer.events("sample"))[-1]["metrics"] == {MINUTE_LEQ: None}


@pytest.mark.parametrize("feed", ["polled", "streamed"])
async def test_two_hundred_subscribers_cost_the_meter_nothing(
    hass: HomeAssistant, meter: EmulatedMeter, loaded: MockConfigEntry, view: View, feed: str
) -> None:
    """Not one exchange more reaches it, and no state is written more often."""
    hass.config_entries.async_update_entry(loaded, options={CONF_FEED: feed})
    await until(hass, lambda: runtime(loaded).monitor.basis.value == feed, 180)
    await let_pass(120)
    log = StateLog(hass)
    before = await _commands_of(meter, 60)
    viewers = [await view() for _ in range(4)]
    for viewer in viewers:
        for number in range(50):
            await viewer.subscribe(loaded.entry_id, metrics=[MINUTE_LEQ] if number % 2 else [])
    assert len(hass.data[WATCHED]) == 200
    assert len(await _commands_of(meter, 60)) == pytest.approx(len(before), abs=1)
    log.close()
    assert len(log.of(entity_id(hass, "lp"))) >= 10
    log.assert_apart(10)
    await viewers[0].close()
    await hass.async_block_till_done()
    assert len(hass.data[WATCHED]) == 150


async def _commands_of(meter: EmulatedMeter, seconds: float) -> list[str]:
    count = len(lines(meter))
    await let_pass(seconds)
    return lines(meter)[count:]


async def test_unsubscribing(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """Nothing comes afterwards, and nothing is left behind."""
    await viewer.subscribe(loaded.entry_id)
    assert (await viewer.ask("unsubscribe_events", subscription=viewer.number))["success"]
    await viewer.events()
    await let_pass(60)
    assert await viewer.events() == []
    assert not hass.data[METERS]
    assert not hass.data[WATCHED]


async def test_a_burst(hass: HomeAssistant, loaded: MockConfigEntry, viewer: Viewer) -> None:
    """Of more samples than a feed can bring, some are left out, and the next one says how many."""
    monitor = runtime(loaded).monitor
    await viewer.subscribe(loaded.entry_id)
    await let_pass(3)
    await viewer.events()
    take: Callable[..., object] = monitor._state.samples.send
    assert monitor.sample
    for _ in range(50):
        take(monitor.sample)
    burst = await viewer.events("sample")
    assert 18 <= len(burst) <= 21
    await let_pass(2)
    assert (await viewer.events("sample"))[0]["skipped"] == 50 - len(burst)
