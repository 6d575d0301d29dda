"""Symbols of quantities."""

import pytest

from custom_components.rion_nl43.monitor import Facts
from custom_components.rion_nl43.symbols import QUANTITIES, plain_symbol, symbol, window_symbol

KNOWN = Facts(
    percentiles=(1.0, 10.0, 50.0, 99.9, 95.0),
    frequency_weightings=("A", "C", "Z", None),
    time_weightings=("F", "S", "I", None),
)


def symbols(facts: Facts, channel: int) -> list[str]:
    """Return the symbols of all quantities."""
    return [symbol(quantity, facts, channel) for quantity in QUANTITIES]


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        (0, "LAF LAeq LAE LAFmax LAFmin Lpeak L1 L10 L50 L99.9 L95"),
        (1, "LCS LCeq LCE LCSmax LCSmin Lpeak L1 L10 L50 L99.9 L95"),
        (2, "LZI LZeq LZE LZImax LZImin Lpeak L1 L10 L50 L99.9 L95"),
        (3, "Lp Leq LE Lmax Lmin Lpeak L1 L10 L50 L99.9 L95"),
    ],
)
def test_known(channel: int, expected: str) -> None:
    """Weightings and percentages stand in the symbol where they are known."""
    assert symbols(KNOWN, channel) == expected.split()


def test_nothing_known() -> None:
    """Nothing is guessed."""
    expected = ["Lp", "Leq", "LE", "Lmax", "Lmin", "Lpeak", "LN1", "LN2", "LN3", "LN4", "LN5"]
    assert symbols(Facts(), 0) == expected
    assert [plain_symbol(quantity) for quantity in QUANTITIES] == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(frequency_weightings=("A", None, None, None)), "Lp LAeq LAE Lmax Lmin"),
        (Facts(time_weightings=("F", None, None, None)), "Lp Leq LE Lmax Lmin"),
    ],
)
def test_half_known(facts: Facts, expected: str) -> None:
    """A symbol with half of its weightings would be that of another quantity."""
    assert symbols(facts, 0)[:5] == expected.split()


@pytest.mark.parametrize(
    ("quantity", "minutes", "expected", "plain"),
    [
        ("leq", 1, "LAeq,1min", "Leq,1min"),
        ("leq", 60, "LAeq,1h", "Leq,1h"),
        ("lmax", 15, "LAFmax,15min", "Lmax,15min"),
        ("lmin", 120, "LAFmin,2h", "Lmin,2h"),
        ("l90", 15, "L90,15min", "L90,15min"),
        ("l1", 90, "L1,90min", "L1,90min"),
    ],
)
def test_windows(quantity: str, minutes: int, expected: str, plain: str) -> None:
    """A level over a window bears its length; percentages of windows are ours, not the meter's."""
    assert window_symbol(quantity, minutes, KNOWN) == expected
    assert window_symbol(quantity, minutes, Facts()) == plain
    assert window_symbol(quantity, minutes, None) == plain
