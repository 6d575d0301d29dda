// @ts-check
/**
 * The parts of the live trace around its canvas, made from what is known of a meter.
 *
 * @typedef {import("../core/live.js").Live} Live
 * @typedef {import("../core/live.js").LiveRule} LiveRule
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {import("../trace/draw.js").Limit} Limit
 */

import { el } from "../core/dom.js";
import { duration, level } from "../core/format.js";
import { nowOf } from "../core/live.js";
import { reloadNeeded } from "../core/meters.js";
import { readable } from "./live-trace-config.js";
import { lineColors } from "./live-trace-plot.js";

const GRADES = /** @type {const} */ (["ok", "warning", "alarm"]);
const COLORS = { ok: "var(--success-color)", warning: "var(--warning-color)", alarm: "var(--error-color)" };
const LP = "lp";

/** @typedef {Limit & {metric: string}} RuleLimit */

/**
 * @param {LiveRule[]} rules
 * @param {string[]} metrics Those that are drawn beside Lp.
 * @param {Translate} t
 * @param {any} hass
 * @returns {RuleLimit[]}
 */
export function limitsOf(rules, metrics, t, hass) {
  return rules.flatMap(({ name, metric, symbol, direction, ...rule }) =>
    /** @type {const} */ (["warning", "alarm"]).flatMap((grade) => {
      const db = rule[grade];
      if (db === null) {
        return [];
      }
      const text = t(metric === LP ? "trace.limit" : "trace.limit_of", { name, symbol, level: level(db, hass) });
      return [{ name: text, level: db, direction, grade, metric, judges: [LP, ...metrics].includes(metric) }];
    }),
  );
}

/**
 * @param {string[]} metrics
 * @param {RuleLimit[]} limits
 * @returns {{key: string | null, limits: Limit[]}[]} The trace of Lp, and the metrics. Each is judged by its own limits:
 *   an Lp above the limit of an LAeq,15min breaks nothing.
 */
export function linesOf(metrics, limits) {
  const of = (/** @type {string} */ key) => limits.filter(({ metric }) => metric === key);
  return [{ key: null, limits: of(LP) }, ...metrics.map((key) => ({ key, limits: of(key) }))];
}

/**
 * @param {Live} live
 * @returns {boolean} Whether its latest levels are those of now.
 */
export function isThere({ status, state }) {
  return status === "live" && state?.available === true;
}

/**
 * @param {Live} live
 * @param {Translate} t
 * @returns {HTMLElement[]} How the measurement, the link and the rules are.
 */
export function facts(live, t) {
  const { state, rules, status } = live;
  if (!state || status !== "live") {
    return [];
  }
  const word = t(`trace.run.${state.run_state}`);
  // A measurement that is paused goes on, and began long before the pause.
  const since = state.run_state === "measuring" && state.measuring_since;
  const run = since
    ? t("trace.run.since", { state: word, duration: duration(nowOf(live) - since, t) })
    : word;
  return [
    ...worst(rules, state.available, t),
    ...(state.feed ? [el("span", {}, t(`trace.feed.${state.feed}`))] : []),
    ...(state.available ? [el("span", {}, run)] : []),
  ];
}

/**
 * @param {LiveRule[]} rules
 * @param {boolean} available Nobody knows that all is well with a meter that is not there; an alert stays open.
 * @param {Translate} t
 */
function worst(rules, available, t) {
  const enabled = rules.filter((rule) => rule.enabled && (available || rule.grade !== "ok"));
  if (!enabled.length) {
    return [];
  }
  const [rule] = enabled.toSorted((a, b) => GRADES.indexOf(b.grade) - GRADES.indexOf(a.grade));
  const grade = t(`trace.grade.${rule.grade}`);
  const text = rule.grade === "ok" ? grade : t("trace.grade.of", { grade, rule: rule.name });
  return [el("span", { className: "grade", style: `--grade: ${COLORS[rule.grade]}` }, text)];
}

/**
 * @param {Live | null} live
 * @param {"" | "mistake" | "unknown" | "error"} problem Before there is anything live.
 * @param {string} error What is wrong with the configuration, or has been refused, in words.
 * @param {Translate} t
 * @returns {HTMLElement[]} What is wrong and what to do about it; nothing if all is well.
 */
export function message(live, problem, error, t) {
  const told = (/** @type {string} */ key) => [
    el("b", {}, t(`${key}.title`)),
    el("span", {}, t(`${key}.text`, { error })),
  ];
  if (problem && live?.status !== "gone") {
    return told(`trace.${problem}`);
  }
  if (!live) {
    return [];
  }
  if (live.version && reloadNeeded(live.version)) {
    const button = el("button", { type: "button" }, t("trace.outdated.button"));
    button.addEventListener("click", () => location.reload());
    return [el("b", {}, t("trace.outdated.title")), button];
  }
  if (live.status !== "live") {
    return told(`trace.${live.status}`);
  }
  return live.state && !live.state.available ? told(linkKey(live.state.diagnosis)) : [];
}

/** @param {string} diagnosis A meter that is connected and yet not available has not told its first level. */
function linkKey(diagnosis) {
  return diagnosis === "connected" ? "trace.link.connecting" : `trace.link.${diagnosis}`;
}

/**
 * Write the latest levels of the metrics beside the colours of their lines.
 *
 * @param {HTMLElement} box
 * @param {Live} live
 * @param {string[]} metrics
 * @param {Translate} t
 * @param {any} hass
 */
export function legend(box, live, metrics, t, hass) {
  box.hidden = !metrics.length;
  if (box.childElementCount !== metrics.length) {
    const colors = lineColors(getComputedStyle(box));
    box.replaceChildren(
      ...metrics.map((_, i) => el("span", {}, el("i", { style: `--line: ${colors[i % colors.length]}` }), el("span"))),
    );
  }
  metrics.forEach((key, i) => {
    const symbol =
      live.labels[key] ?? live.rules.find(({ metric }) => metric === key)?.symbol ?? readable(key, t);
    const text = `${symbol} ${level(isThere(live) ? live.sample?.metrics?.[key] : null, hass)} dB`;
    const written = box.children[i].lastElementChild;
    if (written && written.textContent !== text) {
      written.textContent = text;
    }
  });
}

/**
 * @param {Live} live
 * @param {{min: number, max: number} | null} extent
 * @param {string | undefined} title
 * @param {string} span
 * @param {Translate} t
 * @param {any} hass
 * @returns {string} What the canvas shows, in words.
 */
export function summary(live, extent, title, span, t, hass) {
  const about = { name: title || live.name, span: t(`trace.span.${span}`) };
  if (!extent) {
    return t("trace.summary_none", about);
  }
  const lp = isThere(live) ? live.sample?.lp : null;
  // What is drawn is a frame behind the last sample.
  const levels = [extent.min, extent.max, lp ?? extent.min];
  return t("trace.summary", {
    ...about,
    label: live.labels.lp ?? "Lp",
    level: level(lp, hass),
    min: level(Math.min(...levels), hass),
    max: level(Math.max(...levels), hass),
  });
}
