"""The pytest plugin, in projects that know nothing of this one's tests."""

import asyncio
import importlib.util
from pathlib import Path
import subprocess
import sys

import pytest

from emulator import MeterConfig
from emulator.pytest_plugin import MeterFactory, async_fixture, emulated_meters

ROOT = Path(__file__).parents[2]
PATIENCE_S = 120
CLOSED = ("-p", "pytest_socket", "--disable-socket", "--allow-unix-socket")

TESTS = """
import asyncio
import pytest

async def ask(meter, line):
    reader, writer = await asyncio.open_connection(meter.host, meter.port)
    writer.write(line)
    answer = await reader.readuntil(b"\\r\\n")
    writer.close()
    return answer

{decorator}
async def test_a_meter(nl43_emulator):
    meter = await nl43_emulator(serial="00831111", model="NL-53")
    assert await ask(meter, b"Type?\\r\\n") == b"R+0000\\r\\n"
    assert meter.referee.commands[0].line == "Type?"

{decorator}
async def test_another_meter_is_a_fresh_one(nl43_emulator):
    meter = await nl43_emulator()
    assert not meter.referee.commands

{decorator}
async def test_a_broken_rule(nl43_emulator):
    meter = await nl43_emulator()
    await ask(meter, b"$Type?\\r\\n")

{decorator}
async def test_a_rule_broken_on_purpose(nl43_emulator):
    meter = await nl43_emulator()
    meter.referee.expect("prompt sent")
    await ask(meter, b"$Type?\\r\\n")
"""


def run_pytest(folder: Path, *arguments: str) -> str:
    """Run pytest on the tests of a folder, with no plugins but those asked for; return what it says."""
    plugins = [*arguments, "-p", "emulator.pytest_plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *plugins]
    result = subprocess.run(  # noqa: S603 # our own tests
        command,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PATH": ""},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return result.stdout


@pytest.mark.parametrize(
    ("runner", "decorator"),
    [
        (("-p", "pytest_asyncio.plugin", "--asyncio-mode=auto"), ""),
        (("-p", "pytest_asyncio.plugin", "--asyncio-mode=strict"), "@pytest.mark.asyncio"),
        (
            (
                "-p",
                "pytest_asyncio.plugin",
                "-p",
                "pytest_socket",
                "--disable-socket",
                "--allow-unix-socket",
                "--asyncio-mode=auto",
            ),
            "",
        ),
    ],
)
def test_it_works_elsewhere(tmp_path: Path, runner: tuple[str, ...], decorator: str) -> None:
    """In either mode of pytest-asyncio, and where the network is closed; a broken rule is an error of its test."""
    (tmp_path / "test_other.py").write_text(TESTS.format(decorator=decorator))
    said = run_pytest(tmp_path, *runner)
    assert "4 passed, 1 error" in said
    assert "ERROR at teardown of test_a_broken_rule" in said
    assert "the client broke 1 rules" in said
    assert "prompt sent" in said


def test_the_plugin_needs_no_pytest_asyncio(tmp_path: Path) -> None:
    """With AnyIO alone the same tests run."""
    (tmp_path / "conftest.py").write_text(
        'import pytest\n\n@pytest.fixture\ndef anyio_backend():\n    return "asyncio"\n'
    )
    (tmp_path / "without_asyncio.py").write_text(
        "import importlib.util\nfind = importlib.util.find_spec\n"
        'importlib.util.find_spec = lambda name: None if name == "pytest_asyncio" else find(name)\n'
    )
    (tmp_path / "test_other.py").write_text(TESTS.format(decorator="@pytest.mark.anyio"))
    said = run_pytest(tmp_path, "-p", "without_asyncio", "-p", "anyio.pytest_plugin")
    assert "4 passed, 1 error" in said


def test_fixtures_are_made_by_pytest_itself_without_pytest_asyncio(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not installed is not imported."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert async_fixture() is pytest.fixture


async def test_the_factory_takes_a_config_or_fields(nl43_emulator: MeterFactory) -> None:
    """Both at a time would leave open which counts."""
    config = MeterConfig(serial="00839999")
    assert (await nl43_emulator(config)).config is config
    assert (await nl43_emulator(serial="00831111")).config.serial == "00831111"
    with pytest.raises(TypeError, match="serial"):
        await nl43_emulator(config, serial="00831111")


async def test_a_meter_serves_ftp_if_asked_to(nl43_emulator: MeterFactory) -> None:
    """On a port of its own; else not."""
    assert (await nl43_emulator()).ftp_port is None
    assert (await nl43_emulator(ftp_port=0)).ftp_port


async def test_meters_are_stopped_at_the_end() -> None:
    """Whatever happened, no meter stays."""
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 # what the test does goes wrong
        async with emulated_meters() as start:
            meter = await start()
            address = meter.host, meter.port
            raise ZeroDivisionError
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*address)


async def test_a_broken_rule_is_told_at_the_end() -> None:
    """The referee has the last word."""
    with pytest.raises(AssertionError, match="no command"):  # noqa: PT012 # it is told at the end
        async with emulated_meters() as start:
            meter = await start()
            _, writer = await asyncio.open_connection(meter.host, meter.port)
            writer.write(b"Tpye?\r\n")
            await asyncio.sleep(1)
            writer.close()
            await asyncio.sleep(1)
