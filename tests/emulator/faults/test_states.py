"""Faults of the instrument in their other forms, and what is left of them afterwards."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from datetime import timedelta

import pytest

from emulator import EmulatedMeter
from emulator.instrument import State

from .witness import Witness


@pytest.fixture
async def client(virtual_time: None) -> AsyncIterator[Witness]:
    """Return the connected client of a meter."""
    witness = await Witness.of()
    await witness.connect()
    yield witness
    await witness.done()


def powered(meter: EmulatedMeter) -> bool:
    """Return whether a meter is on now."""
    return meter.instrument.powered


def late(meter: EmulatedMeter) -> bool:
    """Return whether a meter's FTP port refuses although FTP is on."""
    return meter.ftp.faults.not_ready


def state(meter: EmulatedMeter) -> State:
    """Return what a meter is doing now."""
    return meter.instrument.state


async def test_a_power_cycle_can_be_cut_short(client: Witness) -> None:
    number = client.meter.faults.switch_on("power-cycle", boot_s=3600, connection="reset", connects="refused")
    await asyncio.sleep(10)
    assert not powered(client.meter)
    assert await client.connect() == "refused"
    client.meter.faults.switch_off(number)
    await asyncio.sleep(0)
    assert powered(client.meter)
    await asyncio.sleep(5)
    assert await client.connect() == "accepted"


async def test_a_power_cycle_with_a_command(client: Witness) -> None:
    """The command that it comes with is not answered any more."""
    client.meter.faults.switch_on("power-cycle", command="Measure,Start", times=1)
    assert await client.ask("Measure,Start") == b""
    await asyncio.sleep(60)
    assert client.meter.faults.active() == []
    await client.hang_up()
    assert await client.connect() == "accepted"
    assert b"Stop" in await client.ask("Measure?")


async def test_the_loss_of_power_wakes_and_unwedges(client: Witness) -> None:
    for name in ("wedge", "sleep", "echo-on"):
        client.meter.faults.switch_on(name)
    await client.meter.power_cycle(boot_s=30)
    assert [fault.name for fault in client.meter.faults.active()] == ["echo-on"]
    await client.hang_up()
    assert await client.connect() == "accepted"


async def test_a_meter_falls_asleep_without_a_word(client: Witness) -> None:
    client.meter.instrument.settings["FTP"] = "On"
    client.meter.faults.switch_on("sleep", connection="silent", for_s=60)
    await client.ask("Type?")
    assert client.notes[-1] == "`Type?`: nothing in 5 s"
    assert client.meter.ftp.address is not None
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(5):
            await asyncio.open_connection(*client.meter.ftp.address)
    await client.hang_up()
    await asyncio.sleep(60)
    assert await client.connect() == "accepted"


@pytest.mark.parametrize("dies", [False, True])
async def test_an_empty_battery(client: Witness, dies: bool) -> None:
    instrument = client.meter.instrument
    instrument.press_start()
    number = client.meter.faults.switch_on("battery-low", first="Dead", step_s=30, dies=dies)
    await client.send(b"DRD?status\r\n")
    await asyncio.sleep(0.15)
    await client.send(b"\x1a")
    assert b",I,D," in await client.hear("row")
    assert state(client.meter) is State.MEASURING
    await asyncio.sleep(30)
    assert powered(client.meter) is not dies
    await client.hang_up()
    await asyncio.sleep(5)
    assert await client.connect() == ("no answer in 5 s" if dies else "accepted")
    client.meter.faults.switch_off(number)
    await asyncio.sleep(1)
    assert powered(client.meter)
    assert (instrument.power_source, instrument.battery, instrument.state) == ("E", "Full", State.STOPPED)


async def test_an_operator_needs_a_meter_that_is_on(client: Witness) -> None:
    await client.meter.power_off()
    with pytest.raises(RuntimeError, match="switched off"):
        client.meter.faults.switch_on("operator", key="start")
    assert client.meter.faults.active() == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(("name", "setting"), [("echo-on", "Echo"), ("web-app", "Web")])
async def test_the_same_fault_twice_leaves_nothing_behind(
    client: Witness, name: str, setting: str, order: tuple[int, int]
) -> None:
    faults, settings = client.meter.faults, client.meter.instrument.settings
    numbers = [faults.switch_on(name), faults.switch_on(name)]
    faults.switch_off(numbers[order[0]])
    assert settings[setting] == "On"
    faults.switch_off(numbers[order[1]])
    assert settings[setting] == "Off"


async def test_what_an_operator_changed_meanwhile_stays(client: Witness) -> None:
    settings = client.meter.instrument.settings
    inner, outer = (client.meter.faults.switch_on("usb-in", usb_class=value) for value in ("CDC", "CDC/MSC"))
    client.meter.faults.switch_off(inner)
    assert settings["USB Class"] == "CDC/MSC"
    settings["USB Class"] = "CDC"
    client.meter.faults.switch_off(outer)
    assert settings["USB Class"] == "CDC"


async def test_two_ftp_faults_of_a_name_are_asked_both(client: Witness) -> None:
    faults, server = client.meter.faults, client.meter.ftp.faults
    first, second = (faults.switch_on("ftp-login-fails", probability=chance) for chance in (0.0, 1.0))
    assert server.strikes("login_fails")
    assert [fault.struck for fault in faults.active()] == [0, 1]
    faults.switch_off(second)
    assert server.login_fails
    assert not server.strikes("login_fails")
    faults.switch_off(first)
    assert not faults.ftp_chances


async def test_a_battery_that_gets_empty_while_the_power_is_off(client: Witness) -> None:
    client.meter.faults.switch_on("battery-low", first="Dead", step_s=30, dies=True)
    await client.meter.power_off()
    await asyncio.sleep(60)
    client.meter.faults.clear()
    await client.meter.power_on()
    assert powered(client.meter)


async def test_a_manual_measurement_needs_no_card(client: Witness) -> None:
    card = client.meter.instrument.card
    before = card.free_mb
    client.meter.instrument.press_start()
    client.meter.faults.switch_on("card-full")
    await asyncio.sleep(60)
    assert state(client.meter) is State.MEASURING
    assert await client.ask("SD Card Free Size?") == b"R+0000\r\n0\r\n$"
    client.meter.faults.clear()
    assert card.free_mb == before


async def test_a_clock_behind_that_loses_time(client: Witness) -> None:
    instrument = client.meter.instrument
    right = instrument.clock
    number = client.meter.faults.switch_on("clock-off", ahead_s=-60, drift_s_per_day=-8640)
    await asyncio.sleep(100)
    assert instrument.clock - right == timedelta(seconds=-60 + 100 - 10)
    client.meter.faults.switch_off(number)
    await asyncio.sleep(100)
    assert instrument.clock - right == timedelta(seconds=-60 + 200 - 10)


async def test_a_fast_clock_brings_the_end_sooner(client: Witness) -> None:
    client.meter.clock.speed = 100
    client.meter.instrument.press_start()
    client.meter.faults.switch_on("preset-end", after_s=600)
    await asyncio.sleep(5.9)
    assert state(client.meter) is State.MEASURING
    await asyncio.sleep(0.2)
    assert state(client.meter) is State.STOPPED
    assert client.meter.instrument.results[0].duration_s == pytest.approx(600, abs=0.2)


async def test_the_end_of_a_measurement_without_power(client: Witness) -> None:
    client.meter.faults.switch_on("preset-end")
    await client.meter.power_off()
    await asyncio.sleep(20)
    assert client.meter.faults.active() == []


async def test_an_operator_at_all_keys(client: Witness) -> None:
    faults, instrument = client.meter.faults, client.meter.instrument
    faults.switch_on("operator", key="start")
    await asyncio.sleep(1)
    faults.switch_on("operator", key="pause")
    assert state(client.meter) is State.PAUSED
    faults.switch_on("operator", key="stop")
    assert state(client.meter) is State.STOPPED
    faults.switch_on("operator", key="store")
    assert instrument.settings["Manual Address"] == "2"
    faults.switch_on("operator", setting="index number", value="0007")
    assert instrument.settings["Index Number"] == "0007"
    assert faults.active() == []


async def test_an_operator_each_time_a_command_comes(client: Witness) -> None:
    client.meter.faults.switch_on("operator", command="Measure?", key="pause", times=2)
    client.meter.instrument.press_start()
    assert [await client.ask("Pause?") for _ in range(1)] == [b"R+0000\r\nOff\r\n$"]
    for word in (b"On", b"Off", b"Off"):
        await client.ask("Measure?")
        assert await client.ask("Pause?") == b"R+0000\r\n" + word + b"\r\n$"


async def test_an_overload_in_a_measurement_counts(client: Witness) -> None:
    instrument = client.meter.instrument
    instrument.press_start()
    client.meter.faults.switch_on("overload", for_s=1, level_db=120)
    await asyncio.sleep(10)
    instrument.press_stop()
    result = instrument.results[0]
    # A tenth of the energy of 120 dB, and 94 dB beneath it.
    assert result.leq == pytest.approx(110.1, abs=0.2)
    assert client.meter.truth.span(0, 10).laeq == pytest.approx(result.leq, abs=0.2)
    assert not result.over


async def test_all_values_may_be_missing(client: Witness) -> None:
    client.meter.faults.switch_on("missing-values", live=False)
    for line in ("DOD?", "DLC?"):
        data = await client.ask(line)
        fields = data.split(b"\r\n")[1].split(b",")
        assert fields[:16] == [b"  -.-"] * 14 + [b"-"] * 2
        assert len(fields) == 64
    client.meter.faults.switch_on("busy", times=1)
    assert await client.ask("DOD?") == b"R+0004\r\n$"


async def test_extremes_need_values(client: Witness) -> None:
    client.meter.faults.switch_on("ln-beyond-extremes")
    fields = (await client.ask("DOD?")).split(b"\r\n")[1].split(b",")
    assert fields[1:14] == [b"  -.-"] * 13


async def test_options_that_are_not_missed(client: Witness) -> None:
    client.meter.faults.switch_on("option-missing", options="rt", code=1)
    assert await client.ask("Percentile 1?") == b"R+0000\r\n5\r\n$"
    assert await client.ask("System Version?NX-43EX") == b"R+0000\r\n01.02.0304\r\n$"
    assert await client.ask("nonsense") == b"R+0001\r\n$"
    assert await client.ask("Octave Mode,Off") == b"R+0001\r\n$"


async def test_a_web_app_without_a_page(client: Witness) -> None:
    client.meter.faults.switch_on("web-app", page_port=None)
    assert [fault.detail for fault in client.meter.faults.active()] == [""]
    await client.hear("closed")
    assert await client.connect() == "refused"


async def test_the_page_and_its_visitors(client: Witness) -> None:
    client.meter.faults.switch_on("web-app")
    (fault,) = client.meter.faults.active()
    host, port = fault.detail.removeprefix("http://").rstrip("/").split(":")
    visits = [await asyncio.open_connection(host, int(port)) for _ in range(3)]
    visits[0][1].close()
    visits[1][1].transport.abort()
    await asyncio.sleep(0.1)
    client.meter.faults.switch_off("web-app")
    with contextlib.suppress(ConnectionError):
        assert await visits[2][0].read() == b""
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(host, int(port))
    for _, writer in visits:
        writer.close()


async def test_ftp_faults_side_by_side(client: Witness) -> None:
    """Those that are left to chance are each asked for themselves."""
    faults = client.meter.faults
    faults.switch_on("ftp-login-fails", probability=0.0)
    number = faults.switch_on("ftp-cut", after_bytes=3)
    server = client.meter.ftp.faults
    assert server.login_fails
    assert not server.strikes("login_fails")
    assert server.strikes("cut_after")
    assert server.strikes("data_blocked")
    faults.switch_off(number)
    assert server.cut_after is None
    assert server.strikes("cut_after")
    assert [fault.struck for fault in faults.active()] == [0]


async def test_ftp_is_late_each_time_it_is_switched_on(client: Witness) -> None:
    settings = client.meter.instrument.settings
    settings["FTP"] = "On"
    client.meter.faults.switch_on("ftp-not-ready", delay_s=5)
    assert late(client.meter)
    await asyncio.sleep(5)
    assert not late(client.meter)
    settings["FTP"] = "Off"
    settings["FTP"] = "On"
    assert late(client.meter)
    assert await client.ask("FTP?") == b"R+0000\r\nOn\r\n$"
    client.meter.faults.clear()
    assert not late(client.meter)
    settings["FTP"] = "Off"
    settings["FTP"] = "On"
    assert not late(client.meter)
