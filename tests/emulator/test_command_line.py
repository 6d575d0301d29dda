"""The emulator as a program, run as one."""

from collections.abc import Iterator
import contextlib
import json
import os
from pathlib import Path
import signal
import socket
import subprocess
import sys
import threading
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


def two_free_ports() -> int:
    """Return the first of two, below those that the system hands out."""
    for port in range(20_000 + os.getpid() % 10_000, 32_000, 2):
        with (
            contextlib.suppress(OSError),
            socket.create_server(("127.0.0.1", port)),
            socket.create_server(("127.0.0.1", port + 1)),
        ):
            return port
    raise AssertionError("all ports are taken")


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
    port = two_free_ports()
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--count", "2", "--ftp-port", "off", "--measuring"]
    arguments += ["--clock-drift", "5", "--past", "0.5"]
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
        (["--ftp-port", "ftp"], "'ftp' is neither a port nor 'off'"),
        (["--speed", "0.5"], "the speed is 0, or 1 to 10000, not 0.5"),
        (["--count", "2", "--port", "0", "--speed", "nan"], "the speed is"),
        (["serve", "--count", "x"], "not a number of meters"),
        (["ctl", "show"], "required: --api"),
        (["ctl", "--api", "http://127.0.0.1:1", "fault", "busy", "code"], "not NAME=VALUE"),
        (["--setting", "Colour=Blue"], "there is no setting 'Colour'"),
        (["--setting", "Time Weighting=Q"], "cannot be 'Q'"),
        (["--setting", "Time Weighting"], "not NAME=VALUE"),
        (["--options", "EX,FFT"], "unknown option FFT"),
        (["--count", "0"], "not a number of meters"),
        (["--past", "long"], "'long' is not 0 to 168 hours"),
        (["--past", "169"], "'169' is not 0 to 168 hours"),
        (["--serial", "1234"], "not 8 digits"),
        (["--scene", "beach"], "beach"),
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
    for name in (
        "host",
        "port",
        "ftp-port",
        "api-port",
        "speed",
        "seed",
        "count",
        "scene",
        "model",
        "options",
        "latency",
        "prompt",
    ):
        assert f"--{name} " in text


@pytest.mark.usefixtures("socket_enabled")
def test_it_runs_until_a_signal_in_this_process_too(capsys: pytest.CaptureFixture[str]) -> None:
    """SIGALRM stands in for the user's patience: it raises SIGTERM in the running program."""
    signal.signal(signal.SIGALRM, lambda number, frame: signal.raise_signal(signal.SIGTERM))
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    options = ["--options", "none", "--scene", "quiet", "--measuring", "--referee", "--speed", "10"]
    assert main(["serve", "--port", "0", "--api-port", "0", "--ftp-port", "0", *options]) == 0
    out, errors = capsys.readouterr()
    assert json.loads(out)["meters"][0]["ftp_port"] > 0
    assert json.loads(out)["api"].startswith("http://127.0.0.1:")
    assert json.loads(errors)["00830001"]["commands"] == 0
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    assert main(["--port", "0", "--ftp-port", "off"]) == 0
    out, errors = capsys.readouterr()
    assert (json.loads(out)["api"], errors) == (None, "")


@pytest.mark.usefixtures("socket_enabled")
def test_a_port_of_the_api_that_cannot_be_had(capsys: pytest.CaptureFixture[str]) -> None:
    """A port of the API that cannot be had."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", "0", "--api-port", str(port)]) == 1
        assert f"cannot listen on 127.0.0.1, port {port}: " in capsys.readouterr().err
    assert main(["--port", "0", "--api-port", "70000"]) == 1
    assert "cannot listen on 127.0.0.1, port 70000: " in capsys.readouterr().err


class Ctl:
    """`ctl`, as typed at a running emulator."""

    def __init__(self, url: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Speak to this one."""
        self._url = url
        self._capsys = capsys

    def do(self, *words: str) -> Any:
        """Return what it writes."""
        assert main(["ctl", "--api", self._url, *words]) == 0
        return json.loads(self._capsys.readouterr().out)

    def fail(self, *words: str) -> str:
        """Return the one line in which it fails."""
        assert main(["ctl", "--api", self._url, *words]) == 1
        out, error = self._capsys.readouterr()
        assert out == ""
        assert error.startswith("nl43-emulator ctl: ")
        assert error.count("\n") == 1
        return error


@pytest.mark.usefixtures("socket_enabled")
def test_meters_are_operated_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Meters are operated from the command line."""
    with running("--port", "0", "--api-port", "0", "--speed", "0") as (_, told):
        ctl = Ctl(told["api"], capsys)
        assert ctl.do("meters")["meters"][0]["port"] == told["meters"][0]["port"]
        assert ctl.do("press", "start")["state"] == "measuring"
        assert "start does nothing now" in ctl.fail("press", "start")
        begin = ctl.do("step", "60")["meter_time_s"] - 60
        assert ctl.do("show")["measured_s"] == 60
        assert ctl.do("truth", str(begin), str(begin + 60))["laeq"] > 20
        assert ctl.do("press", "stop")["state"] == "stopped"
        assert ctl.do("set", "Store Name", "0042") == {"name": "Store Name", "value": "0042"}
        assert ctl.do("get", "store name")["value"] == "0042"
        assert "cannot be 'x'" in ctl.fail("set", "Store Name", "x")
        assert ctl.do("scene", "calibrator")["scene"] == "calibrator"
        assert ctl.do("speed", "100")["speed"] == 100
        assert ctl.do("power", "off")["powered"] is False
        assert ctl.do("power", "on")["powered"] is True
        assert "busy" in [fault["name"] for fault in ctl.do("faults")["faults"]]
        number = ctl.do("fault", "busy", "--command", "Type?", "--times", "2", "code=3")["id"]
        [active] = ctl.do("active")["faults"]
        assert (active["id"], active["times"], active["parameters"]) == (number, 2, {"code": 3})
        assert ctl.do("heal", str(number)) == {"faults": []}
        ctl.do("fault", "garbled-line", "how=replace", "text=Stopp", "--for", "60", "--skip", "1", "--probability", "1")
        assert ctl.do("heal") == {"faults": []}
        assert ctl.do("report")["commands"] == 0


@pytest.mark.usefixtures("socket_enabled")
def test_one_of_several_meters_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """One of several meters is named."""
    with running("--port", "0", "--api-port", "0", "--count", "2") as (_, told):
        ctl = Ctl(told["api"] + "/", capsys)
        assert "say --meter with one of 00830001, 00830002" in ctl.fail("show")
        assert ctl.do("--meter", "00830002", "show")["serial"] == "00830002"
        assert "no meter '1'" in ctl.fail("--meter", "1", "show")


@pytest.mark.usefixtures("socket_enabled")
def test_where_no_emulator_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Where no emulator is."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert "does not answer" in Ctl(f"http://127.0.0.1:{port}", capsys).fail("show")
    assert "is no address of an API" in Ctl("file:///etc/hostname", capsys).fail("show")
    with socket.create_server(("127.0.0.1", 0)) as other:
        thread = threading.Thread(target=answer_once, args=(other, b"HTTP/1.0 500 Oh\r\n\r\n<html>"))
        thread.start()
        assert "HTTP status 500" in Ctl(f"http://127.0.0.1:{other.getsockname()[1]}", capsys).fail("show")
        thread.join()


def answer_once(server: socket.socket, answer: bytes) -> None:
    """Be another server."""
    connection, _ = server.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(answer)
