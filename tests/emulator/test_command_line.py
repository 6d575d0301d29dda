"""The emulator as a program, run as one."""

from collections.abc import Iterator
import contextlib
import json
from pathlib import Path
import signal
import socket
import subprocess
import sys
from typing import Any

import pytest

from emulator.__main__ import main

ROOT = Path(__file__).parents[2]
PATIENCE_S = 30


@contextlib.contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Run the emulator; yield the process and what its first line tells."""
    command = [sys.executable, "-m", "emulator", *arguments]
    with subprocess.Popen(  # noqa: S603 # our own program
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            yield process, json.loads(process.stdout.readline())
        finally:
            process.kill()


def ask(address: dict[str, Any], line: str) -> str:
    """Return the data line of an answer."""
    with socket.create_connection((address["host"], address["port"]), timeout=PATIENCE_S) as sock:
        sock.sendall(line.encode("ascii") + b"\r\n")
        lines = sock.makefile(encoding="ascii", newline="\r\n")
        assert lines.readline() == "R+0000\r\n"
        return lines.readline().removesuffix("\r\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.usefixtures("socket_enabled")
def test_it_tells_its_addresses_and_ends_when_told_to(number: signal.Signals) -> None:
    """It tells its addresses and ends when told to."""
    with running("--port", "0", "--count", "3", "--seed", "5", "--model", "NL-63", "--referee") as (process, told):
        assert [meter["serial"] for meter in told["meters"]] == ["00830001", "00830002", "00830003"]
        assert all(set(meter) == {"serial", "host", "port", "ftp_port"} for meter in told["meters"])
        assert {meter["ftp_port"] for meter in told["meters"]} == {told["api"]} == {None}
        for meter in told["meters"]:
            assert ask(meter, "Serial Number?") == meter["serial"]
        process.send_signal(number)
        out, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0
        assert out == ""
        reports = json.loads(errors)
        assert {report["commands"] for report in reports.values()} == {1}
        assert list(reports) == ["00830001", "00830002", "00830003"]


@pytest.mark.usefixtures("socket_enabled")
def test_switches_reach_the_meter_and_ports_follow_each_other() -> None:
    """Switches reach the meter and ports follow each other."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--count", "2", "--ftp-port", "off", "--measuring"]
    arguments += ["--setting", "Store Name=0042", "--latency", "none", "--options", "EX,RT", "--scene", "quiet"]
    with running(*arguments) as (process, told):
        assert [meter["port"] for meter in told["meters"]] == [port, port + 1]
        assert ask(told["meters"][0], "Measure?") == "Start"
        assert ask(told["meters"][1], "Store Name?") == "0042"
        process.terminate()
        assert process.communicate(timeout=PATIENCE_S) == ("", "")


@pytest.mark.usefixtures("socket_enabled")
def test_a_port_in_use_is_an_error_of_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A port in use is an error of one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port)]) == 1
    out, errors = capsys.readouterr()
    assert out == ""
    assert errors == f"nl43-emulator: cannot listen on 127.0.0.1, port {port}: Address already in use\n"


@pytest.mark.usefixtures("socket_enabled")
def test_a_port_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    """A port that does not exist."""
    assert main(["--port", "65535", "--count", "2"]) == 1
    assert "there is no port 65536" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--ftp-port", "2121"], "serves no FTP"),
        (["--setting", "Colour=Blue"], "there is no setting 'Colour'"),
        (["--setting", "Time Weighting=Q"], "cannot be 'Q'"),
        (["--setting", "Time Weighting"], "not NAME=VALUE"),
        (["--options", "EX,FFT"], "unknown option FFT"),
        (["--count", "0"], "not a number of meters"),
        (["--serial", "1234"], "not 8 digits"),
        (["--scene", "beach"], "invalid choice"),
        (["--second-connection", "shout"], "invalid choice"),
    ],
)
def test_what_cannot_be_is_an_error_of_use(capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    """What cannot be is an error of use."""
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    assert exit_info.value.code == 2
    assert told in capsys.readouterr().err


def test_help_names_every_switch(capsys: pytest.CaptureFixture[str]) -> None:
    """Help names every switch."""
    with pytest.raises(SystemExit) as exit_info:
        main(["--help"])
    assert exit_info.value.code == 0
    text = capsys.readouterr().out
    for name in ("host", "port", "ftp-port", "seed", "count", "scene", "model", "options", "latency", "prompt"):
        assert f"--{name} " in text


@pytest.mark.usefixtures("socket_enabled")
def test_it_runs_until_a_signal_in_this_process_too(capsys: pytest.CaptureFixture[str]) -> None:
    """SIGALRM stands in for the user's patience: it raises SIGTERM in the running program."""
    signal.signal(signal.SIGALRM, lambda number, frame: signal.raise_signal(signal.SIGTERM))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    assert main(["--port", "0", "--options", "none", "--measuring", "--referee"]) == 0
    out, errors = capsys.readouterr()
    assert len(json.loads(out)["meters"]) == 1
    assert json.loads(errors)["00830001"]["commands"] == 0
