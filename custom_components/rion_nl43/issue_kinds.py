"""What may be wrong with a meter so that a person should know: one table, judged from what the monitor knows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from homeassistant.helpers.issue_registry import IssueSeverity

from .const import WatchdogMode
from .monitor import Diagnosis, Drift, MeterMonitor, WatchdogState
from .monitor.control.baseline import CLOCK
from .nl43 import WrongMeter
from .options import MeterOptions

# A router that starts anew is back within this time: nobody need go and look before.
PATIENCE_S: Final = 120.0

type Finding = Mapping[str, str] | bool | None
"""What to tell of it (True: nothing but that it is so), False if it is not so, None if that is not known now."""

ON: Final = "On"
# The offset is known to half a second: at the limit it must not come and go.
CLOCK_RIGHT: Final = 0.95
L1_L10: Final = frozenset({1.0, 10.0})


@dataclass(frozen=True, slots=True)
class Scene:
    """All that a finding is made of.

    `missing_entities` are those that the options name and nobody has; `missing_schedules` are alert rules by name, each
    with the schedule that it names and nobody has. Both are None while Home Assistant may still set them up.
    """

    monitor: MeterMonitor
    options: MeterOptions
    ftp_login_failed: bool | None
    missing_entities: tuple[str, ...] | None
    missing_schedules: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True, slots=True)
class IssueKind:
    """One row of the table.

    `fixes` are the steps that the fix flow offers, the likeliest first, for this scene; `patience_s` is how long it
    must have been so before somebody is told; `on_acknowledge` is what the monitor makes of an acknowledgement.
    """

    key: str
    find: Callable[[Scene], Finding]
    fixes: Callable[[Scene], tuple[str, ...]]
    severity: IssueSeverity = IssueSeverity.WARNING
    patience_s: float = 0.0
    on_acknowledge: Callable[[MeterMonitor], None] = lambda _: None


def _offer(*steps: str) -> Callable[[Scene], tuple[str, ...]]:
    return lambda _: steps


def _offer_power(scene: Scene) -> tuple[str, ...]:
    return ("power_cycle", "retry") if scene.options.power_switch else ("retry",)


def _wrong_meter(scene: Scene) -> Finding:
    if scene.monitor.available:
        return False
    reason = scene.monitor.reason
    return {"expected": reason.expected, "found": reason.found} if isinstance(reason, WrongMeter) else None


def _link(diagnosis: Diagnosis, *, web_app: bool = False) -> Callable[[Scene], Finding]:
    def find(scene: Scene) -> Finding:
        current = scene.monitor.diagnosis.current
        if current.diagnosis in (Diagnosis.CONNECTING, Diagnosis.POWER_CYCLING):
            return None
        return current.diagnosis is diagnosis and current.web_app is web_app

    return find


def _wedged(scene: Scene) -> Finding:
    """With a power switch the meter is helped without anybody, until that fails."""
    return False if scene.options.power_switch else _link(Diagnosis.WEDGED)(scene)


def _needs_person(scene: Scene) -> Finding:
    if scene.monitor.recovery.needs_person:
        return True
    # Acknowledged it is tried again from time to time; a person hears of it again only after it has been better.
    return False if scene.monitor.diagnosis.current.diagnosis is Diagnosis.CONNECTED else None


def _clock_off(scene: Scene) -> Finding:
    if not scene.options.clock_limit_s:
        return False
    if (offset_s := scene.monitor.facts.clock_offset_s) is None or scene.monitor.auto_clock.pending:
        return None
    if abs(offset_s) <= scene.options.clock_limit_s:
        return None if abs(offset_s) > CLOCK_RIGHT * scene.options.clock_limit_s else False
    return {"offset": f"{'+' if offset_s > 0 else '-'}{_span(abs(offset_s))}"}


def _span(seconds: float) -> str:
    """Return a span of time in the largest unit that suits it, by its symbol, which is that of all languages."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    if seconds < 172800:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} d"


def _percentiles(scene: Scene) -> Finding:
    if not scene.options.want_l1_l10:
        return False
    slots = scene.monitor.facts.percentiles
    if set(slots) >= L1_L10:
        return False
    if None in slots:
        return None
    return {"slots": ", ".join(f"L{slot:g}" for slot in slots if slot is not None)}


def _sleep_mode(scene: Scene) -> Finding:
    word = scene.monitor.facts.sleep_mode
    return None if word is None else word == ON


def _card_low(scene: Scene) -> Finding:
    if not scene.options.card_limit:
        return False
    if (free := scene.monitor.facts.card_free_percent) is None:
        return None
    return {"free": f"{free:.0f}"} if free < scene.options.card_limit else False


def _ftp_login(scene: Scene) -> Finding:
    return scene.ftp_login_failed


def _settings_changed(scene: Scene) -> Finding:
    drifts = scene.monitor.baseline.drifts
    if not drifts:
        return False
    return {"changes": "; ".join(_change(drift) for drift in drifts)}


def _change(drift: Drift) -> str:
    if drift.name == CLOCK:
        return f"{CLOCK}: {float(drift.found) - float(drift.expected):+.0f} s"
    return f"{drift.name}: {drift.expected} → {drift.found}"


def _entity_missing(scene: Scene) -> Finding:
    if scene.missing_entities is None:
        return None
    return {"entities": ", ".join(scene.missing_entities)} if scene.missing_entities else False


def _rule_schedule_missing(scene: Scene) -> Finding:
    if (missing := scene.missing_schedules) is None:
        return None
    if not missing:
        return False
    rules, entities = zip(*missing, strict=True)
    return {"rules": ", ".join(rules), "entities": ", ".join(dict.fromkeys(entities))}


def _calibration_due(scene: Scene) -> Finding:
    calibration = scene.monitor.calibration
    if not calibration.due:
        return False
    last = calibration.last
    return {"last": "\N{EN DASH}" if last is None else f"{last.ended.astimezone(scene.monitor.time_zone):%Y-%m-%d}"}


def _calibrator_heard(scene: Scene) -> Finding:
    """Each tone of which nobody has said yet what it was, with the time by the meter's clock."""
    zone, tones = scene.monitor.time_zone, scene.monitor.calibration.heard
    if not tones:
        return False
    return {"tones": "; ".join(f"{tone.level_db:.1f} dB, {_from_to(tone.span, zone)}" for tone in tones)}


def _from_to(span: tuple[int, int], zone: tzinfo) -> str:
    began, ended = (datetime.fromtimestamp(ms / 1000, zone) for ms in span)
    return f"{began:%Y-%m-%d %H:%M:%S} - {ended:%H:%M:%S}"


def _watchdog_gave_up(scene: Scene) -> Finding:
    if scene.options.watchdog is WatchdogMode.OFF:
        return False
    if scene.monitor.watchdog.state is WatchdogState.OFF:
        return None
    return scene.monitor.watchdog.state is WatchdogState.GIVEN_UP


KINDS: Final = (
    IssueKind("wrong_meter", _wrong_meter, _offer("look_again"), IssueSeverity.ERROR),
    IssueKind("wedged", _wedged, _offer("retry"), IssueSeverity.ERROR, PATIENCE_S),
    IssueKind(
        "needs_person",
        _needs_person,
        _offer_power,
        IssueSeverity.ERROR,
        on_acknowledge=lambda monitor: monitor.recovery.acknowledge(),
    ),
    IssueKind("asleep", _link(Diagnosis.ASLEEP), _offer("retry"), IssueSeverity.ERROR, PATIENCE_S),
    IssueKind("web_app", _link(Diagnosis.REFUSED, web_app=True), _offer("retry"), IssueSeverity.ERROR),
    IssueKind("refused", _link(Diagnosis.REFUSED), _offer_power, IssueSeverity.ERROR, PATIENCE_S),
    IssueKind("clock_off", _clock_off, _offer("set_clock")),
    IssueKind("percentiles", _percentiles, _offer("set_percentiles")),
    IssueKind("sleep_mode", _sleep_mode, _offer("sleep_off")),
    IssueKind("card_low", _card_low, _offer()),
    IssueKind("ftp_login", _ftp_login, _offer("new_login")),
    IssueKind(
        "settings_changed",
        _settings_changed,
        _offer("set_back"),
        on_acknowledge=lambda monitor: monitor.baseline.accept(),
    ),
    IssueKind("calibration_due", _calibration_due, _offer("record_calibration", "snooze_calibration")),
    IssueKind(
        "calibrator_heard",
        _calibrator_heard,
        _offer("record_heard"),
        on_acknowledge=lambda monitor: monitor.calibration.dismiss_heard(),
    ),
    IssueKind("entity_missing", _entity_missing, _offer(), patience_s=PATIENCE_S),
    IssueKind("rule_schedule_missing", _rule_schedule_missing, _offer(), IssueSeverity.ERROR, PATIENCE_S),
    IssueKind("watchdog_gave_up", _watchdog_gave_up, _offer("start_again"), IssueSeverity.ERROR),
)
