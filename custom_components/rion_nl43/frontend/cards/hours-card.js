// @ts-check
/**
 * The last hours of a meter: LAeq, LAFmax and coverage of each, marked where they come from the meter's card.
 *
 * Home Assistant's own graphs of statistics cannot mark an hour.
 *
 * @typedef {import("../core/history.js").HourLevels} HourLevels
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {import("./hours-config.js").HoursConfig} HoursConfig
 */

import { errorText } from "../core/actions.js";
import { el } from "../core/dom.js";
import { clock } from "../core/format.js";
import { HOUR_S, hoursBetween } from "../core/history.js";
import { loadTexts } from "../core/texts.js";
import { USUAL_HOURS, configForm, mistakeIn } from "./hours-config.js";
import { STYLE } from "./hours-style.js";
import { scaleOf, table, withoutGaps } from "./hours-table.js";
import { entryOf, given, stubConfig } from "./live-trace-config.js";

/** An hour is told of when it is over, and when the meter's card has told more of it. */
const ASK_EVERY_MS = 60_000;
/** So many are seen before the others are asked for. */
const FEW = 8;

export class HoursCard extends HTMLElement {
  constructor() {
    super();
    /** @type {HoursConfig} */
    this._config = { type: "" };
    /** @type {any} */
    this._hass = undefined;
    this._language = "";
    this._all = false;
    this._asked = 0;
    this._drawn = "";
    /**
     * @type {{
     *   hours: HourLevels[], symbols: {leq: string, lmax: string}, problem: string, ended: number, t: Translate,
     * } | undefined}
     */
    this._shown = undefined;
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this._asking = undefined;
    this._sighted = () => void this._ask();
    this._title = el("h2", { hidden: true });
    this._body = el("div");
    this._more = el("button", { type: "button", hidden: true });
    this._more.addEventListener("click", () => {
      this._all = !this._all;
      this._draw();
    });
    const card = el("ha-card", {}, this._title, this._body, this._more);
    this.attachShadow({ mode: "open" }).append(el("style", {}, STYLE), card);
  }

  /** What a form needs to set it up; Home Assistant draws it. */
  static async getConfigForm() {
    return configForm(await loadTexts(document.documentElement.lang || "en"));
  }

  /** @param {any} hass */
  static getStubConfig(hass) {
    return stubConfig(hass);
  }

  /** @param {any} config */
  setConfig(config) {
    this._config = given(config);
    void this._ask();
  }

  /** @param {any} hass */
  set hass(hass) {
    const before = this._hass;
    this._hass = hass;
    if (!before || before.locale !== hass.locale || before.language !== hass.language || !before.connected) {
      void this._ask();
    }
  }

  getCardSize() {
    return 6;
  }

  getGridOptions() {
    return { columns: 12, rows: "auto", min_columns: 6 };
  }

  connectedCallback() {
    this._asking = setInterval(this._sighted, ASK_EVERY_MS);
    document.addEventListener("visibilitychange", this._sighted);
    void this._ask();
  }

  disconnectedCallback() {
    clearInterval(this._asking);
    document.removeEventListener("visibilitychange", this._sighted);
    this._asked += 1;
  }

  /** Ask for the hours; what is shown stays while they come. */
  async _ask() {
    const { _hass: hass, _config: config } = this;
    if (!hass || !config.type || !this.isConnected || document.hidden) {
      return;
    }
    // What was asked before, of another meter perhaps, is not wanted any more.
    const mine = ++this._asked;
    const t = await loadTexts(hass.language);
    const mistake = mistakeIn(config);
    const ended = HOUR_S * Math.floor(Date.now() / 1000 / HOUR_S);
    let problem = mistake ? t(...mistake) : "";
    /** @type {{hours: HourLevels[], symbols: {leq: string, lmax: string}}} */
    let known = { hours: [], symbols: { leq: "Leq", lmax: "Lmax" } };
    try {
      const entry = problem ? undefined : await entryOf(hass, config);
      problem ||= entry ? "" : t("hours.unknown");
      const began = ended - HOUR_S * (config.hours ?? USUAL_HOURS);
      known = entry ? await hoursBetween(hass, entry, began, ended) : known;
    } catch (error) {
      problem = await errorText(hass, error, t);
    }
    if (mine === this._asked) {
      this._shown = { hours: withoutGaps(known.hours, ended), symbols: known.symbols, problem, ended, t };
      this._draw();
    }
  }

  _draw() {
    const { _shown: shown, _hass: hass, _config: config, _all: all } = this;
    if (!shown) {
      return;
    }
    const { hours, symbols, problem, ended, t } = shown;
    // Drawn anew, the key would lose the focus.
    const drawn = JSON.stringify([hours, symbols, problem, ended, all, hass.locale, hass.language, config]);
    if (drawn === this._drawn) {
      return;
    }
    this._drawn = drawn;
    this._more.textContent = all ? t("hours.fewer") : t("hours.more", { n: hours.length });
    this._more.hidden = hours.length <= FEW;
    this._more.setAttribute("aria-expanded", String(all));
    this._title.textContent = config.title ?? "";
    this._title.hidden = !config.title;
    const first = t("hours.none", { time: clock(ended + HOUR_S, hass) });
    this._body.replaceChildren(
      problem || !hours.length
        ? el("p", { role: "status" }, problem || first)
        : table(all ? hours : hours.slice(0, FEW), symbols, scaleOf(hours), hass, t),
    );
  }
}
