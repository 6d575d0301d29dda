"""Subscribers, waiters and samples: the small parts."""

import asyncio
import logging

import pytest

from custom_components.rion_nl43.monitor.feed.sample import COVERED_LIMIT_S, PACING_SLOT_S, covered_s
from custom_components.rion_nl43.monitor.signal import Signal
from custom_components.rion_nl43.monitor.waiters import Waiters
from custom_components.rion_nl43.nl43 import ConnectionLost


def test_news_reach_all_subscribers_until_they_leave() -> None:
    """In the order in which they came; leaving twice does no harm."""
    signal = Signal[int]("numbers")
    heard: list[tuple[str, int]] = []
    leave = signal.connect(lambda number: heard.append(("a", number)))
    signal.connect(lambda number: heard.append(("b", number)))
    signal.send(1)
    leave()
    leave()
    signal.send(2)
    assert heard == [("a", 1), ("b", 1), ("b", 2)]


def test_a_failing_subscriber_stops_nobody_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """Its error is its own affair, and no reason to fill the log."""
    signal = Signal[int]("numbers")
    heard: list[int] = []

    def fail(number: int) -> None:
        raise ValueError(number)

    leave = signal.connect(fail)
    signal.connect(heard.append)
    for number in range(3):
        signal.send(number)
    assert heard == [0, 1, 2]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "numbers" in caplog.text
    leave()
    signal.connect(fail)
    signal.send(3)
    assert len(caplog.records) == 2


def test_a_subscriber_may_leave_while_it_is_told() -> None:
    """And those after it are told all the same."""
    signal = Signal[int]("numbers")
    heard: list[int] = []
    leave = signal.connect(lambda _: leave())
    signal.connect(heard.append)
    signal.send(1)
    signal.send(2)
    assert heard == [1, 2]


def test_who_is_sent_away_meanwhile_is_not_told() -> None:
    """By a subscriber before him, as when the first one takes down what the second one belongs to."""
    signal = Signal[int]("numbers")
    heard: list[int] = []
    signal.connect(lambda _: leave())
    leave = signal.connect(heard.append)
    signal.send(1)
    assert heard == []


async def test_waiters_are_released_or_told_in_vain() -> None:
    """All at once; whoever has given up meanwhile is left alone."""
    waiters = Waiters()
    for end in (waiters.release, lambda: waiters.fail(ConnectionLost("gone"))):
        tasks = [asyncio.create_task(waiters.wait()) for _ in range(3)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        end()
        end()
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        assert isinstance(outcomes[0], asyncio.CancelledError)
        assert outcomes[1] is None or isinstance(outcomes[1], ConnectionLost)
        assert type(outcomes[1]) is type(outcomes[2])
        assert not waiters._futures


@pytest.mark.parametrize(
    ("since_last_s", "covered"),
    [
        (None, PACING_SLOT_S),
        (0.1, 0.1),
        (1.05, 1.05),
        (COVERED_LIMIT_S, COVERED_LIMIT_S),
        (COVERED_LIMIT_S + 0.1, PACING_SLOT_S),
        (3600, PACING_SLOT_S),
    ],
)
def test_a_hole_is_not_covered(since_last_s: float | None, covered: float) -> None:
    """A sample stands for the time since the one before it, but not for an outage."""
    assert covered_s(since_last_s) == covered
