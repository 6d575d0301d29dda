"""Which files of a card are read for a span, and which are not."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from custom_components.rion_nl43.monitor.history.card_search import Stored, bisect_by_start, choose, stored
from custom_components.rion_nl43.nl43.ftp import Entry
from custom_components.rion_nl43.nl43.records import StoredKind

NOW = datetime(2026, 3, 20, 12)
HOUR = timedelta(hours=1)


def folder(number: int, modified: datetime) -> Entry:
    return Entry(f"Auto_{number:04d}", True, 0, modified)


def lp_file(number: int, modified: datetime) -> Entry:
    return Entry(f"NL_0001_SLM_Lp _0020_{number:04d}.rnd", False, 1000, modified)


def names(things: tuple[Stored, ...]) -> list[str]:
    return [thing.path.rpartition("/")[2] for thing in things]


def test_only_what_a_meter_names_is_taken_and_in_the_order_of_writing() -> None:
    entries = [folder(3, NOW), folder(9, NOW - HOUR), Entry("DCIM", True, 0, NOW), Entry("Auto_Leq", True, 0, NOW)]

    assert names(tuple(stored("/NL-43/", entries, StoredKind.AUTO_FOLDER))) == ["Auto_0009", "Auto_0003"]
    assert stored("/NL-43", entries, StoredKind.AUTO_FOLDER)[0].path == "/NL-43/Auto_0009"


def test_files_are_in_the_order_of_their_numbers_whatever_the_times() -> None:
    entries = [lp_file(2, NOW - HOUR), lp_file(1, NOW), lp_file(11, NOW)]

    assert [file.name.number for file in stored("/x", entries, StoredKind.LP)] == [1, 2, 11]


def test_of_hundreds_of_folders_two_are_read_for_a_night() -> None:
    days = stored("/NL-43", [folder(n, NOW - n * timedelta(days=1)) for n in range(400)], StoredKind.AUTO_FOLDER)
    night = (NOW - timedelta(days=100, hours=2), NOW - timedelta(days=99, hours=20))

    choice = choose(days, [night], NOW)

    assert names(choice.likely) == ["Auto_0101", "Auto_0100"]
    assert names(choice.possible) == ["Auto_0099"]
    assert not choice.bisect


def test_of_thousands_of_hourly_files_only_those_of_the_span_are_read() -> None:
    files = stored("/x", [lp_file(n, NOW + n * HOUR) for n in range(1, 2000)], StoredKind.LP)

    choice = choose(files, [(NOW + 50.2 * HOUR, NOW + 52.5 * HOUR)], NOW)

    # Each is listed with the time of its end.
    assert [file.name.number for file in choice.likely] == [51, 52, 53]
    assert [file.name.number for file in choice.possible] == [50]


def test_a_day_alone_is_all_that_is_told_of_what_is_old() -> None:
    midnight = datetime(2025, 3, 1)
    days = [folder(n, midnight + timedelta(days=n)) for n in range(20)]

    noon = midnight + timedelta(days=10, hours=12)
    choice = choose(stored("/NL-43", days, StoredKind.AUTO_FOLDER), [(noon, noon)], NOW)

    assert names(choice.likely) == ["Auto_0009", "Auto_0010"]


def test_the_first_and_the_last_have_no_bound_on_that_side() -> None:
    files = stored("/x", [lp_file(1, NOW)], StoredKind.LP)

    assert names(choose(files, [(NOW - 1000 * HOUR, NOW - 999 * HOUR)], NOW).likely)
    assert not choose(files, [(NOW + 5 * HOUR, NOW + 6 * HOUR)], NOW).likely
    assert choose(files, [(NOW + 5 * HOUR, NOW + 6 * HOUR)], NOW).possible
    assert choose([], [], NOW).likely == ()


def test_times_that_tell_nothing_are_noticed() -> None:
    files = stored("/x", [lp_file(n, NOW) for n in range(1, 100)], StoredKind.LP)

    assert choose(files, [(NOW, NOW)], NOW).bisect


def beginning(asked: list[int], begins: Callable[[int], int | None]) -> Callable[[Stored], object]:
    async def begin(file: Stored) -> int | None:
        number = file.name.number or 0
        asked.append(number)
        return begins(number)

    return begin


@pytest.mark.parametrize(
    ("began", "ended", "numbers"),
    [(500_500, 502_500, [500, 501, 502]), (0, 500, []), (0, 1500, [1]), (998_500, 2_000_000, [998, 999])],
)
async def test_few_files_are_read_to_find_a_span_by_first_records(began: int, ended: int, numbers: list[int]) -> None:
    files = stored("/x", [lp_file(n, NOW) for n in range(1, 1000)], StoredKind.LP)
    asked: list[int] = []

    found = await bisect_by_start(files, beginning(asked, lambda n: 1000 * n), began, ended)  # type: ignore[arg-type] # plain numbers do

    assert [file.name.number for file in found] == numbers
    assert len(asked) <= 14


async def test_files_that_cannot_be_read_do_not_stop_the_search() -> None:
    files = stored("/x", [lp_file(n, NOW) for n in range(1, 100)], StoredKind.LP)
    asked: list[int] = []

    begins = beginning(asked, lambda n: None if n % 3 == 2 else 1000 * n)
    found = await bisect_by_start(files, begins, 50_500, 52_500)  # type: ignore[arg-type] # likewise

    assert [file.name.number for file in found] == [49, 51, 52]
