// @ts-check
/**
 * The hours of a meter: LAeq with LAFmax and LAFmin, how much of each hour is covered, and what comes from its card.
 *
 * They are the integration's own statistics, as Home Assistant averages levels arithmetically.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { hoursBetween, hoursKnown, statisticOf } from "../core/history.js";
import { heading, present, section } from "./configs.js";
import { weekSection } from "./meter-levels.js";

const WIDE = { column_span: 2 };
const DAY_D = 1;
const WEEK_D = 7;
const DAY_H = 24;
const LEVELS = { columns: "full", rows: 5 };
const SHARES = { columns: "full", rows: 3 };
const HOUR_MS = 3_600_000;
/** Statistics are written some moments after the hour. */
const WRITTEN_MS = 60_000;

/** When there may be more hours of a meter that had too few for a line, in ms since the epoch; 0 if there are. */
let dueAt = 0;

/**
 * The last day and the last week; of a meter that was added just now the week is that of its LAeq,15min.
 *
 * @param {Meter} meter
 * @param {any} hass
 * @param {Translate} t
 */
export async function hoursSections(meter, hass, t) {
  const known = await hoursKnown(hass, statisticOf(meter.serial, "laeq"), WEEK_D * DAY_H);
  // A line is between two hours.
  dueAt = known > 1 ? 0 : HOUR_MS * Math.ceil(Date.now() / HOUR_MS) + WRITTEN_MS;
  const name = known > 0 ? await nameOf(meter, hass) : undefined;
  return present([hours(meter, known, name, t), known < 2 ? await weekSection(meter, hass, t) : week(meter, name, t)]);
}

/**
 * @param {Meter} meter
 * @param {any} hass
 * @returns {Promise<string | undefined>} What the levels are, as the meter weighs; without an answer they bear its name too.
 */
async function nameOf(meter, hass) {
  const now = Date.now() / 1000;
  try {
    return `${(await hoursBetween(hass, meter.config_entry_id, now, now)).symbols.leq},1h`;
  } catch (error) {
    console.warn(error);
    return undefined;
  }
}

/** Whether the first hours of a meter may have come; true once for each hour. */
export function hoursDue() {
  const due = dueAt > 0 && Date.now() > dueAt;
  if (due) {
    dueAt += HOUR_MS;
  }
  return due;
}

/**
 * The last day: until its first hour is over, the list of hours says when that will be.
 *
 * @param {Meter} meter
 * @param {number} known
 * @param {string | undefined} name
 * @param {Translate} t
 */
function hours(meter, known, name, t) {
  return section(
    [
      heading(t("strategy.hours.title"), "mdi:chart-timeline-variant"),
      known > 0 && levels(meter, DAY_D, name),
      {
        type: "custom:rion-nl43-hours",
        config_entry_id: meter.config_entry_id,
        grid_options: { columns: "full", rows: "auto" },
      },
    ],
    WIDE,
  );
}

/**
 * @param {Meter} meter
 * @param {string | undefined} name
 * @param {Translate} t
 */
function week(meter, name, t) {
  const title = heading(t("strategy.hours.week"), "mdi:chart-line");
  return section([title, levels(meter, WEEK_D, name), shares(meter, t)], WIDE);
}

/**
 * Home Assistant draws the mean, here LAeq, as a line between the highest and the lowest level.
 *
 * @param {Meter} meter
 * @param {number} days
 * @param {string | undefined} name
 */
function levels(meter, days, name) {
  return {
    type: "statistics-graph",
    entities: [{ entity: statisticOf(meter.serial, "laeq"), ...(name && { name }) }],
    days_to_show: days,
    period: "hour",
    stat_types: ["mean", "max", "min"],
    fit_y_data: true,
    grid_options: LEVELS,
  };
}

/**
 * @param {Meter} meter
 * @param {Translate} t
 */
function shares(meter, t) {
  return {
    type: "statistics-graph",
    entities: [
      { entity: statisticOf(meter.serial, "coverage"), name: t("strategy.hours.coverage") },
      { entity: statisticOf(meter.serial, "from_meter"), name: t("strategy.hours.from_meter") },
    ],
    days_to_show: WEEK_D,
    period: "hour",
    chart_type: "line",
    stat_types: ["mean"],
    min_y_axis: 0,
    max_y_axis: 100,
    grid_options: SHARES,
  };
}
