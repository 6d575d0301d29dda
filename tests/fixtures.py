"""Fixtures that all parts of the tests share."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from emulator import EmulatedMeter, MeterConfig

type MeterFactory = Callable[..., Awaitable[EmulatedMeter]]

DEFAULTS: dict[str, Any] = {"second_connection": "silent"}


@pytest.fixture
async def emulated_meter(socket_enabled: None) -> AsyncIterator[MeterFactory]:
    """Let a test start meters on free ports of 127.0.0.1.

    It awaits what the fixture returns, with fields of `MeterConfig`, and has a running meter. At the end of the test
    the meters are stopped, and their referees must be clean; what a test breaks on purpose it announces with
    `meter.referee.expect(kind)`.
    """
    meters: list[EmulatedMeter] = []

    async def start(**config: Any) -> EmulatedMeter:
        meter = EmulatedMeter(MeterConfig(**DEFAULTS | config))
        await meter.start()
        meters.append(meter)
        return meter

    yield start
    for meter in meters:
        await meter.stop()
    for meter in meters:
        meter.referee.assert_clean()
