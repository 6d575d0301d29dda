"""Why a measurement ended."""

from hypothesis import given, strategies as st
import pytest

from custom_components.rion_nl43.monitor.measurement.start_time import Span, measured_span
from custom_components.rion_nl43.monitor.recovery.stop_reason import Ending, StopReason, preset_s, stop_reason


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (Ending(commanded=True), StopReason.COMMAND),
        (Ending(commanded=True, watched=False), StopReason.COMMAND),
        (Ending(watched=False), StopReason.OUTAGE),
        (Ending(watched=False, results_left=False, measured=(Span(500, 700),), preset_s=600), StopReason.OUTAGE),
        (Ending(watched=False, results_left=True), StopReason.OPERATOR),
        (Ending(watched=False, results_left=True, measured=(Span(599, 601),), preset_s=600), StopReason.PRESET),
        (Ending(watched=False, results_left=True, measured=(Span(99, 101),), preset_s=600), StopReason.OPERATOR),
        (Ending(watched=False, results_left=True, card_free_mb=0.0), StopReason.CARD_FULL),
        (Ending(results_left=False), StopReason.OPERATOR),
        (Ending(measured=(Span(598, 600.5),), preset_s=600), StopReason.PRESET),
        (Ending(measured=(Span(100, 110),), preset_s=600), StopReason.OPERATOR),
        (Ending(measured=(Span(540, 620), measured_span(60.0, 87.8)), preset_s=600), StopReason.PRESET),
        (Ending(measured=(Span(540, 620), measured_span(60.0, 87.4)), preset_s=600), StopReason.OPERATOR),
        (Ending(preset_s=600), StopReason.OPERATOR),
        (Ending(measured=(Span(0, 1e9),)), StopReason.OPERATOR),
        (Ending(card_free_mb=0.0), StopReason.CARD_FULL),
        (Ending(card_free_mb=1.0), StopReason.OPERATOR),
        (Ending(battery="Empty"), StopReason.BATTERY),
        (Ending(battery="Low"), StopReason.OPERATOR),
        (Ending(), StopReason.OPERATOR),
    ],
)
def test_what_explains_an_end(ending: Ending, reason: StopReason) -> None:
    assert stop_reason(ending) is reason


def test_only_a_person_wants_a_stop() -> None:
    assert [reason for reason in StopReason if reason.wanted] == [StopReason.COMMAND, StopReason.OPERATOR]


spans = st.tuples(st.floats(0, 1000), st.floats(0, 1000)).map(lambda ends: Span(min(ends), max(ends)))


@given(
    commanded=st.booleans(),
    watched=st.booleans(),
    results_left=st.none() | st.booleans(),
    measured=st.lists(spans, max_size=3).map(tuple),
    preset=st.none() | st.floats(0, 1000),
    card_free_mb=st.none() | st.floats(0, 3),
    battery=st.none() | st.sampled_from(["Full", "Middle", "Low", "Dead", "Empty"]),
)
def test_a_slow_reading_of_the_rule_agrees(
    *,
    commanded: bool,
    watched: bool,
    results_left: bool | None,
    measured: tuple[Span, ...],
    preset: float | None,
    card_free_mb: float | None,
    battery: str | None,
) -> None:
    found = stop_reason(Ending(commanded, watched, results_left, measured, preset, card_free_mb, battery))
    misfits = [span for span in measured if preset is None or span.high < preset - 3 or span.low > preset + 3]
    lasted = preset is not None and bool(measured) and not misfits
    expected = "operator"
    if battery in ("Dead", "Empty"):
        expected = "battery"
    if card_free_mb is not None and card_free_mb < 1:
        expected = "card_full"
    if lasted:
        expected = "preset"
    if not watched and results_left is not True:
        expected = "outage"
    if commanded:
        expected = "command"
    assert found.value == expected


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10s", 10),
        ("1m", 60),
        ("15m", 900),
        ("1h", 3600),
        ("24h", 86400),
        ("1000h", 3_600_000),
        (" 5 m", 300),
        ("10min", 600),
        ("Manual", None),
        ("", None),
        ("Off", None),
        ("m", None),
        ("NoneNone", None),
        ("-5m", None),
        ("٣m", None),
        ("123456s", None),
    ],
)
def test_presets_as_the_meter_writes_them(text: str, seconds: float | None) -> None:
    assert preset_s(text) == seconds
