// @ts-check
/**
 * Levels over periods of the day, each with when it was and how much of it is covered.
 *
 * Home Assistant's own cards write the coverage, an attribute, without its unit.
 *
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {{state: string, attributes: {coverage?: number, began?: string, ended?: string}}} Period
 */

import { el } from "../core/dom.js";
import { percent, span } from "../core/format.js";
import { loadTexts } from "../core/texts.js";
import { STYLE } from "./hours-style.js";
import { LOW_COVERAGE } from "./hours-table.js";

export const TYPE = "rion-nl43-periods";
const UNAVAILABLE = "unavailable";
const UNKNOWN = "unknown";

export class PeriodsCard extends HTMLElement {
  constructor() {
    super();
    /** @type {string[]} */
    this._entities = [];
    /** @type {any} */
    this._hass = undefined;
    this._card = el("ha-card");
    this.attachShadow({ mode: "open" }).append(el("style", {}, STYLE), this._card);
  }

  /** @param {any} config */
  setConfig(config) {
    if (!Array.isArray(config.entities)) {
      throw new Error("entities?");
    }
    this._entities = config.entities;
    void this._draw();
  }

  /** @param {any} hass */
  set hass(hass) {
    const before = this._hass;
    this._hass = hass;
    const same = ["language", "locale", "entities"].every((part) => before?.[part] === hass[part]);
    if (!same || this._entities.some((id) => before.states[id] !== hass.states[id])) {
      void this._draw();
    }
  }

  getCardSize() {
    return 4;
  }

  getGridOptions() {
    return { columns: 12, rows: "auto", min_columns: 6 };
  }

  async _draw() {
    const { _hass: asked } = this;
    if (!asked) {
      return;
    }
    const t = await loadTexts(asked.language);
    const hass = this._hass;
    const there = this._entities
      .map((id) => ({ id, period: hass.states[id] }))
      .filter(({ period }) => period && period.state !== UNAVAILABLE);
    const rows = there.map(({ id, period }) => this._row(id, period, hass));
    const heads = ["period", "level", "coverage"].map((key) => el("th", { scope: "col" }, t(`periods.${key}`)));
    this._card.replaceChildren(
      rows.length
        ? el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows))
        : el("p", {}, t("periods.none")),
    );
  }

  /**
   * @param {string} id
   * @param {Period} period
   * @param {any} hass
   */
  _row(id, period, hass) {
    const { coverage, began, ended } = period.attributes;
    const name = el("button", { type: "button", className: "name" }, hass.formatEntityName(period, { type: "entity" }));
    name.addEventListener("click", () => {
      const detail = { entityId: id };
      this.dispatchEvent(new CustomEvent("hass-more-info", { bubbles: true, composed: true, detail }));
    });
    const when = began && ended ? span(Date.parse(began) / 1000, Date.parse(ended) / 1000, hass) : "";
    const share = (coverage ?? 0) / 100;
    return el(
      "tr",
      {},
      el("th", { scope: "row" }, name, when !== "" && el("div", { className: "when" }, when)),
      el("td", { className: "figure leq" }, period.state === UNKNOWN ? "–" : hass.formatEntityState(period)),
      el("td", { className: share < LOW_COVERAGE ? "low" : "" }, percent(share, hass)),
    );
  }
}

/** Make the card known to Home Assistant; once per page. */
export function definePeriods() {
  if (!customElements.get(TYPE)) {
    customElements.define(TYPE, PeriodsCard);
  }
}
