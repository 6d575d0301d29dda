// @ts-check
/**
 * The card `custom:rion-nl43-live-trace`: the level of a meter now, how it moves, and what its alert rules make of it.
 *
 * @typedef {import("../core/live.js").Live} Live
 * @typedef {import("../core/live.js").Change} Change
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {import("./live-trace-config.js").TraceConfig} TraceConfig
 */

import { errorText } from "../core/actions.js";
import { el } from "../core/dom.js";
import { clock, level } from "../core/format.js";
import { subscribeLive } from "../core/live.js";
import { loadTexts } from "../core/texts.js";
import { SPANS } from "../trace/scale.js";
import { configForm, entryOf, given, mistakeIn, spanOf, stubConfig } from "./live-trace-config.js";
import { facts, isThere, legend, limitsOf, linesOf, message, summary } from "./live-trace-parts.js";
import { TracePlot } from "./live-trace-plot.js";
import { STYLE } from "./live-trace-style.js";

const SHORT_S = 300;
/** Figures that change faster than this cannot be read. */
const FIGURES_MS = 250;
const CALM_MS = 1000;
const SUMMARY_MS = 5000;
/** So often a meter is looked for that is not there. */
const LOOK_MS = 5000;
/** A card that is lower than this, one of three rows, has room for what is wrong or for the trace, not for both. */
const LOW_PX = 220;

const ALL_SPANS = /** @type {(keyof typeof SPANS)[]} */ (Object.keys(SPANS));

/** @param {TraceConfig} config */
function meantBy({ config_entry_id: entry, device_id: device, entity }) {
  return [entry, device, entity];
}

export class LiveTraceCard extends HTMLElement {
  /** What a form needs to set it up; Home Assistant draws it. */
  static async getConfigForm() {
    return configForm(await loadTexts(document.documentElement.lang || "en"));
  }

  /** @param {any} hass */
  static getStubConfig(hass) {
    return stubConfig(hass);
  }

  constructor() {
    super();
    /** @type {TraceConfig} */
    this._config = { type: "" };
    /** @type {Translate | undefined} */
    this._t = undefined;
    /** @type {any} */
    this._hass = undefined;
    /** @type {Live | null} */
    this._live = null;
    /** @type {keyof typeof SPANS} */
    this._span = "1min";
    /** @type {string | undefined} */
    this._entry = undefined;
    /** @type {"" | "mistake" | "unknown" | "error"} */
    this._problem = "";
    this._error = "";
    this._historyS = SHORT_S;
    this._begun = 0;
    /** @type {(() => void) | undefined} */
    this._unsubscribe = undefined;
    this._plot = new TracePlot();
    this._figuresAt = 0;
    this._title = el("h2", { hidden: true });
    this._figure = el("span", { className: "level" }, "–");
    this._label = el("span", { className: "label" });
    this._facts = el("div", { className: "facts" });
    this._spans = el("div", { className: "spans", role: "group" });
    this._message = el("div", { className: "message", hidden: true, role: "status" });
    this._messageText = "";
    this._legend = el("div", { className: "legend", hidden: true });
    const now = el("div", { className: "now" }, this._figure, el("span", { className: "unit" }, "dB"), this._label);
    const head = el("div", { className: "head" }, now, this._facts, this._spans);
    this._card = el("ha-card", {}, this._title, head, this._message, this._plot.element, this._legend);
    this._buttons = ALL_SPANS.map((span) => {
      const button = el("button", { type: "button" }, span);
      button.addEventListener("click", () => this._choose(span));
      return button;
    });
    this._spans.append(...this._buttons);
    this._sighted = () => this._show();
    this.attachShadow({ mode: "open" }).append(el("style", {}, STYLE), this._card);
  }

  /** @param {any} config */
  setConfig(config) {
    const before = this._config;
    this._config = given(config);
    if (JSON.stringify(meantBy(before)) !== JSON.stringify(meantBy(this._config))) {
      this._forget();
    }
    if (!before.type || before.span !== this._config.span) {
      this._span = spanOf(this._config);
    }
    this._title.textContent = this._config.title ?? "";
    this._title.hidden = !this._config.title;
    this._restart();
  }

  /** @param {any} hass */
  set hass(hass) {
    const before = this._hass;
    this._hass = hass;
    if (!before) {
      this._restart();
    } else if (before.language !== hass.language || before.locale !== hass.locale || before.themes !== hass.themes) {
      this._loadTexts().then(() => this._show());
    }
  }

  getCardSize() {
    return 4;
  }

  getGridOptions() {
    return { columns: 12, rows: 5, min_columns: 6, min_rows: 3 };
  }

  connectedCallback() {
    this._plot.start();
    this._sizes = new ResizeObserver(() => this._card.classList.toggle("low", this.offsetHeight < LOW_PX));
    this._sizes.observe(this);
    document.addEventListener("visibilitychange", this._sighted);
    this._summing = setInterval(() => this._sum(), SUMMARY_MS);
    this._restart();
  }

  disconnectedCallback() {
    this._plot.stop();
    this._sizes?.disconnect();
    document.removeEventListener("visibilitychange", this._sighted);
    clearInterval(this._summing);
    clearTimeout(this._figuresDue);
    this._end();
  }

  /** Show nothing of a meter that is not meant any more. */
  _forget() {
    clearTimeout(this._figuresDue);
    this._live = null;
    this._plot.forget();
    this._figure.textContent = "–";
    this._label.textContent = "";
    this._facts.replaceChildren();
    this._legend.replaceChildren();
    this._legend.hidden = true;
  }

  _end() {
    this._begun += 1;
    clearTimeout(this._looking);
    this._unsubscribe?.();
    this._unsubscribe = undefined;
  }

  /** Find the meter and listen to it, if there is all that it takes. */
  async _restart() {
    this._end();
    const begun = this._begun;
    if (!this._hass || !this._config.type || !this.isConnected) {
      return;
    }
    const t = await this._loadTexts();
    let error = mistakeIn(this._config, t);
    /** @type {typeof this._problem} */
    let problem = error ? "mistake" : "";
    /** @type {string | undefined} */
    let entry;
    if (!error) {
      try {
        entry = await entryOf(this._hass, this._config);
        problem = entry ? "" : "unknown";
      } catch (refused) {
        error = await errorText(this._hass, refused, t);
        problem = "error";
      }
    }
    // Meanwhile the card may have been told of another meter, or taken away.
    if (begun !== this._begun) {
      return;
    }
    Object.assign(this, { _entry: entry, _problem: problem, _error: error });
    if (problem === "mistake") {
      this._forget();
    } else if (problem) {
      this._lookAgain();
    }
    this._listen();
  }

  _lookAgain() {
    clearTimeout(this._looking);
    this._looking = setTimeout(() => this._restart(), LOOK_MS);
  }

  /**
   * Say why there is nothing live; it is tried again.
   *
   * @param {any} refused
   */
  async _explain(refused) {
    this._error = await errorText(this._hass, refused, await this._loadTexts());
    this._show();
  }

  _listen() {
    this._unsubscribe?.();
    this._unsubscribe = undefined;
    if (this._entry) {
      const historyS = Math.max(this._historyS, SPANS[this._span]);
      this._historyS = historyS;
      const options = { historyS, metrics: this._config.metrics ?? [] };
      this._unsubscribe = subscribeLive(this._hass, this._entry, options, (live, change) => this._take(live, change));
    }
    this._show();
  }

  /** @returns {Promise<Translate>} */
  async _loadTexts() {
    const t = await loadTexts(this._hass.language);
    this._t = t;
    this._plot.element.setAttribute("aria-label", t("trace.plot"));
    this._spans.setAttribute("aria-label", t("trace.spans"));
    this._buttons.forEach((button, i) => {
      button.textContent = t(`trace.span.${ALL_SPANS[i]}`);
    });
    return t;
  }

  /**
   * @param {Live} live
   * @param {Change} change
   */
  _take(live, change) {
    const other = this._live !== live;
    this._live = live;
    if (change === "sample") {
      this._plot.take(live);
      this._showFigures();
    }
    if (live.status === "error") {
      void this._explain(live.error);
    } else if (change !== "sample" || other) {
      this._show();
    }
    if (live.status === "gone") {
      this._lookAgain();
    }
  }

  /** @param {keyof typeof SPANS} span */
  _choose(span) {
    this._span = span;
    if (SPANS[span] > this._historyS) {
      this._listen();
    }
    this._show();
  }

  /** Show all but the levels, which come too often for that. */
  _show() {
    const { _t: t, _live: live, _hass: hass, _config: config } = this;
    if (!t || !hass || document.hidden) {
      return;
    }
    this._buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(ALL_SPANS[i] === this._span)));
    this._say(message(live, this._problem, this._error, t));
    this._card.classList.toggle("empty", !live && this._problem !== "");
    if (!live) {
      return;
    }
    const metrics = config.metrics ?? [];
    const shown = config.rules === false ? [] : live.rules.filter(({ enabled }) => enabled);
    const limits = limitsOf(shown, metrics, t, hass);
    this._label.textContent = live.labels.lp ?? "";
    this._plot.show({
      live,
      lines: linesOf(metrics, limits),
      limits,
      spanS: SPANS[this._span],
      range: config.range,
      restNames: { paused: t("trace.run.paused"), stopped: t("trace.run.stopped") },
      timeText: (at) => clock(at, hass, { seconds: SPANS[this._span] <= SHORT_S }),
      reading: (at, lp) => {
        const time = clock(at, hass, { seconds: true });
        return lp === null ? t("trace.no_reading", { time }) : t("trace.reading", { time, level: level(lp, hass) });
      },
    });
    this._showFigures(true);
    this._sum();
  }

  /**
   * Said aloud once, not again with every piece of news; a button keeps the focus.
   *
   * @param {HTMLElement[]} parts
   */
  _say(parts) {
    const text = parts.map(({ textContent }) => textContent).join("\n");
    if (text !== this._messageText) {
      this._messageText = text;
      this._message.replaceChildren(...parts);
      this._message.hidden = !parts.length;
    }
  }

  /** @param {boolean} [atOnce] */
  _showFigures(atOnce = false) {
    clearTimeout(this._figuresDue);
    const { _live: live, _t: t } = this;
    if (!live || !t || document.hidden) {
      return;
    }
    const due = this._figuresAt + (this._plot.calm.matches ? CALM_MS : FIGURES_MS) - performance.now();
    if (!atOnce && due > 0) {
      this._figuresDue = setTimeout(() => this._showFigures(true), due);
      return;
    }
    this._figuresAt = performance.now();
    this._figure.textContent = level(isThere(live) ? live.sample?.lp : null, this._hass);
    const metrics = this._config.metrics ?? [];
    legend(this._legend, live, metrics, t, this._hass);
  }

  _sum() {
    const { _live: live, _t: t } = this;
    if (live && t && !document.hidden) {
      const text = summary(live, this._plot.extent, this._config.title, this._span, t, this._hass);
      this._plot.canvas.setAttribute("aria-label", text);
      this._facts.replaceChildren(...facts(live, t));
    }
  }
}
