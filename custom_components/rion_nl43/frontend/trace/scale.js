// @ts-check
/** Where a time and a level are on the canvas, and what is written at its edges. */

/** @typedef {{min: number, max: number}} Extent */
/** @typedef {{warning: number | null, alarm: number | null}} Limits */

/** How long a span is, seconds, and how far apart times are written at most. */
export const SPANS = /** @type {const} */ ({ "1min": 60, "5min": 300, "1h": 3600 });
const TIME_STEPS_S = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800];
const LEVEL_STEPS_DB = [5, 10, 20, 50];
const STEP_DB = 10;
const LEAST_DB = 30;
const MARGIN_DB = 2;
/** A limit further away from all levels than this is not drawn: it would press them flat. */
const NEAR_DB = 25;
const SHRINK_AFTER_S = 8;

/** The levels at the bottom and at the top: they grow at once, and shrink when less has been enough for some time. */
export class LevelRange {
  constructor() {
    this.min = 30;
    this.max = 90;
    this.fresh = true;
    /** Since when less would be enough. */
    this.smallerSince = Number.NaN;
  }

  /**
   * @param {Extent | null} extent Of what is drawn.
   * @param {number[]} limits
   * @param {number} t
   */
  fit(extent, limits, t) {
    if (!extent) {
      return;
    }
    const near = limits.filter((db) => db > extent.min - NEAR_DB && db < extent.max + NEAR_DB);
    const wanted = rounded(Math.min(extent.min, ...near), Math.max(extent.max, ...near));
    if (this.fresh) {
      Object.assign(this, wanted, { fresh: false });
      return;
    }
    const fits = wanted.min >= this.min && wanted.max <= this.max;
    const smaller = fits && wanted.max - wanted.min < this.max - this.min;
    if (!smaller) {
      this.smallerSince = Number.NaN;
      if (!fits) {
        this.min = Math.min(this.min, wanted.min);
        this.max = Math.max(this.max, wanted.max);
      }
    } else if (Number.isNaN(this.smallerSince)) {
      this.smallerSince = t;
    } else if (t - this.smallerSince > SHRINK_AFTER_S) {
      Object.assign(this, wanted, { smallerSince: Number.NaN });
    }
  }
}

/**
 * @param {number} low
 * @param {number} high
 * @returns {Extent} Whole tens around these, and room for a limit's name.
 */
function rounded(low, high) {
  let min = STEP_DB * Math.floor((low - MARGIN_DB) / STEP_DB);
  let max = STEP_DB * Math.ceil((high + MARGIN_DB) / STEP_DB);
  for (let more = true; max - min < LEAST_DB; more = !more) {
    [min, max] = more ? [min, max + STEP_DB] : [min - STEP_DB, max];
  }
  return { min, max };
}

/**
 * @param {Extent} range
 * @param {number} height Pixels there are.
 * @returns {number[]} Levels to draw a line at.
 */
export function levelTicks({ min, max }, height) {
  const most = Math.max(2, height / 24);
  const step = LEVEL_STEPS_DB.find((each) => (max - min) / each <= most) ?? 50;
  const ticks = [];
  for (let db = step * Math.ceil(min / step); db <= max; db += step) {
    ticks.push(db);
  }
  return ticks;
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} width Pixels there are.
 * @param {number} label Pixels that a time takes.
 * @returns {number[]} Times to write.
 */
export function timeTicks(from, to, width, label) {
  const most = Math.max(1, width / (label * 1.5));
  const step = TIME_STEPS_S.find((each) => (to - from) / each <= most) ?? 1800;
  const ticks = [];
  for (let t = step * Math.ceil(from / step); t <= to; t += step) {
    ticks.push(t);
  }
  return ticks;
}
