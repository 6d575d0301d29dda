"""Which exchange comes next."""

from collections import Counter

import pytest

from custom_components.rion_nl43.monitor.feed.facts import FACTS, Fact
from custom_components.rion_nl43.monitor.feed.schedule import (
    ALL,
    COMMANDS,
    FACT_EVERY_S,
    FACTS_PER_BREAK,
    LABELS,
    OFTEN,
    RUN_EVERY_S,
    RUN_RETRY_S,
    SELDOM,
    Ask,
    AskFact,
    Exchange,
    Schedule,
)
from custom_components.rion_nl43.nl43.commands import Kind, find


def everything(_: Ask | Fact) -> bool:
    """All exchanges make sense."""
    return True


def run(schedule: Schedule, count: int, slot_s: float = 1.05, start: float = 0.0) -> list[Exchange]:
    """Return the next exchanges, one a slot."""
    return [schedule.next(start + slot_s * number) for number in range(count)]


def commands(exchanges: list[Exchange]) -> list[str]:
    """Return the names of what is asked."""
    return [exchange.command if isinstance(exchange, AskFact) else COMMANDS[exchange] for exchange in exchanges]


@pytest.mark.parametrize("name", [command for fact in FACTS for command in fact.commands])
def test_the_facts_are_requests_the_driver_knows(name: str) -> None:
    """A name that the driver does not know would never be asked for."""
    assert Kind.REQUEST in find(name).kind


def test_every_fact_is_in_turn_and_in_the_first_round() -> None:
    """No row of the table is forgotten."""
    assert {*FACTS} <= {*OFTEN, *SELDOM}
    assert {*FACTS, Ask.PAUSED, Ask.CLOCK, Ask.POWER} == {*ALL}
    assert len(ALL) == len({*ALL})


def test_after_a_connect_the_run_state_comes_first_and_then_a_sample_before_each_fact() -> None:
    """Entities are filled early, while rows come all the time."""
    schedule = Schedule(everything)
    first = run(schedule, 2 * len(ALL) + 2)
    assert first[0] is Ask.RUN
    assert first[1::2] == [Ask.LEVELS] * (len(ALL) + 1)
    assert len({*commands(first[2::2])}) == len(ALL)
    assert commands(first[2:6:2]) == ["Pause", "Frequency Weighting (Main)"]
    assert schedule.round_done


@pytest.mark.parametrize("slot_s", [1.05, 1.25])
def test_once_settled_nearly_all_are_levels(slot_s: float) -> None:
    """0.97 of the exchanges are DOD?, the run state is read once a minute, a fact in about two minutes."""
    schedule = Schedule(everything)
    run(schedule, 2 * len(ALL) + 2, slot_s)
    count = 20_000
    settled = run(schedule, count, slot_s, 1000)
    asked = Counter(commands(settled))
    assert asked["DOD"] >= 0.97 * count
    assert asked["Measure"] == pytest.approx(count * slot_s / RUN_EVERY_S, rel=0.03)
    facts = count - asked["DOD"] - asked["Measure"]
    assert 110 < count * slot_s / facts < 160
    assert all(asked[command] for command in commands([Ask.PAUSED, Ask.CLOCK, Ask.POWER]))
    assert all(any(asked[command] for command in fact.commands) for fact in FACTS)
    assert asked["Battery Level"] > 3 * asked["Store Name"]


def test_two_exchanges_that_are_no_levels_never_follow_each_other() -> None:
    """However much is wanted, every other exchange is a sample."""
    schedule = Schedule(everything)
    exchanges: list[Exchange] = []
    for number in range(200):
        schedule.want_run()
        schedule.want(LABELS)
        exchanges.append(schedule.next(number))
    assert exchanges[::2] == [Ask.RUN] * 100
    assert exchanges[1::2] == [Ask.LEVELS] * 100


def test_the_run_state_is_asked_for_when_wanted_and_a_minute_after_it_was_read() -> None:
    """Whoever read it, the feed does not ask again before."""
    schedule = Schedule(lambda ask: isinstance(ask, Ask) and ask is Ask.RUN)
    assert run(schedule, 3) == [Ask.RUN, Ask.LEVELS, Ask.LEVELS]
    schedule.want_run()
    assert run(schedule, 2, start=10) == [Ask.RUN, Ask.LEVELS]
    schedule.run_read(50)
    assert schedule.next(50 + RUN_EVERY_S - 0.1) is Ask.LEVELS
    assert schedule.next(50 + RUN_EVERY_S) is Ask.RUN


def test_a_vain_question_for_the_run_state_is_asked_again_soon() -> None:
    """Not in the next slot, not a minute later."""
    schedule = Schedule(lambda _: False)
    run(schedule, 2)
    schedule.run_failed(100)
    assert schedule.next(100 + RUN_RETRY_S - 0.1) is Ask.LEVELS
    assert schedule.next(100 + RUN_RETRY_S) is Ask.RUN


def test_labels_come_before_what_else_waits_and_only_once() -> None:
    """When a measurement starts, its labels are read at once."""
    schedule = Schedule(everything)
    run(schedule, 6)
    schedule.want(LABELS)
    coming = run(schedule, 2 * len(ALL))[::2]
    assert [exchange.fact for exchange in coming[: len(LABELS)] if isinstance(exchange, AskFact)] == [*LABELS]
    assert len(coming) == len({*coming} - {Ask.LEVELS}) + coming.count(Ask.LEVELS)


def test_what_makes_no_sense_is_left_out() -> None:
    """Without anything wanted, only levels and the run state are left."""
    schedule = Schedule(lambda _: False)
    assert {*run(schedule, 1000)} == {Ask.LEVELS, Ask.RUN}


def test_a_refused_request_is_asked_again_only_on_another_connection() -> None:
    """A unit without the option; another name is tried where there is one."""
    schedule = Schedule(everything)
    refused = {"Pause", "Frequency Weighting (Main)", "Percentile 3", "DRD?status"}
    for command in refused:
        schedule.refuse(command)
    asked = Counter(commands(run(schedule, 2 * len(ALL)) + run(schedule, 20_000, start=100)))
    assert not refused & asked.keys()
    assert asked["Frequency Weighting"]
    assert schedule.unsupported == refused
    schedule.connected()
    assert not schedule.unsupported
    assert refused <= {*commands(run(schedule, 2 * len(ALL) + 2))}


def test_a_ring_without_anything_to_ask_gives_its_turns_to_the_other() -> None:
    """Where nothing changes by itself, the settings get all turns, and the other way round."""
    for ring, other in ((OFTEN, SELDOM), (SELDOM, OFTEN)):
        schedule = Schedule(lambda ask, ring=ring: ask in ring)  # type: ignore[misc] # mypy infers no default's type
        run(schedule, 2 * len(ALL) + 2)
        asked = {*commands(run(schedule, 10_000, start=100))} - {"DOD", "Measure"}
        assert len(asked) == len({*ring})
        assert not asked & {COMMANDS[ask] if isinstance(ask, Ask) else ask.commands[0] for ask in {*other} - {*ring}}


def rest(schedule: Schedule, now: float, *, facts: bool = True) -> list[Exchange]:
    """Return what is asked in a break of a stream, one exchange a slot."""
    schedule.begin_break(now, facts=facts)
    asked: list[Exchange] = []
    while exchange := schedule.next_in_break(now + 1.05 * len(asked)):
        asked.append(exchange)
    return asked


def settled() -> tuple[Schedule, float]:
    """Return a schedule after its first round, and the time."""
    schedule = Schedule(everything)
    count = 2 * len(ALL) + 8
    run(schedule, count)
    assert schedule.settled
    return schedule, 1.05 * count


def test_it_is_settled_once_all_has_been_read() -> None:
    """What is wanted later does not unsettle it, another connection does."""
    schedule = Schedule(everything)
    run(schedule, 2 * len(ALL))
    told = [schedule.settled]
    run(schedule, 8, start=60)
    told.append(schedule.settled)
    schedule.want(LABELS)
    told.append(schedule.settled)
    schedule.connected()
    told.append(schedule.settled)
    assert told == [False, True, True, False]


def test_a_break_has_levels_the_run_state_and_the_facts_that_are_due() -> None:
    """About as many as while polled; in the longest one room for a few only."""
    schedule, now = settled()
    for every_s, facts in ((300, 2), (130, 1), (60, 0), (70, 1), (3600, FACTS_PER_BREAK)):
        now += every_s
        asked = rest(schedule, now)
        assert asked[:2] == [Ask.LEVELS, Ask.RUN]
        assert len(asked) == 2 + facts
        assert not {Ask.LEVELS, Ask.RUN} & {*asked[2:]}
    assert rest(schedule, now + 10) == [Ask.LEVELS]


def test_in_a_day_of_breaks_all_facts_are_read() -> None:
    """What changes by itself more often than the rest."""
    schedule, now = settled()
    asked = Counter(commands([exchange for number in range(288) for exchange in rest(schedule, now + 300 * number)]))
    assert all(any(asked[command] for command in fact.commands) for fact in FACTS)
    assert asked["Battery Level"] > 3 * asked["Store Name"]
    assert asked.total() - asked["DOD"] - asked["Measure"] == pytest.approx(288 * 300 / FACT_EVERY_S, rel=0.25)


def test_what_waits_comes_in_breaks_a_few_at_a_time() -> None:
    """In the order in which it was wanted; not in a break that somebody else made."""
    schedule, now = settled()
    schedule.want(LABELS)
    assert rest(schedule, now + 61, facts=False) == [Ask.LEVELS, Ask.RUN]
    read: list[Exchange] = []
    for number in range(1, 10):
        if schedule.round_done:
            break
        asked = rest(schedule, now + 61 + 30 * number)
        read += [exchange for exchange in asked if isinstance(exchange, AskFact)]
        assert len(asked) <= 2 + FACTS_PER_BREAK
    assert [exchange.fact for exchange in read if isinstance(exchange, AskFact)][: len(LABELS)] == [*LABELS]


def test_a_doubtful_row_has_the_run_state_read_in_the_same_break() -> None:
    """It is the row that tells."""
    schedule, now = settled()
    rest(schedule, now + 61)
    schedule.begin_break(now + 70, facts=False)
    assert schedule.next_in_break(now + 70) is Ask.LEVELS
    schedule.want_run()
    assert schedule.next_in_break(now + 71) is Ask.RUN
    assert schedule.next_in_break(now + 72) is None
