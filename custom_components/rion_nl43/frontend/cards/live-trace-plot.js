// @ts-check
/**
 * The moving part of the live trace: it draws when something has changed and somebody can see it, and reads a level
 * under the pointer or, with the arrow keys, under a cursor.
 *
 * @typedef {import("../core/live.js").Live} Live
 * @typedef {import("../trace/draw.js").Limit} Limit
 * @typedef {import("../trace/draw.js").Theme} Theme
 * @typedef {{key: string | null, limits: Limit[]}} ShownLine The trace itself is the one without a key.
 * @typedef {{
 *   live: Live, lines: ShownLine[], limits: Limit[], spanS: number, range: [number, number] | undefined,
 *   restNames: Record<string, string>, timeText: (t: number) => string, reading: (t: number, lp: number | null) => string,
 * }} Shown
 */

import { el } from "../core/dom.js";
import { nowOf } from "../core/live.js";
import { GAP_S, MetricLines, columnsOf, columnsOfPoints, extentOf, pointAt, restsOf } from "../trace/buffer.js";
import { draw, plotOf } from "../trace/draw.js";
import { LevelRange, levelTicks, timeTicks } from "../trace/scale.js";

const FASTEST_MS = 34;
const CALM_MS = 1000;
/** After so long without a sample the time goes on by the clock, which may be a little ahead of the next sample. */
const SILENT_S = 1.5;
const AHEAD_S = 5;
const THEME_MS = 5000;
const KEY_STEPS = 60;
const TIME_LABEL = 48;
const EDGE = 8;

export class TracePlot {
  constructor() {
    this.canvas = /** @type {HTMLCanvasElement} */ (el("canvas", { role: "img" }));
    this.reading = el("div", { className: "reading", "aria-live": "off" });
    this.element = el("div", { className: "plot", tabIndex: 0, role: "application" }, this.canvas, this.reading);
    this.metrics = new MetricLines();
    this.range = new LevelRange();
    /** @type {Shown | null} */
    this.shown = null;
    /** @type {{min: number, max: number} | null} Of the trace alone. */
    this.extent = null;
    /** @type {{x: number} | {t: number} | null} A pointer stays where it is, a cursor at its time. */
    this.cursor = null;
    this.seen = false;
    this.waiting = 0;
    this.frame = 0;
    this.drawnAt = 0;
    this.theme = /** @type {Theme | null} */ (null);
    this.themeAt = 0;
    this.to = 0;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    for (const kind of /** @type {const} */ (["pointerdown", "pointermove"])) {
      this.element.addEventListener(kind, (event) => this._point(event));
    }
    this.element.addEventListener("pointerleave", () => this._read(null));
    this.element.addEventListener("blur", () => this._read(null));
    this.element.addEventListener("keydown", (event) => this._press(event));
  }

  start() {
    this.sizes = new ResizeObserver(() => this.changed(true));
    this.sizes.observe(this.element);
    this.sight = new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.changed();
    });
    this.sight.observe(this.element);
    this.ticking = setInterval(() => {
      if (this.shown && this._silent(this.shown.live)) {
        this.changed();
      }
    }, CALM_MS);
  }

  stop() {
    this.sizes?.disconnect();
    this.sight?.disconnect();
    clearInterval(this.ticking);
    clearTimeout(this.waiting);
    cancelAnimationFrame(this.frame);
    this.waiting = this.frame = 0;
    this.seen = false;
  }

  /** @param {Shown} shown */
  show(shown) {
    if (shown.spanS !== this.shown?.spanS) {
      this.range.fresh = true;
    }
    this.shown = shown;
    this.theme = null;
    this.changed(true);
  }

  /** Show nothing of a meter any more. */
  forget() {
    this.metrics = new MetricLines();
    this.range = new LevelRange();
    this.shown = this.extent = this.cursor = null;
    this.to = 0;
    this.reading.textContent = "";
    this.canvas.removeAttribute("aria-label");
    this.canvas.width = 0;
  }

  /** @param {Live} live A sample of it has just come. */
  take(live) {
    this.metrics.take(live);
    this.changed();
  }

  /** @param {boolean} [atOnce] */
  changed(atOnce = false) {
    if (!this.seen || document.hidden || !this.shown || this.frame || (this.waiting && !atOnce)) {
      return;
    }
    clearTimeout(this.waiting);
    const due = atOnce ? 0 : this.drawnAt + this._pace() - performance.now();
    this.waiting = window.setTimeout(() => {
      this.waiting = 0;
      this.frame = requestAnimationFrame((now) => {
        this.frame = 0;
        this.drawnAt = now;
        this._draw();
      });
    }, Math.max(0, due));
  }

  /** @returns {number} Milliseconds between two pictures: half a pixel of movement, and a second for calm people. */
  _pace() {
    const pixelMs = (1000 * (this.shown?.spanS ?? 60)) / Math.max(1, this.element.clientWidth);
    return this.calm.matches ? CALM_MS : Math.min(CALM_MS, Math.max(FASTEST_MS, pixelMs / 2));
  }

  _draw() {
    const { shown } = this;
    const { clientWidth: width, clientHeight: height } = this.element;
    const context = this.canvas.getContext("2d");
    if (!shown || !context || width < 1 || height < 1) {
      return;
    }
    const theme = this._themed();
    this._resize(context, width, height);
    const { spanS, limits, live } = shown;
    this.to = this._now(live);
    const from = this.to - spanS;
    // The line comes in from what is just out of sight.
    const began = from - GAP_S;
    const columnS = spanS / plotOf(width, height).width;
    const lines = shown.lines.map(({ key, limits: own }, i) => ({
      columns: key
        ? columnsOfPoints(this.metrics.of(key), began, this.to, columnS)
        : columnsOf(live, began, this.to, columnS),
      color: i ? theme.lines[(i - 1) % theme.lines.length] : theme.trace,
      limits: own,
    }));
    this.extent = extentOf(lines[0].columns, from);
    this._fit(extentOf(lines.flatMap(({ columns }) => columns), from));
    const { min, max } = this.range;
    const picture = {
      width,
      height,
      from,
      to: this.to,
      min,
      max,
      columnS,
      lines,
      limits,
      rests: restsOf(live.runs, from, this.to),
      restNames: shown.restNames,
      levelTicks: levelTicks({ min, max }, height),
      timeTicks: timeTicks(from, this.to, width, TIME_LABEL),
      timeText: shown.timeText,
      cursor: this._cursorNow(from, columnS),
    };
    draw(context, picture, theme);
  }

  /** @param {{min: number, max: number} | null} extent */
  _fit(extent) {
    const range = this.shown?.range;
    if (range) {
      [this.range.min, this.range.max] = range;
    } else {
      this.range.fit(extent, this.shown?.limits.map(({ level }) => level) ?? [], this.to);
    }
  }

  /** @param {Live} live */
  _silent(live) {
    return nowOf(live) - (live.samples.at(-1)?.t ?? 0) > SILENT_S;
  }

  /**
   * @param {Live} live
   * @returns {number} The time at the right edge: that of the latest sample, and the clock's when none comes.
   */
  _now(live) {
    const to = this._silent(live) ? nowOf(live) : (live.samples.at(-1)?.t ?? 0);
    return to < this.to && this.to - to < AHEAD_S ? this.to : to;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} width
   * @param {number} height
   */
  _resize(context, width, height) {
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      Object.assign(this.canvas, { width: wide, height: high });
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
  }

  /** @returns {Theme} Read anew now and then: a theme may change without notice. */
  _themed() {
    const now = Date.now();
    if (this.theme && now - this.themeAt < THEME_MS) {
      return this.theme;
    }
    this.themeAt = now;
    const style = getComputedStyle(this.element);
    const of = (/** @type {string} */ name, /** @type {string} */ otherwise) =>
      style.getPropertyValue(name).trim() || otherwise;
    this.theme = {
      text: of("--primary-text-color", "#212121"),
      muted: of("--secondary-text-color", "#727272"),
      grid: of("--divider-color", "rgba(127, 127, 127, 0.3)"),
      card: of("--card-background-color", "#fff"),
      trace: of("--primary-color", "#009ac7"),
      warning: of("--warning-color", "#ffa600"),
      alarm: of("--error-color", "#db4437"),
      lines: lineColors(style),
      font: `11px ${style.fontFamily || "sans-serif"}`,
    };
    return this.theme;
  }

  /**
   * @param {number} from
   * @param {number} columnS
   */
  _cursorNow(from, columnS) {
    const { cursor, shown } = this;
    if (!cursor || !shown) {
      return null;
    }
    const plot = plotOf(this.element.clientWidth, this.element.clientHeight);
    const t = "t" in cursor ? cursor.t : from + (shown.spanS * (cursor.x - plot.left)) / plot.width;
    if (t < from - 1 || t > this.to + 1) {
      this._say("", 0);
      return null;
    }
    const point = pointAt(shown.live, t, Math.max(columnS, GAP_S / 2));
    const at = point?.t ?? t;
    this._say(shown.reading(at, point?.lp ?? null), plot.left + (plot.width * (at - from)) / shown.spanS);
    return { t: at, level: point?.lp ?? null };
  }

  /**
   * @param {string} text
   * @param {number} x
   */
  _say(text, x) {
    const { reading } = this;
    if (reading.textContent !== text) {
      reading.textContent = text;
    }
    const left = x + EDGE + reading.offsetWidth > this.element.clientWidth ? x - EDGE - reading.offsetWidth : x + EDGE;
    reading.style.transform = `translateX(${Math.round(Math.max(0, left))}px)`;
  }

  /** @param {PointerEvent} event */
  _point(event) {
    const x = event.clientX - this.element.getBoundingClientRect().left;
    // Read aloud is what the keys ask for; a pointer would not let it finish.
    this.reading.setAttribute("aria-live", "off");
    this._read({ x });
  }

  /** @param {KeyboardEvent} event */
  _press(event) {
    const { shown, cursor } = this;
    if (!shown || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const step = shown.spanS / KEY_STEPS;
    const t = cursor && "t" in cursor ? cursor.t : this.to;
    /** @type {Record<string, () => {t: number} | null>} */
    const moves = {
      ArrowLeft: () => ({ t: t - step }),
      ArrowRight: () => ({ t: t + step }),
      PageUp: () => ({ t: t - 10 * step }),
      PageDown: () => ({ t: t + 10 * step }),
      Home: () => ({ t: this.to - shown.spanS + step }),
      End: () => ({ t: this.to }),
      Escape: () => null,
    };
    const move = moves[event.key];
    if (!move) {
      return;
    }
    event.preventDefault();
    const next = move();
    const first = this.to - shown.spanS;
    this.reading.setAttribute("aria-live", "polite");
    this._read(next && { t: Math.min(this.to, Math.max(first, next.t)) });
  }

  /** @param {{x: number} | {t: number} | null} cursor */
  _read(cursor) {
    this.cursor = cursor;
    if (!cursor) {
      this.reading.textContent = "";
    }
    this.changed(true);
  }
}

/**
 * @param {CSSStyleDeclaration} style
 * @returns {string[]} For the metrics, none of which looks like a grade.
 */
export function lineColors(style) {
  const colors = [
    ["--purple-color", "#926bc7"],
    ["--teal-color", "#009688"],
    ["--brown-color", "#795548"],
    ["--pink-color", "#e91e63"],
  ];
  return colors.map(([name, otherwise]) => style.getPropertyValue(name).trim() || otherwise);
}
