"""Reports as comma-separated values."""

import csv
from dataclasses import replace
from datetime import datetime
import io
import math

import pytest

from custom_components.rion_nl43.acoustics.day_plans import GERMANY_PLANTS
from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.alerts import Acknowledgement
from custom_components.rion_nl43.report import (
    Calibration,
    Exclusion,
    MeterDescription,
    ReportKind,
    ReportSources,
    make_report,
    text_cell,
    to_csv,
)
from custom_components.rion_nl43.report.comma_separated import COLUMNS

from .samples import OFFICE, at_ms, episode, full, sources

EVIL = '=cmd|"/c calc"!A1,\r\n+1'


def rows(made: ReportSources) -> list[dict[str, str]]:
    """Return what a program reads."""
    return list(csv.DictReader(io.StringIO(to_csv(make_report(made)), newline=""), strict=True))


def of_kind(found: list[dict[str, str]], kind: str) -> list[dict[str, str]]:
    """Return the rows of a kind."""
    return [row for row in found if row["kind"] == kind]


@pytest.mark.parametrize("kind", ReportKind)
def test_the_table_is_rectangular(kind: ReportKind) -> None:
    """Lines end with CR and LF, and all have as many cells as the head (RFC 4180)."""
    text = to_csv(make_report(full(kind)))
    assert text.endswith("\r\n")
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert tuple(lines[0]) == COLUMNS
    assert {len(line) for line in lines} == {len(COLUMNS)}


def test_hours() -> None:
    """Each says when it was, by the local clock with its offset; what is unknown is empty."""
    found = of_kind(rows(full(ReportKind.DAY)), "hour")
    assert len(found) == 24
    assert found[9]["begin"] == "2026-03-04T09:00:00+01:00"
    assert found[9]["from_meter_percent"] == "50"
    assert found[14]["excluded_s"] == "720"
    assert (found[17]["leq_db"], found[17]["coverage_percent"], found[17]["exposure_pa2h"]) == ("", "0", "0")
    assert all(datetime.fromisoformat(row["end"]).tzinfo for row in found)


def test_levels_follow_from_exposures() -> None:
    """LAeq of any hours can be worked out again."""
    found = rows(full(ReportKind.WEEK))
    hours = of_kind(found, "hour")
    (whole,) = of_kind(found, "whole")
    exposure = sum(float(row["exposure_pa2h"]) for row in hours)
    covered_h = sum(float(row["coverage_percent"]) for row in hours) / 100
    assert 10 * math.log10(exposure / 4e-10 / covered_h) == pytest.approx(float(whole["leq_db"]), abs=0.02)


def test_periods_and_means() -> None:
    """Of each day, and over all where there are several."""
    found = rows(full(ReportKind.WEEK))
    assert [row["name"] for row in of_kind(found, "period_night")] == [f"2026-03-{day:02}" for day in range(2, 9)]
    assert {row["symbol"] for row in of_kind(found, "rating")} == {"Lden"}
    for kind in ("mean_period_day", "mean_period_evening", "mean_period_night", "mean_day", "mean_rating"):
        assert len(of_kind(found, kind)) == 1
    plain = rows(sources(ReportKind.WEEK, plan=GERMANY_PLANTS))
    assert not of_kind(plain, "rating")
    assert not of_kind(plain, "mean_rating")
    assert of_kind(plain, "period_day")[0]["symbol"] == "LAeq,16h"
    assert not of_kind(rows(full(ReportKind.DAY)), "mean_day")
    running = rows(full(ReportKind.WEEK, now="2026-03-02 20:00"))
    assert of_kind(running, "period_night")[0]["outcome"] == "running"
    assert not of_kind(running, "mean_day")
    night = rows(full(ReportKind.WEEK, now="2026-03-03 06:00"))
    assert of_kind(night, "mean_period_evening")
    assert not of_kind(night, "mean_period_night")


def test_limits() -> None:
    """Each window has an outcome."""
    limits = (OFFICE, replace(OFFICE, limit_db=90.0, exceedances={at_ms("2026-03-04 07:00"): 2}))
    found = of_kind(rows(sources(limits=limits)), "limit")
    assert [row["outcome"] for row in found] == ["kept", "kept"]
    assert [row["exceedances"] for row in found] == ["", "2"]
    loud = of_kind(rows(full(ReportKind.DAY)), "limit")
    assert loud[0]["outcome"] == "exceeded"
    assert of_kind(rows(sources(stretches=(), limits=limits)), "limit")[0]["outcome"] == "unknown"
    assert of_kind(rows(sources(limits=limits, now="2026-03-04 12:00")), "limit")[0]["outcome"] == "running"


def test_alerts() -> None:
    """With who acknowledged them, and without an end while they go on."""
    found = of_kind(
        rows(
            sources(
                episodes=(
                    episode(
                        "2026-03-04 12:00", acknowledged=Acknowledgement(at_ms("2026-03-04 12:01") / 1000, "ann", "x")
                    ),
                    episode("2026-03-04 13:00", minutes=None, peak_at=None),
                    episode("2026-03-04 14:00", acknowledged=Acknowledgement(at_ms("2026-03-04 14:01") / 1000)),
                ),
                users={"ann": "Ann Baker"},
            )
        ),
        "alert",
    )
    assert [row["acknowledged_by"] for row in found] == ["Ann Baker", "", ""]
    assert [row["value"] for row in found] == ["x", "", ""]
    assert found[0]["peak_time"] == "2026-03-04T12:01:11+01:00"
    assert (found[1]["end"], found[1]["peak_time"]) == ("", "")


def test_hours_of_another_weighting() -> None:
    """Have their own symbol."""
    found = of_kind(rows(sources(weightings={at_ms("2026-03-04"): "CS"})), "hour")
    assert [row["symbol"] for row in found[:2]] == ["LCeq", "LAeq"]


def test_nothing_is_a_formula() -> None:
    """Whatever somebody wrote: a cell that begins like one is a number, or begins with an apostrophe."""
    wicked = replace(
        full(ReportKind.DAY),
        meter=MeterDescription(EVIL, EVIL, EVIL, EVIL, EVIL),
        zone_name=EVIL,
        frequency_weighting=EVIL,
        time_weighting=EVIL,
        plan_key=EVIL,
        version=EVIL,
        limits=(replace(OFFICE, name=EVIL),),
        exclusions=(Exclusion(Span(at_ms("2026-03-04 08:00"), at_ms("2026-03-04 09:00")), EVIL),),
        calibrations=(
            Calibration(at_ms("2026-03-04") / 1000, at_ms("2026-03-04") / 1000, drift_db=-0.3, note=EVIL, by=EVIL),
        ),
        episodes=(
            episode(
                "2026-03-04 12:00",
                rule_name=EVIL,
                symbol=EVIL,
                acknowledged=Acknowledgement(at_ms("2026-03-04 12:05") / 1000, "ann", EVIL),
            ),
        ),
        settings=((EVIL, EVIL),),
        users={"ann": EVIL},
    )
    found = rows(wicked)
    assert of_kind(found, "calibration")[0]["drift_db"] == "-0.30"
    for row in found:
        for cell in row.values():
            if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
                float(cell)


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "  =1", "\r\n=1"])
def test_cells_that_look_like_formulas(text: str) -> None:
    """Begin with an apostrophe; the others are left alone."""
    assert text_cell(text) == f"'{text}"
    assert text_cell(f"a{text}") == f"a{text}"
