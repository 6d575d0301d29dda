"""Checks of emulated meters in virtual time."""

from datetime import datetime

from emulator import EmulatedMeter
from emulator.check.plan import NO_COMMANDS
from emulator.check.record import Record
from emulator.check.walk import Walk
from emulator.instrument.table import ALIASES


def quiet(number: int, total: int, line: str) -> None:
    """Take the progress of a check and tell nobody."""


def new_record() -> Record:
    """Return an empty record that begins now."""
    return Record(datetime.now().astimezone())


async def checked(meter: EmulatedMeter, *, allow_settings: bool = False) -> Record:
    """Return the record of a whole check; what it breaks on purpose is expected of it."""
    meter.referee.expect("no command")
    record = new_record()
    await Walk(record, quiet, allow_settings=allow_settings).go(meter.host, meter.port)
    sent = [exchange.line for exchange in record.exchanges]
    broken = [violation.detail for violation in meter.referee.violations]
    unknown = {*NO_COMMANDS, *(() if meter.config.base_names else (f"{name}?" for name in ALIASES))}
    assert broken == [line for line in sent if line in unknown]
    return record
