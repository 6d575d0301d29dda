// @ts-check
/**
 * A report of a meter at a click: of which day, week or month, to look at and print or as a table.
 *
 * Home Assistant's own buttons cannot show what an action answers.
 *
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {"day" | "week" | "month"} Period
 * @typedef {"html" | "csv"} Format
 */

import { createReport, errorText } from "../core/actions.js";
import { el } from "../core/dom.js";
import { today } from "../core/format.js";
import { loadTexts } from "../core/texts.js";
import { STYLE } from "./report-style.js";

export const TYPE = "rion-nl43-report";
const PERIODS = /** @type {const} */ (["day", "week", "month"]);
const FORMATS = /** @type {const} */ (["html", "csv"]);
const WEEK_D = 7;

export class ReportCard extends HTMLElement {
  constructor() {
    super();
    /** @type {{device_id?: string}} */
    this._config = {};
    /** @type {any} */
    this._hass = undefined;
    this._language = "";
    /** @type {Translate | undefined} */
    this._t = undefined;
    this._period = /** @type {HTMLSelectElement} */ (el("select"));
    this._format = /** @type {HTMLSelectElement} */ (el("select"));
    this._date = /** @type {HTMLInputElement} */ (el("input", { type: "date", required: true }));
    this._button = /** @type {HTMLButtonElement} */ (el("button", { type: "submit" }));
    this._said = el("p", { role: "status" });
    this._labels = [this._period, this._date, this._format].map((field) => el("label", {}, el("span"), field));
    const form = el("form", {}, ...this._labels, this._button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this._make();
    });
    this._period.addEventListener("change", () => this._suggest());
    const card = el("ha-card", {}, form, this._said);
    this.attachShadow({ mode: "open" }).append(el("style", {}, STYLE), card);
  }

  /** @param {any} config */
  setConfig(config) {
    if (typeof config.device_id !== "string") {
      throw new Error("device_id?");
    }
    this._config = config;
  }

  /** @param {any} hass */
  set hass(hass) {
    this._hass = hass;
    if (hass.language !== this._language) {
      this._language = hass.language;
      loadTexts(hass.language).then((t) => this._say(t));
    }
  }

  getCardSize() {
    return 2;
  }

  getGridOptions() {
    return { columns: "full", rows: "auto" };
  }

  /** @param {Translate} t */
  _say(t) {
    this._t = t;
    const names = ["period", "date", "format"];
    this._labels.forEach((label, i) => label.firstElementChild?.replaceChildren(t(`report.${names[i]}`)));
    const choose = (/** @type {HTMLSelectElement} */ select, /** @type {readonly string[]} */ values) => {
      const chosen = select.value || values[0];
      const options = values.map((value) =>
        el("option", { value, selected: value === chosen }, t(`report.${select === this._period ? "of" : "as"}.${value}`)),
      );
      select.replaceChildren(...options);
    };
    choose(this._period, PERIODS);
    choose(this._format, FORMATS);
    this._button.textContent = t("report.open");
    if (!this._date.value) {
      this._suggest();
    }
  }

  /** Put in a day of the last period that is over. */
  _suggest() {
    this._date.max = today(this._hass);
    this._date.value = lastOf(/** @type {Period} */ (this._period.value), this._date.max);
  }

  async _make() {
    const { _t: t, _hass: hass } = this;
    if (!t || this._button.disabled) {
      return;
    }
    const [period, format] = [this._period.value, this._format.value];
    // A window that opens later than the click is taken for an advertisement, and kept shut.
    const tab = format === "html" ? window.open("", "_blank") : null;
    this._button.disabled = true;
    this._said.replaceChildren(t("report.making"));
    try {
      const wanted = { period, date: this._date.value, format, language: t("report.language") };
      const href = await createReport(hass, this._config.device_id ?? "", wanted);
      const there = format === "html" ? { target: "_blank", rel: "noopener" } : { download: "" };
      const link = el("a", { href, ...there }, t(`report.again.${format}`));
      this._said.replaceChildren(link);
      if (tab) {
        tab.opener = null;
        tab.location.replace(new URL(href, window.location.origin));
      } else if (format === "csv") {
        link.click();
      }
    } catch (error) {
      tab?.close();
      this._said.replaceChildren(await errorText(hass, error, t));
    } finally {
      this._button.disabled = false;
    }
  }
}

/**
 * @param {Period} period
 * @param {string} day Today, as 2026-01-31.
 * @returns {string} A day in the last such period that is over.
 */
export function lastOf(period, day) {
  const [year, month, date] = day.split("-").map(Number);
  const back = period === "day" ? 1 : period === "week" ? WEEK_D : date;
  return new Date(Date.UTC(year, month - 1, date - back)).toISOString().slice(0, 10);
}

/** Make the card known to Home Assistant; once per page. */
export function defineReport() {
  if (!customElements.get(TYPE)) {
    customElements.define(TYPE, ReportCard);
  }
}
