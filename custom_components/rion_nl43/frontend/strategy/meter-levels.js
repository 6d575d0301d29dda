// @ts-check
/**
 * Levels on a meter's page: now, over a day and over a week.
 *
 * Levels are energies, and Home Assistant's own means of them are arithmetic: its statistics are asked for the highest
 * and the lowest of an hour alone.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { hoursKnown } from "../core/history.js";
import { OWN_NAME, heading, present, section, tile } from "./configs.js";
import { whenKnown, whenLinked, whenState } from "./configs.js";

const WIDE = { column_span: 2 };
const MINUTE = "window_leq_60_running";
const DAY_H = 24;
const WEEK_D = 7;
const GRAPH = { columns: "full", rows: 5 };

/**
 * The level now; what to do about a lost link takes its place.
 *
 * @param {Meter} meter
 * @param {Translate} t
 */
export function nowSection(meter, t) {
  const { leq_1min: minute, leq_15min: quarter, l10_15min: l10, l90_15min: l90, link } = meter.entities;
  const levels = [minute, quarter, l10, l90];
  return section(
    [
      heading(t("strategy.now.title"), "mdi:pulse"),
      {
        type: "custom:rion-nl43-live-trace",
        config_entry_id: meter.config_entry_id,
        span: "5min",
        ...(minute && { metrics: [MINUTE] }),
        grid_options: { columns: "full", rows: 6 },
      },
      ...levels.map((entity) =>
        tile(entity, { color: "primary", visibility: [...whenLinked(meter), ...whenKnown(entity)] }),
      ),
    ],
    { ...WIDE, visibility: whenState(link, ["connected", "connecting"]) },
  );
}

/**
 * The levels of a day, from the first on: without any, there would be empty axes.
 *
 * @param {Meter} meter
 * @param {any} hass
 * @param {Translate} t
 */
export async function daySection(meter, hass, t) {
  const { leq_15min: leq, l10_15min: l10, l90_15min: l90 } = meter.entities;
  const levels = present([leq, l10, l90]);
  const drawn = levels.length > 0 && (await hoursKnown(hass, levels[0], DAY_H)) > 0;
  return section(
    [
      heading(t("strategy.day.title"), "mdi:chart-line"),
      levels.length > 0 && {
        type: "history-graph",
        hours_to_show: DAY_H,
        entities: levels.map((entity) => ({ entity, name: OWN_NAME })),
        fit_y_data: true,
        grid_options: GRAPH,
      },
    ],
    { ...WIDE, ...(!drawn && { visibility: whenKnown(levels[0]) }) },
  );
}

/**
 * @param {Meter} meter
 * @param {any} hass
 * @param {Translate} t
 * @returns {Promise<import("./configs.js").Config | undefined>} Nothing in the first hours.
 */
export async function weekSection(meter, hass, t) {
  const { leq_15min: leq } = meter.entities;
  // A line is between two hours.
  if (!leq || (await hoursKnown(hass, leq, WEEK_D * DAY_H)) < 2) {
    return undefined;
  }
  return section(
    [
      heading(t("strategy.week.title"), "mdi:chart-bell-curve-cumulative"),
      {
        type: "statistics-graph",
        entities: [{ entity: leq, name: OWN_NAME }],
        days_to_show: WEEK_D,
        period: "hour",
        stat_types: ["max", "min"],
        fit_y_data: true,
        grid_options: GRAPH,
      },
    ],
    WIDE,
  );
}
