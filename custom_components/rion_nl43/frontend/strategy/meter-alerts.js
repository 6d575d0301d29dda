// @ts-check
/**
 * Alerts on a meter's page, and its rules.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {(key: string) => string} Translate
 */

import { FULL, goTo, gradeTiles, heading, present, section, tile, unlessState } from "./configs.js";

/** Where rules are added and changed. */
export const RULES_PAGE = "/config/integrations/integration/rion_nl43";

/**
 * @param {Meter} meter
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
export function alertSection(meter, isAdmin, t) {
  return section([
    heading(t("strategy.alerts.title"), "mdi:bell-outline", [], { tap_action: goTo("alerts") }),
    {
      type: "custom:rion-nl43-alert-list",
      config_entry_id: meter.config_entry_id,
      show: "all",
      limit: 5,
      grid_options: FULL,
    },
    ...ruleCards(meter, isAdmin, t),
  ]);
}

/**
 * The rules of a meter with their grades, or how to add the first.
 *
 * @param {Meter} meter
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
function ruleCards(meter, isAdmin, t) {
  if (!meter.rules.length) {
    return [noRules(isAdmin, t)];
  }
  const title = heading(t("strategy.rules.title"), "mdi:bell-cog-outline", editBadges(isAdmin, t));
  return [{ ...title, heading_style: "subtitle" }, ...meter.rules.flatMap(ruleTiles)];
}

/**
 * The way to where rules are changed, for who may.
 *
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
export function editBadges(isAdmin, t) {
  const edit = { type: "button", icon: "mdi:pencil", text: t("strategy.rules.edit"), tap_action: goTo(RULES_PAGE) };
  return isAdmin ? [edit] : [];
}

/**
 * A rule with its grade; with its switch while it is off.
 *
 * @param {Meter["rules"][number]} rule
 */
export function ruleTiles(rule) {
  const { grade, enabled } = rule.entities;
  const on = gradeTiles(grade, rule.name, { state_content: ["state", "last_changed"] }).map((card) => ({
    ...card,
    visibility: [...card.visibility, ...unlessState(enabled, "off")],
  }));
  const off = tile(enabled, {
    name: rule.name,
    icon: "mdi:bell-off-outline",
    grid_options: FULL,
    features: [{ type: "toggle" }],
    features_position: "inline",
    visibility: unlessState(enabled, "on"),
  });
  return present([...on, off]);
}

/**
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
export function noRules(isAdmin, t) {
  const add = { text: t("strategy.no_rules.button"), icon: "mdi:plus", tap_action: goTo(RULES_PAGE) };
  return {
    type: "empty-state",
    icon: "mdi:bell-plus-outline",
    title: t("strategy.no_rules.title"),
    content: t(isAdmin ? "strategy.no_rules.text" : "strategy.no_rules.ask"),
    grid_options: FULL,
    ...(isAdmin && { buttons: [add] }),
  };
}
