"""Measurements to report on, made up but credible."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
import math
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.rion_nl43.acoustics.day_plans import EU
from custom_components.rion_nl43.acoustics.hours import HOUR_MS, Hour, HourLevels
from custom_components.rion_nl43.acoustics.stretches import Span, Spans, Stretch, clipped
from custom_components.rion_nl43.alerts import Acknowledgement, EndReason, Episode, Grade, GradeChange
from custom_components.rion_nl43.report import (
    Calibration,
    Exclusion,
    Limit,
    MeterDescription,
    ReportKind,
    ReportPeriod,
    ReportSources,
)

BERLIN = ZoneInfo("Europe/Berlin")
QUARTER_MS = 900_000
METER = MeterDescription("Main road", "NL-43", "00830001", "1.5")
OFFICE = Limit("Offices", 63.0, 7 * 60, 19 * 60)
SLEEP = Limit("Bedrooms", 50.0, 22 * 60, 6 * 60)


def at_ms(text: str, zone: ZoneInfo = BERLIN) -> int:
    """Return a local time in ms since the epoch."""
    return round(1000 * datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def steady(span: Span, level: float = 60.0, **more: Any) -> tuple[Stretch, ...]:
    """Return stretches of a quarter of an hour with one level, that fill a span."""
    classes = ((round(10 * level), 1),)
    return tuple(
        Stretch(
            began_ms,
            min(began_ms + QUARTER_MS, span.ended_ms),
            10 ** (level / 10),
            level,
            level,
            more.get("classes", classes),
        )
        for began_ms in range(span.began_ms, span.ended_ms, QUARTER_MS)
    )


def street(span: Span) -> tuple[Stretch, ...]:
    """Return what a street sounds like: busy by day, quieter at weekends, each quarter a little different."""
    return tuple(_quarter(began_ms) for began_ms in range(span.began_ms, span.ended_ms, QUARTER_MS))


def _quarter(began_ms: int) -> Stretch:
    local = datetime.fromtimestamp(began_ms / 1000, BERLIN)
    hour = local.hour + local.minute / 60
    busy = 58.0 + 7.5 * math.sin((hour - 8.5) / 24 * 2 * math.pi) - (3.0 if local.weekday() >= 5 else 0.0)
    wobble = 2.2 * math.sin(began_ms / QUARTER_MS * 1.7) + 1.1 * math.sin(began_ms / QUARTER_MS * 0.37)
    leq = busy + wobble
    classes = tuple((round(10 * (leq - 9)) + number, 900 - abs(number - 70) * 8) for number in range(170))
    return Stretch(
        began_ms,
        began_ms + QUARTER_MS,
        10 ** (leq / 10),
        leq + 14 + 6 * math.sin(began_ms / QUARTER_MS),
        leq - 11,
        classes,
    )


def hours_of(stretches: tuple[Stretch, ...], meter: tuple[Span, ...] = ()) -> dict[int, HourLevels]:
    """Return the levels of hours of UTC; what lies in these spans comes from the meter."""
    found: dict[int, tuple[list[Stretch], list[Stretch]]] = {}
    for stretch in stretches:
        for began_ms in range(stretch.began_ms // HOUR_MS * HOUR_MS, stretch.ended_ms, HOUR_MS):
            parts = clipped((stretch,), Span(began_ms, began_ms + HOUR_MS))
            repaired = any(span.began_ms <= stretch.began_ms < span.ended_ms for span in meter)
            found.setdefault(began_ms, ([], []))[repaired].extend(parts)
    return {began_ms: Hour(began_ms, tuple(feed), tuple(records)).levels for began_ms, (feed, records) in found.items()}


def episode(onset: str, *, minutes: float | None = 4, **more: Any) -> Episode:
    """Return an alert that began then and lasted so long; None: it goes on."""
    began = at_ms(onset) / 1000
    told: dict[str, Any] = {
        "id": f"00830001-loud-{round(began):x}",
        "rule_id": "loud",
        "rule_name": "Loud at night",
        "metric": "window_leq",
        "symbol": "LAeq,15min",
        "direction": "above",
        "thresholds_db": {"warning": 65.0, "alarm": 70.0},
        "began": began - 60,
        "onset": began,
        "grades": (GradeChange(began, Grade.WARNING), GradeChange(began + 30, Grade.ALARM)),
        "onset_db": 66.1,
        "peak_db": 74.3,
        "peak_at": began + 71,
        "leq_db": 70.2,
        "coverage_percent": 98.7,
    }
    if minutes is not None:
        told |= {"ended": began + 60 * minutes, "end_reason": EndReason.CLEARED}
    return Episode(**(told | more))


def sources(
    kind: ReportKind = ReportKind.DAY, day: date = date(2026, 3, 4), *, now: str | None = None, **more: Any
) -> ReportSources:
    """Return what a report is made of; `more` replaces parts of it."""
    period = ReportPeriod.of(kind, day)
    zone = more.pop("zone", BERLIN)
    plan = more.pop("plan", EU)
    limits = more.pop("limits", ())
    needed = period.needed(zone, plan, [(limit.begin_min, limit.until_min) for limit in limits])
    told = more.pop("stretches", None)
    stretches = steady(needed) if told is None else told
    after = datetime.fromtimestamp(needed.ended_ms / 1000, UTC) + timedelta(hours=1)
    made: dict[str, Any] = {
        "meter": METER,
        "period": period,
        "now": after.timestamp() if now is None else at_ms(now, zone) / 1000,
        "zone": zone,
        "zone_name": str(zone),
        "plan": plan,
        "plan_key": "eu",
        "frequency_weighting": "A",
        "time_weighting": "F",
        "stretches": stretches,
        "hours": hours_of(stretches),
        "limits": limits,
        "version": "0.1.0",
    }
    return ReportSources(**(made | more))


@cache
def full(kind: ReportKind, day: date = date(2026, 3, 4), *, now: str | None = None) -> ReportSources:
    """Return a report that has some of everything: a street with an outage that was repaired, a gap, a calibration."""
    period = ReportPeriod.of(kind, day)
    limits = (OFFICE, SLEEP)
    needed = period.needed(BERLIN, EU, [(limit.begin_min, limit.until_min) for limit in limits])
    repaired = Span(at_ms(f"{day} 09:30"), at_ms(f"{day} 12:00"))
    calibrated = Span(at_ms(f"{day} 14:05"), at_ms(f"{day} 14:17"))
    lost = Span(at_ms(f"{day} 16:10"), at_ms(f"{day} 18:20"))
    until_ms = needed.ended_ms if now is None else min(needed.ended_ms, at_ms(now))
    cut = Spans((calibrated, lost))
    heard = tuple(
        part for stretch in clipped(street(needed), Span(needed.began_ms, until_ms)) for part in cut.outside(stretch)
    )
    began_s = calibrated.began_ms / 1000
    nightly = period.first + timedelta(days=min(1, len(period.days) - 1))
    return sources(
        kind,
        day,
        now=now,
        stretches=heard,
        hours=hours_of(heard, (repaired,)),
        limits=limits,
        exclusions=(Exclusion(calibrated, "calibration"),),
        calibrations=(
            Calibration(began_s - 90 * 86400, began_s - 90 * 86400 + 300, 94.0, 94.1, 94.0, 0.1, "", "ann"),
            Calibration(began_s, began_s + 720, 94.0, 93.8, 94.0, -0.2, "NC-75", "ann"),
        ),
        episodes=(
            episode(
                f"{day} 08:12:07",
                acknowledged=Acknowledgement(at_ms(f"{day} 08:20") / 1000, "ann", "Road works, until Friday"),
            ),
            episode(f"{nightly} 23:41:30", minutes=17, overload=True),
            episode(
                f"{day} 16:11:00",
                minutes=129,
                rule_id="unreachable",
                rule_name="",
                symbol="",
                peak_db=None,
                peak_at=None,
                leq_db=None,
                thresholds_db={},
                grades=(GradeChange(began_s, Grade.ALARM),),
            ),
        ),
        settings=(
            ("Frequency Weighting (Main)", "A"),
            ("Time Weighting (Main)", "F"),
            ("Store Mode", "Auto"),
            ("Lp Store Interval", "100ms"),
            ("Leq Calculation Interval Preset", "15m"),
            ("Percentile 1", "05"),
        ),
        users={"ann": "Ann Baker"},
    )
