"""Reports as pages."""

from base64 import b64encode
from dataclasses import replace
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
import re

import pytest

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.acoustics.day_plans import GERMANY_PLANTS, US, DayPlan
from custom_components.rion_nl43.acoustics.stretches import Span, Stretch
from custom_components.rion_nl43.alerts import Acknowledgement, Grade, GradeChange
from custom_components.rion_nl43.report import (
    LANGUAGES,
    Calibration,
    Exclusion,
    Limit,
    MeterDescription,
    ReportKind,
    ReportSources,
    content_policy,
    make_report,
    to_html,
)
from custom_components.rion_nl43.report.event_tables import MOST_EPISODES, MOST_GAPS
from custom_components.rion_nl43.report.markup import element, join, plain, rich
from custom_components.rion_nl43.report.page import style
from custom_components.rion_nl43.report.plot import Scale

from .samples import OFFICE, SLEEP, at_ms, episode, full, sources, steady

VOID = {"meta", "br"}
EVIL = "<script>alert('1')</script>\"><img src=x onerror=y>~a~^b^{0}"


class Checked(HTMLParser):
    """Reads a page, and finds out what is in it and whether all that begins ends."""

    def __init__(self, page: str) -> None:
        """Read it."""
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.classes: set[str] = set()
        self.text = ""
        self.feed(page)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.classes |= {each for name, value in attrs if name == "class" for each in (value or "").split()}
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def page(made: ReportSources, language: str = "en") -> Checked:
    """Return what is in the page of a report."""
    return Checked(to_html(make_report(made), language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ReportKind)
def test_a_page(kind: ReportKind, language: str) -> None:
    """It is well formed, loads nothing, runs nothing, and leaves no place in a text open."""
    found = page(full(kind), language)
    assert found.tags & {"script", "img", "link", "iframe", "object", "form", "a"} == set()
    assert found.attributes & {"style", "src", "href", "onclick", "onload"} == set()
    assert not re.search(r"\{\w*\}|None|\bnan\b|~|\^", found.text)
    assert "00830001" in found.text
    assert "Europe/Berlin" in found.text
    assert "2002/49" in found.text


def test_each_class_has_a_style() -> None:
    """And no style is for nothing."""
    made = full(ReportKind.MONTH)
    found = page(made).classes | page(full(ReportKind.WEEK)).classes
    found |= page(full(ReportKind.DAY, now="2026-03-04 15:20")).classes
    known = set(re.findall(r"\.([a-z][a-z0-9]*)", re.sub(r"[\d.]+rem|[\d.]+pt", "", style())))
    assert found - known <= {"evening", "day"}
    assert known - found <= {"soft"}


def test_the_policy_lets_in_the_style_alone() -> None:
    """By its digest, as browsers work it out."""
    made = to_html(make_report(sources()), "en")
    (text,) = re.findall("<style>(.*?)</style>", made, re.DOTALL)
    digest = b64encode(sha256(text.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in content_policy()
    assert content_policy().startswith("default-src 'none';")
    assert "unsafe" not in content_policy()


@pytest.mark.parametrize("kind", ReportKind)
def test_nothing_that_somebody_wrote_is_markup(kind: ReportKind) -> None:
    """Neither names, nor notes, nor what a meter tells."""
    wicked = replace(
        full(kind),
        meter=MeterDescription(EVIL, EVIL, EVIL, EVIL),
        frequency_weighting=EVIL,
        time_weighting=EVIL,
        zone_name=EVIL,
        plan_key=EVIL,
        limits=(replace(OFFICE, name=EVIL),),
        exclusions=(Exclusion(Span(at_ms("2026-03-04 08:00"), at_ms("2026-03-04 09:00")), EVIL),),
        calibrations=(Calibration(at_ms("2026-03-04") / 1000, at_ms("2026-03-04") / 1000, note=EVIL, by=EVIL),),
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
        version=EVIL,
    )
    made = to_html(make_report(wicked), "en")
    assert "<script" not in made
    assert "<img" not in made
    assert page(wicked).text.count("<script>alert('1')</script>") > 10


def test_what_is_unknown_is_no_number() -> None:
    """Hours without coverage say so in all their columns, and in the graph there is nothing."""
    made = to_html(make_report(full(ReportKind.DAY)), "en")
    (row,) = re.findall("<tr><th[^>]*>17:00\u201318:00</th>(.*?)</tr>", made)
    assert re.findall("<td[^>]*>(.*?)</td>", row) == ["unknown"] * 5 + ["0\u00a0%", "", ""]


def test_nothing_measured() -> None:
    """There are graphs without levels, and a sentence."""
    for kind in ReportKind:
        found = page(sources(kind, stretches=(), limits=(OFFICE,)))
        assert "Nothing was measured in this period." in found.text
        assert "No hour with a known level" in found.text or kind is ReportKind.WEEK
        assert "No limits" not in found.text


def test_hours_of_which_less_is_known() -> None:
    """Without a distribution or extremes there is the line alone."""
    span = Span(at_ms("2026-03-04"), at_ms("2026-03-05 07:00"))
    assert to_html(make_report(sources()), "en").count('class="point"') == 25
    assert to_html(make_report(sources(stretches=(Stretch(*span, 10**6),))), "en").count('class="point"') == 1


def test_less_of_everything() -> None:
    """Where there is nothing to list, that is said."""
    text = page(sources()).text
    for said in (
        "No limits are set for this meter.",
        "There were no alerts in this period.",
        "Nothing was excluded.",
        "There is no gap of a minute or more.",
        "No calibration is on record before the end of this period.",
        "The meter has told no settings.",
        "nothing from records that the meter stored",
    ):
        assert said in text


def test_where_records_of_the_meter_helped() -> None:
    """Each hour tells how much of it came from there."""
    made = full(ReportKind.DAY)
    text = page(made).text
    assert "was read from the records that the meter stored itself." in text
    assert "12 min excluded" in text
    html = to_html(make_report(made), "en")
    (row,) = re.findall("<tr><th[^>]*>09:00\u201310:00</th>(.*?)</tr>", html)
    assert "50\u00a0%" in row


def test_while_it_goes_on() -> None:
    """It says up to when, and what is not over."""
    text = page(full(ReportKind.DAY, now="2026-03-04 15:20")).text
    assert "tells of it up to 2026-03-04 15:20+01:00" in text
    assert "15:00\u201315:20" in text
    assert "not over" in text
    week = page(full(ReportKind.WEEK, now="2026-03-03 07:30")).text
    assert "Mean of 1 day" in week
    assert "exceeded in" in week


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2026, 3, 29), "put forward on Sun\u00a029\u00a0Mar"),
        (date(2026, 10, 25), "put back on Sun\u00a025\u00a0Oct"),
    ],
)
def test_days_on_which_the_clock_is_changed(day: date, said: str) -> None:
    """Each hour tells its offset, so that none is there twice."""
    found = to_html(make_report(sources(day=day)), "en")
    hours = re.findall('<tr><th scope="row">(\\d\\d:\\d\\d[^<]*)</th>', found)
    assert said in found
    assert len(set(hours)) == len(hours) in (23, 25)
    assert "02:00\u201303:00 UTC+2" in hours or len(hours) == 23


@pytest.mark.parametrize(("plan", "rating"), [(US, "L<sub>dn</sub>"), (GERMANY_PLANTS, None)])
def test_other_plans(plan: DayPlan, rating: str | None) -> None:
    """Their periods and what is made of them, or nothing."""
    found = to_html(make_report(sources(ReportKind.WEEK, plan=plan, plan_key="own")), "en")
    assert "hours set by the user" in found
    assert ("L<sub>den</sub>" in found) is False
    assert rating is None or rating in found
    assert ("L<sub>Aeq,16h</sub>" in found) is (plan is GERMANY_PLANTS)


def test_weightings_that_are_not_known_or_were_changed() -> None:
    """Symbols have none that nobody told; hours with others are marked, and so is the report."""
    found = to_html(make_report(sources(frequency_weighting=None, time_weighting=None)), "en")
    assert "L<sub>eq,24h</sub>" in found
    assert "L<sub>max</sub>" in found
    changed = page(sources(weightings={at_ms("2026-03-04"): "CS"}, basis=Basis.POLLED)).text
    assert "weightings CS" in changed
    assert "The weightings were changed in this period." in changed
    assert "polled, about once a second" in changed


def test_another_weighting_than_a() -> None:
    """What is made of it is not called Lday or Lden, which are of A alone (Directive 2002/49/EC, Annex I)."""
    found = to_html(make_report(sources(frequency_weighting="C")), "en").partition('class="note"')
    assert "L<sub>C,den</sub>" in found[0]
    assert "L<sub>Ceq,12h</sub>" in found[2]
    assert '<th scope="col" class="number">Day L<sub>day</sub>' not in found[2]


def test_limits_that_were_counted() -> None:
    """How often the level rose above it stands where somebody counted."""
    counted = Limit("Day", 55.0, 420, 1140, {at_ms("2026-03-04 07:00"): 17})
    found = page(sources(ReportKind.WEEK, limits=(counted, SLEEP)))
    assert "Times above" in found.text
    assert "17" in found.text
    assert "Times above" not in page(sources(limits=(SLEEP,))).text.replace('"times above"', "")


def test_alerts_of_all_kinds() -> None:
    """One that goes on, one acknowledged by an automation, a warning, and more than anybody reads."""
    some = (
        episode("2026-03-04 12:00", minutes=None),
        episode("2026-03-04 10:00", acknowledged=Acknowledgement(at_ms("2026-03-04 10:05") / 1000)),
        episode("2026-03-04 11:00", grades=(GradeChange(0, Grade.WARNING),), thresholds_db={"alarm": 70.0}),
        episode("2026-03-04 09:00", acknowledged=Acknowledgement(at_ms("2026-03-04 09:05") / 1000, "gone")),
    )
    text = page(sources(episodes=some, episodes_since=at_ms("2026-03-04 08:00") / 1000)).text
    for said in ("goes on", "an automation", "Warning", "gone", "known from 2026-03-04 08:00+01:00 on only"):
        assert said in text
    many = tuple(episode("2026-03-04 12:00", id=str(number)) for number in range(MOST_EPISODES + 3))
    assert "3 more are in the table" in page(sources(episodes=many, episodes_since=0.0)).text
    assert "older ones are forgotten" in page(sources(episodes_since=at_ms("2026-03-04 08:00") / 1000)).text


def test_many_gaps() -> None:
    """The longest are listed, the others counted."""
    began = at_ms("2026-03-04")
    heard = tuple(
        part
        for number in range(MOST_GAPS + 10)
        for part in steady(Span(began + number * 240_000, began + number * 240_000 + 60_000))
    )
    text = page(sources(stretches=heard)).text
    assert "10 shorter ones, together 30 min" in text


def test_markup() -> None:
    """Everything is escaped that is not made here."""
    assert element("p", "a < b", element("b", '"'), None, class_='"x"') == (
        '<p class="&quot;x&quot;">a &lt; b<b>&quot;</b></p>'
    )
    assert element("meta", http_equiv="x", name=None) == '<meta http-equiv="x">'
    assert element("g", x=1.0, y=1.239) == '<g x="1" y="1.24"></g>'
    assert join("<", rich("<L~A~")) == "&lt;&lt;L<sub>A</sub>"
    assert rich("10^(L~n~ + 10)/10^") == "10<sup>(L<sub>n</sub> + 10)/10</sup>"
    assert plain("L~Aeq,1h~ 10^L^") == "LAeq,1h 10L"


def test_scales() -> None:
    """They have round marks, and never less than 20 dB."""
    near = Scale.of([60.0, 60.5], 0, 100)
    assert (near.low, near.high, near.step) == (50, 75, 5)
    assert near.marks == [50, 55, 60, 65, 70, 75]
    wide = Scale.of([31.0, 97.0], 0, 100)
    assert (wide.low, wide.high, wide.step) == (30, 100, 10)
    assert (wide.y(30), wide.y(100)) == (100, 0)
    assert Scale.of([], 0, 100).marks[0] == 30
