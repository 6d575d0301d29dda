"""What a report of a meter is made of, collected from what is known of it."""

from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration
from homeassistant.util import dt as dt_util

from .const import DOMAIN, MANUFACTURER
from .coordinator import RionConfigEntry
from .device import async_meter_name
from .monitor import CalibrationEntry, Facts, LevelLimit, LimitStatus, LimitWatch
from .options import MeterOptions
from .report import (
    Calibration,
    Exclusion,
    Limit,
    MeterDescription,
    ReportPeriod,
    ReportSources,
    main_weighting,
)

# The meter's own names of what is read of every meter, by the fact that knows it.
SETTINGS: Final = {
    "Store Mode": "store_mode",
    "Store Name": "store_name",
    "Measurement Time Preset Manual": "measurement_time_manual",
    "Measurement Time Preset Auto": "measurement_time_auto",
    "Lp Store Interval": "lp_store_interval",
    "Leq Calculation Interval Preset": "leq_calculation_interval",
    "Index Number": "index_number",
    "Sleep Mode": "sleep_mode",
}
# As many episodes as a meter's memory has room for.
KEPT_EPISODES: Final = 500


async def async_report_sources(hass: HomeAssistant, entry: RionConfigEntry, period: ReportPeriod) -> ReportSources:
    """Collect what a report of a loaded meter needs, as it is now."""
    monitor, identity = entry.runtime_data.monitor, entry.runtime_data.identity
    options = MeterOptions.from_entry(entry)
    history, zone = monitor.history, monitor.time_zone
    limits = tuple(_limit(history.limits, limit) for limit in history.limits.limits)
    windows = [(limit.begin_min, limit.until_min) for limit in limits]
    span = period.needed(zone, history.plan, windows)
    hours = await history.hours(span)
    weightings = await history.weightings(span)
    holes = await history.holes(span, repaired=True)
    stretches = await history.stretches(span)
    episodes = monitor.alerts.episodes()
    facts = monitor.facts
    frequency, time = main_weighting(weightings, facts.frequency_weighting, facts.time_weighting)
    integration = await async_get_integration(hass, DOMAIN)
    return ReportSources(
        meter=MeterDescription(
            async_meter_name(hass, entry), identity.model, identity.serial, identity.firmware or "", MANUFACTURER
        ),
        period=period,
        now=dt_util.utcnow().timestamp(),
        zone=zone,
        zone_name=hass.config.time_zone,
        plan=history.plan,
        plan_key=options.day_plan,
        min_coverage=history.min_coverage,
        frequency_weighting=frequency,
        time_weighting=time,
        stretches=stretches,
        hours=hours,
        weightings=weightings,
        feed_holes=holes,
        basis=monitor.basis,
        exclusions=tuple(Exclusion(each.span, each.why) for each in history.exclusions),
        calibrations=tuple(map(_calibration, monitor.calibration.log)),
        limits=limits,
        episodes=episodes,
        episodes_since=episodes[-1].onset if len(episodes) >= KEPT_EPISODES else None,
        settings=_settings(facts),
        users={user.id: user.name for user in await hass.auth.async_get_users() if user.name},
        version=str(integration.version),
    )


def _limit(watch: LimitWatch, limit: LevelLimit) -> Limit:
    """Return a limit, with the counts of its present window and the one before."""
    status: LimitStatus | None = watch.status(limit.id)
    exceedances = {}
    while status is not None:
        exceedances[status.period.began_ms] = status.budget.exceedances
        status = status.last
    return Limit(limit.name, limit.limit_db, limit.begin_min, limit.until_min, exceedances)


def _calibration(entry: CalibrationEntry) -> Calibration:
    return Calibration(
        entry.began.timestamp(),
        entry.ended.timestamp(),
        entry.reference_db,
        entry.before_db,
        entry.after_db,
        entry.drift_db,
        entry.note,
        entry.by or "",
    )


def _settings(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return what is known of the meter's settings, in its own words."""
    known = {
        "Frequency Weighting (Main)": facts.frequency_weighting,
        "Time Weighting (Main)": facts.time_weighting,
        **{name: getattr(facts, fact) for name, fact in SETTINGS.items()},
        **{
            f"Percentile {number}": None if percentage is None else f"{percentage:g} %"
            for number, percentage in enumerate(facts.percentiles, 1)
        },
    }
    return tuple(({name: value for name, value in known.items() if value is not None} | dict(facts.settings)).items())
