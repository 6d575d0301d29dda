// @ts-check
/**
 * The dashboard of all meters: made from what there is whenever it is opened, so that there is nothing to maintain.
 *
 * Each page is a strategy of its own, and is made when it is looked at.
 *
 * @typedef {import("./meters.js").StrategyConfig} StrategyConfig
 */

import { followTexts, loadTexts } from "../core/texts.js";
import { AlertsView } from "./alerts-view.js";
import { ConditionsBadge } from "./conditions-badge.js";
import { DashboardEditor, EDITOR } from "./editor.js";
import { FleetView } from "./fleet-view.js";
import { askMeters, retryDue } from "./messages.js";
import { MeterView } from "./meter-view.js";
import { metersChanged, pathOf } from "./meters.js";

export const TYPE = "rion-nl43";
const ICON = "mdi:volume-high";
/** More pages than these are reached from the first page alone. */
const MOST_TABS = 5;

export class Dashboard extends HTMLElement {
  /** @param {any} hass */
  static async getCreateSuggestions(hass) {
    const t = await loadTexts(hass.language);
    return { title: t("strategy.title"), icon: ICON };
  }

  static getConfigElement() {
    return document.createElement(EDITOR);
  }

  /**
   * @param {StrategyConfig} config
   * @param {any} hass
   */
  static async generate(config, hass) {
    const { meters, t, message } = await askMeters(hass, config);
    const title = t("strategy.title");
    const first = { title: t("strategy.fleet.title"), path: "meters" };
    if (message) {
      return { title, views: [{ ...first, ...message }] };
    }
    const { meters: chosen, traces } = config;
    const view = (/** @type {string} */ kind, /** @type {Partial<StrategyConfig>} */ more) => ({
      strategy: { type: `custom:${TYPE}-${kind}`, ...(chosen && { meters: chosen }), ...more },
    });
    const subview = meters.length > MOST_TABS;
    const pages = meters.map((meter) => ({
      title: meter.name,
      path: pathOf(meter),
      subview,
      ...view("meter", { meter: meter.serial }),
    }));
    const alerts = { title: t("strategy.alerts.title"), path: "alerts", ...view("alerts", {}) };
    if (meters.length === 1) {
      return { title, views: [...pages, alerts] };
    }
    const fleet = { ...first, ...view("fleet", traces === undefined ? {} : { traces }) };
    return { title, views: [fleet, alerts, ...pages] };
  }

  /**
   * @param {StrategyConfig} _config
   * @param {any} before
   * @param {any} hass
   */
  static shouldRegenerate(_config, before, hass) {
    return metersChanged(before, hass) || retryDue(before, hass);
  }
}

/** Make the dashboard and its pages known to Home Assistant; once per page. */
export function defineStrategies() {
  const elements = {
    [`ll-strategy-dashboard-${TYPE}`]: Dashboard,
    [`ll-strategy-view-${TYPE}-fleet`]: FleetView,
    [`ll-strategy-view-${TYPE}-meter`]: MeterView,
    [`ll-strategy-view-${TYPE}-alerts`]: AlertsView,
    "rion-nl43-conditions": ConditionsBadge,
    [EDITOR]: DashboardEditor,
  };
  for (const [name, element] of Object.entries(elements)) {
    if (!customElements.get(name)) {
      customElements.define(name, element);
    }
  }
  // @ts-ignore
  const offered = (window.customStrategies ??= []);
  if (!offered.some((/** @type {{type: string}} */ { type }) => type === TYPE)) {
    offered.push(offer());
  }
}

/** What *Add dashboard* shows; its words are there in English until those of the page's language are loaded. */
function offer() {
  const offered = {
    type: TYPE,
    strategyType: "dashboard",
    name: "Rion sound level meters",
    description: "Levels, alerts and links of all meters, and a page for each; nothing to set up.",
    documentationURL: "https://github.com/rion-nl43/rion-nl43",
  };
  followTexts((t) => {
    offered.name = t("strategy.name");
    offered.description = t("strategy.description");
  });
  return offered;
}
