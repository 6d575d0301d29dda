// @ts-check
/**
 * The levels of day, evening and night on a meter's page, and what is still allowed by its limits.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/meters.js").Limit} Limit
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {import("./configs.js").Config} Config
 */

import { level } from "../core/format.js";
import { FULL, goTo, heading, hint, present, section, tile, unlessKnown, whenKnown } from "./configs.js";
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
 * @param {any} hass
 * @param {Translate} t
 */
export function limitsSection(meter, isAdmin, hass, t) {
  const { limits } = meter;
  return section([
    heading(t("strategy.limits.title"), "mdi:gauge", [], isAdmin ? { tap_action: pageOf(meter) } : {}),
    ...(limits.length ? limits.flatMap((limit) => ofLimit(limit, hass, t)) : [noLimits(meter, isAdmin, t)]),
  ]);
}

/**
 * The limit's name is above all of its figures.
 *
 * @param {Limit} limit
 * @param {any} hass
 * @param {Translate} t
 * @returns {(Config | undefined | false)[]}
 */
function ofLimit({ name, limit, entities }, hass, t) {
  const { projected } = entities;
  const figure = (/** @type {string} */ key, more = {}) =>
    tile(entities[key], {
      name: t(`strategy.limits.${key}`),
      color: "primary",
      visibility: whenKnown(entities[key]),
      ...more,
    });
  const title = t("strategy.limits.of", { name, limit: level(limit, hass) });
  return [
    heading(title, "mdi:speedometer", [], { heading_style: "subtitle" }),
    projected !== undefined && {
      type: "gauge",
      entity: projected,
      name: t("strategy.limits.projected"),
      min: limit - BELOW_DB,
      max: limit + ABOVE_DB,
      needle: true,
      severity: { green: limit - BELOW_DB, yellow: limit - NEAR_DB, red: limit },
      grid_options: FULL,
      visibility: whenKnown(projected),
    },
    hint("info", t("strategy.limits.unknown.title"), t("strategy.limits.unknown.text"), unlessKnown(projected)),
    figure("allowed"),
    figure("time_to_breach", { color: "red" }),
    figure("time_above"),
    figure("exceedances"),
    figure("last_level"),
    figure("last_time_above"),
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
  const add = { text: t("strategy.no_limits.button"), icon: "mdi:plus", tap_action: pageOf(meter) };
  return {
    type: "empty-state",
    icon: "mdi:gauge-empty",
    title: t("strategy.no_limits.title"),
    content: t(isAdmin ? "strategy.no_limits.text" : "strategy.no_limits.ask"),
    grid_options: FULL,
    ...(isAdmin && { buttons: [add] }),
  };
}

/**
 * Where limits are added and changed.
 *
 * @param {Meter} meter
 */
function pageOf(meter) {
  return goTo(`${METERS_PAGE}#config_entry=${meter.config_entry_id}`);
}
