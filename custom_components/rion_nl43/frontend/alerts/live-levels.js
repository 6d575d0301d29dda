// @ts-check
/**
 * The levels of meters with open alerts as they are now: states of sensors are up to ten seconds old.
 *
 * @typedef {import("../core/live.js").Live} Live
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("./episodes.js").Episode} Episode
 */

import { nowOf, subscribeLive } from "../core/live.js";
import { UNREACHABLE } from "./words.js";

/** A sample that is older than this is not now: the measurement rests, or the meter is lost. */
const FRESH_S = 5;

export class LiveLevels {
  /** @param {() => any} hass Gives Home Assistant as it is at that moment. */
  constructor(hass) {
    this.hass = hass;
    /** @type {Map<string, {metrics: string, live: Live | undefined, end: () => void}>} By config entry. */
    this.feeds = new Map();
    /** @type {Map<string, number | null>} What is shown, by config entry and metric; null until it is known. */
    this.shown = new Map();
    /** @type {Map<string, number>} The highest or lowest that was shown of each open alert. */
    this.extremes = new Map();
  }

  /**
   * Listen to the meters of these alerts, and to no others.
   *
   * @param {Meter[]} meters
   * @param {Episode[]} episodes Those that are open.
   */
  follow(meters, episodes) {
    const watched = episodes.filter(({ rule_id: rule }) => rule !== UNREACHABLE);
    const wanted = new Map(
      meters.flatMap(({ config_entry_id: entry, device_id: device, rules }) => {
        const metrics = watched.flatMap((each) => (each.device_id === device ? [each.metric] : []));
        // Those of its other rules too: with the next alert nothing has to be asked anew.
        const others = rules.flatMap(({ enabled, metric }) => (enabled ? [metric] : []));
        return metrics.length ? [[entry, [...new Set([...metrics, ...others])].sort()]] : [];
      }),
    );
    for (const [entry, feed] of this.feeds) {
      if (wanted.get(entry)?.join() !== feed.metrics) {
        feed.end();
        this.feeds.delete(entry);
      }
    }
    for (const [entry, metrics] of wanted) {
      if (!this.feeds.has(entry)) {
        this._listen(entry, metrics);
      }
    }
    const open = new Set(watched.map(({ episode_id: id }) => id));
    this.extremes = new Map([...this.extremes].filter(([id]) => open.has(id)));
  }

  /**
   * @param {string} entry
   * @param {string[]} metrics
   */
  _listen(entry, metrics) {
    const feed = { metrics: metrics.join(), live: /** @type {Live | undefined} */ (undefined), end: () => {} };
    this.feeds.set(entry, feed);
    metrics.forEach((metric) => this.shown.set(`${entry} ${metric}`, null));
    feed.end = subscribeLive(this.hass(), entry, { historyS: 0, metrics }, (live) => {
      feed.live = live;
    });
  }

  /**
   * Take over what has come; until the next time that is what is shown, however often it is drawn.
   *
   * @returns {boolean} Whether anything is another than before.
   */
  refresh() {
    const levels = [...this.feeds].flatMap(([entry, { metrics, live }]) =>
      metrics.split(",").flatMap((metric) => {
        const level = levelIn(live, metric);
        return level === undefined ? [] : [/** @type {[string, number | null]} */ ([`${entry} ${metric}`, level])];
      }),
    );
    const before = this.shown;
    this.shown = new Map(levels);
    return before.size !== levels.length || levels.some(([key, level]) => before.get(key) !== level);
  }

  /**
   * @param {string | undefined} entry
   * @param {string} metric
   * @returns {number | null | undefined} The level now in dB, null while it is on its way, undefined if nobody tells.
   */
  level(entry, metric) {
    return this.feeds.has(entry ?? "") ? this.shown.get(`${entry} ${metric}`) : undefined;
  }

  /**
   * The peak of an open alert, or its lowest level: what is told of it is older than the level now, which may be more.
   *
   * @param {Episode} episode
   * @param {number | undefined} now
   * @returns {number | null}
   */
  extreme({ episode_id: id, peak, direction }, now) {
    const known = [peak, this.extremes.get(id), now].flatMap((level) => (typeof level === "number" ? [level] : []));
    if (!known.length) {
      return null;
    }
    const extreme = direction === "below" ? Math.min(...known) : Math.max(...known);
    this.extremes.set(id, extreme);
    return extreme;
  }

  close() {
    for (const { end } of this.feeds.values()) {
      end();
    }
    this.feeds.clear();
    this.shown.clear();
  }
}

/**
 * @param {Live | undefined} live
 * @param {string} metric
 * @returns {number | null | undefined} As `level`.
 */
function levelIn(live, metric) {
  if (!live || live.status === "connecting") {
    return null;
  }
  const { status, state, sample } = live;
  const fresh = sample !== null && nowOf(live) - sample.t < FRESH_S;
  return status === "live" && state?.available && fresh ? (sample.metrics?.[metric] ?? undefined) : undefined;
}
