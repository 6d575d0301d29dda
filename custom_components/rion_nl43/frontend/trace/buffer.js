// @ts-check
/**
 * What a trace is drawn from: levels by columns of time, and where a measurement rested.
 *
 * Times are seconds since the epoch, levels are dB.
 *
 * @typedef {import("../core/live.js").Live} Live
 * @typedef {{t: number, lp: number | null}} Point
 * @typedef {{t: number, first: number, last: number, min: number, max: number, joined: boolean}} Column
 * @typedef {{from: number, to: number, state: string}} Rest
 */

/** Levels further apart than this are not joined: nothing is known in between. */
export const GAP_S = 2.5;
const KEPT_S = 3600;
const SPARE = 120;
const EVERY_S = 0.9;

/**
 * Levels gathered by columns that stand still in time, so that nothing shimmers while they move.
 *
 * @param {Live} live
 * @param {number} from
 * @param {number} to
 * @param {number} width Of a column, seconds.
 * @returns {Column[]} From left to right; columns without a level are left out.
 */
export function columnsOf(live, from, to, width) {
  const gathered = new Gathered(width);
  const { samples, seconds } = live;
  const began = samples.length ? samples[0].t : to;
  if (seconds) {
    const { began: zero, step_s: step, max, min } = seconds;
    for (let i = Math.max(0, Math.floor((from - zero) / step)); i < max.length; i += 1) {
      const t = zero + i * step;
      if (t >= began || t > to) {
        break;
      }
      gathered.add(t, min[i]);
      gathered.add(t, max[i]);
    }
  }
  gathered.addPoints(samples, from, to);
  return gathered.columns;
}

/**
 * @param {Point[]} points In the order of time.
 * @param {number} from
 * @param {number} to
 * @param {number} width Of a column, seconds.
 * @returns {Column[]}
 */
export function columnsOfPoints(points, from, to, width) {
  const gathered = new Gathered(width);
  gathered.addPoints(points, from, to);
  return gathered.columns;
}

/**
 * @param {Live} live
 * @param {number} t
 * @param {number} reach How far away a level may be, seconds.
 * @returns {Point | null} The level next to this time; of a past second its highest.
 */
export function pointAt(live, t, reach) {
  const { samples, seconds } = live;
  if (seconds && (!samples.length || t < samples[0].t)) {
    const place = Math.round((t - seconds.began) / seconds.step_s);
    const lp = seconds.max[place];
    if (lp !== null && lp !== undefined) {
      return { t: seconds.began + place * seconds.step_s, lp };
    }
  }
  return nearest(samples, t, reach);
}

/**
 * @param {Point[]} points
 * @param {number} t
 * @param {number} reach
 * @returns {Point | null}
 */
export function nearest(points, t, reach) {
  const after = firstAfter(points, t);
  let best = null;
  for (const point of points.slice(Math.max(0, after - 1), after + 1)) {
    if (point.lp !== null && Math.abs(point.t - t) <= reach) {
      best = best && Math.abs(best.t - t) <= Math.abs(point.t - t) ? best : point;
    }
  }
  return best;
}

/**
 * @param {[number, string][]} runs
 * @param {number} from
 * @param {number} to
 * @returns {Rest[]} When the measurement was paused or stopped.
 */
export function restsOf(runs, from, to) {
  return runs
    .map(([began, state], i) => ({ from: Math.max(from, began), to: Math.min(to, runs[i + 1]?.[0] ?? to), state }))
    .filter((run) => run.to > run.from && (run.state === "paused" || run.state === "stopped"));
}

/**
 * @param {Column[]} columns
 * @param {number} from Columns before this time do not count.
 * @returns {{min: number, max: number} | null}
 */
export function extentOf(columns, from) {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { t, min, max } of columns) {
    if (t >= from) {
      [low, high] = [Math.min(low, min), Math.max(high, max)];
    }
  }
  return low <= high ? { min: low, max: high } : null;
}

/** What came of the metrics since the card looks; Home Assistant tells their levels now, not those before. */
export class MetricLines {
  constructor() {
    /** @type {Map<string, Point[]>} */
    this.lines = new Map();
  }

  /** @param {Live} live */
  take({ sample }) {
    for (const [key, lp] of Object.entries(sample?.metrics ?? {})) {
      const points = this.lines.get(key) ?? [];
      this.lines.set(key, points);
      const t = sample?.t ?? 0;
      const last = points.at(-1);
      if (last && t < last.t) {
        points.length = 0;
      }
      if (!last || t - last.t >= EVERY_S || !points.length) {
        points.push({ t, lp });
      }
      if (points.length > KEPT_S + SPARE) {
        points.splice(0, points.length - KEPT_S);
      }
    }
  }

  /** @param {string} key */
  of(key) {
    return this.lines.get(key) ?? [];
  }
}

/** Columns in the making. */
class Gathered {
  /** @param {number} width */
  constructor(width) {
    this.width = width;
    /** @type {Column[]} */
    this.columns = [];
    this.index = Number.NaN;
    this.latest = Number.NEGATIVE_INFINITY;
  }

  /**
   * @param {Point[]} points
   * @param {number} from
   * @param {number} to
   */
  addPoints(points, from, to) {
    for (let i = firstAfter(points, from); i < points.length && points[i].t <= to; i += 1) {
      const { t, lp } = points[i];
      if (lp === null) {
        // There was a sample, and no level in it: those around it are not joined over it.
        this.latest = Number.NEGATIVE_INFINITY;
      } else {
        this.add(t, lp);
      }
    }
  }

  /**
   * @param {number} t
   * @param {number | null | undefined} lp
   */
  add(t, lp) {
    if (lp === null || lp === undefined) {
      return;
    }
    const index = Math.floor(t / this.width);
    const joined = t - this.latest <= GAP_S;
    const column = this.columns.at(-1);
    if (column && index === this.index && joined) {
      column.last = lp;
      column.min = Math.min(column.min, lp);
      column.max = Math.max(column.max, lp);
    } else {
      this.columns.push({ t: index * this.width, first: lp, last: lp, min: lp, max: lp, joined });
    }
    this.index = index;
    this.latest = t;
  }
}

/**
 * @param {Point[]} points In the order of time.
 * @param {number} t
 * @returns {number} The place of the first that is not before this time.
 */
function firstAfter(points, t) {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    [low, high] = points[middle].t < t ? [middle + 1, high] : [low, middle];
  }
  return low;
}
