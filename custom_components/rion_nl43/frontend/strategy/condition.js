// @ts-check
/**
 * How a meter is, in one word, from the states of its entities: what the overview counts and sorts by.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {"alarm" | "warning" | "lost" | "standby" | "ok"} Condition
 * @typedef {Record<string, {state: string, last_changed: string} | undefined>} States
 */

/** The conditions, the worst first. */
export const CONDITIONS = /** @type {const} */ (["alarm", "warning", "lost", "standby", "ok"]);

/** Icon and colour of each condition, in Home Assistant's words. */
export const LOOKS = {
  alarm: { icon: "mdi:alert-octagon", color: "red" },
  warning: { icon: "mdi:alert", color: "amber" },
  lost: { icon: "mdi:lan-disconnect", color: "deep-orange" },
  standby: { icon: "mdi:power-standby", color: "grey" },
  ok: { icon: "mdi:check-circle", color: "green" },
};

/** So long a meter keeps its place after it got better: what comes and goes must not shuffle the page. */
export const SETTLING_MS = 60_000;

/** So long a change of the order is told of once only: who is told all the time never comes to draw anything. */
const TOLD_MS = 5_000;

const GRADES = ["alarm", "warning"];
const CONNECTED = "connected";
const STANDBY = "standby";

/**
 * The entities that tell the condition of a meter; some may be disabled.
 *
 * Grades are those of its rules: the worst grade of the meter is an alarm, too, while it cannot be reached.
 *
 * @param {Meter} meter
 * @returns {string[]}
 */
export function tellingEntities(meter) {
  const told = [meter.entities.link, ...meter.rules.map((rule) => rule.entities.grade)];
  return /** @type {string[]} */ (told.filter((entityId) => entityId !== undefined));
}

/**
 * @param {Meter} meter
 * @param {States} states
 * @returns {Condition}
 */
export function conditionOf(meter, states) {
  const { link } = meter.entities;
  const words = tellingEntities(meter).map((entityId) => states[entityId]?.state);
  const grade = GRADES.find((word) => words.includes(word));
  if (grade) {
    return /** @type {Condition} */ (grade);
  }
  if (!link) {
    return meter.loaded ? "ok" : "lost";
  }
  const diagnosis = states[link]?.state;
  return diagnosis === STANDBY ? "standby" : diagnosis === CONNECTED ? "ok" : "lost";
}

/**
 * @param {Condition} condition
 * @returns {number} 0 for the worst.
 */
export function rankOf(condition) {
  return CONDITIONS.indexOf(condition);
}

/** The order of the meters on a page: worse at once, better only when it has lasted. */
export class Order {
  constructor() {
    /** @type {Map<string, Condition>} */
    this._shown = new Map();
    this._told = { wanted: "", at: 0 };
  }

  /**
   * The conditions to sort by now.
   *
   * @param {Meter[]} meters
   * @param {States} states
   * @param {number} now Milliseconds since the epoch.
   * @returns {Condition[]} One for each meter.
   */
  conditions(meters, states, now) {
    return meters.map((meter) => {
      const condition = conditionOf(meter, states);
      const shown = this._shown.get(meter.config_entry_id) ?? condition;
      return rankOf(condition) > rankOf(shown) && now - lastChange(meter, states) < SETTLING_MS ? shown : condition;
    });
  }

  /**
   * Whether the meters stand where they should not any more; true once for each change.
   *
   * @param {Meter[]} meters
   * @param {States} states
   * @param {number} now Milliseconds since the epoch.
   */
  isStale(meters, states, now) {
    const conditions = this.conditions(meters, states, now);
    if (meters.every((meter, index) => this._shown.get(meter.config_entry_id) === conditions[index])) {
      return false;
    }
    const wanted = conditions.join();
    if (wanted === this._told.wanted && now - this._told.at < TOLD_MS) {
      return false;
    }
    this._told = { wanted, at: now };
    return true;
  }

  /**
   * Sort the worst first and remember what is shown; equals stay in the order in which they came.
   *
   * @param {Meter[]} meters
   * @param {States} states
   * @param {number} now Milliseconds since the epoch.
   * @returns {Meter[]}
   */
  sort(meters, states, now) {
    const wanted = this.conditions(meters, states, now);
    this._told = { wanted: "", at: 0 };
    this._shown = new Map(meters.map((meter, index) => [meter.config_entry_id, wanted[index]]));
    const rank = (/** @type {Meter} */ meter) => rankOf(this._shown.get(meter.config_entry_id) ?? "ok");
    return [...meters].sort((one, other) => rank(one) - rank(other));
  }
}

/**
 * @param {Meter} meter
 * @param {States} states
 */
function lastChange(meter, states) {
  const changes = tellingEntities(meter).map((entityId) => Date.parse(states[entityId]?.last_changed ?? ""));
  return Math.max(0, ...changes.filter((at) => !Number.isNaN(at)));
}
