// @ts-check
/**
 * What is known of a rule and its meter from the states of their entities.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/meters.js").Rule} Rule
 * @typedef {import("./episodes.js").Episode} Episode
 * @typedef {{meter: Meter, rule: Rule}} RuleOf
 * @typedef {{
 *   entityIds: string[], mayControl: boolean, judged: boolean, snoozedUntil: number | null, level: number | null,
 *   live: boolean, active: Episode | undefined, peak: number | null, lost: boolean,
 *   grade: "ok" | "warning" | "alarm" | "unknown",
 * }} Surroundings `level` and `peak` are dB, the peak of the open episode; a level that is not `live` is some seconds
 *   old. `lost` is that the episode has no data.
 */

import { lastLevel, levelKey } from "./level.js";
import { UNREACHABLE, seconds } from "./words.js";

const GRADES = ["ok", "warning", "alarm"];

/**
 * The rules of a meter, the one that it always has at the end.
 *
 * @param {Meter} meter
 * @returns {RuleOf[]}
 */
export function rulesOf(meter) {
  const { [UNREACHABLE]: breach } = meter.entities;
  const always = { rule_id: UNREACHABLE, name: "", enabled: true, metric: UNREACHABLE, symbol: "" };
  const unreachable = { ...always, direction: /** @type {const} */ ("above"), warning: null, alarm: null };
  return [
    ...meter.rules.map((rule) => ({ meter, rule })),
    ...(breach ? [{ meter, rule: { ...unreachable, entities: { breach } } }] : []),
  ];
}

/**
 * @param {any} hass
 * @param {Meter | undefined} meter
 * @param {Rule | undefined} rule Undefined of one that is not there any more.
 * @param {Episode | undefined} active Its open episode.
 * @param {number | null | undefined} live The level that it judges at this moment: null while it is on its way.
 * @returns {Surroundings}
 */
export function surroundings(hass, meter, rule, active, live) {
  const { alert, breach, grade, enabled, acknowledge } = /** @type {Record<string, string>} */ (rule?.entities ?? {});
  const told = breach ? hass.states[breach]?.attributes : undefined;
  const same = active !== undefined && told?.episode_id === active.episode_id;
  const until = seconds(told?.snoozed_until ?? null);
  const word = grade ? hass.states[grade]?.state : undefined;
  const known = GRADES.includes(word) ? word : grade ? "unknown" : (active?.grade ?? "ok");
  return {
    entityIds: [alert, breach, grade, enabled, acknowledge].filter(Boolean),
    mayControl: meter?.may_control ?? false,
    judged: enabled ? hass.states[enabled]?.state !== "off" : (rule?.enabled ?? false),
    snoozedUntil: Number.isNaN(until) ? null : until,
    level: live === undefined && rule ? lastLevel(hass, meter, rule.metric) : (live ?? null),
    live: typeof live === "number",
    active,
    peak: same ? (told.peak ?? null) : null,
    lost: same ? (told.no_data ?? active.no_data) : (active?.no_data ?? false),
    grade: known,
  };
}

/**
 * The entities whose states say it.
 *
 * @param {RuleOf} of
 * @returns {string[]}
 */
export function tellingEntities({ meter, rule }) {
  const { breach, grade, enabled } = rule.entities;
  return [breach, grade, enabled, meter.entities[levelKey(rule.metric)]].filter(Boolean);
}
