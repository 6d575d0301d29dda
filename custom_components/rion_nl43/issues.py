"""What a person should know or do about a meter, as repair issues."""

from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, CoreState, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.start import async_at_started
from homeassistant.util.hass_dict import HassKey

from .alert_rule import named_schedule
from .const import DOMAIN, SUBENTRY_ALERT_RULE
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .issue_kinds import KINDS, Finding, IssueKind, Scene
from .options import MeterOptions


class IssueKeeper:
    """Raises and withdraws the issues of one loaded meter.

    An issue that was acknowledged is gone until its condition has ended and comes back; that is kept over restarts.
    """

    def __init__(self, hass: HomeAssistant, entry: RionConfigEntry) -> None:
        """Begin with what the monitor knows now."""
        self._hass = hass
        self.entry = entry
        self._monitor = entry.runtime_data.monitor
        self._memory = entry.runtime_data.memory
        self._found_at: dict[str, float] = {}
        self._cancel_timer: CALLBACK_TYPE | None = None
        self.ftp_login_failed: bool | None = None

    @property
    def scene(self) -> Scene:
        """What the findings are made of."""
        options = MeterOptions.from_entry(self.entry)
        # While Home Assistant starts, others may still set them up.
        running = self._hass.state is CoreState.running
        return Scene(
            self._monitor,
            options,
            self.ftp_login_failed,
            tuple(filter(self._is_missing, options.named_entities)) if running else None,
            self._missing_schedules() if running else None,
        )

    def _is_missing(self, entity_id: str) -> bool:
        return self._hass.states.get(entity_id) is None

    def _missing_schedules(self) -> tuple[tuple[str, str], ...]:
        return tuple(
            (subentry.title, entity_id)
            for subentry in self.entry.get_subentries_of_type(SUBENTRY_ALERT_RULE)
            if (entity_id := named_schedule(subentry)) and self._is_missing(entity_id)
        )

    @callback
    def async_follow(self) -> None:
        """Judge now and whenever the monitor has news."""
        monitor = self._monitor
        for subscribe in (
            monitor.on_availability,
            monitor.on_facts,
            monitor.diagnosis.on_change,
            monitor.recovery.on_change,
            monitor.watchdog.on_change,
            monitor.baseline.on_change,
            monitor.calibration.on_change,
        ):
            self.entry.async_on_unload(subscribe(lambda *_: self.async_judge()))
        # Judges at once where Home Assistant runs already.
        self.entry.async_on_unload(async_at_started(self._hass, self._async_judge_started))
        self.async_judge()

    @callback
    def async_judge(self) -> None:
        """Raise what is found, withdraw what has ended, and leave alone what is not known."""
        self._async_stop_timer()
        scene, now = self.scene, self._hass.loop.time()
        waits = [self._async_judge(kind, kind.find(scene), now) for kind in KINDS]
        if pending := [wait for wait in waits if wait > 0]:
            self._cancel_timer = async_call_later(self._hass, min(pending), self._async_judge_later)

    @callback
    def _async_judge_started(self, _hass: HomeAssistant) -> None:
        self.async_judge()

    @callback
    def _async_judge_later(self, _now: datetime) -> None:
        self._cancel_timer = None
        self.async_judge()

    def _async_judge(self, kind: IssueKind, finding: Finding, now: float) -> float:
        """Act on a finding; return in how many seconds it must be looked at again, 0 for not before there is news."""
        if finding is None:
            return 0
        if finding is False:
            self._found_at.pop(kind.key, None)
            self._forget_acknowledgement(kind.key)
            self._async_withdraw(kind.key)
            return 0
        found_at = self._found_at.setdefault(kind.key, now)
        if kind.key in self._memory.acknowledged:
            self._async_withdraw(kind.key)
        elif (wait := found_at + kind.patience_s - now) > 0:
            return wait
        else:
            self._async_raise(kind, {} if finding is True else dict(finding))
        return 0

    def _async_raise(self, kind: IssueKind, placeholders: dict[str, str]) -> None:
        ir.async_create_issue(
            self._hass,
            DOMAIN,
            self._issue_id(kind.key),
            data={"entry_id": self.entry.entry_id, "kind": kind.key},
            is_fixable=True,
            severity=kind.severity,
            translation_key=kind.key,
            translation_placeholders={"name": async_meter_name(self._hass, self.entry), **placeholders},
        )

    def _async_withdraw(self, key: str) -> None:
        ir.async_delete_issue(self._hass, DOMAIN, self._issue_id(key))

    def _issue_id(self, key: str) -> str:
        return f"{key}_{self.entry.entry_id}"

    @callback
    def async_acknowledge(self, kind: IssueKind) -> None:
        """Do not speak of it again before it has ended and come back."""
        self._memory.acknowledged.add(kind.key)
        self._memory.async_note_change()
        self._async_withdraw(kind.key)
        kind.on_acknowledge(self._monitor)
        self.async_judge()

    def _forget_acknowledgement(self, key: str) -> None:
        if key in self._memory.acknowledged:
            self._memory.acknowledged.discard(key)
            self._memory.async_note_change()

    @callback
    def async_close(self) -> None:
        """Withdraw all issues: nobody watches the meter any more."""
        self._async_stop_timer()
        for kind in KINDS:
            self._async_withdraw(kind.key)

    def _async_stop_timer(self) -> None:
        if self._cancel_timer:
            self._cancel_timer()
            self._cancel_timer = None


KEEPERS: HassKey[dict[str, IssueKeeper]] = HassKey(f"{DOMAIN}.issues")


@callback
def async_get_keeper(hass: HomeAssistant, entry_id: str) -> IssueKeeper | None:
    """Return the keeper of a meter's issues, None while its entry is not loaded."""
    return hass.data.setdefault(KEEPERS, {}).get(entry_id)


@callback
def async_follow_issues(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Raise and withdraw the issues of a meter as its monitor tells, until the entry is unloaded.

    Call it from async_setup_entry after `entry.runtime_data` is set and before the monitor runs.
    """
    keeper = IssueKeeper(hass, entry)
    hass.data.setdefault(KEEPERS, {})[entry.entry_id] = keeper

    @callback
    def close() -> None:
        del hass.data[KEEPERS][entry.entry_id]
        keeper.async_close()

    entry.async_on_unload(close)
    keeper.async_follow()


@callback
def async_set_ftp_login_failed(hass: HomeAssistant, entry: RionConfigEntry, failed: bool) -> None:
    """Take note of how the last FTP login of a meter ended; of one that is not loaded nothing is noted."""
    if keeper := async_get_keeper(hass, entry.entry_id):
        keeper.ftp_login_failed = failed
        keeper.async_judge()


@callback
def async_refresh_issues(hass: HomeAssistant, entry: RionConfigEntry) -> None:
    """Judge all issues of a meter anew, for instance after its options have changed."""
    if keeper := async_get_keeper(hass, entry.entry_id):
        keeper.async_judge()
