// @ts-check
/**
 * The page of one meter: its level now, its alerts, its hours and periods, its card, its keys and its link.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 */

import { HEADER, OWN_NAME, conditionsBadge, present, section } from "./configs.js";
import { stateBadge, unlessState, whenKnown, whenLinked, whenState } from "./configs.js";
import { LOOKS } from "./condition.js";
import { askMeters, gone, retryDue } from "./messages.js";
import { alertSection } from "./meter-alerts.js";
import { calibrationSection } from "./meter-calibration.js";
import { cardSection, reportSection } from "./meter-card.js";
import { measurementSection, settingsSection } from "./meter-controls.js";
import { hoursDue, hoursSections } from "./meter-history.js";
import { daySection, nowSection } from "./meter-levels.js";
import { activitySection, linkHints, linkSection } from "./meter-link.js";
import { limitsSection, periodsSection } from "./meter-periods.js";
import { entitiesChanged, metersChanged } from "./meters.js";

const NOT_LOST = ["connected", "standby"];

export class MeterView extends HTMLElement {
  /**
   * @param {import("./meters.js").StrategyConfig} config
   * @param {any} hass
   */
  static async generate(config, hass) {
    const { meters, isAdmin, outdated, t, message } = await askMeters(hass, config);
    if (message) {
      return message;
    }
    const meter = meters.find((each) => each.serial === config.meter);
    if (!meter) {
      return gone(t);
    }
    return {
      type: "sections",
      max_columns: 4,
      dense_section_placement: true,
      header: HEADER,
      badges: present([conditionsBadge([], outdated), ...badges(meter)]),
      sections: present([
        section(linkHints(meter, t), { column_span: 4 }),
        nowSection(meter, t),
        measurementSection(meter, t),
        alertSection(meter, isAdmin, t),
        ...(await hoursSections(meter, hass, t)),
        periodsSection(meter, t),
        limitsSection(meter, isAdmin, hass, t),
        await daySection(meter, hass, t),
        cardSection(meter, isAdmin, hass, t),
        reportSection(meter, hass, t),
        calibrationSection(meter, t),
        settingsSection(meter, hass, t),
        linkSection(meter, t),
        activitySection(meter, hass, t),
      ]),
    };
  }

  /**
   * @param {import("./meters.js").StrategyConfig} _config
   * @param {any} before
   * @param {any} hass
   */
  static shouldRegenerate(_config, before, hass) {
    return metersChanged(before, hass) || retryDue(before, hass) || entitiesChanged(before, hass) || hoursDue();
  }
}

/** @param {Meter} meter */
function badges(meter) {
  const { worst_grade: grade, link, run_state: run, coverage_today: coverage } = meter.entities;
  const graded = /** @type {const} */ (["alarm", "warning"]);
  const named = { name: OWN_NAME, show_name: true };
  return present([
    ...graded.map((word) => stateBadge(grade, word, { ...named, ...LOOKS[word] })),
    // Nobody knows that all is well with a meter that cannot be reached.
    stateBadge(grade, "ok", { ...named, ...LOOKS.ok, visibility: [...whenState(grade, "ok"), ...whenLinked(meter)] }),
    run && { type: "entity", entity: run, ...named, color: "primary", visibility: whenLinked(meter) },
    link && { type: "entity", entity: link, ...named, color: "green", visibility: whenLinked(meter) },
    stateBadge(link, "standby", { ...named, ...LOOKS.standby }),
    link && { type: "entity", entity: link, ...named, ...LOOKS.lost, visibility: unlessState(link, NOT_LOST) },
    coverage && { type: "entity", entity: coverage, ...named, color: "primary", visibility: whenKnown(coverage) },
  ]);
}
