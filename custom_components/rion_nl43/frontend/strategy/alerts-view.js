// @ts-check
/**
 * The page of alerts: those that are open and those that are over, the last picture, and the rules of all meters.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 */

import { FULL, HEADER, conditionsBadge, goTo, heading, present, section } from "./configs.js";
import { askMeters, retryDue } from "./messages.js";
import { alertList, noRules } from "./meter-alerts.js";
import { entitiesChanged, metersChanged, pathOf } from "./meters.js";

const PAST = 20;

/** @type {string[]} */
let pictures = [];

export class AlertsView extends HTMLElement {
  /**
   * @param {import("./meters.js").StrategyConfig} config
   * @param {any} hass
   */
  static async generate(config, hass) {
    const { meters, all, isAdmin, outdated, t, message } = await askMeters(hass, config);
    if (message) {
      return message;
    }
    pictures = present(meters.map((meter) => meter.entities.last_episode));
    const newest = newestPicture(hass.states);
    // The card shows the alerts of one meter or of all; where some are chosen there is one for each.
    const lists = (/** @type {{show: "open" | "past", limit?: number}} */ config) =>
      all ? [alertList(config)] : meters.map((meter) => alertList({ ...config, title: meter.name }, meter));
    const alerts = [
      heading(t("strategy.alerts.open"), "mdi:bell-alert-outline"),
      ...lists({ show: "open" }),
      heading(t("strategy.alerts.past"), "mdi:history"),
      ...lists({ show: "past", limit: PAST }),
    ];
    const picture = {
      type: "picture-entity",
      entity: newest,
      show_name: false,
      show_state: false,
      // It opens from its row in the list. Home Assistant gives pictures that can be tapped a role that there is not.
      tap_action: { action: "none" },
      grid_options: FULL,
    };
    return {
      type: "sections",
      max_columns: 2,
      header: HEADER,
      badges: present([conditionsBadge([], outdated)]),
      sections: present([
        section(alerts),
        section([
          newest && heading(t("strategy.alerts.last"), "mdi:image-outline"),
          newest && picture,
          heading(t("strategy.rules.title"), "mdi:bell-cog-outline"),
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
      retryDue(before, hass) ||
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
 * The rules of all meters that have any, each meter's below its name.
 *
 * @param {Meter[]} meters
 * @param {boolean} isAdmin
 * @param {import("../core/texts.js").Translate} t
 */
function rules(meters, isAdmin, t) {
  const ruled = meters.filter((meter) => meter.rules.length);
  return ruled.length
    ? ruled.flatMap((meter) => [meterHeading(meter), alertList({ show: "rules" }, meter)])
    : [noRules(meters, isAdmin, t)];
}

/** @param {Meter} meter */
function meterHeading(meter) {
  return heading(meter.name, "mdi:microphone-outline", [], {
    heading_style: "subtitle",
    tap_action: goTo(pathOf(meter)),
  });
}
