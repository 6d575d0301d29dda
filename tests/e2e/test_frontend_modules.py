"""What the pages reckon with, in a browser without Home Assistant: columns, scales, words, what becomes of events."""

from collections.abc import Iterator
import itertools
import math
from random import Random
import re

from playwright.async_api import Page
import pytest

from .modules import run

pytestmark = pytest.mark.asyncio(loop_scope="session")

BUFFER, SCALE, FORMAT, LIVE = "trace/buffer.js", "trace/scale.js", "core/format.js", "core/live.js"
# A whole hour by the clock, in seconds since the epoch: 2026-01-05, 13:00:00 UTC.
START = 1_767_618_000
GAP_S = 2.5

type Point = tuple[float, float | None]

COLUMNS = """({columnsOfPoints}, points, from, to, width) =>
  columnsOfPoints(points.map(([t, lp]) => ({t, lp})), from, to, width)"""
# Of a meter that is told with these events: all that is known of it at the end, and what was asked.
LIVE_AFTER = """({subscribeLive}, events, options) => {
  const hass = fake.fakeHass();
  let known;
  subscribeLive(hass, "entry", options, live => { known = live; });
  return new Promise(done => setTimeout(() => {
    const eventOf = ([kind, ...told]) => kind in fake ? fake[kind](...told) : {event: kind, ...told[0]};
    events.forEach(event => hass.connection.tell(eventOf(event)));
    done({...known, asked: hass.connection.open.map(({message}) => message)});
  }));
}"""


def some_points(seed: int) -> list[Point]:
    """Make levels at all distances, some missing, and some of them after a hole."""
    random = Random(seed)
    t = float(START)
    points: list[Point] = []
    for _ in range(random.randrange(1, 300)):
        t += random.choice((0.1, 0.1, 1.0, 2.4, 2.6, 40.0))
        points.append((round(t, 3), None if random.random() < 0.05 else round(random.uniform(20, 120), 1)))
    return points


def runs_of(points: list[Point], from_: float, to: float) -> Iterator[list[tuple[float, float]]]:
    """Take the slow way to what belongs together: levels on end, without one missing or a hole in between."""
    run_: list[tuple[float, float]] = []
    for t, lp in points:
        if not from_ <= t <= to:
            continue
        if run_ and (lp is None or t - run_[-1][0] > GAP_S):
            yield run_
            run_ = []
        if lp is not None:
            run_.append((t, lp))
    if run_:
        yield run_


@pytest.mark.parametrize("seed", range(20))
async def test_columns_are_the_extremes_of_what_is_in_them(plain: Page, seed: int) -> None:
    """Each has the first, last, highest and lowest level of its time; nothing is joined over a hole."""
    random = Random(seed)
    points = some_points(seed)
    width = random.choice((0.05, 0.3, 1.0, 4.5))
    from_, to = START + 5.0, points[-1][0] - 3.0
    wanted = []
    for piece in runs_of(points, from_, to):
        for place, (index, levels) in enumerate(
            itertools.groupby(piece, key=lambda point: math.floor(point[0] / width))
        ):
            of_column = [lp for _, lp in levels]
            wanted.append(
                {
                    "t": index * width,
                    "first": of_column[0],
                    "last": of_column[-1],
                    "min": min(of_column),
                    "max": max(of_column),
                    "joined": place > 0,
                }
            )
    assert await run(plain, BUFFER, COLUMNS, points, from_, to, width) == wanted


async def test_columns_stand_still_while_time_goes_on(plain: Page) -> None:
    """What is drawn of a time does not depend on how far the trace has moved, but for columns that are cut off."""
    points = [(START + 0.1 * i, 60 + i * 7 % 13) for i in range(600)]
    first = await run(plain, BUFFER, COLUMNS, points, START, START + 50, 0.37)
    later = await run(plain, BUFFER, COLUMNS, points, START + 7.77, START + 57.77, 0.37)
    # The first and the last of each are cut off.
    known = {column["t"]: column for column in first[1:-1]}
    both = [column for column in later[1:-1] if column["t"] in known]
    assert len(both) > 100
    assert both == [known[column["t"]] for column in both]


async def test_an_hour_is_seconds_and_then_samples(plain: Page) -> None:
    """Seconds are drawn from their lowest to their highest level up to where the samples begin, holes as holes."""
    live = {
        "samples": [{"t": START + 10 + 0.5 * i, "lp": 70} for i in range(4)],
        "seconds": {
            "began": START,
            "step_s": 1,
            "max": [61, 62, None, None, None, 66, 67, 68, 69, 70, 99],
            "min": [51, 52, None, None, None, 56, 57, 58, 59, 60, 99],
        },
    }
    script = "({columnsOf}, live, from, to) => columnsOf(live, from, to, 1)"
    columns = await run(plain, BUFFER, script, live, START + 1, START + 20)
    assert [(column["t"] - START, column["min"], column["max"]) for column in columns] == [
        (1, 52, 62),
        *((second, 51 + second, 61 + second) for second in range(5, 10)),
        (10, 70, 70),
        (11, 70, 70),
    ]
    assert [column["joined"] for column in columns] == [False, False, True, True, True, True, True, True]


async def test_a_level_is_read_where_it_is_and_nowhere_else(plain: Page) -> None:
    """The nearest within reach; of a past second the highest; none in a hole."""
    script = """({pointAt}, live, times) => times.map(t => pointAt(live, t, 1.2)?.lp ?? null)"""
    live = {
        "samples": [{"t": START + t, "lp": 60 + t} for t in (10, 11, 20)] + [{"t": START + 21, "lp": None}],
        "seconds": {"began": START, "step_s": 1, "max": [81, None, 83], "min": [71, None, 73]},
    }
    times = [START + t for t in (0.1, 2.4, 5, 9.5, 10.4, 10.6, 15, 19.5, 21.1, 30)]
    assert await run(plain, BUFFER, script, live, times) == [81, 83, None, 70, 70, 71, None, 80, None, None]


async def test_rests_are_those_of_the_measurement(plain: Page) -> None:
    """Pauses and stops, cut off at the edges; the last one goes on until now."""
    changes = [(START, "stopped"), (START + 20, "measuring"), (START + 30, "paused"), (START + 35, "measuring")]
    script = "({restsOf}, runs, from, to) => restsOf(runs, from, to).map(rest => [rest.from, rest.to, rest.state])"
    wanted = [[START + 10, START + 20, "stopped"], [START + 30, START + 35, "paused"]]
    assert await run(plain, BUFFER, script, changes, START + 10, START + 70) == wanted
    stopped = [*changes, (START + 60, "stopped")]
    assert await run(plain, BUFFER, script, stopped, START + 40, START + 70) == [[START + 60, START + 70, "stopped"]]


async def test_levels_of_metrics_are_kept_for_an_hour(plain: Page) -> None:
    """One a second at most, and no more than an hour of them, however long a page is open."""
    script = """({MetricLines}, began) => {
      const metrics = new MetricLines();
      for (let i = 0; i < 50000; i += 1) {
        metrics.take({sample: {t: began + i / 10, metrics: {leq: 60 + i % 7}}});
      }
      const points = metrics.of("leq");
      return [points.length, points[0].t, points.at(-1).t, metrics.of("lmax")];
    }"""
    count, first, last, other = await run(plain, BUFFER, script, START)
    assert 3600 <= count <= 3720
    assert last - first >= 3599
    assert other == []


@pytest.mark.parametrize("height", [60, 150, 300])
@pytest.mark.parametrize("span", [30, 70, 100])
async def test_levels_are_written_at_round_places(plain: Page, height: int, span: int) -> None:
    """All over the range at the same distance, and never so that one is over another."""
    script = "({levelTicks}, range, height) => levelTicks(range, height)"
    ticks = await run(plain, SCALE, script, {"min": 30, "max": 30 + span}, height)
    (step,) = {after - before for before, after in itertools.pairwise(ticks)} or {50}
    assert step in {5, 10, 20, 50}
    assert all(tick % step == 0 and 30 <= tick <= 30 + span for tick in ticks)
    assert height * step / span >= 12


@pytest.mark.parametrize("span", [60, 300, 3600])
@pytest.mark.parametrize("width", [280, 450, 1200])
async def test_times_are_written_at_round_places(plain: Page, span: int, width: int) -> None:
    """At places of the clock that stay while the trace moves, with room for each."""
    script = "({timeTicks}, from, to, width) => timeTicks(from, to, width, 48)"
    ticks = await run(plain, SCALE, script, START + 7, START + 7 + span, width)
    assert len(ticks) >= 2
    (step,) = {after - before for before, after in itertools.pairwise(ticks)}
    assert 3600 % step == 0
    assert all(tick % step == 0 for tick in ticks)
    assert width * step / span >= 48


async def test_the_range_grows_at_once_and_shrinks_later(plain: Page) -> None:
    """A far limit does not press the trace flat; a near one is seen; loud levels are seen at once."""
    script = """({LevelRange}, steps) => {
      const range = new LevelRange();
      return steps.map(([t, min, max, limits]) => {
        range.fit(min === null ? null : {min, max}, limits, t);
        return [range.min, range.max];
      });
    }"""
    steps = [
        (0, 50, 60, [120]),
        (1, 50, 60, [80]),
        (2, 50, 101, [80]),
        (3, None, None, []),
        (4, 50, 60, []),
        (11.9, 50, 60, []),
        (12.1, 50, 60, []),
    ]
    assert await run(plain, SCALE, script, steps) == [
        [40, 70],
        [40, 90],
        [40, 110],
        [40, 110],
        [40, 110],
        [40, 110],
        [40, 70],
    ]


async def test_figures_are_written_as_the_user_does(plain: Page) -> None:
    """By his language, his clock and his time zone; what is not known is a dash."""
    level = "({level}, db, locale) => level(db, fake.fakeHass('test', locale))"
    assert await run(plain, FORMAT, level, 63.25, {}) == "63.3"
    assert await run(plain, FORMAT, level, 63, {"language": "de"}) == "63,0"
    assert await run(plain, FORMAT, level, None, {}) == "\N{EN DASH}"
    clock = "({clock}, t, locale, options) => clock(t, fake.fakeHass('test', locale), options)"
    assert await run(plain, FORMAT, clock, START, {}, {}) == "13:00"
    assert await run(plain, FORMAT, clock, START + 5, {}, {"seconds": True}) == "13:00:05"
    assert re.fullmatch(r"1:00\spm", (await run(plain, FORMAT, clock, START, {"time_format": "12"}, {})).lower())
    assert await run(plain, FORMAT, clock, START, {"time_zone": "server"}, {}) == "22:00"
    duration = """({duration}, seconds) => window.load("core/texts.js")
      .then(texts => texts.loadTexts("en")).then(t => seconds.map(s => duration(s, t)))"""
    durations = await run(plain, FORMAT, duration, [-1, 59.6, 119, 121, 3599, 7500])
    assert durations == ["0 s", "60 s", "119 s", "2 min", "60 min", "2 h 5 min"]


async def test_texts_fall_back_to_english_and_to_their_key(plain: Page) -> None:
    """A language by its first part; what is data stays as it is, braces included."""
    text = "({loadTexts}, language, key, holes) => loadTexts(language).then(t => t(key, holes))"
    assert await run(plain, "core/texts.js", text, "de-CH", "trace.run.paused", {}) != "Paused"
    assert await run(plain, "core/texts.js", text, "pt", "trace.run.paused", {}) == "Paused"
    assert await run(plain, "core/texts.js", text, "en", "trace.nothing", {}) == "trace.nothing"
    assert await run(plain, "core/texts.js", text, "en", "trace.error.text", {"error": "{n} <b>"}) == "{n} <b>"


async def test_events_become_what_is_known(plain: Page) -> None:
    """A snapshot, then samples with metrics that hold, a change of the state and of the rules."""
    events: list[tuple[object, ...]] = [
        ("snapshot", START, {"trace": {"t": [START - 1], "lp": [60]}, "runs": [[START - 60, "measuring"]]}),
        ("sample", START + 0.1, 61, {"metrics": {"leq": 62}}),
        ("sample", START + 0.2, None, {"metrics": {}}),
        ("heartbeat",),
        ("rules", {"rules": [{"rule_id": "a"}]}),
        ("state", {"available": True, "run_state": "paused"}),
        ("labels", {"labels": {"lp": "LCF"}}),
        ("reloading",),
    ]
    live = await run(plain, LIVE, LIVE_AFTER, events, {"metrics": ["lmax", "leq", "leq"]})
    assert live["samples"] == [
        {"t": START - 1, "lp": 60},
        {"t": START + 0.1, "lp": 61},
        {"t": START + 0.2, "lp": None},
    ]
    assert live["sample"]["metrics"] == {"leq": 62}
    assert live["state"]["run_state"] == "paused"
    assert [state for _, state in live["runs"]] == ["measuring", "paused"]
    assert live["runs"][1][0] == pytest.approx(START, abs=5)
    assert live["rules"] == [{"rule_id": "a"}]
    assert live["labels"] == {"lp": "LCF"}
    assert live["status"] == "reloading"
    assert live["asked"] == [
        {
            "type": "rion_nl43/live/subscribe",
            "acknowledges": True,
            "config_entry_id": "entry",
            "history_s": 300,
            "metrics": ["leq", "lmax"],
        }
    ]


async def test_time_set_back_leaves_nothing_out_of_order(plain: Page) -> None:
    """What was to come later is forgotten."""
    events: list[tuple[object, ...]] = [("snapshot", START), *(("sample", START + t, 60 + t) for t in (1, 2, 3, 1.5))]
    live = await run(plain, LIVE, LIVE_AFTER, events, {})
    assert [each["t"] - START for each in live["samples"]] == [1, 1.5]


async def test_what_is_kept_does_not_grow(plain: Page) -> None:
    """Two hours of a streamed meter: five minutes of samples, before them an hour of seconds with their extremes."""
    script = """({subscribeLive}, began) => {
      const hass = fake.fakeHass();
      let known;
      subscribeLive(hass, "entry", {historyS: 3600}, live => { known = live; });
      return new Promise(done => setTimeout(() => {
        const seconds = {began: began - 300, step_s: 1, max: [], min: [], leq: []};
        hass.connection.tell(fake.snapshot(began, {seconds}));
        let most = 0;
        for (let i = 0; i < 72000; i += 1) {
          hass.connection.open[0].take(fake.sample(began + i / 10, 50 + i % 10));
          most = Math.max(most, known.samples.length);
        }
        const {max, min, leq} = known.seconds;
        const joint = known.samples[0].t - known.seconds.began - max.length;
        done({most, lengths: [max.length, min.length, leq.length], joint, max: max.at(-2), min: min.at(-2)});
      }));
    }"""
    kept = await run(plain, LIVE, script, START)
    assert kept["most"] <= 3302
    (length,) = set(kept["lengths"])
    assert 3300 <= length <= 3600
    assert abs(kept["joint"]) <= 1
    assert (kept["max"], kept["min"]) == (59, 50)


async def test_cards_share_a_subscription_until_the_last_leaves(plain: Page) -> None:
    """Two that look at the same have one; the second is told at once what is known; other metrics are another."""
    script = """({subscribeLive}, began) => new Promise(done => {
      const hass = fake.fakeHass();
      const told = [];
      const end = subscribeLive(hass, "entry", {metrics: ["leq"]}, () => told.push("a"));
      setTimeout(() => {
        hass.connection.tell(fake.snapshot(began));
        const ends = [subscribeLive(hass, "entry", {metrics: ["leq"]}, () => told.push("b")), end];
        setTimeout(() => {
          const counts = [hass.connection.open.length];
          ends.push(subscribeLive(hass, "entry", {}, () => {}));
          setTimeout(() => {
            counts.push(hass.connection.open.length);
            ends.forEach(end => (end(), end()));
            setTimeout(() => done([told, ...counts, hass.connection.open.length]));
          });
        });
      });
    })"""
    assert await run(plain, LIVE, script, START) == [["a", "b"], 1, 2, 0]


async def test_it_is_taken_up_again(plain: Page) -> None:
    """After a lost connection and after a refusal, and acknowledged by the number of the latest subscription."""
    await plain.clock.install(time=START)
    await plain.clock.pause_at(START + 1)
    script = """async ({subscribeLive}, began) => {
      const hass = window.hass = fake.fakeHass();
      window.heard = [];
      subscribeLive(hass, "entry", {}, (live, change) => heard.push([live.status, change, live.error?.message]));
      await 0;
      hass.connection.tell(fake.snapshot(began));
      hass.connection.refusal = {message: "not loaded"};
      hass.connection.reconnect();
    }"""
    await run(plain, LIVE, script, START)
    await plain.evaluate("hass.connection.refusal = undefined")
    assert await plain.evaluate("hass.connection.open.length") == 0
    await plain.clock.run_for(5_000)
    await plain.evaluate(
        f"""hass.connection.tell(fake.snapshot({START + 6}, {{subscription: 7}})),
            hass.connection.tell(fake.sample({START + 6.1}, 60))"""
    )
    await plain.clock.run_for(5_000)
    assert await plain.evaluate("heard") == [
        ["live", "snapshot", None],
        ["error", "status", "not loaded"],
        ["live", "snapshot", None],
        ["live", "sample", None],
    ]
    assert await plain.evaluate("hass.connection.sent") == [
        {"type": "rion_nl43/live/acknowledge", "subscription": 7, "t": START + 6.1}
    ]
