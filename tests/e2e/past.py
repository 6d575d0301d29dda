"""Levels of hours ago, for graphs of what was added just now."""

from datetime import UTC, datetime, timedelta

from script.demo_home.home import Home
from script.demo_home.meters import Device


async def give_past(home: Home, device: Device) -> None:
    """Let there be LAeq,15min of the last hours, which a meter that was added just now has not."""
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    stats = [
        {"start": (hour - timedelta(hours=ago)).isoformat(), "mean": 55.0, "min": 50.0, "max": 60.0}
        for ago in (3, 2, 1)
    ]
    kind = {"has_mean": True, "mean_type": 1, "has_sum": False, "unit_class": None, "unit_of_measurement": "dB"}
    async with home.api.websocket() as websocket:
        known = await websocket.command("rion_nl43/meters")
        entities = next(meter["entities"] for meter in known["meters"] if meter["device_id"] == device.id)
        named = {"name": None, "source": "recorder", "statistic_id": entities["leq_15min"]}
        await websocket.command("recorder/import_statistics", metadata={**named, **kind}, stats=stats)
