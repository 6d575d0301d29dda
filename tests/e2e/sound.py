"""Noise at emulated meters."""

from collections.abc import Iterator
import contextlib

from emulator import EmulatedMeter


@contextlib.contextmanager
def noise(meter: EmulatedMeter, level_db: float) -> Iterator[None]:
    """Make it so loud at a meter, until the block is left in whatever way."""
    source = object()
    meter.instrument.add_sound(source, level_db)
    try:
        yield
    finally:
        meter.instrument.remove_sound(source)
