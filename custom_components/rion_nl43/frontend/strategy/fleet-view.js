// @ts-check
/**
 * The first page: every meter with its level now, its grade, its link and its coverage, the worst first.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { LOOKS, Order } from "./condition.js";
import { FULL, HEADER, conditionsBadge, goTo, heading, present } from "./configs.js";
import { section, stateBadge, tile, unlessKnown, unlessState, whenKnown, whenLinked, whenState } from "./configs.js";
import { askMeters, retryDue } from "./messages.js";
import { entitiesChanged, metersChanged, pathOf } from "./meters.js";

/** More meters than these are shown by their levels alone: a page of moving lines is not read any more. */
const MOST_TRACES = 6;
const NOT_LOST = ["connected", "standby"];

const order = new Order();
/** @type {Meter[]} */
let shown = [];

export class FleetView extends HTMLElement {
  /**
   * @param {import("./meters.js").StrategyConfig} config
   * @param {any} hass
   */
  static async generate(config, hass) {
    const { meters, outdated, t, message } = await askMeters(hass, config);
    shown = meters;
    if (message) {
      return message;
    }
    const traces = config.traces ?? meters.length <= MOST_TRACES;
    const sorted = order.sort(meters, hass.states, Date.now());
    return {
      type: "sections",
      max_columns: 4,
      header: HEADER,
      badges: present([conditionsBadge(meters, outdated)]),
      sections: present([...sorted.map((meter) => meterSection(meter, traces, t)), mapSection(meters, t)]),
    };
  }

  /**
   * @param {import("./meters.js").StrategyConfig} _config
   * @param {any} before
   * @param {any} hass
   */
  static shouldRegenerate(_config, before, hass) {
    return (
      metersChanged(before, hass) ||
      retryDue(before, hass) ||
      entitiesChanged(before, hass) ||
      (before.states !== hass.states && order.isStale(shown, hass.states, Date.now()))
    );
  }
}

/**
 * @param {Meter} meter
 * @param {boolean} traces
 * @param {Translate} t
 */
function meterSection(meter, traces, t) {
  const { link, lp, leq_15min: leq, coverage_today: coverage, last_rating: rating, connection } = meter.entities;
  const linked = whenLinked(meter);
  const alone = [...linked, ...unlessKnown(leq)];
  const page = { tap_action: goTo(pathOf(meter)) };
  return section([
    heading(meter.name, "mdi:microphone-outline", badges(meter, traces), page),
    traces && {
      type: "custom:rion-nl43-live-trace",
      config_entry_id: meter.config_entry_id,
      span: "1min",
      grid_options: { columns: 12, rows: 3 },
      visibility: linked,
    },
    // The level has the row to itself until there is one of 15 minutes.
    !traces && leq && tile(lp, { ...page, color: "primary", visibility: [...linked, ...whenKnown(leq)] }),
    !traces && tile(lp, { ...page, color: "primary", grid_options: FULL, visibility: alone }),
    tile(leq, { ...page, color: "primary", visibility: [...linked, ...whenKnown(leq)] }),
    traces && tile(coverage, { ...page, color: "primary", visibility: [...linked, ...whenKnown(coverage)] }),
    traces && tile(rating, { ...page, color: "primary", grid_options: FULL, visibility: whenKnown(rating) }),
    tile(link, {
      ...page,
      name: t("strategy.fleet.link"),
      color: LOOKS.lost.color,
      icon: LOOKS.lost.icon,
      state_content: ["state", "last_changed"],
      grid_options: FULL,
      visibility: unlessState(link, NOT_LOST),
    }),
    link &&
      tile(connection, {
        name: t("strategy.fleet.standby"),
        icon: LOOKS.standby.icon,
        features: [{ type: "toggle" }],
        features_position: "inline",
        grid_options: FULL,
        visibility: whenState(link, "standby"),
      }),
  ]);
}

/**
 * @param {Meter} meter
 * @param {boolean} traces Many meters have one row each: coverage is in the heading then, so that all fit on a screen.
 */
function badges(meter, traces) {
  const { worst_grade: grade, run_state: run, coverage_today: coverage } = meter.entities;
  const measuring = { icon: "mdi:record-circle-outline", color: "green" };
  const covered = [...whenLinked(meter), ...whenKnown(coverage)];
  return [
    stateBadge(grade, "alarm", LOOKS.alarm),
    stateBadge(grade, "warning", LOOKS.warning),
    stateBadge(run, "measuring", measuring),
    stateBadge(run, "paused", { icon: "mdi:pause-circle-outline" }),
    stateBadge(run, "stopped", { icon: "mdi:stop-circle-outline" }),
    !traces && coverage && { type: "entity", entity: coverage, visibility: covered },
  ];
}

/**
 * @param {Meter[]} meters
 * @param {Translate} t
 */
function mapSection(meters, t) {
  const placed = meters.filter((meter) => meter.position && meter.entities.worst_grade);
  return section(
    [
      heading(t("strategy.fleet.map"), "mdi:map-outline"),
      placed.length > 0 && {
        type: "map",
        entities: placed.map(({ name, entities }) => ({ entity: entities.worst_grade, name, label_mode: "icon" })),
        grid_options: { columns: "full", rows: 6 },
      },
    ],
    // Where pages have two columns, beside an odd meter.
    { column_span: meters.length % 2 ? 1 : 2 },
  );
}
