"""`check` and `serve REPORT` as a user runs them."""

import json
from pathlib import Path
import signal
import socket
import sys
from unittest.mock import patch

import pytest

from emulator.__main__ import main
from emulator.check import walk, wire
from tests.emulator.test_command_line import PATIENCE_S, ask, running

SHORT = ("Type?", "Serial Number?", "System Version?", "DRD?")


@pytest.fixture
def short_check(monkeypatch: pytest.MonkeyPatch, socket_enabled: None) -> None:
    """Let a check ask little and wait little: time is real here."""
    monkeypatch.setattr(walk, "LINES", SHORT)
    monkeypatch.setattr(wire, "SPACING_S", 0.4)


def report_of_a_meter(path: Path) -> str:
    """Check an emulated meter that runs on its own; return the exit code and what was told."""
    with running("--port", "0", "--serial", "00831234", "--model", "NL-53") as (_, told):
        meter = told["meters"][0]
        assert main(["check", meter["host"], "--port", str(meter["port"]), "--report", str(path)]) == 0
    return path.read_text(encoding="utf-8")


@pytest.mark.usefixtures("short_check")
def test_a_check_tells_and_reports(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It tells what it found; the report can be served."""
    path = tmp_path / "report.json"
    assert "00831234" not in report_of_a_meter(path)
    out, errors = capsys.readouterr()
    assert "The check is complete." in out
    assert "Type and system version\n  NL-53, 01.02.0304\n" in out
    assert "Differences to the emulator: none" in out
    assert f"The report is in {path}." in out
    assert errors == "1 of 5 questions\n"
    with running("serve", str(path), "--port", "0", "--ftp-port", "0") as (process, told):
        (meter,) = told["meters"]
        assert meter["serial"] == "00000000"
        assert meter["ftp_port"]
        assert ask(meter, "Type?") == "NL-53"
        process.terminate()
        assert process.communicate(timeout=PATIENCE_S) == ("", "")


@pytest.mark.usefixtures("short_check")
def test_a_report_that_cannot_be_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The findings are told all the same."""
    with running("--port", "0") as (_, told):
        meter = told["meters"][0]
        assert main(["check", meter["host"], "--port", str(meter["port"]), "--report", str(tmp_path)]) == 1
    out, errors = capsys.readouterr()
    assert "The check is complete." in out
    assert "The report is in" not in out
    assert f"the report cannot be written to {tmp_path}: " in errors


@pytest.mark.usefixtures("short_check")
def test_a_check_without_a_report(capsys: pytest.CaptureFixture[str]) -> None:
    """Then it only tells."""
    with running("--port", "0", "--options", "none") as (_, told):
        meter = told["meters"][0]
        assert main(["check", meter["host"], "--port", str(meter["port"])]) == 0
    out = capsys.readouterr().out
    assert "The stream of DRD?\n  R+0003\n" in out
    assert "The report is in" not in out


def interrupt_after(seconds: float) -> None:
    """Press Ctrl-C, as it were, after a time."""
    signal.signal(signal.SIGALRM, lambda number, frame: signal.raise_signal(signal.SIGINT))
    signal.setitimer(signal.ITIMER_REAL, seconds)


@pytest.mark.usefixtures("socket_enabled")
def test_ctrl_c_keeps_what_was_recorded(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Whoever interrupts a check has the findings until then."""
    path = tmp_path / "report.json"
    with running("--port", "0") as (_, told), patch.object(sys.stderr, "isatty", return_value=True):
        meter = told["meters"][0]
        interrupt_after(2.6)
        assert main(["check", meter["host"], "--port", str(meter["port"]), "--report", str(path)]) == 1
    out, errors = capsys.readouterr()
    assert "The check was interrupted" in out
    assert "] Type?" in errors
    assert json.loads(path.read_text(encoding="utf-8"))["ended"] == "interrupted"


@pytest.mark.usefixtures("socket_enabled")
def test_ctrl_c_before_anything_was_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    """There is nothing to tell."""
    with running("--port", "0") as (_, told):
        meter = told["meters"][0]
        interrupt_after(0.3)
        assert main(["check", meter["host"], "--port", str(meter["port"])]) == 1
    assert "interrupted before there was anything to tell" in capsys.readouterr().err


@pytest.mark.usefixtures("socket_enabled")
def test_errors_are_of_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """No meter, no folder, no report, no port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    assert main(["check", "127.0.0.1", "--port", port]) == 1
    assert "127.0.0.1 refuses connections" in capsys.readouterr().err
    assert main(["check", "127.0.0.1", "--port", port, "--report", str(tmp_path / "no" / "report.json")]) == 1
    assert "there is no folder" in capsys.readouterr().err
    assert main(["serve", str(tmp_path / "none.json")]) == 1
    assert "none.json cannot be read" in capsys.readouterr().err
    for text in ("-1", "65536", "x"):
        with pytest.raises(SystemExit):
            main(["check", "127.0.0.1", "--port", text])
        assert f"{text!r} is not a port" in capsys.readouterr().err or text == "-1"


ROW = ",".join(["  -.-"] * 20)


def small_report(path: Path) -> None:
    """Write a report with a row that the emulator cannot have."""
    exchanges = {"Type?": "NL-43", "Measure?": "Start", "DOD?": ROW}
    content = {
        "format": "nl43-check",
        "version": 1,
        "began": "2026-03-02T08:00:00+00:00",
        "ended": "lost",
        "greeting": [],
        "exchanges": [
            {"sent": sent, "at": 1.0, "received": [[1.1, f"R+0000\r\n{answer}\r\n$"]], "sub_at": None}
            for sent, answer in exchanges.items()
        ],
    }
    path.write_text(json.dumps(content))


@pytest.mark.usefixtures("socket_enabled")
def test_serving_a_report_in_this_process(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What the meter cannot do it says, a port in use is an error, and a signal ends it."""
    path = tmp_path / "report.json"
    small_report(path)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", str(path), "--port", port]) == 1
    errors = capsys.readouterr().err
    assert "not like the unit: DOD? has 20 fields" in errors
    assert f"cannot listen on 127.0.0.1, port {port}: Address already in use" in errors
    signal.signal(signal.SIGALRM, lambda number, frame: signal.raise_signal(signal.SIGTERM))
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    assert main(["serve", str(path), "--port", "0"]) == 0
    assert json.loads(capsys.readouterr().out)["meters"][0]["serial"] == "00830001"
