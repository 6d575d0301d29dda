"""From lines to commands: what is built by the grammar is understood, and nothing else."""

import random

from hypothesis import given, strategies as st

from emulator.instrument import COMMANDS, Answer, Result
from emulator.instrument.command import Kind
from emulator.instrument.parsing import parse
from emulator.instrument.table import ALIASES
from tests.emulator.bench import Bench

NAMES = [command.name for command in COMMANDS] + list(ALIASES)
names = st.sampled_from(NAMES)
parameters = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E, exclude_characters=","), max_size=20)


def in_any_case(name: str, seed: int) -> str:
    """Return the name with some letters in the other case."""
    rng = random.Random(seed)
    return "".join(rng.choice((letter.upper(), letter.lower())) for letter in name)


def full(name: str) -> str:
    """Return the name that the table knows."""
    return ALIASES.get(name, name)


@given(names, st.integers(), st.lists(parameters.filter(lambda text: not text.startswith(" ")), min_size=1, max_size=4))
def test_a_setting_is_a_name_and_parameters(name: str, seed: int, values: list[str]) -> None:
    """A setting is a name and parameters."""
    spelled = in_any_case(name, seed)
    for comma in (",", ", "):
        parsed = parse((spelled + comma + comma.join(values)).encode("ascii"))
        assert parsed is not None
        assert (parsed.command.name, parsed.kind, parsed.values) == (full(name), Kind.SETTING, tuple(values))
    spaced = parse(f"{spelled}, {values[0]}".encode("ascii"), space_after_comma=False)
    assert spaced is not None
    assert spaced.values == (f" {values[0]}",)


@given(names, st.integers(), parameters)
def test_a_request_is_a_name_and_a_mark(name: str, seed: int, argument: str) -> None:
    """A request is a name and a mark."""
    parsed = parse(f"{in_any_case(name, seed)}?{argument}".encode("ascii"))
    assert parsed is not None
    assert (parsed.command.name, parsed.kind, parsed.argument) == (full(name), Kind.REQUEST, argument)


@given(names, st.integers(0, 60), st.binary(min_size=1, max_size=3))
def test_a_name_that_is_spelled_otherwise_is_none(name: str, place: int, extra: bytes) -> None:
    """A name that is spelled otherwise is none."""
    raw = name.encode("ascii")
    spoilt = raw[:place] + extra + raw[place:]
    is_name = spoilt.decode("latin-1").lower() in {known.lower() for known in NAMES}
    cut_off = {ord(","), ord("?")}.intersection(spoilt)
    if not cut_off and not is_name:
        assert parse(spoilt + b"?") is None
        assert parse(spoilt + b",On") is None


@given(st.binary(max_size=80))
def test_any_bytes_have_a_legal_answer(line: bytes) -> None:
    """Any bytes have a legal answer."""
    answer = Bench().answer(line)
    assert (answer.data is not None or answer.stream is not None) <= (answer.result is Result.OK)
    if not line.isascii() or b"\x1a" in line or (b"?" not in line and b"," not in line):
        assert answer == Answer(Result.UNKNOWN_COMMAND)


@given(
    st.lists(st.tuples(names, st.sampled_from(["?", ",On", ",Off", ",Start", ",Stop", ",1", "?status"])), max_size=20)
)
def test_any_commands_in_any_order_have_legal_answers(commands: list[tuple[str, str]]) -> None:
    """Any commands in any order have legal answers."""
    bench = Bench(options=frozenset({"EX", "RT", "WR"}))
    for name, tail in commands:
        answer = bench.answer(name + tail)
        bench.wait(0.3)
        asked = tail.startswith("?") and answer.result is Result.OK
        assert (answer.data is not None or answer.stream is not None) == asked
        assert answer.data is None or (answer.data.isascii() and answer.data.isprintable())
