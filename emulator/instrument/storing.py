"""What a meter writes to its card by its settings: Auto stores slot by slot, Manual stores, pictures of its display."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from emulator.acoustics import Results
from emulator.acoustics.measurement import Heard
from emulator.card import LP_INTERVALS_MS, AutoStore, Card, Desk, Order, ms_of
from emulator.config import MeterConfig

from .channels import MAIN_AND_SUBS, percentages_of
from .durations import leq_slots, moving_slots, slots_of

_LAST_ADDRESS = 1000
_STORE_KEYS = (
    "Store Mode",
    "Store Name",
    "Measurement Time Preset Auto",
    "Measurement Time Auto (Num)",
    "Measurement Time Auto (Unit)",
    "Lp Store Interval",
    "Leq Calculation Interval Preset",
    "Leq Calculation Interval (Num)",
    "Leq Calculation Interval (Unit)",
    "Delay Time",
    "Back Erase",
    "Trigger Mode",
)

type Section = tuple[str, list[tuple[str, str]]]


class Storing:
    """Writes for one meter. `clock_at` returns what its clock shows when the slot of a number begins."""

    def __init__(
        self,
        config: MeterConfig,
        settings: Mapping[str, str],
        clock_at: Callable[[int], datetime],
        on_access: Callable[[], object],
    ) -> None:
        """Insert the card. `on_access` is called before its files are read."""
        size = config.card_total_mb, config.card_free_mb
        self.card = Card(config.model, *size, config.store_format, on_access, locks=config.locks_open_files)
        self.full = False
        """Whether the last Auto store had to end because the card was full."""
        self._config = config
        self._settings = settings
        self._clock_at = clock_at
        self._store: AutoStore | None = None

    @property
    def taker(self) -> Callable[[int, Sequence[Heard]], bool] | None:
        """What takes each slot in that is measured, and returns whether more can follow; None without an Auto store."""
        return None if self._store is None else self._take

    def prepare(self, now: datetime) -> None:
        """Make the folders that a meter makes when it is switched on."""
        self.card.prepare(now, self._config.auto_folders)

    def begin(self, channels: Iterable[int], slot: int) -> None:
        """Begin the Auto store of a measurement whose first slot this is, if the store mode is one of these."""
        self.full = False
        if self._settings["Store Mode"] == "Manual":
            return
        numbers = tuple(sorted(channels))
        desk = Desk(
            self.card.files,
            self._config.store_format,
            self._order(numbers),
            numbers,
            lambda index: ms_of(self._clock_at(index)),
        )
        self._store = self.card.begin_auto(desk, self._clock_at(slot))
        self.full = self._store is None

    def erase(self) -> None:
        """Take back the last slots, as the measurement does."""
        if self._store:
            self._store.erase()

    def clock_set(self) -> None:
        """Note that the clock shows another time from now on."""
        if self._store:
            self._store.interrupt()

    def end(self) -> None:
        """End the Auto store with its measurement."""
        if self._store:
            self._store.finish()
        self.cut()

    def cut(self) -> None:
        """End the Auto store by the loss of power: what was written stays."""
        if self._store:
            self._store.close()
        self._store = None

    def store(self, results: dict[int, Results], start: datetime, now: datetime) -> bool:
        """Write one record of a Manual store; return whether there was room for it."""
        return self.card.store_manual(
            index=self._settings["Index Number"],
            store_name=self._settings["Store Name"],
            address=int(self._settings["Manual Address"]),
            results=results,
            start=start,
            now=now,
        )

    def screenshot(self, bmp: bytes, now: datetime) -> bool:
        """Write a picture of the display; return whether there was room for it."""
        return self.card.take_screenshot(self._settings["Index Number"], bmp, now)

    def next_address(self) -> str:
        """Return the Manual Address that follows; the last one stays."""
        return str(min(int(self._settings["Manual Address"]) + 1, _LAST_ADDRESS))

    def _take(self, index: int, heard: Sequence[Heard]) -> bool:
        self.full = self._store is not None and not self._store.add(index, heard)
        return not self.full

    def _order(self, channels: tuple[int, ...]) -> Order:
        settings = self._settings
        return Order(
            folder=self.card.auto_folder(settings["Store Name"]),
            index=settings["Index Number"],
            name=settings["Store Name"],
            leq_slots=leq_slots(settings),
            lp_interval_ms=LP_INTERVALS_MS[settings["Lp Store Interval"]],
            percentages=percentages_of(settings),
            header=self._config.store_format.header(self._sections(channels)),
            moving_slots=moving_slots(settings) if settings["Display Leqmov"] == "On" else 0,
            lieq=settings["Display LIeq"] == "On",
            ltm5=settings["Display Ltm5"] == "On",
            erasable_slots=slots_of(settings, "Back Erase"),
        )

    def _sections(self, channels: Iterable[int]) -> list[Section]:
        config, names = self._config, [MAIN_AND_SUBS[number] for number in channels]
        options = " ".join(f"NX-43{option}" for option in sorted(config.options))
        weightings = [f"{kind} Weighting ({name})" for name in names for kind in ("Frequency", "Time")]
        percentiles = [f"Percentile {number}" for number in range(1, 6)]
        return [
            (
                "Instrument",
                [
                    ("Model", config.model),
                    ("Serial Number", config.serial),
                    ("System Version", config.firmware),
                    ("Option", options),
                    *self._pairs(["Index Number"]),
                ],
            ),
            ("Store", self._pairs(_STORE_KEYS)),
            ("Measure", self._pairs([*weightings, "Windscreen Correction", "Diffuse Sound Field Correction"])),
            ("Percentile", self._pairs(percentiles)),
        ]

    def _pairs(self, names: Iterable[str]) -> list[tuple[str, str]]:
        return [(name, self._settings[name]) for name in names]
