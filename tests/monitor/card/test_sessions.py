"""Sessions with the FTP server: switched on for them, left as it was found, one at a time."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import ActivityKind, CardNotQuiet, FtpStaysOff, NoFtp, Unquiet
from custom_components.rion_nl43.nl43 import AnswerError, FtpLoginFailed, FtpRefused, LinkClosed
from custom_components.rion_nl43.nl43.ftp import FtpFileRefused
from emulator import DropAnswer
from tests.fixtures import MeterFactory

from ..commanding import Refused, Unanswered, on_the_wire
from .helpers import BIG, BIG_SIZE, FOLDER, ON, SMALL, SMALL_SIZE, Bench, benched, client_of, names_in, to_thread

LINGER_S = 30


def refused(bench: Bench) -> bool:
    return bench.card.login_refused


def wanted(bench: Bench) -> bool:
    return bench.card.wanted


async def names(bench: Bench, path: str = FOLDER) -> list[str]:
    return [entry.name for entry in await bench.card.entries(path)]


async def test_ftp_is_switched_on_and_half_a_minute_later_off(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        assert await names(bench) == ["big.rnd", "small.rnd"]
        assert bench.asked[:2] == ["FTP?", "FTP,On"]
        assert bench.owes() == "Off"
        asked = len(bench.asked)
        await asyncio.sleep(LINGER_S - 3)
        assert bench.ftp_is_on()
        assert await names(bench, "/") == ["DCIM", "NIKON001.DSC", "NL-43"]
        assert len(bench.asked) == asked, "who has just been in need not ask"
        await asyncio.sleep(LINGER_S - 1)
        assert bench.ftp_is_on()
        await asyncio.sleep(10)
        assert not bench.ftp_is_on()
        assert bench.owes() is None
        assert bench.asked[asked:] == ["FTP,Off", "FTP?"]
        await asyncio.sleep(200)
        assert len(bench.asked) == asked + 2
        assert bench.sessions == 2


async def test_ftp_that_was_on_stays_on(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        await names(bench)
        await names(bench)
        await asyncio.sleep(100)
        assert bench.asked == ["FTP?", "FTP?"]
        assert bench.ftp_is_on()


async def test_who_has_just_been_in_asks_when_the_door_is_shut(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        await names(bench)
        bench.meter.faults.switch_on("operator", setting="FTP", value="Off")
        await asyncio.sleep(5)
        asked = len(bench.asked)
        assert await names(bench)
        assert bench.asked[asked : asked + 2] == ["FTP?", "FTP,On"]
        await asyncio.sleep(LINGER_S + 10)
        assert not bench.ftp_is_on()


@pytest.mark.parametrize("tells", ["at once", "when done"])
async def test_the_server_takes_its_time(emulated_meter: MeterFactory, tells: Any) -> None:
    async with benched(emulated_meter, ftp_on_delay_s=12, ftp_tells=tells) as bench:
        began = bench.watch.now
        assert await names(bench)
        assert 12 < bench.watch.now - began < 20
        assert bench.asked.count("FTP,On") == 1


async def test_answers_are_lost(emulated_meter: MeterFactory) -> None:
    """No switch is sent again: the meter is asked."""
    async with benched(emulated_meter) as bench:
        bench.meter.faults.add(Unanswered("FTP,On"))
        bench.meter.faults.add(DropAnswer("FTP?", skip=1, times=2))
        assert await names(bench)
        bench.meter.faults.add(DropAnswer("FTP?", times=2))
        await asyncio.sleep(LINGER_S + 100)
        assert not bench.ftp_is_on()
        assert bench.asked.count("FTP,On") == bench.asked.count("FTP,Off") == 1


async def test_a_meter_that_does_not_answer_at_all(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        bench.meter.faults.add(DropAnswer("FTP?", times=2))
        with pytest.raises(AnswerError):
            await names(bench)
        assert "FTP,On" not in bench.asked


async def test_a_meter_that_does_not_say_that_ftp_is_on(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, ftp_on_delay_s=45, ftp_tells="when done") as bench:
        with pytest.raises(FtpStaysOff, match="within 30 s"):
            await names(bench)
        assert bench.sessions == 0
        assert bench.card.activity.kind is ActivityKind.IDLE
        await asyncio.sleep(100)
        assert not bench.ftp_is_on()
        assert bench.owes() is None


@pytest.mark.parametrize("line", ["FTP?", "FTP,On"])
async def test_a_meter_that_has_no_ftp(emulated_meter: MeterFactory, line: str) -> None:
    async with benched(emulated_meter) as bench:
        bench.meter.faults.add(Refused(line, 3))
        with pytest.raises(FtpStaysOff, match="cannot do this"):
            await names(bench)
        assert bench.sessions == 0


async def test_a_server_that_never_comes(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        bench.meter.ftp.faults.not_ready = True
        began = bench.watch.now
        with pytest.raises(FtpRefused):
            await names(bench)
        assert 30 < bench.watch.now - began < 40
        await asyncio.sleep(LINGER_S + 10)
        assert not bench.ftp_is_on()


async def test_switching_off_is_refused_for_a_while(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        await names(bench)
        bench.meter.faults.add(Refused("FTP,Off"))
        await asyncio.sleep(LINGER_S + 10)
        assert bench.ftp_is_on()
        await asyncio.sleep(70)
        assert not bench.ftp_is_on()


async def test_switching_off_takes_longer_than_one_waits(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, ftp_off_delay_s=45, ftp_tells="when done") as bench:
        await names(bench)
        await asyncio.sleep(LINGER_S + 40)
        assert bench.owes() == "Off"
        await asyncio.sleep(70)
        assert bench.owes() is None
        assert bench.asked.count("FTP,Off") == 1


async def test_ftp_that_is_still_being_switched_on_is_switched_off(emulated_meter: MeterFactory) -> None:
    """A meter that tells `Off` meanwhile is not believed."""
    async with benched(emulated_meter, ftp_on_delay_s=12, ftp_tells="when done") as bench:
        listing = asyncio.create_task(names(bench))
        await on_the_wire(bench.watch, "FTP,On")
        await asyncio.sleep(3)
        listing.cancel()
        await bench.card.close()
        await asyncio.wait({listing})
        assert bench.asked[-1] == "FTP,Off"
        assert not bench.ftp_is_on()
        assert bench.owes() is None


async def test_a_meter_that_boots_is_not_believed(emulated_meter: MeterFactory) -> None:
    """FTP is on, but not at once."""
    async with benched(emulated_meter, ftp_on_delay_s=40, ftp_tells="when done") as bench:
        with pytest.raises(FtpStaysOff):
            await names(bench)
        await bench.meter.power_cycle(boot_s=1)
        await bench.watch.until(lambda: bench.watch.monitor.available, 60)
        await asyncio.sleep(200)
        assert not bench.ftp_is_on()


async def test_ftp_that_is_still_being_switched_off_is_switched_on(emulated_meter: MeterFactory) -> None:
    """A meter that tells `On` meanwhile is not believed."""
    async with benched(emulated_meter, ftp_off_delay_s=12, ftp_tells="when done") as bench:
        await names(bench)
        await on_the_wire(bench.watch, "FTP,Off")
        await asyncio.sleep(1)
        await bench.watch.monitor.standby.release()
        await bench.watch.monitor.standby.take_back()
        assert await names(bench)
        await asyncio.sleep(LINGER_S + 40)
        assert not bench.ftp_is_on()


async def test_what_a_person_switches_stays_so(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        await names(bench)
        await bench.watch.monitor.commands.send("FTP, On")
        await asyncio.sleep(200)
        assert bench.ftp_is_on()
        assert bench.owes() is None
        await bench.watch.monitor.commands.set_setting("FTP", "Off")
        assert bench.asked[-2:] == ["FTP,Off", "FTP?"]


async def test_a_lost_session_that_the_meter_holds_is_ended_by_switching(emulated_meter: MeterFactory) -> None:
    """FTP was on, our last session was cut off, and there is no room for another one: nobody else can be in."""
    async with benched(emulated_meter, settings=ON) as bench:
        bench.meter.ftp.faults.session_release_s = 1000
        task = asyncio.create_task(bench.transfer())
        await bench.transferring()
        task.cancel()
        await asyncio.wait({task})
        assert await names(bench)
        assert [line for line in bench.asked if "," in line] == ["FTP,Off", "FTP,On"]
        assert bench.owes() is None
        await asyncio.sleep(100)
        assert bench.ftp_is_on()


async def test_a_session_that_may_be_somebody_elses_is_left_alone(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        bench.meter.ftp.faults.session_release_s = 1000
        await names(bench)
        with pytest.raises(FtpRefused):
            await names(bench)
        assert not [line for line in bench.asked if "," in line]


async def test_a_renewal_that_is_cut_off_is_completed(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        bench.meter.ftp.faults.session_release_s = 1000
        task = asyncio.create_task(bench.transfer())
        await bench.transferring()
        task.cancel()
        await asyncio.wait({task})
        listing = asyncio.create_task(names(bench))
        await on_the_wire(bench.watch, "FTP,Off")
        listing.cancel()
        await asyncio.wait({listing})
        assert bench.owes() == "On"
        await asyncio.sleep(LINGER_S + 10)
        assert bench.owes() is None
        assert bench.ftp_is_on()
        # The same, but the next session comes first.
        bench.watch.monitor.card._switch._owe("On")
        assert await names(bench)
        assert bench.owes() is None


async def test_a_renewal_is_refused(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        bench.meter.ftp.faults.session_release_s = 1000
        task = asyncio.create_task(bench.transfer())
        await bench.transferring()
        task.cancel()
        await asyncio.wait({task})
        bench.meter.faults.add(Refused("FTP,Off"))
        with pytest.raises(FtpStaysOff):
            await names(bench)


async def test_a_login_that_is_refused_is_told_once(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        bench.card.client = client_of(bench.meter, "1234")
        for _ in range(2):
            with pytest.raises(FtpLoginFailed):
                await names(bench)
            assert refused(bench)
        assert bench.refusals == 1
        bench.card.client = client = client_of(bench.meter)
        assert not refused(bench)
        bench.meter.ftp.faults.login_fails = True
        with pytest.raises(FtpLoginFailed):
            await names(bench)
        bench.meter.ftp.faults.login_fails = False
        assert refused(bench)
        assert bench.refusals == 2
        assert await names(bench)
        assert not refused(bench)
        assert bench.card.client is client


async def test_the_refusal_of_a_login_that_is_not_used_any_more_says_nothing(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        bench.card.client = client_of(bench.meter, "1234")
        task = asyncio.create_task(names(bench))
        await asyncio.sleep(1)
        bench.card.client = client_of(bench.meter)
        with pytest.raises(FtpLoginFailed):
            await task
        assert not refused(bench)
        assert bench.refusals == 0


async def test_without_a_login_there_is_no_ftp(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        bench.card.client = None
        with pytest.raises(NoFtp):
            await names(bench)
        assert bench.asked == []


@pytest.mark.parametrize("after_s", [0.5, 1.5, 2.5, 4, 6, 8, 10, 12, 15])
async def test_a_session_that_nobody_waits_for_any_more(emulated_meter: MeterFactory, after_s: float) -> None:
    """Whatever it was about to do, FTP is left as it was found, and the next one works."""
    async with benched(emulated_meter) as bench:
        task = asyncio.create_task(bench.transfer())
        await asyncio.sleep(after_s)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        assert bench.card.activity.kind is ActivityKind.IDLE
        await asyncio.sleep(LINGER_S + 8)
        assert not bench.ftp_is_on()
        assert bench.owes() is None
        assert bench.open_sessions == 0
        assert await names(bench)


async def test_one_session_at_a_time(emulated_meter: MeterFactory) -> None:
    """The second waits, and the first can know that; the referee sees to the rest."""
    async with benched(emulated_meter) as bench:
        first = asyncio.create_task(bench.transfer())
        await bench.transferring()
        assert not wanted(bench)
        second = asyncio.create_task(names(bench))
        await asyncio.sleep(1)
        assert wanted(bench)
        assert await first == BIG_SIZE
        assert await second
        assert not wanted(bench)


async def test_another_transfer_takes_too_long(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        first = asyncio.create_task(bench.transfer(chunk_s=10))
        await bench.transferring()
        with pytest.raises(CardNotQuiet, match="another transfer") as failure:
            await names(bench)
        assert failure.value.reason is Unquiet.TRANSFER
        assert await first == BIG_SIZE


async def test_the_port_can_be_had_alone(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        async with bench.card.alone():
            task = asyncio.create_task(names(bench))
            await asyncio.sleep(5)
            assert bench.sessions == 0
        assert await task


async def test_a_file_is_downloaded_whole(emulated_meter: MeterFactory, tmp_path: Path) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        target = tmp_path / "here.rnd"
        assert await bench.card.download(BIG, target, run=to_thread) == BIG_SIZE
        assert target.stat().st_size == BIG_SIZE
        assert bench.told[0].kind is ActivityKind.DOWNLOADING
        assert [told.total for told in bench.told[-2:]] == [BIG_SIZE, None]
        assert bench.told[-1].kind is ActivityKind.IDLE
        with pytest.raises(FtpFileRefused):
            await bench.card.download(f"{FOLDER}/none.rnd", target, run=to_thread)
        assert await bench.card.download("/NIKON001.DSC", tmp_path / "dsc") == 512


async def test_a_folder_is_downloaded(emulated_meter: MeterFactory, tmp_path: Path) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        fetched = await bench.card.download_folder(FOLDER, tmp_path, run=to_thread)
        assert (fetched.size, fetched.left) == (BIG_SIZE + SMALL_SIZE, {})
        assert names_in(tmp_path) == ["big.rnd", "small.rnd"]


async def test_progress_is_told_twice_a_second_at_most(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter, settings=ON) as bench:
        async with bench.card.session(ActivityKind.IMPORTING, patience_s=200) as session:
            began = len(bench.told)
            bench.card.expect(2 * BIG_SIZE)
            for _ in range(2):
                await session.download(BIG, lambda _: asyncio.sleep(0.2))
            bytes_told = [activity.done for activity in bench.told[began:]]
            assert bytes_told == sorted(bytes_told)
            assert bench.card.activity.done == 2 * BIG_SIZE
            assert bench.card.activity.total == 2 * BIG_SIZE
            apart = [later - earlier for earlier, later in zip(bench.told_at, bench.told_at[1:], strict=False)]
            assert min(apart) >= 0.499
            assert {activity.kind for activity in bench.told} == {ActivityKind.IMPORTING}
            await asyncio.sleep(1)
            assert bench.told[-1] == bench.card.activity
        assert SMALL not in {activity.path for activity in bench.told}
        assert bench.told[-1].kind is ActivityKind.IDLE


async def test_the_end_of_the_watch_ends_the_session(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        task = asyncio.create_task(bench.transfer())
        await bench.transferring()
        waiting = asyncio.create_task(names(bench))
        await asyncio.sleep(1)
        began = bench.watch.now
        await bench.card.close()
        assert bench.watch.now - began < 6
        assert not bench.ftp_is_on()
        for ended in (task, waiting):
            with pytest.raises(LinkClosed):
                await ended
        with pytest.raises(LinkClosed):
            await names(bench)
        await bench.card.close()


async def test_the_end_of_the_watch_does_not_wait_for_long(emulated_meter: MeterFactory) -> None:
    async with benched(emulated_meter) as bench:
        await names(bench)
        bench.meter.faults.add(DropAnswer("FTP,Off"))
        began = bench.watch.now
        await bench.card.close()
        assert bench.watch.now - began <= 6.01
        assert bench.owes() == "Off", "it is not known whether it is off"
