"""Which exchange comes next."""

from collections import Counter

import pytest

from custom_components.rion_nl43.monitor.facts import FACTS, Fact
from custom_components.rion_nl43.monitor.schedule import (
    ALL,
    COMMANDS,
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
