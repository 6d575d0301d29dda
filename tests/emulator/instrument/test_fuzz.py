"""The benchmark that sends a million spoilt lines, for a few thousand, and that it finds what it looks for."""

import random

import pytest

from emulator.config import OPTIONS
from emulator.faults import Faults, RefuseWith, ReplaceBytes
from script.benchmarks import fuzz


@pytest.mark.parametrize("options", [frozenset(OPTIONS), frozenset({"EX"}), frozenset[str]()])
def test_spoilt_lines_have_legal_answers(options: frozenset[str]) -> None:
    """Spoilt lines have legal answers."""
    tally = fuzz.Tally()
    fuzz.play(3000, 7, options, tally)
    assert tally.lines >= 3000
    assert tally.illegal == []
    assert set(tally.codes) == {b"R+0000", b"R+0001", b"R+0002", b"R+0003", b"R+0004"}


@pytest.mark.parametrize(
    "answer",
    [b"", b"R+0005\r\n", b"R+0000\n", b"R+0000\r\n", b"R+0000\r\n\xff\r\n", b"R+0001\r\nNL-43\r\n", b"NL-43\r\n"],
)
def test_an_illegal_answer_is_found(answer: bytes) -> None:
    """An illegal answer is found."""
    rng, tally = random.Random(1), fuzz.Tally()
    faults = Faults(rng)
    faults.add(ReplaceBytes("Type?", data=answer))
    victim = fuzz.Victim(rng, frozenset({"EX"}), tally, faults)
    victim.send(b"Type?\r\nType?\r\n\x1aTy")
    victim.send(b"pe?\r\n")
    assert tally.illegal == [(b"Type?", answer)]
    assert tally.lines == 3


def test_a_known_line_may_be_refused_and_an_unknown_one_not_be_accepted() -> None:
    """A known line may be refused; one that is no command may not be accepted."""
    rng, tally = random.Random(1), fuzz.Tally()
    faults = Faults(rng)
    faults.add(RefuseWith(None, 0, times=2))
    victim = fuzz.Victim(rng, frozenset({"EX"}), tally, faults)
    victim.send(b"Measure,Start\r\nnonsense\r\nDRD?\r\n")
    assert [line for line, _ in tally.illegal] == [b"nonsense"]


def test_the_same_seed_sends_the_same_lines() -> None:
    """The same seed sends the same lines."""

    def sent(seed: int) -> list[bytes]:
        lines = fuzz.inputs(random.Random(seed))
        return [next(lines) for _ in range(200)]

    assert sent(1) == sent(1) != sent(2)


def test_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    """The benchmark tells its figures and its verdict."""
    assert fuzz.run(1000, 3)
    told = capsys.readouterr().out
    assert "illegal answers" in told
    assert "BROKEN" not in told
