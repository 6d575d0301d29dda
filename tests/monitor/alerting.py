"""A monitor with rules that watches an emulated meter, what its rules told, and sounds to tell of."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
import json
from typing import Any

from custom_components.rion_nl43.alerts import Metric, Quantity, Rule, Transition, TransitionKind
from emulator import EmulatedMeter

from .watching import Watching, watching

# A scene of some 30 dB, and a tone on top of it.
SCENE = "quiet"
LOUD_DB = 90.0
LP = Metric(Quantity.LP)


def loud_rule(rule_id: str = "loud", metric: Metric = LP, *, duration_s: float = 0.0, **changes: Any) -> Rule:
    """Make a rule that the tone breaks."""
    told: dict[str, Any] = {"id": rule_id, "name": "Too loud", "metric": metric, "alarm_db": 70.0, **changes}
    return Rule(duration_s=duration_s, **told)


class Alerted:
    """The watching, and the transitions told with the loop time at which they were."""

    def __init__(self, watch: Watching) -> None:
        """Begin to listen."""
        self.watch = watch
        self.alerts = watch.monitor.alerts
        self.told: list[Transition] = []
        self.told_at: list[float] = []
        self.alerts.on_transition(self._take)

    def _take(self, transition: Transition) -> None:
        self.told.append(transition)
        self.told_at.append(self.watch.now)

    @property
    def kinds(self) -> list[TransitionKind]:
        """What happened, in order."""
        return [transition.kind for transition in self.told]

    async def until_told(self, count: int, within_s: float) -> Transition:
        """Wait for so many transitions in all; returns the last one of these."""
        await self.watch.until(lambda: len(self.told) >= count, within_s)
        return self.told[count - 1]

    @contextmanager
    def tone(self) -> Iterator[None]:
        """Let the tone sound meanwhile."""
        source, instrument = object(), self.watch.meter.instrument
        instrument.add_sound(source, LOUD_DB)
        try:
            yield
        finally:
            instrument.remove_sound(source)

    def kept(self) -> dict[str, Any]:
        """What another monitor is given to go on from here, by way of files."""
        return {
            "restored": json.loads(json.dumps(self.watch.monitor.memory)),
            "episodes": json.loads(json.dumps(self.alerts.episodes_memory)),
        }


@asynccontextmanager
async def alerted(meter: EmulatedMeter, *rules: Rule, **options: Any) -> AsyncIterator[Alerted]:
    """Let a monitor with these rules run; `options` are those of the watching."""
    async with watching(meter, **options) as watch:
        alert = Alerted(watch)
        watch.monitor.alerts.configure(rules)
        yield alert
