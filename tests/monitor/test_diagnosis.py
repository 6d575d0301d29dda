"""What is wrong with the link, in one word, and how it is found out."""

import asyncio
from itertools import pairwise, product
import socket
from typing import Any

import pytest

from custom_components.rion_nl43.monitor import Diagnosis, LinkDiagnosis, ProbePorts
from custom_components.rion_nl43.monitor.recovery.diagnosis import Observation, diagnose
from custom_components.rion_nl43.monitor.recovery.probe import Findings
from custom_components.rion_nl43.nl43 import ConnectionRefused, LinkState
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory

from .watching import Watching, watching

FTP_ON = {"FTP": "On"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def patience(watch: Watching) -> float | None:
    return watch.link.patience_s


class Doctor:
    """A watched meter's diagnoses as they were told."""

    def __init__(self, watch: Watching) -> None:
        """Subscribe, and let the probe look at this meter's ports."""
        self.watch = watch
        self.told: list[LinkDiagnosis] = []
        watch.monitor.diagnosis.on_change(self.told.append)
        watch.monitor.probe_ports = ProbePorts(ftp=watch.meter.ftp_port or free_port(), web=(free_port(), free_port()))

    @property
    def words(self) -> list[Diagnosis]:
        return [told.diagnosis for told in self.told]

    def now(self) -> Diagnosis:
        return self.watch.monitor.diagnosis.current.diagnosis

    async def connected(self) -> None:
        """Wait for a few rows, and forget what was told so far."""
        await self.watch.until_rows(3)
        self.told.clear()

    async def until(self, diagnosis: Diagnosis, within_s: float = 40) -> float:
        return await self.watch.until(lambda: self.now() is diagnosis, within_s)


def slow_diagnosis(seen: Observation) -> str:
    """The words of the design, one after the other."""
    if seen.power_cycling and seen.state is not LinkState.STANDBY:
        return "power_cycling"
    if seen.state in (LinkState.STANDBY, LinkState.CONNECTED, LinkState.CONNECTING):
        return seen.state.name.lower()
    if seen.state is LinkState.REFUSED and seen.found and seen.found.ftp_greets:
        return "wedged"
    nothing_answers = seen.found == Findings() if seen.state is LinkState.REFUSED else not seen.standing
    if seen.may_sleep and nothing_answers:
        return "asleep"
    return "refused" if seen.state is LinkState.REFUSED else "timeout"


@pytest.mark.parametrize("state", LinkState)
def test_each_observation_has_one_word(state: LinkState) -> None:
    found = [None, Findings(), Findings(ftp_greets=True), Findings(web_answers=True)]
    yes_no = (False, True)
    for standing, findings, may_sleep, power_cycling in product(yes_no, found, yes_no, yes_no):
        seen = Observation(state, standing, findings, may_sleep, power_cycling)
        assert diagnose(seen).value == slow_diagnosis(seen), seen


async def test_a_wedge_is_told_by_its_ftp_and_met_with_patience(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(ftp_port=0, settings=FTP_ON)
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await doctor.connected()
        meter.faults.switch_on("wedge", connection="reset")
        took_s = await doctor.until(Diagnosis.WEDGED)
        assert took_s <= 6.5
        assert isinstance(watch.monitor.diagnosis.current.error, ConnectionRefused)
        assert patience(watch) == 60
        attempts, sessions = watch.link.statistics.attempts, len(meter.referee.ftp.sessions)
        await asyncio.sleep(600)
        assert doctor.now() is Diagnosis.WEDGED
        assert watch.link.statistics.attempts - attempts == 10
        assert len(meter.referee.ftp.sessions) - sessions == 10
        opened = [session.opened_at for session in meter.referee.ftp.sessions]
        assert all(later - earlier >= 59 for earlier, later in pairwise(opened))
        # The last one may go on just now.
        closed = [session.closed_at for session in meter.referee.ftp.sessions[:-1]]
        assert closed == pytest.approx(opened[:-1], abs=0.5)
        assert doctor.words == [Diagnosis.CONNECTING, Diagnosis.WEDGED], "refused is not told in passing"
        await meter.power_cycle(boot_s=20)
        assert await doctor.until(Diagnosis.CONNECTED, 90) <= 61
        assert patience(watch) is None
        assert watch.monitor.diagnosis.wedged_attempts == 0


async def test_a_wedge_with_ftp_off_cannot_be_told_from_other_refusals(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(ftp_port=0)
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await doctor.connected()
        meter.faults.switch_on("wedge", connection="reset")
        await doctor.until(Diagnosis.REFUSED)
        await asyncio.sleep(300)
        assert doctor.words == [Diagnosis.CONNECTING, Diagnosis.REFUSED]
        assert not watch.monitor.diagnosis.current.web_app
        assert watch.link.patience_s is None


async def test_the_web_app_is_told_by_its_page(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(ftp_port=0, settings=FTP_ON)
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await doctor.connected()
        fault = meter.faults.switch_on("web-app", page_port=watch.monitor.probe_ports.web[1])
        await doctor.until(Diagnosis.REFUSED, 10)
        assert watch.monitor.diagnosis.current.web_app
        assert doctor.words == [Diagnosis.CONNECTING, Diagnosis.REFUSED]
        since = watch.monitor.diagnosis.current.since
        await asyncio.sleep(120)
        assert watch.monitor.diagnosis.current.web_app
        assert watch.monitor.diagnosis.current.since == since
        meter.faults.switch_off(fault)
        await doctor.until(Diagnosis.CONNECTED)
        assert not watch.monitor.diagnosis.current.web_app


async def test_another_page_with_the_web_app_off_is_none(emulated_meter: MeterFactory) -> None:
    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-router\r\n")

    meter = await emulated_meter(ftp_port=0)
    async with await asyncio.start_server(accept, "127.0.0.1", 0) as router, watching(meter) as watch:
        doctor = Doctor(watch)
        watch.monitor.probe_ports = ProbePorts(free_port(), (router.sockets[0].getsockname()[1],))
        await watch.until_rows(3)
        meter.faults.switch_on("wedge", connection="reset")
        await doctor.until(Diagnosis.REFUSED)
        await asyncio.sleep(60)
        assert not watch.monitor.diagnosis.current.web_app


async def test_ports_that_stay_silent_are_left_before_the_next_attempt(emulated_meter: MeterFactory) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(loop.time())
        await reader.read()
        closed.append(loop.time())
        writer.close()

    loop = asyncio.get_running_loop()
    opened, closed = list[float](), list[float]()
    meter = await emulated_meter()
    async with await asyncio.start_server(accept, "127.0.0.1", 0) as silent, watching(meter) as watch:
        doctor = Doctor(watch)
        port = silent.sockets[0].getsockname()[1]
        watch.monitor.probe_ports = ProbePorts(port, (port, port))
        await watch.until_rows(3)
        meter.faults.switch_on("usb-in")
        await watch.until(lambda: watch.link.status.state is LinkState.REFUSED, 10)
        assert doctor.now() is Diagnosis.CONNECTING
        assert await doctor.until(Diagnosis.REFUSED) <= 4.1, "what hangs holds up the word for a few seconds only"
        await asyncio.sleep(0.4)
        assert len(opened) == len(closed) == 3
        assert max(closed) - min(opened) <= 4.1
        await asyncio.sleep(100)
        assert len(opened) == 3 * (watch.link.statistics.attempts - 1)


@pytest.mark.parametrize(
    ("fault", "parameters", "diagnosis"),
    [
        ("usb-in", {}, Diagnosis.REFUSED),
        ("unreachable", {}, Diagnosis.TIMEOUT),
        ("unreachable", {"connection": "reset"}, Diagnosis.TIMEOUT),
        ("unreachable", {"seen": "refused", "connection": "reset"}, Diagnosis.REFUSED),
        ("sleep", {}, Diagnosis.TIMEOUT),
        ("foreign-client", {"comes": "at once"}, Diagnosis.TIMEOUT),
        ("power-cycle", {"boot_s": 60.0}, Diagnosis.TIMEOUT),
        ("power-cycle", {"boot_s": 60.0, "connects": "refused"}, Diagnosis.REFUSED),
    ],
)
async def test_other_faults_have_their_word_and_end(
    fault: str, parameters: dict[str, Any], diagnosis: Diagnosis, emulated_meter: MeterFactory
) -> None:
    meter = await emulated_meter(ftp_port=0)
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await watch.settled()
        number = meter.faults.switch_on(fault, **parameters)
        await doctor.until(diagnosis)
        await asyncio.sleep(30)
        assert doctor.now() is diagnosis
        if fault != "power-cycle":
            meter.faults.switch_off(number)
        await doctor.until(Diagnosis.CONNECTED, 70)
        assert set(doctor.words) <= {Diagnosis.CONNECTING, Diagnosis.TIMEOUT, diagnosis, Diagnosis.CONNECTED}


@pytest.mark.parametrize("connection", ["closed", "silent"])
async def test_a_meter_with_sleep_mode_on_is_asleep_when_it_is_gone(
    connection: str, emulated_meter: MeterFactory
) -> None:
    meter = await emulated_meter(settings={"Sleep Mode": "On"})
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await watch.settled()
        meter.faults.switch_on("sleep", connection=connection, for_s=100)
        await doctor.until(Diagnosis.ASLEEP)
        assert watch.link.patience_s is None
        await doctor.until(Diagnosis.CONNECTED, 140)
        assert doctor.words.count(Diagnosis.ASLEEP) == 1


async def test_sleep_that_is_refused_is_told_at_once(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(settings={"Sleep Mode": "On"})
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await watch.settled()
        doctor.told.clear()
        meter.faults.switch_on("unreachable", seen="refused", connection="reset")
        await doctor.until(Diagnosis.ASLEEP)
        await asyncio.sleep(60)
        assert doctor.words == [Diagnosis.CONNECTING, Diagnosis.ASLEEP]


async def test_a_probe_that_breaks_down_does_not_hold_up_the_word_for_ever(
    emulated_meter: MeterFactory, caplog: pytest.LogCaptureFixture
) -> None:
    meter = await emulated_meter()
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        watch.monitor.probe_ports = ProbePorts(ftp=1 << 16)
        await doctor.connected()
        meter.faults.switch_on("usb-in")
        assert await doctor.until(Diagnosis.REFUSED, 60) <= 40
        assert "The diagnosis of a meter broke down" in caplog.text
        watch.monitor.probe_ports = ProbePorts(free_port(), (free_port(),))
        meter.faults.clear()
        await doctor.until(Diagnosis.CONNECTED, 100)
        assert doctor.words == [Diagnosis.CONNECTING, Diagnosis.REFUSED, Diagnosis.CONNECTED]


async def test_a_measuring_meter_does_not_sleep(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(settings={"Sleep Mode": "On"})
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await watch.settled()
        await watch.monitor.commands.start()
        meter.faults.switch_on("unreachable")
        await doctor.until(Diagnosis.TIMEOUT)
        await asyncio.sleep(100)
        assert Diagnosis.ASLEEP not in doctor.words


async def test_a_lost_answer_is_no_sleep(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(settings={"Sleep Mode": "On"})
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await watch.settled()
        doctor.told.clear()
        meter.faults.switch_on("no-answer", times=1)
        await doctor.until(Diagnosis.TIMEOUT)
        await doctor.until(Diagnosis.CONNECTED)
        assert doctor.words == [Diagnosis.TIMEOUT, Diagnosis.CONNECTED]


async def test_sleep_is_remembered_over_a_restart(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter(settings={"Sleep Mode": "On"})
    async with watching(meter) as watch:
        await watch.settled()
        memory = watch.monitor.memory
    await asyncio.sleep(6)
    meter.faults.switch_on("sleep")
    async with watching(meter, restored=memory) as watch:
        doctor = Doctor(watch)
        await doctor.until(Diagnosis.ASLEEP)
        meter.faults.clear()
        await doctor.until(Diagnosis.CONNECTED)
        meter.instrument.settings["Sleep Mode"] = "Off"
        kept = len(told := list[Any]())
        watch.monitor.on_memory(lambda: told.append(watch.monitor.memory["diagnosis"]))
        await watch.until(lambda: watch.monitor.facts.sleep_mode == "Off", 120)
        assert told[kept:][-1] == {"may_sleep": False}


async def test_a_released_meter_is_in_standby(emulated_meter: MeterFactory) -> None:
    meter = await emulated_meter()
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await doctor.connected()
        meter.faults.switch_on("usb-in")
        await doctor.until(Diagnosis.REFUSED)
        await watch.monitor.standby.release()
        assert doctor.now() is Diagnosis.STANDBY
        meter.faults.clear()
        await asyncio.sleep(100)
        assert doctor.words[-1] is Diagnosis.STANDBY
        await watch.monitor.standby.take_back()
        await doctor.until(Diagnosis.CONNECTED)
        assert doctor.words[-2:] == [Diagnosis.CONNECTING, Diagnosis.CONNECTED]


async def test_a_power_cycle_has_the_last_word_but_standby(emulated_meter: MeterFactory) -> None:
    meter: EmulatedMeter = await emulated_meter(ftp_port=0, settings=FTP_ON)
    async with watching(meter) as watch:
        doctor = Doctor(watch)
        await doctor.connected()
        watch.monitor.diagnosis.set_power_cycling(True)
        assert doctor.now() is Diagnosis.POWER_CYCLING
        meter.faults.switch_on("wedge", connection="reset")
        await asyncio.sleep(30)
        assert doctor.words == [Diagnosis.POWER_CYCLING] * len(doctor.words)
        assert not meter.referee.ftp.sessions
        attempts = watch.link.statistics.attempts
        watch.monitor.diagnosis.set_power_cycling(False)
        assert await doctor.until(Diagnosis.WEDGED) <= 1
        assert doctor.words[-2:] == [Diagnosis.POWER_CYCLING, Diagnosis.WEDGED]
        assert watch.link.statistics.attempts == attempts
        assert watch.monitor.diagnosis.wedged_attempts == 1


async def test_what_was_found_before_the_end_of_a_power_cycle_does_not_count(emulated_meter: MeterFactory) -> None:
    """Otherwise one attempt, probed before and after, would count twice, and two have the power switched."""

    async def greet(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeted.append(loop.time())
        await asyncio.sleep(2)
        writer.write(b"220 ready\r\n")

    loop = asyncio.get_running_loop()
    greeted = list[float]()
    meter = await emulated_meter()
    async with await asyncio.start_server(greet, "127.0.0.1", 0) as slow, watching(meter) as watch:
        doctor = Doctor(watch)
        watch.monitor.probe_ports = ProbePorts(slow.sockets[0].getsockname()[1], ())
        await doctor.connected()
        meter.faults.switch_on("usb-in")
        await watch.until(lambda: watch.link.status.state is LinkState.REFUSED, 10)
        await asyncio.sleep(1)
        for power_cycling in (True, False):
            watch.monitor.diagnosis.set_power_cycling(power_cycling)
        assert await doctor.until(Diagnosis.WEDGED) == pytest.approx(3, abs=0.1)
        assert watch.monitor.diagnosis.wedged_attempts == 1
        assert len(greeted) == 2
        assert doctor.words == [Diagnosis.CONNECTING, Diagnosis.POWER_CYCLING, Diagnosis.WEDGED]
