// @ts-check
/**
 * Alerts on a meter's page, and its rules.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { FULL, goTo, heading, section } from "./configs.js";

/** Where meters, their rules and limits are added. */
export const METERS_PAGE = "/config/integrations/integration/rion_nl43";
const PAST = 5;

/**
 * The card of alerts or rules.
 *
 * @param {{show: "open" | "past" | "all" | "rules", limit?: number, title?: string}} config
 * @param {Meter} [meter] All meters if none is given.
 */
export function alertList(config, meter) {
  return {
    type: "custom:rion-nl43-alert-list",
    ...(meter && { config_entry_id: meter.config_entry_id }),
    ...config,
    grid_options: { columns: "full" },
  };
}

/**
 * @param {Meter} meter
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
export function alertSection(meter, isAdmin, t) {
  return section([
    heading(t("strategy.alerts.title"), "mdi:bell-outline", [], { tap_action: goTo("alerts") }),
    alertList({ show: "all", limit: PAST }, meter),
    heading(t("strategy.rules.title"), "mdi:bell-cog-outline", [], { heading_style: "subtitle" }),
    meter.rules.length ? alertList({ show: "rules" }, meter) : noRules([meter], isAdmin, t),
  ]);
}

/**
 * How to add the first rule.
 *
 * @param {Meter[]} meters
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
export function noRules(meters, isAdmin, t) {
  const entry = meters.length === 1 ? `#config_entry=${meters[0].config_entry_id}` : "";
  const add = { text: t("strategy.no_rules.button"), icon: "mdi:plus", tap_action: goTo(`${METERS_PAGE}${entry}`) };
  return {
    type: "empty-state",
    icon: "mdi:bell-plus-outline",
    title: t("strategy.no_rules.title"),
    content: t(isAdmin ? "strategy.no_rules.text" : "strategy.no_rules.ask"),
    grid_options: FULL,
    ...(isAdmin && { buttons: [add] }),
  };
}
