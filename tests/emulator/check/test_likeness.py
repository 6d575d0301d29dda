"""A report, the meter that answers like it, and a check of that meter."""

from pathlib import Path
from typing import Any

import pytest

from emulator import EmulatedMeter, Latency, Prompt, RefuseWith, ReplaceAnswer
from emulator.check.errors import ReportError
from emulator.check.expected import differences_of
from emulator.check.findings import findings_of
from emulator.check.likeness import likeness_of
from emulator.check.record import CRLF, Exchange, Piece, Record
from emulator.check.report import read_report, write_report
from emulator.config import PROMPTS
from tests.fixtures import MeterFactory

from .checking import checked, new_record

UNITS: dict[str, dict[str, Any]] = {
    "usual": {},
    "prompt-crlf": {"prompt": PROMPTS["crlf"]},
    "prompt-space": {"prompt": PROMPTS["space"]},
    "prompt-before": {"prompt": PROMPTS["before"]},
    "prompt-on-connect": {"prompt": PROMPTS["connect"]},
    "prompt-late": {"prompt": PROMPTS["late"]},
    "prompt-none": {"prompt": PROMPTS["none"], "latency": Latency.none()},
    "no-options": {"options": frozenset(), "channels_without_ex": 1, "missing_option_code": 1},
    "two-channels": {"options": frozenset(), "channels_without_ex": 2},
    "bands": {"options": frozenset({"EX", "RT"}), "band_fields": 12, "percentile_form": "percent"},
    "all-options": {"options": frozenset({"EX", "RT", "WR"}), "model": "NL-63", "percentile_form": "padded"},
    "other-rows": {
        "counter_padded": False,
        "rows_after_sub": 3,
        "status_fields": ("state", "battery", "power", "card", "clock"),
        "percentile_form": "decimal",
    },
    "slow": {"latency": Latency((0.8, 2.5), (3.0, 3.0)), "prompt": Prompt(delay_s=(0.1, 0.3)), "clock_offset_s": -3560},
    "other-settings": {
        "settings": {"Percentile 1": "1", "Store Mode": "Auto", "Time Weighting (Main)": "S", "Echo": "On"},
        "base_names": False,
        "card_free_mb": 12,
    },
    "no-space": {"space_after_comma": False, "model": "NL-53"},
}


async def served(record: Record, emulated_meter: MeterFactory) -> EmulatedMeter:
    """Return the running meter of a record."""
    likeness = likeness_of(record)
    assert likeness.unlike == []
    meter = await emulated_meter(likeness.config)
    likeness.apply(meter)
    return meter


@pytest.mark.parametrize("unit", UNITS)
async def test_the_meter_of_a_report_is_found_to_be_the_same(
    emulated_meter: MeterFactory, tmp_path: Path, unit: str
) -> None:
    """Check, report, serve and check again: the findings and the differences are the same."""
    meter = await emulated_meter(**UNITS[unit])
    record = await checked(meter, allow_settings=True)
    findings, differences = findings_of(record), differences_of(record)
    path = tmp_path / "report.json"
    write_report(path, record, findings, differences)
    again = await checked(await served(read_report(path), emulated_meter), allow_settings=True)
    assert findings_of(again) == findings
    assert differences_of(again) == differences
    assert [(exchange.line, exchange.code) for exchange in again.exchanges] == [
        (exchange.line, exchange.code) for exchange in record.exchanges
    ]


async def test_latency_and_clock_are_taken_over(emulated_meter: MeterFactory) -> None:
    """Times lie in the range that was measured, and the clock is as far ahead."""
    meter = await emulated_meter(latency=Latency((0.5, 0.7), (1.0, 1.0)), clock_offset_s=3560)
    likeness = likeness_of(await checked(meter))
    assert likeness.config.clock_offset_s == pytest.approx(3560, abs=1)
    again = await checked(await served(await checked(await emulated_meter(likeness.config)), emulated_meter))
    times = [exchange.latency_s for exchange in again.exchanges]
    assert all(time is not None and 0.5 <= time < 0.71 for time in times)


async def test_answers_that_no_config_can_give(emulated_meter: MeterFactory) -> None:
    """Unknown words, unexpected refusals and acceptances, and silence are taken over one by one."""
    meter = await emulated_meter()
    meter.instrument.battery = "Low"
    meter.instrument.press_start()
    for fault in (
        ReplaceAnswer("Trigger Mode?", data="Lvl", times=None),
        ReplaceAnswer("Percentile 2?", data="ten", times=None),
        ReplaceAnswer("Octave Mode?", data="1/3", times=None),
        RefuseWith("LCD?", 2, times=None),
        RefuseWith("Battery Level", 4, times=None),
    ):
        meter.faults.add(fault)
    record = await checked(meter)
    differences = differences_of(record)
    assert differences == [
        "LCD? answers R+0002, the emulator R+0000",
        "Octave Mode? answers R+0000, the emulator R+0003",
        "Trigger Mode? answers 'Lvl', which the emulator never does",
        "Percentile 2? answers 'ten', which the emulator never does",
        "Battery Level answers R+0004, the emulator R+0001",
    ]
    twin = await served(record, emulated_meter)
    assert twin.instrument.run.measuring
    assert twin.instrument.battery == "Low"
    again = await checked(twin)
    assert findings_of(again) == findings_of(record)
    assert differences_of(again) == differences
    # Whoever sets a setting reads back what it was set to.
    twin.instrument.press_stop()
    twin.instrument.settings["Trigger Mode"] = "Level"
    twin.instrument.settings["Store Name"] = "0007"
    assert (await checked_line(twin, "Trigger Mode?")) == "Level"


async def checked_line(meter: EmulatedMeter, line: str) -> str | None:
    """Return what a meter tells after a check."""
    return meter.instrument.told_instead.get(line[:-1], meter.instrument.settings[line[:-1]])


def told(line: str, answer: bytes, at: float = 1.0) -> Exchange:
    """Return an exchange as it was recorded."""
    return Exchange(line.encode("ascii"), at, [Piece(at + 0.1, answer)] if answer else [])


def small_record(*exchanges: Exchange, model: bytes = b"NL-43") -> Record:
    """Return a record of few exchanges."""
    record = new_record()
    record.exchanges = [told("Type?", b"R+0000" + CRLF + model + CRLF + b"$"), *exchanges]
    return record


@pytest.mark.parametrize("model", [b"NL-52", b""])
def test_a_report_of_another_instrument(model: bytes) -> None:
    """What cannot be emulated is told so."""
    with pytest.raises(ReportError, match="no instrument that can be emulated"):
        likeness_of(small_record(model=model))


def test_a_report_that_broke_off_early_gives_a_usual_meter() -> None:
    """What a record does not tell is as it is by default."""
    config = likeness_of(small_record()).config
    assert (config.serial, config.options, config.percentile_form) == ("00830001", frozenset(), "plain")
    assert config.space_after_comma
    assert config.status_fields[0] == "clock"


def test_a_record_without_any_time() -> None:
    """A record in which nothing was measured has the latency of a local network."""
    record = small_record()
    record.exchanges[0].received = [Piece(1.0, b"R+0000\r\nNL-43\r\n")]
    record.exchanges[0].at = 1.0
    assert likeness_of(record).config.latency.usual_s == (0.0, 0.0)


def test_what_a_likeness_cannot_do_it_says() -> None:
    """Where the emulated meter will differ from the unit stands in words."""
    row = ",".join(["  -.-"] * 40).encode()
    record = small_record(
        told("type?", b"R+0001\r\n$"),
        told("Clock?", b"R+0007\r\n$"),
        told("LCD?", b"LCD\r\n"),
        told("Pause?", b""),
        told("Battery Level?", b"R+0000\r\nHalf\r\n$"),
        told("backlight brightness,3", b"R+0001\r\n$"),
        told("DOD?", b"R+0000\r\n" + row + b"\r\n$"),
        told("DRD?", b"R+0000\r\n  1,2,3\r\n  2,2,3\r\n$"),
    )
    likeness = likeness_of(record)
    assert likeness.unlike == [
        "type?: the emulated meter takes names in any case",
        "Clock?: what it answers is no answer that is known",
        "LCD?: what it answers is no answer that is known",
        "backlight brightness,3: the emulated meter takes names in any case",
        "DOD? has 40 fields, the emulator's 64",
        "DRD? has rows of 3 fields, the emulator's 33",
    ]
    assert [fault.command for fault in likeness.faults] == ["Battery Level?", "Pause?"]
