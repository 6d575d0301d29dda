// @ts-check
/**
 * The page of alerts: those that are open and those that are over, the last picture, and the rules of all meters.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 */

import { loadTexts } from "../core/texts.js";
import { FULL, HEADER, conditionsBadge, goTo, heading, present, section } from "./configs.js";
import { editBadges, noRules, ruleTiles } from "./meter-alerts.js";
import { entitiesChanged, metersChanged, pathOf, shownMeters } from "./meters.js";

const PAST = 20;

/** @type {string[]} */
let pictures = [];

export class AlertsView extends HTMLElement {
  /**
   * @param {import("./meters.js").StrategyConfig} config
   * @param {any} hass
   */
  static async generate(config, hass) {
    const [{ meters, isAdmin, outdated }, t] = await Promise.all([shownMeters(hass, config), loadTexts(hass.language)]);
    pictures = present(meters.map((meter) => meter.entities.last_episode));
    const newest = newestPicture(hass.states);
    const list = (/** @type {Record<string, unknown>} */ more) => ({
      type: "custom:rion-nl43-alert-list",
      ...(meters.length === 1 && { config_entry_id: meters[0].config_entry_id }),
      grid_options: { columns: "full" },
      ...more,
    });
    const lists = [
      heading(t("strategy.alerts.open"), "mdi:bell-alert-outline"),
      list({ show: "open" }),
      heading(t("strategy.alerts.past"), "mdi:history"),
      list({ show: "past", limit: PAST }),
    ];
    const picture = { type: "picture-entity", entity: newest, show_name: false, show_state: false, grid_options: FULL };
    return {
      type: "sections",
      max_columns: 3,
      header: HEADER,
      badges: present([conditionsBadge([], outdated)]),
      sections: present([
        section(lists, { column_span: 2 }),
        section([
          newest && heading(t("strategy.alerts.last"), "mdi:image-outline"),
          newest && picture,
          heading(t("strategy.rules.title"), "mdi:bell-cog-outline", editBadges(isAdmin, t)),
          ...rules(meters, isAdmin, t),
        ]),
      ]),
    };
  }

  /**
   * @param {import("./meters.js").StrategyConfig} _config
   * @param {any} before
   * @param {any} hass
   */
  static shouldRegenerate(_config, before, hass) {
    return (
      metersChanged(before, hass) ||
      entitiesChanged(before, hass) ||
      (pictures.some((entityId) => before.states[entityId] !== hass.states[entityId]) &&
        newestPicture(before.states) !== newestPicture(hass.states))
    );
  }
}

/**
 * The image of the alert that came last; its state is when it was made.
 *
 * @param {Record<string, {state: string} | undefined>} states
 * @returns {string | undefined}
 */
function newestPicture(states) {
  const made = (/** @type {string} */ entityId) => Date.parse(states[entityId]?.state ?? "");
  const known = pictures.filter((entityId) => !Number.isNaN(made(entityId)));
  return known.sort((one, other) => made(other) - made(one))[0];
}

/**
 * The rules of all meters, each meter's below its name.
 *
 * @param {Meter[]} meters
 * @param {boolean} isAdmin
 * @param {(key: string) => string} t
 */
function rules(meters, isAdmin, t) {
  const ruled = meters.filter((meter) => meter.rules.length);
  if (!ruled.length) {
    return [noRules(isAdmin, t)];
  }
  return ruled.flatMap((meter) => [
    heading(meter.name, "mdi:microphone-outline", [], { heading_style: "subtitle", tap_action: goTo(pathOf(meter)) }),
    ...meter.rules.flatMap(ruleTiles),
  ]);
}
