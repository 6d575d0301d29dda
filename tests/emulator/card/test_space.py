"""The space on the card: what is written takes it, and what no longer fits ends the store."""

import pytest

from emulator.card import MEGABYTE, Card
from emulator.instrument import State
from tests.emulator.bench import Bench
from tests.emulator.card.reading import auto_bench, check_sizes, energy_mean, files_of, leq_records, lp_rows, tree

FINE = ("Lp Store Interval,10ms", "Leq Calculation Interval Preset,10s")


def test_what_is_written_is_no_longer_free() -> None:
    """Free space is what the card came with, less every byte that is written."""
    bench = auto_bench(*FINE, card_total_mb=100, card_free_mb=50)
    assert bench.ask("SD Card Total Size?") == "100"
    assert bench.ask("SD Card Free Size?") == "50"
    assert bench.ask("SD Card Percentage?") == "50"
    bench.do("Measure,Start")
    for _ in range(5):
        bench.wait(700)
        written = check_sizes(files_of(bench)) - 512
        assert files_of(bench).free == 50 * MEGABYTE - written
        assert bench.ask("SD Card Free Size?") == str((50 * MEGABYTE - written) // MEGABYTE)
    assert bench.ask("SD Card Percentage?") == bench.ask("SD Card Free Size?") == "39"
    assert bench.instrument.drd_row(1, with_status=True).split(",")[36] == "39"


def test_a_full_card_ends_an_auto_store() -> None:
    """When nothing more fits, the measurement ends by itself, at the slot; its result is held and its files stay."""
    bench = auto_bench(*FINE, card_free_mb=1)
    bench.do("Measure,Start")
    bench.wait(600)
    assert bench.ask("Measure?") == "Stop"
    assert bench.ask("SD Card Free Size?") == "0"
    assert bench.ask("SD Card Percentage?") == "0"
    assert bench.code("Measure,Stop") == 4
    rows, records = lp_rows(bench), leq_records(bench)
    seconds = bench.instrument.results[0].duration_s
    assert 300 < seconds < 400
    assert len(rows) == pytest.approx(seconds * 100, abs=10)
    assert files_of(bench).free < 200
    assert check_sizes(files_of(bench)) - 512 + files_of(bench).free == MEGABYTE
    # The record that it broke off may have had no more room.
    assert sum(record.seconds for record in records) == pytest.approx(seconds, abs=10)
    assert energy_mean(records) == pytest.approx(bench.level("DLC?", 1), abs=0.3)


def test_the_last_record_is_left_out_if_it_does_not_fit() -> None:
    """The record that a full card breaks off is left out if there is no room for it, and written if there is."""
    kept = {}
    for spare in (0, 130):
        bench = auto_bench("Leq Calculation Interval Preset,10s", "Lp Store Interval,1s", "Measure,Start")
        bench.wait(15)
        assert len(leq_records(bench)) == 1
        files_of(bench).free = spare
        bench.do("Measure,Stop")
        kept[spare] = [record.seconds for record in leq_records(bench)]
        check_sizes(files_of(bench))
    assert kept == {0: [10.0], 130: [10.0, 5.0]}


def test_a_full_card_takes_no_new_file() -> None:
    """A store that has no room for its first files ends at once, and leaves what was there."""
    bench = auto_bench("Measure,Start")
    bench.wait(10)
    bench.do("Measure,Stop")
    before = sorted(tree(files_of(bench)))
    bench.do("Store Name,0021")
    files_of(bench).free = 500
    bench.do("Measure,Start")
    assert bench.ask("Measure?") == "Stop"
    assert sorted(tree(files_of(bench))) == before
    assert files_of(bench).free == 500
    # Over the old one there is room.
    bench.do("Store Name,0020", "Measure,Start")
    assert bench.ask("Measure?") == "Start"
    assert len(lp_rows(bench)) == 0


def test_a_full_card_ends_a_program() -> None:
    """A full card ends the program of Timer Auto."""
    bench = auto_bench(
        "Store Mode,Timer Auto",
        "Timer Auto Start Time,2026/03/02 09:05:00",
        "Timer Auto Stop Time,2026/03/02 10:05:00",
        "Timer Auto Interval,5m",
        "Measurement Time Preset Auto,1m",
        "Measure,Start",
        card_free_mb=0,
    )
    states = []
    for _ in range(2):
        states.append(bench.instrument.state)
        bench.wait(300)
    assert states == [State.WAITING, State.STOPPED]
    bench.wait(300)
    assert bench.instrument.card.auto_folders == set()


def test_a_manual_measurement_needs_no_card() -> None:
    """A Manual measurement goes on whatever the card's state."""
    bench = Bench(card_free_mb=0)
    bench.do("Measure,Start")
    bench.wait(100)
    assert bench.ask("Measure?") == "Start"


def test_others_fill_the_card() -> None:
    """The free space may be changed from outside, while a store runs."""
    bench = auto_bench("Measure,Start")
    bench.wait(10)
    bench.instrument.card.free_mb = 0
    assert bench.ask("SD Card Free Size?") == "0"
    bench.wait(0.1)
    assert bench.ask("Measure?") == "Stop"
    assert bench.instrument.results[0].duration_s == pytest.approx(10.1)
    bench.instrument.card.free_mb = 100
    bench.do("Measure,Start")
    bench.wait(10)
    assert bench.ask("Measure?") == "Start"


def test_a_card_by_itself() -> None:
    """A card that was never in a meter that was switched on is empty; prepared twice it is prepared once."""
    bench = Bench()
    card = Card("NL-43", 100, 10)
    assert card.files.entries("/") == []
    assert not card.has_data("Auto", "0020", 1)
    for _ in range(2):
        card.prepare(bench.instrument.clock, ["0020", "0019"])
    assert [entry.name for entry in card.files.entries("/NL-43")] == ["Auto_0019", "Auto_0020"]
    assert card.has_data("Auto", "0020", 1)
    assert card.files.free == 10 * MEGABYTE
    full = Card("NL-43", 100, 0)
    full.prepare(bench.instrument.clock)
    assert full.files.free == 0
    assert full.files.read("/NIKON001.DSC") == bytes(512)
