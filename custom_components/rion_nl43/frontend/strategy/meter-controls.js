// @ts-check
/**
 * The measurement of a meter with its keys, and those of its settings that are used from day to day.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { FULL, THIRD, figures, heading, hint, pressTile, rows } from "./configs.js";
import { section, stateBadge, tile, whenLinked, whenState } from "./configs.js";

const SELECTS = ["frequency_weighting_main", "time_weighting_main", "store_mode"];

/**
 * @param {Meter} meter
 * @param {Translate} t
 */
export function measurementSection(meter, t) {
  const { run_state: run, measurement_start: start, over, under } = meter.entities;
  const { leq, le, lmax, lmin, lpeak, ln1, ln2, ln3, ln4, ln5 } = meter.entities;
  const range = { color: "red", state_content: ["name"] };
  const cards = [
    heading(t("strategy.measurement.title"), "mdi:record-circle-outline", [
      stateBadge(over, "on", range),
      stateBadge(under, "on", range),
      stateBadge(start && run, ["measuring", "paused"], { entity: start }),
    ]),
    run && hint("info", t("strategy.stopped.title"), t("strategy.stopped.text"), whenState(run, "stopped")),
    ...keys(meter, t),
    figures([leq, le, lmax, lmin, lpeak], 4),
    figures([ln1, ln2, ln3, ln4, ln5], 5),
  ];
  return section(cards, { visibility: whenLinked(meter) });
}

/**
 * The keys that do something in the state in which the meter is.
 *
 * @param {Meter} meter
 * @param {Translate} t
 */
function keys(meter, t) {
  const { run_state: run } = meter.entities;
  const key = (/** @type {string} */ word, /** @type {string} */ color, /** @type {string[]} */ states) => {
    const question = color === "red" ? t("strategy.control.question") : undefined;
    const name = t(`strategy.control.${word}`);
    const looks = { name, color, vertical: true, grid_options: THIRD };
    return pressTile(meter.entities[word], question, { ...looks, visibility: whenState(run, states) });
  };
  return [
    key("start", "green", ["stopped"]),
    key("start_cycle", "green", ["stopped"]),
    key("store", "primary", ["stopped"]),
    key("pause", "amber", ["measuring"]),
    key("resume", "green", ["paused"]),
    key("stop", "red", ["measuring", "paused"]),
    key("stop_cycle", "red", ["measuring", "paused"]),
  ];
}

/**
 * @param {Meter} meter
 * @param {any} hass
 * @param {Translate} t
 */
export function settingsSection(meter, hass, t) {
  const { connection, watchdog, command } = meter.entities;
  const selects = Object.values(hass.entities).filter(
    (entity) => entity.device_id === meter.device_id && entity.entity_id.startsWith("select."),
  );
  const shown = SELECTS.map((key) => selects.find((entity) => entity.translation_key === key)?.entity_id);
  return section([
    heading(t("strategy.settings.title"), "mdi:cog-outline"),
    tile(connection, {
      color: "primary",
      features: [{ type: "toggle" }],
      features_position: "inline",
      grid_options: FULL,
    }),
    rows(shown, whenLinked(meter)),
    tile(watchdog, { color: "primary" }),
    tile(command, { color: "primary", state_content: ["event_type", "last_changed"] }),
  ]);
}
