"""The same seed and scene: the same bytes, in another meter and in another process."""

import hashlib
import os
from pathlib import Path
import subprocess
import sys

import pytest

from ..bench import Bench

SECONDS = 3600
ROOT = Path(__file__).parents[3]
IN_ANOTHER_PROCESS = """
import sys
from tests.emulator.scenes.test_the_same_again import hash_of_an_hour
print(hash_of_an_hour(sys.argv[1], int(sys.argv[2])))
"""


def hash_of_an_hour(scene: str, seed: int) -> str:
    """Return the hash of the rows that a new meter tells in an hour, one each second."""
    bench = Bench(scene=scene, seed=seed)
    bench.do("Measure,Start")
    rows = hashlib.sha256()
    for _ in range(SECONDS):
        bench.wait(1)
        rows.update(bench.instrument.dod_row().encode("ascii"))
    return rows.hexdigest()


@pytest.mark.parametrize("scene", ["traffic", "emergency"])
def test_two_meters_tell_the_same_hour(scene: str) -> None:
    """All rows are alike by the seed, and differ without it."""
    first = hash_of_an_hour(scene, 3)
    assert hash_of_an_hour(scene, 3) == first
    assert hash_of_an_hour(scene, 4) != first


def test_another_process_tells_the_same_hour() -> None:
    """Nothing depends on the order of sets or on what Python does differently each time."""
    command = [sys.executable, "-c", IN_ANOTHER_PROCESS, "construction", "3"]
    environment = {**os.environ, "PYTHONHASHSEED": "1234", "PYTHONPATH": str(ROOT)}
    told = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 # our own text
    assert told.stdout.strip() == hash_of_an_hour("construction", 3)


def test_how_often_a_meter_is_asked_changes_nothing() -> None:
    """Asked each second or once in the end: the same row."""
    often, once = Bench(scene="concert"), Bench(scene="concert")
    for bench in (often, once):
        bench.do("Measure,Start")
    for _ in range(900):
        often.wait(1)
        often.instrument.dod_row()
    once.wait(900)
    assert once.instrument.dod_row() == often.instrument.dod_row()
