"""The weather of a soak: when a hole is excused by the faults that go on."""

import random
from types import SimpleNamespace
from typing import Any, cast

import pytest

from emulator import EmulatedMeter
from script.benchmarks.soak import weather
from script.benchmarks.soak.ledger import Ledger
from script.benchmarks.soak.weather import FIRST_SAMPLE_S, Weather
from tests.matrix.faults import AFTER_BACKOFF_S, AFTER_RESET_S, CASES

LASTS_S = 10
ON, OFF = [SimpleNamespace(id=1)], list[Any]()


class Sky:
    """Weather over a meter of which only the faults are there."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with fair weather, a covered second and a clock at 0."""
        self.now = 0
        self.ledger = Ledger()
        self._active = OFF
        self._monkeypatch = monkeypatch
        faults = SimpleNamespace(switch_on=lambda name, **terms: 1, active=lambda: self._active)
        meter = cast("EmulatedMeter", SimpleNamespace(faults=faults))
        self._weather = Weather(meter, self.ledger, random.Random(1))

    def fair(self, seconds: int, *, away: bool = False) -> None:
        """Let time pass in which no fault begins."""
        for _ in range(seconds):
            self.now += 1
            self._weather.look(self.now, away=away)

    def strike(self, what: str) -> None:
        """Let a fault go on for some seconds."""
        self._monkeypatch.setattr(weather, "TABLE", [case for case in CASES if case.what == what])
        self._weather.strike(self.now)
        self._active = ON
        self.fair(LASTS_S)
        self._active = OFF

    def excused_s(self) -> float:
        """How long a hole would have been excused so far."""
        self.ledger.settle()
        return self.ledger.excusable_s


def test_what_does_no_harm_excuses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """All samples are to come."""
    sky = Sky(monkeypatch)
    sky.strike("no way for new ones")
    sky.fair(100)
    assert sky.excused_s() == 0


def test_what_keeps_the_link_from_coming_back_is_excused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What does no harm to a connection does some where there is none yet; later it does none again."""
    sky = Sky(monkeypatch)
    sky.fair(20, away=True)
    sky.fair(20)
    before_s = sky.now
    sky.strike("no way for new ones")
    sky.fair(100)
    excused_s = sky.excused_s()
    assert excused_s >= before_s + LASTS_S + AFTER_BACKOFF_S + FIRST_SAMPLE_S
    sky.strike("no way for new ones")
    sky.fair(100)
    assert sky.excused_s() == excused_s


def test_after_a_spoiled_answer_the_link_gets_back_in_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever answer it was; that takes as long as where the matrix tells of it."""
    sky = Sky(monkeypatch)
    sky.fair(50)
    sky.strike("garbled row, replace")
    sky.fair(100)
    assert sky.excused_s() >= LASTS_S + AFTER_RESET_S + FIRST_SAMPLE_S
