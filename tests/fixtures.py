"""Fixtures that all parts of the tests share."""

from collections.abc import AsyncIterator

import pytest

from emulator.pytest_plugin import MeterFactory, emulated_meters, nl43_emulator

__all__ = ["MeterFactory", "emulated_meter", "nl43_emulator"]


@pytest.fixture
async def emulated_meter(socket_enabled: None) -> AsyncIterator[MeterFactory]:
    """Let a test start meters, as `nl43_emulator` of the emulator's own plugin does."""
    async with emulated_meters() as start:
        yield start
