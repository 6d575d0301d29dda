// @ts-check
/**
 * A badge that counts how many meters are in alarm, not reachable and so on; it follows the states. It also offers to
 * reload a page of another version than what is served.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 */

import { el } from "../core/dom.js";
import { loadTexts } from "../core/texts.js";
import { CONDITIONS, LOOKS, conditionOf, tellingEntities } from "./condition.js";
import { goTo } from "./configs.js";

const STYLE = `
  :host { display: flex; flex-wrap: wrap; gap: 8px; }
  .count {
    display: inline-flex; align-items: center; gap: 8px; height: 36px; padding: 0 12px; box-sizing: border-box;
    border: 1px solid var(--ha-card-border-color, var(--divider-color)); border-radius: 18px;
    background: var(--ha-card-background, var(--card-background-color)); color: var(--primary-text-color);
    font: 500 var(--ha-font-size-s, 12px)/1.2 var(--ha-font-family-body, inherit); white-space: nowrap;
  }
  button.count { cursor: pointer; }
  button.count:focus-visible { outline: 2px solid var(--primary-color); outline-offset: 2px; }
  ha-icon { --mdc-icon-size: 18px; color: var(--condition-color); }
  b { font-weight: 600; font-variant-numeric: tabular-nums; }
`;

export class ConditionsBadge extends HTMLElement {
  constructor() {
    super();
    /** @type {Meter[]} */
    this._meters = [];
    this._outdated = false;
    this._told = "";
    this.attachShadow({ mode: "open" });
  }

  /** @param {{meters: Meter[], outdated?: boolean}} config */
  setConfig(config) {
    this._meters = config.meters;
    this._outdated = config.outdated ?? false;
    this._told = "";
  }

  /** @param {any} hass */
  set hass(hass) {
    const words = this._meters.flatMap(tellingEntities).map((entityId) => hass.states[entityId]?.state);
    const told = JSON.stringify([hass.language, words]);
    if (told !== this._told) {
      this._told = told;
      loadTexts(hass.language).then((t) => told === this._told && this._draw(hass, t));
    }
  }

  /**
   * @param {any} hass
   * @param {(key: string, placeholders?: Record<string, string | number>) => string} t
   */
  _draw(hass, t) {
    const conditions = this._meters.map((meter) => conditionOf(meter, hass.states));
    const counts = CONDITIONS.map((condition) => ({
      condition,
      count: conditions.filter((each) => each === condition).length,
    }));
    this.shadowRoot?.replaceChildren(
      el("style", {}, STYLE),
      ...(this._outdated ? [reloadChip(t)] : []),
      ...counts.filter(({ count }) => count > 0).map(({ condition, count }) => this._chip(condition, count, t)),
    );
  }

  /**
   * @param {import("./condition.js").Condition} condition
   * @param {number} count
   * @param {(key: string) => string} t
   */
  _chip(condition, count, t) {
    const { icon, color } = LOOKS[condition];
    const alerting = condition === "alarm" || condition === "warning";
    const chip = el(
      alerting ? "button" : "span",
      { className: "count", style: `--condition-color: var(--${color}-color)` },
      el("ha-icon", { icon }),
      el("span", {}, t(`strategy.condition.${condition}`)),
      el("b", {}, String(count)),
    );
    if (alerting) {
      chip.addEventListener("click", () => this._act(goTo("alerts")));
    }
    return chip;
  }

  /** @param {Record<string, unknown>} action */
  _act(action) {
    const detail = { config: { tap_action: action }, action: "tap" };
    this.dispatchEvent(new CustomEvent("hass-action", { bubbles: true, composed: true, detail }));
  }
}

/** @param {(key: string) => string} t */
function reloadChip(t) {
  const chip = el(
    "button",
    { className: "count", style: "--condition-color: var(--primary-color)" },
    el("ha-icon", { icon: "mdi:refresh" }),
    el("span", {}, t("strategy.reload")),
  );
  chip.addEventListener("click", () => window.location.reload());
  return chip;
}
