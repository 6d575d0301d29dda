"""A pytest plugin: the fixture `nl43_emulator` lets tests of any project start emulated meters.

It needs pytest and something that runs asynchronous tests: pytest-asyncio in either mode, or AnyIO.
"""

from collections.abc import AsyncIterator, Awaitable
import contextlib
import importlib.util
from typing import Any, Protocol

import pytest

from emulator import EmulatedMeter, MeterConfig

# A second connection is accepted and never answered: so the referee sees it.
DEFAULTS: dict[str, Any] = {"second_connection": "silent"}


class MeterFactory(Protocol):
    """Starts meters."""

    def __call__(
        self, config: MeterConfig | None = None, /, *, ftp_port: int | None = None, **fields: Any
    ) -> Awaitable[EmulatedMeter]:
        """Return a running meter on a free port of 127.0.0.1; with `ftp_port`, 0 for a free one, it serves FTP too.

        It is made from a config, or from fields of `MeterConfig`; TypeError for both at a time.
        """


@contextlib.asynccontextmanager
async def emulated_meters() -> AsyncIterator[MeterFactory]:
    """Yield a factory of meters; afterwards stop them and raise AssertionError if a referee saw a rule broken."""
    meters: list[EmulatedMeter] = []

    async def start(
        config: MeterConfig | None = None, /, *, ftp_port: int | None = None, **fields: Any
    ) -> EmulatedMeter:
        if config is not None and fields:
            raise TypeError(f"a config has its fields already: {', '.join(fields)}")
        meter = EmulatedMeter(config or MeterConfig(**DEFAULTS | fields))
        await meter.start(ftp_port=ftp_port)
        meters.append(meter)
        return meter

    try:
        yield start
    finally:
        for meter in meters:
            await meter.stop()
    for meter in meters:
        meter.referee.assert_clean()


def async_fixture() -> Any:
    """Return the decorator for asynchronous fixtures: in its strict mode pytest-asyncio takes none but its own."""
    if importlib.util.find_spec("pytest_asyncio") is None:
        return pytest.fixture
    import pytest_asyncio  # noqa: PLC0415 # tests can be asynchronous without it

    return pytest_asyncio.fixture


@async_fixture()  # type: ignore[untyped-decorator] # which one it is shows at run time
async def nl43_emulator(request: pytest.FixtureRequest) -> AsyncIterator[MeterFactory]:
    """Let a test start meters, on free ports of 127.0.0.1.

    `meter = await nl43_emulator(model="NL-53")` has its address in `meter.host` and `meter.port`; `meter.instrument`
    is the instrument as its operator sees it, `meter.clock` its time, `meter.faults` what goes wrong, `meter.referee`
    what the client did. At the end of the test the meters are stopped, and their referees must be clean; what a test
    breaks on purpose it announces with `meter.referee.expect(kind)`.
    """
    # Where pytest-socket closes the network to tests, this one opens it again.
    with contextlib.suppress(pytest.FixtureLookupError):
        request.getfixturevalue("socket_enabled")
    async with emulated_meters() as start:
        yield start
