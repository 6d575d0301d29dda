// @ts-check
/**
 * The page of alerts: those that are open and those that are over, the last picture, and the rules of all meters.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 */

import { loadTexts } from "../core/texts.js";
import { FULL, goTo, heading, present, section } from "./configs.js";
import { ruleCards } from "./meter-alerts.js";
import { entitiesChanged, metersChanged, pathOf, shownMeters } from "./meters.js";

const PAST = 20;
const WIDE = { column_span: 2 };

/** @type {string[]} */
let pictures = [];

export class AlertsView extends HTMLElement {
  /**
   * @param {import("./meters.js").StrategyConfig} config
   * @param {any} hass
   */
  static async generate(config, hass) {
    const [{ meters, isAdmin }, t] = await Promise.all([shownMeters(hass, config), loadTexts(hass.language)]);
    pictures = present(meters.map((meter) => meter.entities.last_episode));
    const newest = newestPicture(hass.states);
    const ofOne = config.meters?.length === 1 ? { config_entry_id: config.meters[0] } : {};
    const list = (/** @type {Record<string, unknown>} */ more) => ({
      type: "custom:rion-nl43-alert-list",
      ...ofOne,
      grid_options: FULL,
      ...more,
    });
    return {
      type: "sections",
      max_columns: 3,
      dense_section_placement: true,
      sections: present([
        section([heading(t("strategy.alerts.open"), "mdi:bell-alert-outline"), list({ show: "open" })], WIDE),
        section([
          heading(t("strategy.alerts.last"), "mdi:image-outline"),
          newest && { type: "picture-entity", entity: newest, show_name: false, show_state: false, grid_options: FULL },
        ]),
        section([heading(t("strategy.alerts.past"), "mdi:history"), list({ show: "past", limit: PAST })], WIDE),
        ...meters.map((meter) =>
          section([
            heading(meter.name, "mdi:microphone-outline", [], { tap_action: goTo(pathOf(meter)) }),
            ...ruleCards(meter, isAdmin, t),
          ]),
        ),
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
