// @ts-check
/**
 * Meters live: one websocket subscription for all cards of a page that look at the same of a meter.
 *
 * Times are seconds since the epoch, levels are dB.
 *
 * @typedef {{
 *   t: number, d: number, lp: number | null, leq: number | null, lmax: number | null, lmin: number | null,
 *   lpeak: number | null, ln: (number | null)[], over: boolean, under: boolean,
 *   metrics?: Record<string, number | null>, skipped?: number,
 * }} Sample
 * @typedef {{
 *   rule_id: string, name: string, metric: string, symbol: string, direction: "above" | "below",
 *   warning: number | null, alarm: number | null, enabled: boolean, grade: "ok" | "warning" | "alarm",
 *   pending: boolean, snoozed_until: number | null, entity_id: string | null, episode_id: string | null,
 *   acknowledged: boolean,
 * }} LiveRule
 * @typedef {{
 *   available: boolean, diagnosis: string, feed: "polled" | "streamed" | null,
 *   run_state: "measuring" | "paused" | "stopped" | "unknown", measuring_since: number | null, standby: boolean,
 * }} LiveState
 * @typedef {{
 *   began: number, step_s: number, max: (number | null)[], min: (number | null)[], leq: (number | null)[],
 * }} Seconds
 * @typedef {"connecting" | "live" | "reloading" | "gone" | "error"} Status
 * @typedef {"snapshot" | "sample" | "state" | "rules" | "labels" | "status"} Change
 * @typedef {{
 *   status: Status, error: any, version: string, name: string, serial: string, labels: Record<string, string>,
 *   state: LiveState | null, rules: LiveRule[], sample: Sample | null, samples: {t: number, lp: number | null}[],
 *   seconds: Seconds | null, runs: [number, string][], aheadS: number,
 * }} Live `error` is what Home Assistant has refused with; its clock is `aheadS` ahead of the browser's.
 * @typedef {(live: Live, change: Change) => void} Listener
 */

import { keepSubscribed } from "./subscription.js";

// So much of the past is kept sample by sample, and so much of the states of the measurement.
const TRACE_S = 300;
const HISTORY_S = 3600;
// Old samples are dropped some at a time: to move all of them for each new one would cost more than it keeps.
const SPARE_S = 30;
const ACKNOWLEDGE_MS = 2_000;
/** There is a heartbeat at least: after this without anything the connection is dead, though nobody has noticed. */
const SILENT_MS = 60_000;
/** Home Assistant does not know the integration yet, or was lost while it was asked (its client's codes). */
const NOT_THERE = ["unknown_command", 1, 3];

/** @type {WeakMap<object, Map<string, Feed>>} */
const feeds = new WeakMap();

/**
 * @param {any} hass
 * @param {string} entryId The meter's config entry.
 * @param {{historyS?: number, metrics?: string[]}} options
 * @param {Listener} listener Called at once if something is known, and whenever something changes, with the same object.
 * @returns {() => void} Ends it.
 */
export function subscribeLive(hass, entryId, { historyS = TRACE_S, metrics = [] }, listener) {
  const { connection } = hass;
  const here = feeds.get(connection) ?? new Map();
  feeds.set(connection, here);
  const keys = [...new Set(metrics)].sort();
  const key = JSON.stringify([entryId, historyS, keys]);
  let feed = here.get(key);
  if (!feed) {
    feed = new Feed(connection, { config_entry_id: entryId, history_s: historyS, metrics: keys });
    here.set(key, feed);
  }
  return feed.add(listener, () => here.delete(key));
}

/**
 * @param {Live} live
 * @returns {number} The time by Home Assistant's clock.
 */
export function nowOf({ aheadS }) {
  return Date.now() / 1000 + aheadS;
}

/** @returns {Live} */
function nothing() {
  return {
    status: "connecting",
    error: undefined,
    version: "",
    name: "",
    serial: "",
    labels: {},
    state: null,
    rules: [],
    sample: null,
    samples: [],
    seconds: null,
    runs: [],
    aheadS: 0,
  };
}

/** One subscription, and what came of it. */
class Feed {
  /**
   * @param {any} connection
   * @param {Record<string, unknown>} what
   */
  constructor(connection, what) {
    this.connection = connection;
    this.live = nothing();
    /** @type {Set<Listener>} */
    this.listeners = new Set();
    this.acknowledged = 0;
    this.number = 0;
    this.heardAt = Date.now();
    const message = { type: "rion_nl43/live/subscribe", acknowledges: true, ...what };
    this.end = keepSubscribed(connection, message, (event) => this.take(event), (error) => this.fail(error));
    this.lost = () => this.lose();
    connection.addEventListener("disconnected", this.lost);
    this.watching = setInterval(() => this.watch(), ACKNOWLEDGE_MS);
  }

  /**
   * @param {Listener} listener
   * @param {() => void} forget Called when nobody listens any more.
   * @returns {() => void}
   */
  add(listener, forget) {
    this.listeners.add(listener);
    if (this.live.state || this.live.status !== "connecting") {
      listener(this.live, "snapshot");
    }
    return () => {
      if (this.listeners.delete(listener) && !this.listeners.size) {
        forget();
        this.close();
      }
    };
  }

  close() {
    clearInterval(this.watching);
    this.connection.removeEventListener("disconnected", this.lost);
    this.end();
  }

  /** What was live is of the past, until something comes again. */
  lose() {
    if (this.live.status !== "connecting") {
      this.live.status = "connecting";
      this.tell("status");
    }
  }

  /** @param {any} error */
  fail(error) {
    const there = !NOT_THERE.includes(error?.code ?? error);
    Object.assign(this.live, { status: there ? "error" : "connecting", error });
    this.tell("status");
  }

  /** @param {any} event */
  take({ event, ...told }) {
    const { live } = this;
    this.heardAt = Date.now();
    if (live.status === "connecting" && live.state && event !== "snapshot") {
      // It was silent only: what was lost begins with a snapshot.
      live.status = "live";
      this.tell("status");
    }
    if (event === "snapshot") {
      this.takeSnapshot(told);
    } else if (event === "sample") {
      this.takeSample(told);
    } else if (event === "state") {
      live.state = told;
      this.noteRun(nowOf(live), told.run_state);
    } else if (event === "rules") {
      live.rules = told.rules;
    } else if (event === "labels") {
      live.labels = told.labels;
    } else if (event === "reloading" || event === "gone") {
      live.status = event;
    } else {
      return;
    }
    this.tell(event === "reloading" || event === "gone" ? "status" : event);
  }

  /** @param {any} told */
  takeSnapshot(told) {
    const { subscription, version, name, serial, labels, rules, sample, trace, seconds, runs, at, ...state } = told;
    // After a lost connection it is taken up by another number.
    this.number = subscription;
    const samples = trace.t.map((/** @type {number} */ t, /** @type {number} */ i) => ({ t, lp: trace.lp[i] }));
    const known = { version, name, serial, labels, rules, sample, samples, runs, state, seconds: seconds ?? null };
    const aheadS = at - Date.now() / 1000;
    Object.assign(this.live, { status: "live", error: undefined, aheadS, ...known });
  }

  /** @param {Sample} sample */
  takeSample(sample) {
    const { live } = this;
    const last = live.samples.at(-1);
    if (last && sample.t <= last.t) {
      // The meter's time was set back, or it is told twice: what is drawn goes from left to right.
      live.samples = live.samples.filter(({ t }) => t < sample.t);
    }
    // Metrics come once a second at most; what came last holds until then.
    live.sample = { ...sample, metrics: { ...live.sample?.metrics, ...sample.metrics } };
    live.samples.push({ t: sample.t, lp: sample.lp });
    if (live.samples[0].t < sample.t - TRACE_S - SPARE_S) {
      this.moveOn(sample.t - TRACE_S);
    }
  }

  /**
   * Let seconds be what is older than the trace.
   *
   * @param {number} until
   */
  moveOn(until) {
    const { live } = this;
    const first = live.samples.findIndex(({ t }) => t >= until);
    const old = live.samples.splice(0, first);
    const { seconds } = live;
    if (!seconds) {
      return;
    }
    for (const { t, lp } of old) {
      const place = Math.floor((t - seconds.began) / seconds.step_s);
      for (const list of [seconds.max, seconds.min, seconds.leq]) {
        while (list.length <= place) {
          list.push(null);
        }
      }
      if (lp !== null && place >= 0) {
        seconds.max[place] = Math.max(lp, seconds.max[place] ?? lp);
        seconds.min[place] = Math.min(lp, seconds.min[place] ?? lp);
      }
    }
    const surplus = seconds.max.length - HISTORY_S / seconds.step_s;
    if (surplus > 0) {
      seconds.began += surplus * seconds.step_s;
      [seconds.max, seconds.min, seconds.leq].forEach((list) => list.splice(0, surplus));
    }
  }

  /**
   * @param {number} t
   * @param {string} state
   */
  noteRun(t, state) {
    const { runs } = this.live;
    if (runs.at(-1)?.[1] !== state) {
      runs.push([t, state]);
    }
    while (runs.length > 1 && runs[1][0] < t - HISTORY_S) {
      runs.shift();
    }
  }

  /** @param {Change} change */
  tell(change) {
    for (const listener of [...this.listeners]) {
      listener(this.live, change);
    }
  }

  watch() {
    if (Date.now() - this.heardAt > SILENT_MS && this.live.status === "live") {
      this.lose();
    }
    const t = this.live.sample?.t;
    if (t === undefined || t === this.acknowledged || !this.connection.connected) {
      return;
    }
    this.acknowledged = t;
    const message = { type: "rion_nl43/live/acknowledge", subscription: this.number, t };
    // One that comes too late is of no interest: the next snapshot begins anew.
    this.connection.sendMessagePromise(message).catch(() => {});
  }
}
