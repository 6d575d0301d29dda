"""A card to be filled with stores, and what an import fetches of it."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from custom_components.rion_nl43.acoustics.stretches import Span, Stretch
from custom_components.rion_nl43.monitor import Found
from custom_components.rion_nl43.monitor.history.card_import import CardImport, Expected
from custom_components.rion_nl43.monitor.history.meter_clock import MeterClock
from emulator import EmulatedMeter
from emulator.card.files import Blob
from tests.fixtures import MeterFactory

from .outage import at_once, client_of
from .stored import BEGUN, BEGUN_MS, SLOTS, leq_file, leq_row, spans

NOW = BEGUN + timedelta(days=30)
HEADER = "CSV\r\n[Store]\r\nSerial Number,{serial}\r\n[Measure]\r\nFrequency Weighting (Main),{weighting}\r\n"
DAY_S = 86_400


def span_of(began_s: float, ended_s: float) -> Span:
    return Span(BEGUN_MS + round(1000 * began_s), BEGUN_MS + round(1000 * ended_s))


@dataclass
class Cards:
    """A meter with a card to be filled, and imports from it."""

    meter: EmulatedMeter
    given: list[Stretch] = field(default_factory=list)
    portions: int = 0
    clock: MeterClock = field(default_factory=MeterClock)

    def put(self, path: str, content: bytes | str, at: datetime) -> None:
        files = self.meter.instrument.card.files
        names = path.strip("/").split("/")
        for depth in range(1, len(names)):
            files.make_folder("/" + "/".join(names[:depth]), at)
        files.put(path, Blob(content.encode() if isinstance(content, str) else content, at), at)

    def store(
        self,
        number: int,
        began_s: float,
        *,
        leq: bytes | None = None,
        lp: Sequence[bytes] = (),
        header: str | None = HEADER.format(serial="00830001", weighting="A"),
        hours: float = 24,
        at: datetime | None = None,
    ) -> None:
        """Put an Auto folder on the card that was begun then."""
        begun, ended = BEGUN + timedelta(seconds=began_s), BEGUN + timedelta(seconds=began_s, hours=hours)
        begun, ended = at or begun, at or ended
        folder, tail = f"/NL-43/Auto_{number:04d}", f"_{number:04d}_"
        if leq is not None:
            self.put(f"{folder}/Auto_Leq/NL_0001_SLM_Leq{tail}0001.rnd", leq, ended)
        for count, rows in enumerate(lp, 1):
            hour = begun + timedelta(hours=count)
            self.put(f"{folder}/Auto_Lp_01/NL_0001_SLM_Lp {tail}{count:04d}.rnd", rows, at or hour)
        if header is not None:
            self.put(f"{folder}/NL_0001_SLM_Hdr{tail}0000.rnh", header, begun)
        self.meter.instrument.card.files._find(folder).modified = begun  # type: ignore[misc] # a folder's time moves

    async def fetch(
        self,
        *wanted: Span,
        expected: Expected | None = None,
        now: datetime = NOW,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Found:
        """Import; `meanwhile` happens when the first portion is handed on."""

        async def take(stretches: Sequence[Stretch]) -> None:
            self.portions += 1
            self.given += stretches
            meanwhile()

        work = CardImport(
            wanted=wanted,
            expected=expected or EXPECTED,
            clock=self.clock,
            unread_ahead_s=0.0,
            take=take,
            run=at_once,
        )
        async with client_of(self.meter).session() as session:
            return await work.fetch(session, now)

    @property
    def told(self) -> list[tuple[float, float]]:
        """What was given, in minutes."""
        return spans(sorted(self.given, key=lambda each: each.began_ms))

    @property
    def said(self) -> list[str]:
        """What the meter was asked by FTP for files and folders."""
        return [record.line for record in self.meter.referee.ftp.commands if record.line[:4] in ("RETR", "CWD ")]


EXPECTED = Expected("00830001", "NL-43", "A", "F", SLOTS)


@asynccontextmanager
async def filled(emulated_meter: MeterFactory) -> AsyncIterator[Cards]:
    # Of what is to come by its clock a meter tells the day alone.
    yield Cards(await emulated_meter(ftp_port=0, settings={"FTP": "On"}, clock_offset_s=30 * DAY_S))


def day(began_s: float, count: int = 96, leq: float = 60.0) -> bytes:
    return leq_file(*(leq_row(began_s + 900 * n, leq) for n in range(count)))
