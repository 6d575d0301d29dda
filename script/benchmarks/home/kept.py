"""What the recorder keeps of a meter in each publish profile, an hour and ten days of it."""

import json
import subprocess
import sys
from typing import Any

from custom_components.rion_nl43.const import PublishProfile

from ..table import Finding, at_most, show
from .recorded import COUNTED_S

RECORDING = "script.benchmarks.home.recorded"
ROWS_PER_MIN = 6.0
TEN_DAYS_MB = 25.0
TEN_DAYS_H = 240
# Hourly statistics come beside the short-term ones of every 5 minutes.
STATISTICS = 13 / 12
# Only the default has a promise; who chooses live has chosen to fill the disk.
PROMISED = (PublishProfile.ECONOMICAL, PublishProfile.NORMAL)


def run(scene: str) -> bool:
    """Let a process of its own record; returns whether the promises were kept."""
    print(f"recording meters that hear {scene}, in virtual time ...", flush=True)
    process = subprocess.run(  # noqa: S603 # our own program
        [sys.executable, "-m", RECORDING, scene], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    recording = json.loads(process.stdout)
    print(f"a state takes {recording['state_bytes']:.0f} bytes, a statistic {recording['statistics_bytes']:.0f}")
    kept = True
    for profile in PublishProfile:
        kept &= show(f"recorder, {scene}, profile {profile}", _findings(recording, profile))
    return kept


def _findings(recording: dict[str, Any], profile: PublishProfile) -> list[Finding]:
    recorded, per_hour = recording["profiles"][profile], 3600 / COUNTED_S
    rows: dict[str, int] = recorded["rows"]
    most = max(rows, key=lambda entity_id: rows[entity_id])
    states, statistics = per_hour * sum(rows.values()), per_hour * recorded["statistics"] * STATISTICS
    kb = (states * recording["state_bytes"] + statistics * recording["statistics_bytes"]) / 1000
    per_min, ten_days_mb = rows[most] * per_hour / 60, kb * TEN_DAYS_H / 1000
    promised = profile in PROMISED
    return [
        Finding("states per meter and hour", f"{states:.0f}"),
        Finding("statistics per meter and hour", f"{statistics:.0f}"),
        Finding("database per meter and hour", f"{kb:.0f} kB"),
        at_most("states a minute of the busiest entity", per_min, ROWS_PER_MIN, "", 1)
        if promised
        else Finding("states a minute of the busiest entity", f"{per_min:.1f}"),
        at_most("database per meter in 10 days", ten_days_mb, TEN_DAYS_MB, " MB", 1)
        if promised
        else Finding("database per meter in 10 days", f"{ten_days_mb:.1f} MB"),
    ]
