"""What DOD, DLC and DRD tell, by what is displayed and by what the config decides where the instrument is not known."""

from collections.abc import Iterable, Mapping

from emulator.acoustics import Results
from emulator.config import MeterConfig

from . import rows
from .listening import Listening


class Output:
    """Writes the rows of one meter."""

    def __init__(self, config: MeterConfig, settings: Mapping[str, str]) -> None:
        """Write by these settings, as they are at the moment of the row."""
        self._config = config
        self._settings = settings

    def dod_row(self, listening: Listening, results: Mapping[int, Results]) -> str:
        """Return the displayed values: 64 fields."""
        shown_by = (*rows.DISPLAYED, *rows.EXTRA) if self._config.display_off_blanks else rows.EXTRA
        latched = self._config.latch_flags == "always"
        return self._measured_row(listening, results, live=True, latched=latched, shown_by=shown_by)

    def dlc_row(self, listening: Listening, results: Mapping[int, Results]) -> str:
        """Return the results of the measurement: 64 fields, the live level missing."""
        latched = self._config.latch_flags != "never"
        return self._measured_row(listening, results, live=False, latched=latched, shown_by=rows.EXTRA)

    def drd_row(self, number: int, listening: Listening, status: Mapping[str, str] | None) -> str:
        """Return the levels of the last slot as this row of a stream: 33 fields, and five of the status if given."""
        lieq = self._settings["Display LIeq"] == "On"
        blocks = {channel: rows.slot_block(listening.slot_levels(channel), lieq=lieq) for channel in listening.numbers}
        fields = [] if status is None else [status[name] for name in self._config.status_fields]
        counter = rows.counter_of(number, self._config.counter_last)
        return rows.slot_row(counter, blocks, fields, padded=self._config.counter_padded)

    def _measured_row(
        self,
        listening: Listening,
        results: Mapping[int, Results],
        *,
        live: bool,
        latched: bool,
        shown_by: Iterable[str],
    ) -> str:
        blank = rows.blanked(self._settings, shown_by)
        blocks = {}
        for number in listening.numbers:
            levels, result = listening.slot_levels(number), results.get(number)
            flags = result if latched and result else levels
            lp = levels.lp if live else None
            blocks[number] = rows.measured_block(lp, result, over=flags.over, under=flags.under, blank=blank)
        options = self._config.options
        bands = self._config.band_fields if "RT" in options else 0
        channels = rows.CHANNELS if "EX" in options else self._config.channels_without_ex
        return rows.measured_row(blocks, bands, channels=channels)
