// @ts-check
/**
 * The form behind *Edit dashboard*: which meters are shown, and whether the first page draws their levels.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("./meters.js").StrategyConfig} StrategyConfig
 */

import { el } from "../core/dom.js";
import { loadMeters } from "../core/meters.js";
import { loadTexts } from "../core/texts.js";

export const EDITOR = "rion-nl43-dashboard-editor";

const STYLE = `
  :host { display: block; color: var(--primary-text-color); }
  fieldset { border: 0; margin: 0 0 16px; padding: 0; }
  legend { padding: 0 0 8px; font-weight: 500; }
  label { display: flex; align-items: center; gap: 12px; min-height: 40px; cursor: pointer; }
  input { width: 18px; height: 18px; margin: 0; accent-color: var(--primary-color); }
  select {
    font: inherit; color: inherit; padding: 8px; border: 1px solid var(--divider-color); border-radius: 8px;
    background: var(--card-background-color);
  }
  p { margin: 4px 0 0; color: var(--secondary-text-color); }
`;

export class DashboardEditor extends HTMLElement {
  constructor() {
    super();
    /** @type {StrategyConfig} */
    this._config = { type: "" };
    /** @type {any} */
    this._hass = undefined;
    this._loading = false;
    /** @type {{meters: Meter[], t: (key: string) => string} | undefined} */
    this._form = undefined;
    this.attachShadow({ mode: "open" });
  }

  /** @param {StrategyConfig} config */
  setConfig(config) {
    this._config = config;
    this._draw();
  }

  /** @param {any} hass */
  set hass(hass) {
    this._hass = hass;
    if (!this._loading) {
      this._loading = true;
      // Without an answer what was chosen stays as it is, and the rest can be changed.
      const asked = loadMeters(hass).then(
        ({ meters }) => meters,
        () => [],
      );
      Promise.all([asked, loadTexts(hass.language)]).then(([meters, t]) => {
        this._form = { meters, t };
        this._draw();
      });
    }
  }

  _draw() {
    if (!this._form) {
      return;
    }
    const { meters, t } = this._form;
    const boxes = meters.map((meter) => this._box(meter));
    const legend = (/** @type {string} */ key) => el("legend", {}, t(key));
    this.shadowRoot?.replaceChildren(
      el("style", {}, STYLE),
      el("fieldset", {}, legend("strategy.editor.meters"), ...boxes, el("p", {}, t("strategy.editor.all"))),
      el("fieldset", {}, legend("strategy.editor.traces"), this._traces(t)),
    );
  }

  /** @param {Meter} meter */
  _box(meter) {
    const { serial } = meter;
    const chosen = this._config.meters ?? [];
    const box = /** @type {HTMLInputElement} */ (el("input", { type: "checkbox", checked: chosen.includes(serial) }));
    box.addEventListener("change", () => {
      const others = chosen.filter((each) => each !== serial);
      this._change({ meters: box.checked ? [...others, serial] : others });
    });
    return el("label", {}, box, meter.name);
  }

  /** @param {(key: string) => string} t */
  _traces(t) {
    const shown = String(this._config.traces ?? "auto");
    const options = ["auto", "true", "false"].map((value) =>
      el("option", { value, selected: value === shown }, t(`strategy.editor.traces_${value}`)),
    );
    const select = /** @type {HTMLSelectElement} */ (el("select", {}, ...options));
    select.setAttribute("aria-label", t("strategy.editor.traces"));
    select.addEventListener("change", () =>
      this._change({ traces: select.value === "auto" ? undefined : select.value === "true" }),
    );
    return select;
  }

  /** @param {Partial<StrategyConfig>} changes */
  _change(changes) {
    const config = { ...this._config, ...changes };
    if (!config.meters?.length) {
      delete config.meters;
    }
    if (config.traces === undefined) {
      delete config.traces;
    }
    this._config = config;
    this.dispatchEvent(new CustomEvent("config-changed", { bubbles: true, composed: true, detail: { config } }));
  }
}
