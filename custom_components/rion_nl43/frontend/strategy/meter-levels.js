// @ts-check
/**
 * Levels on a meter's page: now, over a day and over a week.
 *
 * Levels are energies, and Home Assistant's own means of them are arithmetic: its statistics are asked for the highest
 * and the lowest of an hour alone.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {(key: string) => string} Translate
 */

import { BROAD, NARROW, OWN_NAME, figures, heading, present, section, whenLinked } from "./configs.js";

const WIDE = { column_span: 2 };
const MINUTE = "window_leq_60_running";
const DAY_H = 24;
const WEEK_D = 7;
const GRAPH = { columns: "full", rows: 5 };

/**
 * @param {Meter} meter
 * @param {Translate} t
 */
export function nowSection(meter, t) {
  const { lp, leq_1min: minute, leq_15min: quarter, l10_15min: l10, l90_15min: l90 } = meter.entities;
  const linked = whenLinked(meter);
  const levels = [lp, minute, quarter, l10, l90];
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
      figures(levels, 3, { visibility: [...linked, ...NARROW] }),
      figures(levels, 5, { visibility: [...linked, ...BROAD], grid_options: { columns: "full" } }),
    ],
    WIDE,
  );
}

/**
 * @param {Meter} meter
 * @param {Translate} t
 */
export function daySection(meter, t) {
  const { leq_15min: leq, l10_15min: l10, l90_15min: l90 } = meter.entities;
  const levels = present([leq, l10, l90]);
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
    WIDE,
  );
}

/**
 * @param {Meter} meter
 * @param {Translate} t
 */
export function weekSection(meter, t) {
  const { leq_15min: leq } = meter.entities;
  return section(
    [
      heading(t("strategy.week.title"), "mdi:chart-bell-curve-cumulative"),
      leq && {
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
