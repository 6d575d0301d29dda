"""Holes of the history are repaired with what the meter has stored meanwhile."""

import asyncio
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from custom_components.rion_nl43.acoustics.stretches import Span
from custom_components.rion_nl43.monitor import LeftReason, NoFtp
from emulator.card import StoreFormat
from tests.fixtures import MeterFactory

from ..watching import watching
from .outage import HOUR_S, STORE, Storing, at_once, now_ms, storing

SHORT = {"Leq Calculation Interval Preset": "1m"}
ROWS = {"Leq Calculation Interval Preset": "Off", "Lp Store Interval": "1s"}


async def assert_repaired(store: Storing, outage: Span, *, hours: int, l10: float, l90: float) -> None:
    """The hours of an outage are whole, from the meter, and near what there was to hear."""
    compared = await store.hours_in(outage)
    assert len(compared) == hours
    for each in compared:
        assert each.hour.coverage > 0.999
        assert each.hour.meter_share > 0.999
        assert each.leq_off <= 0.1
        assert each.ln_off <= (l10, l90)


@pytest.mark.parametrize(
    ("settings", "hours", "l10", "l90"),
    [({}, 6, 0.15, 0.4), (SHORT, 2, 0.4, 0.4), (ROWS, 3, 0.2, 0.2)],
    ids=["Leq of 15 min", "Leq of 1 min", "Lp of 1 s"],
)
async def test_an_outage_leaves_no_hole(
    settings: dict[str, str], hours: int, l10: float, l90: float, emulated_meter: MeterFactory
) -> None:
    """What more there is to measure of this is in `script/bench backfill`."""
    async with storing(emulated_meter, settings) as store:
        store.monitor.backfill.automatic = True
        outage = await store.cut_off(hours)
        imported = await store.imported(1800)

        assert (imported.coverage_before, imported.hours_changed) == (0, hours + 1)
        assert imported.coverage_after > 0.999
        assert imported.found.missing == ()
        await assert_repaired(store, outage, hours=hours - 1, l10=l10, l90=l90)
        await asyncio.sleep(60)
        assert store.watch.lines.count("FTP,On") == store.watch.lines.count("FTP,Off") == 1


@pytest.mark.parametrize("offset_s", [300.0, -300.0])
async def test_a_clock_that_is_wrong_puts_nothing_in_the_wrong_place(
    offset_s: float, emulated_meter: MeterFactory
) -> None:
    """The sound of each hour is another one: it would show."""
    zone = timezone(timedelta(hours=5, minutes=30))
    async with storing(
        emulated_meter, ROWS, clock_offset_s=offset_s, clock_drift_s_per_day=-4.0, watch={"time_zone": zone}
    ) as store:
        store.monitor.backfill.automatic = True
        outage = await store.cut_off(3)
        await store.imported(1800)

        await assert_repaired(store, outage, hours=2, l10=0.2, l90=0.2)


async def test_an_outage_in_which_home_assistant_was_restarted_is_repaired_all_the_same(
    emulated_meter: MeterFactory, tmp_path: Path
) -> None:
    path = tmp_path / "history.db"
    meter = await emulated_meter(ftp_port=0, settings=STORE)
    meter.instrument.press_start()
    async with watching(meter) as watch:
        await watch.monitor.history.open(path, at_once)
        await watch.settled()
        await asyncio.sleep(120)
        began = now_ms()
        number = meter.faults.switch_on("unreachable")
        await asyncio.sleep(1.5 * HOUR_S)
        await watch.monitor.history.close()
        memory = watch.monitor.memory
    await asyncio.sleep(HOUR_S)
    async with watching(meter, restored=memory) as watch:
        await watch.monitor.history.open(path, at_once)
        store = Storing(watch)
        store.monitor.backfill.automatic = True
        await asyncio.sleep(HOUR_S)
        meter.faults.switch_off(number)
        outage = Span(began, now_ms())
        await store.imported(1800)

        await assert_repaired(store, outage, hours=2, l10=0.2, l90=0.4)
        await watch.monitor.history.close()


async def test_a_file_that_the_meter_writes_to_is_fetched_when_it_is_closed(emulated_meter: MeterFactory) -> None:
    async with storing(emulated_meter, locks_open_files=True) as store:
        store.monitor.backfill.automatic = True
        outage = await store.cut_off(2)
        first = await store.imported(1800)
        assert [left.reason for left in first.left] == [LeftReason.LOCKED]
        assert first.coverage_after == 0

        await asyncio.sleep(60)
        store.meter.instrument.press_stop()
        imported = await store.imported(400, 2)

        assert imported.left == []
        await assert_repaired(store, outage, hours=1, l10=0.2, l90=0.4)


async def test_of_rows_of_lp_the_file_of_the_running_hour_is_waited_for(emulated_meter: MeterFactory) -> None:
    async with storing(emulated_meter, ROWS, locks_open_files=True, store_format=StoreFormat(lp_file_s=1800)) as store:
        store.monitor.backfill.automatic = True
        await store.cut_off(0.9)
        first = await store.imported(300)
        assert [left.reason for left in first.left] == [LeftReason.LOCKED]
        assert 0.5 < first.coverage_after < 0.9

        imported = await store.imported(1200, 2)

        assert imported.left == []
        assert imported.coverage_after > 0.999


async def test_a_hole_in_which_the_meter_did_not_measure_is_tried_once(emulated_meter: MeterFactory) -> None:
    async with storing(emulated_meter, SHORT) as store:
        store.meter.instrument.press_stop()
        store.monitor.backfill.automatic = True
        await store.cut_off(0.25)
        imported = await store.imported(300)

        assert imported.coverage_after == 0
        await asyncio.sleep(1000)
        assert len(store.imports) == 1


async def test_a_login_that_is_refused_is_tried_again_later_and_later(emulated_meter: MeterFactory) -> None:
    async with storing(emulated_meter, SHORT, ftp_password="other") as store:  # noqa: S106 # no secret
        store.monitor.backfill.automatic = True
        await store.cut_off(0.25)
        await asyncio.sleep(1300)

        assert store.monitor.card.login_refused
        assert len(store.meter.referee.ftp.sessions) == 2
        assert store.imports == []


@pytest.mark.parametrize("wished", [False, True])
async def test_nothing_is_fetched_unless_it_is_wished_and_there_is_a_login(
    wished: bool, emulated_meter: MeterFactory
) -> None:
    async with storing(emulated_meter, SHORT) as store:
        store.monitor.backfill.automatic = wished
        if wished:
            store.monitor.card.client = None
        await store.cut_off(0.25)
        await asyncio.sleep(300)

        assert store.imports == []
        assert store.monitor.backfill.automatic is wished
        assert not store.meter.referee.ftp.sessions


async def test_a_span_is_imported_on_request_once_and_for_all(emulated_meter: MeterFactory) -> None:
    async with storing(emulated_meter, SHORT) as store:
        backfill = store.monitor.backfill
        began = now_ms()
        await store.cut_off(0.5)
        await asyncio.sleep(130)
        span = Span(began - 60_000, now_ms() - 61_000)

        first = await backfill.import_span(span)
        second = await backfill.import_span(span)
        everything = await backfill.import_span(span, everything=True)
        once_more = await backfill.import_span(span, everything=True)

        assert first.hours_changed == 1
        assert first.coverage_before < 0.2
        assert first.coverage_after > 0.99
        assert (second.hours_changed, second.found.files) == (0, [])
        assert second.coverage_after == second.coverage_before == first.coverage_after
        assert everything.found.records >= first.found.records
        assert once_more.hours_changed == 0
        assert once_more.coverage_after == pytest.approx(everything.coverage_after)


async def test_without_a_login_nothing_can_be_imported(emulated_meter: MeterFactory) -> None:
    async with storing(emulated_meter) as store:
        store.monitor.card.client = None
        with pytest.raises(NoFtp):
            await store.monitor.backfill.import_span(Span(now_ms() - 600_000, now_ms()), everything=True)


async def test_who_wants_the_card_is_let_in_between_two_files(emulated_meter: MeterFactory) -> None:
    form = StoreFormat(lp_file_s=120)
    async with storing(emulated_meter, ROWS, store_format=form) as store:
        began = now_ms()
        await asyncio.sleep(900)
        importing = asyncio.create_task(store.monitor.backfill.import_span(Span(began, now_ms()), everything=True))
        begun = asyncio.Event()
        store.monitor.card.on_activity(lambda activity: begun.set() if activity.path else None)
        await begun.wait()
        assert await store.monitor.card.entries("/")
        assert not importing.done()
        imported = await importing

        assert imported.found.missing == ()
        assert len(imported.found.files) == len(set(imported.found.files)) >= 7
        assert len(store.meter.referee.ftp.sessions) >= 3


async def test_a_clock_that_is_set_between_two_measurements(emulated_meter: MeterFactory) -> None:
    """Records of before and of after have each their own offset, and the readings survive a restart."""
    async with storing(emulated_meter, SHORT) as store:
        began = now_ms()
        await asyncio.sleep(400)
        number = store.meter.faults.switch_on("unreachable")
        await asyncio.sleep(1200)
        instrument = store.meter.instrument
        instrument.press_stop()
        instrument.clock += timedelta(minutes=7)
        instrument.settings["Store Name"] = "0001"
        instrument.press_start()
        await asyncio.sleep(1200)
        store.meter.faults.switch_off(number)
        await store.watch.settled()
        await asyncio.sleep(130)

        imported = await store.monitor.backfill.import_span(Span(began, now_ms() - 61_000))

        assert imported.coverage_after > 0.97
        assert len(store.monitor.backfill.clock.runs) == 2
        assert imported.left == []
