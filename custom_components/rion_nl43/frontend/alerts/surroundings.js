// @ts-check
/**
 * What is known of a rule and its meter from the states of their entities.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/meters.js").Rule} Rule
 * @typedef {import("./episodes.js").Episode} Episode
 * @typedef {{meter: Meter, rule: Rule}} RuleOf
 * @typedef {{
 *   entityIds: string[], mayControl: boolean, judged: boolean, snoozedUntil: number | null, now: number | null,
 *   active: Episode | undefined, peak: number | null, lost: boolean, grade: "ok" | "warning" | "alarm" | "unknown",
 * }} Surroundings `now` and `peak` are dB, the peak of the open episode; `lost` is that it has no data.
 */

import { levelKey, levelNow } from "./level.js";
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
 * @returns {Surroundings}
 */
export function surroundings(hass, meter, rule, active) {
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
    now: rule ? levelNow(hass, meter, rule.metric) : null,
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
