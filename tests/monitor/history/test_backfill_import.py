"""What is fetched from a card, and what is left there."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from custom_components.rion_nl43.acoustics.stretches import Span, Stretch
from custom_components.rion_nl43.monitor import LeftReason
from custom_components.rion_nl43.monitor.history import card_import
from custom_components.rion_nl43.monitor.history.card_import import CardImport, Expected, GiveWay, merged, without
from custom_components.rion_nl43.nl43.ftp import FtpLost, FtpTooLarge
from tests.fixtures import MeterFactory

from .cards import DAY_S, EXPECTED, HEADER, NOW, day, filled, span_of
from .outage import at_once, client_of
from .stored import BEGUN, BEGUN_MS, SLOTS, leq_file, leq_row, lp_file


async def test_of_a_hundred_folders_those_are_read_that_may_hold_the_span(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        for number in range(100):
            cards.store(number, (number - 90) * DAY_S, leq=day((number - 90) * DAY_S))
        found = await cards.fetch(span_of(-10 * DAY_S + 3600, -10 * DAY_S + 7200))

        assert cards.told == [(-14400 + minute, -14400 + minute + 15) for minute in range(60, 120, 15)]
        assert found.missing == ()
        assert found.records == 4
        assert [line for line in cards.said if "Auto_" in line and "Auto_0080" not in line] == []
        assert len(cards.said) == 6


async def test_a_span_over_two_measurements_is_put_together(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(7, 0, leq=day(0, 8), hours=2)
        cards.store(2, 7500, leq=day(7500, 8), hours=2)
        found = await cards.fetch(span_of(0, 4 * 3600))

        assert found.missing == (span_of(7200, 7500),)
        assert len(cards.given) == 16
        assert len(found.files) == 2


async def test_rows_of_lp_fill_what_records_of_leq_leave(emulated_meter: MeterFactory) -> None:
    rows = [lp_file((3600 * hour + n, 55.0) for n in range(3600)) for hour in range(6)]
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0, 9), lp=rows, hours=6)
        found = await cards.fetch(span_of(0, 3.5 * 3600))

        assert found.missing == ()
        assert cards.told[:10] == [(15 * n, 15 * n + 15) for n in range(9)] + [(135, 136)]
        assert cards.told[-1][1] == pytest.approx(210, abs=1)
        # Nothing of the first two hours, nor of those behind the span.
        read = [name[-8:-4] for name in found.files if "Auto_Lp" in name]
        assert read == ["0003", "0004"]


async def test_long_records_of_leq_stand_back_behind_rows_of_lp(emulated_meter: MeterFactory) -> None:
    rows = [lp_file((n, 55.0) for n in range(3600))]
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=leq_file(leq_row(0, 60.0, 4 * 3600)), lp=rows, hours=4)
        found = await cards.fetch(span_of(0, 4 * 3600))

        assert found.missing == ()
        assert len(cards.given) == 61
        assert cards.told[-1] == (60, 240)


@pytest.mark.parametrize(
    ("header", "expected", "reason"),
    [
        (HEADER.format(serial="00830002", weighting="A"), EXPECTED, LeftReason.OTHER_METER),
        (HEADER.format(serial="00830001", weighting="C"), EXPECTED, LeftReason.OTHER_WEIGHTING),
        (
            "CSV\r\n[Measure]\r\nTime Weighting (Main),S\r\n",
            Expected("1", "NL-43", None, "F", SLOTS),
            LeftReason.OTHER_WEIGHTING,
        ),
    ],
)
async def test_records_of_another_meter_or_weighting_are_left(
    header: str, expected: Expected, reason: LeftReason, emulated_meter: MeterFactory
) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0), header=header)
        found = await cards.fetch(span_of(0, 7200), expected=expected)

        assert [(left.path, left.reason) for left in found.left] == [("/NL-43/Auto_0001", reason)]
        assert found.left[0].detail
        assert cards.given == []
        assert found.missing == (span_of(0, 7200),)


@pytest.mark.parametrize("header", [None, "CSV\r\n[Store]\r\nStore Name,0001\r\n", "\0\1\2\r\n"])
async def test_a_header_that_says_nothing_keeps_no_record_from_us(
    header: str | None, emulated_meter: MeterFactory
) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0), header=header)
        found = await cards.fetch(span_of(0, 7200))

        assert found.missing == ()
        assert {left.reason for left in found.left} <= {LeftReason.UNREADABLE}
        assert cards.given[0].classes


async def test_the_percentages_are_those_of_the_header(emulated_meter: MeterFactory) -> None:
    header = "CSV\r\n[Percentile]\r\nPercentile 1,1\r\nPercentile 2,20\r\n"
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0, 1), header=header)
        await cards.fetch(span_of(0, 900))

        (stretch,) = cards.given
        # A fifth of the time lies above LN2.
        above = sum(time for number, time in stretch.classes if number >= 640)
        assert above / sum(time for _, time in stretch.classes) == pytest.approx(0.2, abs=0.01)


async def test_garbage_is_left_and_what_is_before_and_behind_it_is_used(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0, 2) + b"\xff\xfe rubbish \r\n" + day(1800, 2)[60:], hours=1)
        cards.store(2, 3600, leq=day(3600, 4)[:-40], hours=1)
        found = await cards.fetch(span_of(0, 7200))

        assert cards.told == [(0, 15), (15, 30), (60, 75), (75, 90), (90, 105)]
        assert [left.reason for left in found.left] == [LeftReason.UNREADABLE, LeftReason.TORN]
        assert found.left[0].detail.startswith("line 5, column 2: ")
        assert [left.reason.may_pass for left in found.left] == [False, True]


async def test_a_card_of_which_all_times_are_the_same_is_searched_by_first_records(
    emulated_meter: MeterFactory,
) -> None:
    wrong = datetime(2026, 3, 1)
    async with filled(emulated_meter) as cards:
        for number in range(60):
            cards.store(number, number * 7200, leq=day(number * 7200, 8), at=wrong)
        found = await cards.fetch(span_of(30 * 7200 + 900, 30 * 7200 + 1800))

        assert found.missing == ()
        assert cards.told == [(3615, 3630)]
        assert len(found.files) <= 9


async def test_the_hour_of_a_thousand_files_of_one_time_is_found(emulated_meter: MeterFactory) -> None:
    rows = [lp_file((3600 * hour + 60 * n, 55.0) for n in range(60)) for hour in range(200)]
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, lp=rows, at=datetime(2026, 3, 1))
        found = await cards.fetch(span_of(77 * 3600, 78 * 3600))

        assert found.missing == ()
        assert len(found.files) <= 11


async def test_a_folder_of_another_meter_or_of_nothing_is_passed_by_in_the_search(
    emulated_meter: MeterFactory,
) -> None:
    wrong = datetime(2026, 3, 1)
    async with filled(emulated_meter) as cards:
        for number in range(30):
            other = HEADER.format(serial="1" if number % 3 else "00830001", weighting="A")
            leq = None if number % 5 == 4 else day(number * 7200, 8)
            cards.store(number, number * 7200, leq=leq, header=other, at=wrong)
            if leq is None:
                cards.meter.instrument.card.files.make_folder(f"/NL-43/Auto_{number:04d}/Auto_Leq", wrong)
        found = await cards.fetch(span_of(15 * 7200, 15 * 7200 + 900))

        assert found.missing == ()
        assert cards.told == [(1800, 1815)]


async def test_old_names_and_octave_files(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        folder = "/NL-43/AUTO_0001"
        cards.put(f"{folder}/AUTO_LEQ/NL_001_SLM_Leq_0001_0001.rnd", day(0, 4), BEGUN + timedelta(hours=1))
        cards.put(f"{folder}/AUTO_LEQ/NL_001_OCT_Leq_0001_0001.rnd", day(0, 4), BEGUN + timedelta(hours=1))
        cards.put("/NL-43/AUTO_0002/NL_001_OCT_Leq_0002_0001.rnd", day(3600, 4), BEGUN + timedelta(hours=2))
        found = await cards.fetch(span_of(0, 7200))

        assert found.missing == ()
        assert [path.rpartition("/")[2] for path in found.files] == [
            "NL_001_SLM_Leq_0001_0001.rnd",
            "NL_001_OCT_Leq_0002_0001.rnd",
        ]


async def test_a_card_without_the_folder_of_the_model_is_searched_in_those_of_other_models(
    emulated_meter: MeterFactory,
) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0, 4))
        found = await cards.fetch(span_of(0, 3600), expected=Expected("00830001", "NL-63", "A", "F", SLOTS))

        assert found.missing == ()


async def test_an_empty_card_holds_nothing(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        found = await cards.fetch(span_of(0, 3600))

        assert (found.files, found.left, found.missing) == ([], [], (span_of(0, 3600),))


async def test_a_year_comes_in_portions(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0, 3000), hours=750)
        found = await cards.fetch(span_of(0, 3000 * 900))

        assert found.records == 3000
        assert cards.portions >= 5
        assert found.missing == ()


async def test_a_file_larger_than_any_is_left(emulated_meter: MeterFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    async with filled(emulated_meter) as cards:
        monkeypatch.setattr(card_import, "FILE_LIMIT", 10_000)
        cards.store(1, 0, leq=day(0, 500), lp=[lp_file((n, 55.0) for n in range(100))])
        found = await cards.fetch(span_of(0, 3600))

        assert [left.reason for left in found.left] == [LeftReason.TOO_LARGE]
        assert found.records == 100


async def test_what_ends_the_session_ends_the_import_and_what_came_stays(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0, 4), hours=1)
        cards.store(2, 3600, lp=[lp_file((3600 + n, 55.0) for n in range(3600))], hours=1)
        number = cards.meter.faults.switch_on("ftp-cut", after_bytes=5000)
        with pytest.raises(FtpLost):
            await cards.fetch(span_of(0, 7200))
        cards.meter.faults.switch_off(number)

        assert cards.told[:4] == [(0, 15), (15, 30), (30, 45), (45, 60)]


async def test_others_are_let_in_between_two_files_and_nothing_is_read_twice(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        for number in range(4):
            cards.store(number, 3600 * number, leq=day(3600 * number, 4), hours=1)
        given: list[Stretch] = []

        async def take(stretches: Sequence[Stretch]) -> None:
            given.extend(stretches)

        work = CardImport(
            wanted=[span_of(0, 4 * 3600)],
            expected=EXPECTED,
            clock=cards.clock,
            unread_ahead_s=0.0,
            take=take,
            run=at_once,
            gives_way=lambda: True,
        )
        gave_way = 0
        while not work.found.files or gave_way < 3:
            async with client_of(cards.meter).session() as session:
                try:
                    await work.fetch(session, NOW)
                except GiveWay:
                    gave_way += 1
                else:
                    break
        async with client_of(cards.meter).session() as session:
            found = await work.fetch(session, NOW)

        assert gave_way == 3
        assert found.missing == ()
        assert len(found.files) == len(set(found.files)) == 4
        assert len(given) == 16


async def test_a_clock_five_minutes_fast_and_two_hours_ahead(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        cards.clock.take(BEGUN_MS, 7500.0)
        cards.store(1, 7500, leq=day(7500, 8), hours=2)
        await cards.fetch(span_of(0, 3600))

        assert cards.told == [(0, 15), (15, 30), (30, 45), (45, 60)]


async def test_a_folder_that_is_gone_is_left(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0, 600), hours=150)
        cards.store(2, 540_000, leq=day(540_000, 4), hours=1)
        files = cards.meter.instrument.card.files
        found = await cards.fetch(span_of(0, 543_600), meanwhile=lambda: files.discard("/NL-43/Auto_0002"))

        assert [(left.path, left.reason) for left in found.left] == [("/NL-43/Auto_0002", LeftReason.LOCKED)]
        assert found.missing == (span_of(540_000, 543_600),)


async def test_a_file_that_grows_beyond_all_bounds_ends_the_import(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=day(0, 600), hours=150, lp=[lp_file((n, 55.0) for n in range(100))])
        name = "NL_0001_SLM_Leq_0001_0002.rnd"
        cards.put(f"/NL-43/Auto_0001/Auto_Leq/{name}", day(540_000, 4), BEGUN + timedelta(hours=151))

        def grow() -> None:
            cards.put(f"/NL-43/Auto_0001/Auto_Leq/{name}", bytes(4_000_000), BEGUN + timedelta(hours=151))

        with pytest.raises(FtpTooLarge):
            await cards.fetch(span_of(0, 543_600), meanwhile=grow)

        assert len(cards.given) >= 500


async def test_records_of_a_time_that_nobody_knows_are_told(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        for hours, ahead_s in ((0, 0.0), (3, 0.0), (8, 300.0), (9, 300.0)):
            cards.clock.take(BEGUN_MS + hours * 3_600_000, ahead_s)
        cards.store(1, 4 * 3600, leq=day(4 * 3600, 4), hours=1)
        found = await cards.fetch(span_of(0, 8 * 3600))

        (left,) = found.left
        assert (left.reason, left.detail) == (LeftReason.CLOCK_SET, "4 records were written while the clock was set")
        assert found.records == 0


async def test_a_large_file_of_garbage_is_not_read_on(emulated_meter: MeterFactory) -> None:
    async with filled(emulated_meter) as cards:
        cards.store(1, 0, leq=b"rubbish\r\n" * 50_000, hours=1)
        found = await cards.fetch(span_of(0, 3600))

        assert found.left[0].detail == "line 1, column 1: 'rubbish' does not begin a file of records"


def test_spans_are_put_together_and_taken_out_of_one_another() -> None:
    assert merged([Span(5, 7), Span(0, 2), Span(2, 3), Span(6, 9)]) == (Span(0, 3), Span(5, 9))
    assert without([Span(0, 10)], [Span(2, 3), Span(5, 20)]) == [Span(0, 2), Span(3, 5)]
    assert without([Span(0, 10)], [Span(0, 10)]) == []
    assert without([Span(0, 10), Span(30, 40)], [Span(12, 20)]) == [Span(0, 10), Span(30, 40)]
