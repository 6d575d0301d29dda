"""Two faults at a time, drawn at random, the second beginning at any moment of the first or soon after it."""

from random import Random

import pytest

from tests.fixtures import MeterFactory

from .faults import CASES, FEEDS, Case
from .play import Outcome, play

SEED = 20260302
PAIRS = 64
LATEST_S = 45.0


type Pair = tuple[int, str, Case, Case, float]
"""Its number, the feed, two faults, and the seconds between their begins."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Draw the pairs; `--matrix-seed` and `--matrix-pairs` draw others, and more."""
    seed = metafunc.config.getoption("--matrix-seed", None) or SEED
    count = metafunc.config.getoption("--matrix-pairs", None) or PAIRS
    pairs = [draw(Random(f"{seed}/{number}"), number) for number in range(count)]
    metafunc.parametrize("pair", pairs, ids=name)


def draw(rng: Random, number: int) -> Pair:
    """Draw one pair: any two different ones, each feed in its turn."""
    feed = FEEDS[number % len(FEEDS)]
    first, second = rng.sample([case for case in CASES if case.mixes and feed in case.feeds], 2)
    return number, feed, first, second, rng.uniform(0.0, LATEST_S)


def name(pair: Pair) -> str:
    """Return what the test of a pair is called."""
    _, feed, first, second, after_s = pair
    return f"{feed}: {first.id} + {second.id} {after_s:.1f} s later"


async def test_a_pair(pair: Pair, emulated_meter: MeterFactory, played: list[tuple[str, str, Outcome]]) -> None:
    """All that is told is true, and one back-off after the end of both all is as before."""
    number, feed, first, second, after_s = pair
    outcome = await play(emulated_meter, feed, (first, 0.0), (second, after_s), seed=number)
    played.append((feed, name(pair).partition(": ")[2], outcome))
    assert outcome.complaints == []
