// @ts-check
/**
 * Levels of hours as rows of a table: bar, figures, coverage, and the mark of what comes from the meter's card.
 *
 * @typedef {import("../core/history.js").HourLevels} HourLevels
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { el } from "../core/dom.js";
import { clock, day, level, percent } from "../core/format.js";
import { HOUR_S } from "../core/history.js";

const STEP_DB = 10;
/** Below this coverage the level of an hour does not stand for all of it. */
export const LOW_COVERAGE = 0.75;

/**
 * The hours before a time, the latest first; those of which nothing is known are among them, but none before the first.
 *
 * @param {HourLevels[]} known
 * @param {number} ended In seconds since the epoch; a full hour.
 * @returns {HourLevels[]}
 */
export function withoutGaps(known, ended) {
  const by = new Map(known.filter(({ coverage }) => coverage > 0).map((hour) => [hour.began, hour]));
  const first = Math.min(...by.keys());
  const hours = [];
  for (let began = ended - HOUR_S; began >= first; began -= HOUR_S) {
    hours.push(by.get(began) ?? { began, coverage: 0, leq: null, lmax: null, lmin: null, meter_share: 0 });
  }
  return hours;
}

/**
 * @param {HourLevels[]} hours
 * @returns {{low: number, high: number}} Where bars begin and end, in dB.
 */
export function scaleOf(hours) {
  const levels = hours.flatMap(({ leq, lmax, lmin }) => [leq, lmax, lmin]).filter((db) => db !== null);
  if (!levels.length) {
    return { low: 0, high: STEP_DB };
  }
  const low = STEP_DB * Math.floor(Math.min(...levels) / STEP_DB);
  return { low, high: Math.max(low + STEP_DB, STEP_DB * Math.ceil(Math.max(...levels) / STEP_DB)) };
}

/**
 * @param {HourLevels[]} hours The latest first.
 * @param {{leq: string, lmax: string}} symbols
 * @param {{low: number, high: number}} scale
 * @param {any} hass
 * @param {Translate} t
 */
export function table(hours, symbols, scale, hass, t) {
  const said = (/** @type {string} */ key) => el("span", { className: "said" }, t(`hours.${key}`));
  const levels = [said("bar"), symbols.leq, symbols.lmax];
  const heads = [t("hours.hour"), ...levels, t("hours.coverage"), said("from_meter")];
  const days = hours.map(({ began }) => day(began, hass));
  const rows = hours.flatMap((hour, i) => [
    ...(i > 0 && days[i] !== days[i - 1] ? [dayRow(days[i], heads.length)] : []),
    row(hour, scale, hass, t),
  ]);
  return el(
    "table",
    {},
    el("caption", { className: "said" }, t("hours.caption")),
    el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
    el("tbody", {}, ...rows),
  );
}

/**
 * @param {string} name
 * @param {number} columns
 */
function dayRow(name, columns) {
  return el("tr", { className: "day" }, el("th", { scope: "rowgroup", colSpan: columns }, name));
}

/**
 * @param {HourLevels} hour
 * @param {{low: number, high: number}} scale
 * @param {any} hass
 * @param {Translate} t
 */
function row({ began, coverage, leq, lmax, meter_share: share }, { low, high }, hass, t) {
  const part = (/** @type {number} */ db) => `${Math.round(1000 * ((db - low) / (high - low))) / 10}%`;
  const bar = el(
    "div",
    { className: "bar" },
    lmax !== null && el("i", { className: "range", style: `width: ${part(lmax)}` }),
    leq !== null && el("i", { className: "leq", style: `width: ${part(leq)}` }),
  );
  const cell = (/** @type {string} */ className, /** @type {string} */ text) => el("td", { className }, text);
  return el(
    "tr",
    { className: share > 0 ? "repaired" : "" },
    el("th", { scope: "row" }, clock(began, hass)),
    el("td", { className: "track" }, bar),
    cell("figure leq", level(leq, hass)),
    cell("figure", level(lmax, hass)),
    cell(coverage < LOW_COVERAGE ? "low" : "", percent(coverage, hass)),
    el("td", {}, share > 0 && mark(share, hass, t)),
  );
}

/**
 * @param {number} share
 * @param {any} hass
 * @param {Translate} t
 */
function mark(share, hass, t) {
  const title = t("hours.share", { share: percent(share, hass) });
  return el(
    "span",
    { className: "mark", title },
    el("ha-icon", { icon: "mdi:sd", "aria-hidden": "true" }),
    el("span", { className: "word" }, t("hours.from_meter")),
  );
}
