// @ts-check
/**
 * The levels of day, evening and night on a meter's page, and what is still allowed by its limits.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/meters.js").Limit} Limit
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {import("./configs.js").Config} Config
 */

import { FULL, OWN_NAME, goTo, heading, present, section, tile, whenKnown } from "./configs.js";
import { METERS_PAGE } from "./meter-alerts.js";

const PERIODS = [
  "current_24h",
  "current_day",
  "current_evening",
  "current_night",
  "last_rating",
  "last_24h",
  "last_day",
  "last_evening",
  "last_night",
];
/** How far the gauge of a limit goes on both sides of it, and from where on it is near, in dB. */
const BELOW_DB = 30;
const ABOVE_DB = 15;
const NEAR_DB = 3;

/**
 * How much of each period is covered is said beside its level.
 *
 * @param {Meter} meter
 * @param {Translate} t
 */
export function periodsSection(meter, t) {
  const entities = present(PERIODS.map((key) => meter.entities[key]));
  return section([
    heading(t("strategy.periods.title"), "mdi:weather-sunset"),
    entities.length > 0 && { type: "custom:rion-nl43-periods", entities, grid_options: FULL },
  ]);
}

/**
 * Each limit with its level to come, and what is left of it.
 *
 * @param {Meter} meter
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
export function limitsSection(meter, isAdmin, t) {
  const { limits } = meter;
  return section([
    heading(t("strategy.limits.title"), "mdi:gauge"),
    ...(limits.length ? limits.flatMap(ofLimit) : [noLimits(meter, isAdmin, t)]),
  ]);
}

/**
 * @param {Limit} limit
 * @returns {(Config | undefined | false)[]}
 */
function ofLimit({ name, limit: limitDb, entities }) {
  const { projected, allowed, time_to_breach: breach, time_above: above, exceedances } = entities;
  const { last_level: lastLevel, last_time_above: lastAbove } = entities;
  const known = (/** @type {string | undefined} */ entity, more = {}) =>
    tile(entity, { color: "primary", visibility: whenKnown(entity), ...more });
  return [
    heading(name, "mdi:speedometer", [], { heading_style: "subtitle" }),
    projected !== undefined && {
      type: "gauge",
      entity: projected,
      name: OWN_NAME,
      min: limitDb - BELOW_DB,
      max: limitDb + ABOVE_DB,
      needle: true,
      severity: { green: limitDb - BELOW_DB, yellow: limitDb - NEAR_DB, red: limitDb },
      grid_options: FULL,
      visibility: whenKnown(projected),
    },
    known(allowed),
    known(breach, { color: "red" }),
    known(above),
    known(exceedances),
    known(lastLevel),
    known(lastAbove),
  ];
}

/**
 * How to add the first limit.
 *
 * @param {Meter} meter
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
function noLimits(meter, isAdmin, t) {
  const page = goTo(`${METERS_PAGE}#config_entry=${meter.config_entry_id}`);
  const add = { text: t("strategy.no_limits.button"), icon: "mdi:plus", tap_action: page };
  return {
    type: "empty-state",
    icon: "mdi:gauge-empty",
    title: t("strategy.no_limits.title"),
    content: t(isAdmin ? "strategy.no_limits.text" : "strategy.no_limits.ask"),
    grid_options: FULL,
    ...(isAdmin && { buttons: [add] }),
  };
}
