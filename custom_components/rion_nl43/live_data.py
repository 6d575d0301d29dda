"""A meter that runs, as live views are told of it, in plain JSON.

Levels are in dB, times are in seconds since the epoch, durations in seconds.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

from .alert_data import async_alert_entity_id, rounded
from .alerts import Metric, Rule
from .coordinator import RionConfigEntry
from .monitor import Facts, MeasurementState, MeterMonitor, MetricLevels, RuleState, Sample
from .symbols import metric_symbol, symbol

# The levels of a sample that have names of their own.
QUANTITIES: Final = ("lp", "leq", "lmax", "lmin", "lpeak", "ln1", "ln2", "ln3", "ln4", "ln5")
RUNNING: Final = (MeasurementState.MEASURING, MeasurementState.PAUSED)
UNKNOWN: Final = "unknown"


def state_data(monitor: MeterMonitor) -> dict[str, Any]:
    """Return how the meter and its measurement are; `feed` is None while there is none."""
    measurement = monitor.measurement
    running = measurement.state in RUNNING and measurement.started_at is not None
    return {
        "available": monitor.available,
        "diagnosis": monitor.diagnosis.current.diagnosis.value,
        "feed": monitor.basis.value if monitor.available else None,
        "run_state": _run_state(measurement.state),
        "measuring_since": _time(measurement.started_at.timestamp()) if running and measurement.started_at else None,
        "standby": monitor.standby.active,
    }


def sample_data(sample: Sample) -> dict[str, Any]:
    """Return a sample of the main channel; all but Lp are those of the measurement, and held when that ends."""
    main = sample.levels.main
    return {
        "t": sample_time(sample),
        "d": round(sample.duration_s, 3),
        "lp": rounded(main.lp),
        "leq": rounded(main.leq),
        "lmax": rounded(main.lmax),
        "lmin": rounded(main.lmin),
        "lpeak": rounded(main.lpeak),
        "ln": [rounded(level) for level in main.ln],
        "over": main.over,
        "under": main.under,
    }


def sample_time(sample: Sample) -> float:
    """Return when a sample ended, as live views are told it."""
    return _time(sample.at.timestamp())


def metrics_data(monitor: MeterMonitor, sample: Sample, metrics: Mapping[str, Metric]) -> dict[str, float | None]:
    """Return these levels as they are with the latest sample."""
    levels = MetricLevels(sample.levels.main, monitor.windows)
    return {key: rounded(levels.level(metric)) for key, metric in metrics.items()}


def labels_data(facts: Facts, metrics: Mapping[str, Metric]) -> dict[str, str]:
    """Return the symbols of the levels of a sample and of these."""
    return {quantity: symbol(quantity, facts) for quantity in QUANTITIES} | {
        key: metric_symbol(metric, facts) for key, metric in metrics.items()
    }


@callback
def rules_data(hass: HomeAssistant, entry: RionConfigEntry) -> list[dict[str, Any]]:
    """Return the alert rules of the meter and how they are, in the order of their names."""
    alerts, facts = entry.runtime_data.monitor.alerts, entry.runtime_data.monitor.facts
    return [
        _rule(rule, alerts.state(rule.id), facts, async_alert_entity_id(hass, entry, rule.id))
        for rule in sorted(alerts.rules.values(), key=lambda rule: (rule.name.casefold(), rule.id))
    ]


def history_data(monitor: MeterMonitor, history_s: float) -> dict[str, Any]:
    """Return the past of the meter: its samples, the seconds before them, and what the measurement did meanwhile."""
    history = monitor.live.history(history_s)
    told: dict[str, Any] = {
        "trace": {"t": [ms / 1000 for ms in history.samples.ended_ms], "lp": history.samples.lp},
        "runs": [[_time(run.since), _run_state(run.state)] for run in history.runs],
    }
    if seconds := history.seconds:
        told["seconds"] = {
            "began": seconds.began,
            "step_s": 1,
            "max": seconds.lmax,
            "min": seconds.lmin,
            "leq": seconds.leq,
        }
    return told


def _rule(rule: Rule, state: RuleState, facts: Facts, entity_id: str | None) -> dict[str, Any]:
    episode = state.episode
    return {
        "rule_id": rule.id,
        "name": rule.name,
        "metric": rule.metric.key,
        "symbol": metric_symbol(rule.metric, facts),
        "direction": rule.direction.value,
        "warning": rule.warning_db,
        "alarm": rule.alarm_db,
        "enabled": rule.enabled,
        "grade": state.grade.word,
        "pending": state.pending,
        "snoozed_until": state.snoozed_until,
        "entity_id": entity_id,
        "episode_id": episode.id if episode else None,
        "acknowledged": episode is not None and episode.acknowledged is not None,
    }


def _run_state(state: MeasurementState | None) -> str:
    return UNKNOWN if state is None else state.value


def _time(at: float) -> float:
    return round(at, 3)
