"""The ledger of the emulator's fidelity is the one that its command table and its config make."""

from dataclasses import fields
from pathlib import Path

import pytest

from emulator.config import MeterConfig
from emulator.instrument import COMMANDS
from script import fidelity


def test_the_ledger_is_up_to_date() -> None:
    """`script/ledger` has been run since the last change."""
    assert fidelity.PATH.read_text(encoding="utf-8") == fidelity.document(), "run script/ledger"


def test_every_command_is_in_the_ledger() -> None:
    """Every command has one row of its own."""
    lines = fidelity.document().splitlines()
    for command in COMMANDS:
        (row,) = [line for line in lines if line.startswith(f"| `{command.name}` |")]
        assert row.count(" | ") == 7


def test_every_switch_says_what_it_is_for() -> None:
    """Every field of the config is in the ledger but those that their names explain."""
    told = {switch.name for switch in fidelity.switches(MeterConfig)}
    names = {field.name for field in fields(MeterConfig)}
    explained = {"serial", "model", "firmware", "options", "seed", "card_free_mb", "ftp_user", "ftp_password"}
    assert names - told == explained


def test_the_check_tells_what_is_out_of_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check fails on a missing or another file, and what the program writes passes it."""
    monkeypatch.setattr(fidelity, "PATH", tmp_path / "fidelity.md")
    monkeypatch.setattr("sys.argv", ["script/ledger", "--check"])
    assert fidelity.main() == 1
    assert "run script/ledger" in capsys.readouterr().err
    monkeypatch.setattr("sys.argv", ["script/ledger"])
    assert fidelity.main() == 0
    monkeypatch.setattr("sys.argv", ["script/ledger", "--check"])
    assert fidelity.main() == 0
    fidelity.PATH.write_text("other", encoding="utf-8")
    assert fidelity.main() == 1
