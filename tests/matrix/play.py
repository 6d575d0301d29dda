"""Plays faults to a monitor of an emulated meter and says what came of it."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

from custom_components.rion_nl43.acoustics import Basis
from custom_components.rion_nl43.monitor import Diagnosis, FeedMode, FeedOptions, ProbePorts
from emulator import EmulatedMeter
from tests.fixtures import MeterFactory
from tests.monitor.watching import Watching, watching

from .chronicle import Chronicle
from .faults import AFTER_BACKOFF_S, AFTER_WEDGE_S, Case
from .witness import FIRST_ROW_S, TICK_S, Witness

BREAK_EVERY_S = 20.0
LONGEST_FAULT_S = 400.0
# Somebody else who tries to connect has this patience.
KNOCK_S = 3.0
# A stream that failed several times in a row stays away for longer each time.
STREAM_BACK_S = 700.0
STATE_KNOWN_S = 70.0
# The longest break of a stream in which an answer is missing, or many are slow.
LONGEST_BREAK_S = 25.0
# A diagnosis that stands for less than this is on the way to another one.
STANDS_S = 20.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it: the diagnosis that stood, seconds without values, seconds from the end until the link was back.

    `complaints` is empty if all was true and as promised.
    """

    told: str
    away_s: float
    back_s: float
    hole_s: float
    complaints: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Played:
    """A case while it is played; loop times."""

    case: Case
    begins_at: float
    ended_at: float = 0.0


async def play(start_meter: MeterFactory, feed: str, *cases: tuple[Case, float], seed: int = 1) -> Outcome:
    """Play cases, each after its number of seconds, to a monitor with this feed, until all is as before."""
    loop = asyncio.get_running_loop()
    # Debugging takes most of the time, and there is much to play.
    loop.set_debug(False)
    first = cases[0][0]
    fields = {"seed": seed, **first.meter, "settings": {"FTP": "On", **first.settings}}
    meter = await start_meter(ftp_port=0, **fields)
    if first.measuring:
        meter.instrument.press_start()
    chronicle = Chronicle(meter, loop.time)
    streamed = feed == "streamed"
    async with watching(meter, feed=FeedOptions(FeedMode(feed), BREAK_EVERY_S)) as watch:
        watch.link._rng = Random(seed)
        watch.monitor.probe_ports = ProbePorts(meter.ftp_port or 0, ())
        witness = Witness(watch, chronicle)
        await watch.settled()
        if streamed:
            await watch.streams()
        since = loop.time() + 1
        played = [Played(case, since + 1 + after_s) for case, after_s in cases]
        await asyncio.gather(*(_strike(watch, meter, one) for one in played))
        if not meter.instrument.powered:
            # The power came back while the battery was empty.
            await meter.power_on()
        ended_at = max(watch.now, *(one.ended_at for one in played))
        back_at = await _until_back(watch, witness, ended_at, promised_back_s([case for case, _ in cases]))
        if streamed and all(case.streams for case, _ in cases):
            await watch.until(lambda: watch.monitor.basis is Basis.STREAMED, STREAM_BACK_S)
        with contextlib.suppress(TimeoutError):
            await watch.until(witness.check_state, STATE_KNOWN_S)
        await asyncio.sleep(5)
        if watch.monitor.basis is Basis.STREAMED:
            await watch.until(lambda: watch.samples[-1].slot is not None, STREAM_BACK_S)
        if not witness.check_state():
            witness.complain(f"{watch.monitor.measurement.state}, but the meter is {chronicle.state.name}")
        return _judge(witness, played, since, ended_at, back_at)


def promised_back_s(cases: list[Case]) -> float:
    """Return how long it may take until the link is back from the end of the last one."""
    if len(cases) == 1:
        return cases[0].back_s
    wedged = any(Diagnosis.WEDGED in case.may_be_told for case in cases)
    return AFTER_WEDGE_S if wedged else AFTER_BACKOFF_S


async def _strike(watch: Watching, meter: EmulatedMeter, played: Played) -> None:
    """Switch a case on, and wait until it is over."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(played.begins_at - loop.time())
    case = played.case
    numbers = set()
    for name, terms in case.orders:
        # A meter that is off has no operator.
        with contextlib.suppress(RuntimeError):
            numbers.add(meter.faults.switch_on(name, **terms))
    if case.knocks:
        await _knock(meter)
    while struck := [fault for fault in meter.faults.active() if fault.id in numbers]:
        if loop.time() > played.begins_at + LONGEST_FAULT_S:
            for fault in struck:
                meter.faults.switch_off(fault.id)
        for fault in struck:
            if fault.name == "web-app" and (port := urlsplit(fault.detail.split()[-1]).port):
                watch.monitor.probe_ports = ProbePorts(meter.ftp_port or 0, (port,))
        await asyncio.sleep(TICK_S)
    played.ended_at = loop.time() + case.tail_s


async def _knock(meter: EmulatedMeter) -> None:
    with contextlib.suppress(OSError):
        async with asyncio.timeout(KNOCK_S):
            _, writer = await asyncio.open_connection(meter.host, meter.port)
            writer.close()


async def _until_back(watch: Watching, witness: Witness, ended_at: float, within_s: float) -> float:
    """Return when the link was back, for good."""
    await asyncio.sleep(max(0.0, ended_at - watch.now))
    while watch.now < ended_at + within_s + 2 * FIRST_ROW_S:
        diagnosis, (told_at, available) = witness.told[-1], witness.availability[-1]
        good = available and diagnosis.diagnosis is Diagnosis.CONNECTED
        if good and watch.now > max(diagnosis.at, told_at, ended_at) + FIRST_ROW_S:
            break
        await asyncio.sleep(1)
    return max(ended_at, witness.connected_at)


def _judge(witness: Witness, played: list[Played], since: float, ended_at: float, back_at: float) -> Outcome:
    cases = [one.case for one in played]
    began_at = min(one.begins_at for one in played)
    harmless = len(cases) == 1 and cases[0].stays
    if witness.told[-1].diagnosis is not Diagnosis.CONNECTED or not witness.availability[-1][1]:
        witness.complain(f"not back: {witness.told[-1].diagnosis}")
    promised_s = promised_back_s(cases)
    if back_at - ended_at > promised_s + TICK_S:
        witness.complain(f"back after {back_at - ended_at:.2f} s, promised within {promised_s:g} s")
    available_at = max((at for at, available in witness.availability if available), default=0.0)
    # The second fault may spoil an answer just then.
    first_row_s = FIRST_ROW_S if len(cases) == 1 else 2 * FIRST_ROW_S
    if max(available_at, witness.told[-1].at) - back_at > first_row_s + TICK_S:
        witness.complain(f"first row {available_at - back_at:.2f} s after the link was back")
    away_s = witness.unavailable(since, witness.told[-1].at + 1e6)
    if harmless and away_s:
        witness.complain(f"unavailable for {away_s:.1f} s")
    if all(case.stays is False for case in cases) and not away_s:
        witness.complain("its loss was not told")
    _judge_diagnoses(witness, played, began_at, ended_at, back_at)
    witness.check_silences(since)
    witness.check_words()
    # What strikes commands strikes in the breaks of a stream, which then last longer.
    streamed = witness.covered[-1].basis is Basis.STREAMED
    away = (
        [(began_at - 1, max(back_at, available_at) + 2 * FIRST_ROW_S)]
        if streamed or not harmless or cases[0].told
        else []
    )
    hole_s = witness.check_coverage(since, away)
    if harmless and hole_s > LONGEST_BREAK_S:
        witness.complain(f"a hole of {hole_s:.2f} s")
    return Outcome(_told(witness, cases, began_at, back_at), away_s, back_at - ended_at, hole_s, witness.complaints)


def _judge_diagnoses(witness: Witness, played: list[Played], began_at: float, ended_at: float, back_at: float) -> None:
    allowed = {Diagnosis.CONNECTED}.union(*(one.case.may_be_told for one in played))
    if len(played) > 1:
        # Two that do no harm alone may make an answer come too late.
        allowed |= {Diagnosis.CONNECTING, Diagnosis.TIMEOUT}
    told = witness.diagnoses(began_at, ended_at)
    for one in witness.diagnoses(began_at, back_at + 1e6)[1:]:
        if one.diagnosis not in allowed:
            witness.complain(f"{one.diagnosis} told at {one.at:.2f} s")
    case = played[0].case
    if len(played) > 1:
        return
    if case.told is not None and case.told not in {one.diagnosis for one in witness.diagnoses(began_at, back_at)}:
        witness.complain(f"{case.told} not told")
    lasted_s = ended_at - began_at
    steady = case.told is not None and Diagnosis.CONNECTED not in case.on_the_way
    if steady and lasted_s > STANDS_S and case.told is not told[-1].diagnosis:
        witness.complain(f"{told[-1].diagnosis} stands at its end")
    if steady and any(one.diagnosis is Diagnosis.CONNECTED for one in told[1:]):
        witness.complain("connected told while it lasted")
    if case.web_app and not any(one.web_app for one in told):
        witness.complain("the web app was not told")


def _told(witness: Witness, cases: list[Case], began_at: float, back_at: float) -> str:
    wanted = [case.told for case in cases if case.told is not None]
    for one in reversed(witness.diagnoses(began_at, back_at)):
        if one.diagnosis in wanted:
            return str(one.diagnosis)
    return str(witness.told[-1].diagnosis)
