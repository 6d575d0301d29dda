// @ts-check
/**
 * The keys of a meter and those of its settings that are used from day to day.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {(key: string) => string} Translate
 */

import { FULL, OWN_NAME, heading, pressTile, present, section, stateBadge, tile, whenState } from "./configs.js";

const SELECTS = ["frequency_weighting_main", "time_weighting_main", "store_mode"];

/**
 * @param {Meter} meter
 * @param {Translate} t
 */
export function controlSection(meter, t) {
  const { start, stop, pause, resume, store, start_cycle: startCycle, stop_cycle: stopCycle } = meter.entities;
  const { run_state: run, watchdog, connection, command } = meter.entities;
  const green = { color: "green" };
  const red = { color: "red", question: t("strategy.control.stop") };
  const when = (/** @type {string[]} */ ...states) => ({ visibility: whenState(run, states) });
  return section([
    heading(t("strategy.control.title"), "mdi:tune-variant", [stateBadge(run, ["measuring", "paused", "stopped"])]),
    pressTile(start, { ...green, ...when("stopped") }),
    pressTile(startCycle, { ...green, ...when("stopped") }),
    pressTile(stop, { ...red, ...when("measuring", "paused") }),
    pressTile(stopCycle, { ...red, ...when("measuring", "paused") }),
    pressTile(pause, { color: "amber", ...when("measuring") }),
    pressTile(resume, { ...green, ...when("paused") }),
    pressTile(store, { color: "primary", ...when("stopped") }),
    tile(connection, { features: [{ type: "toggle" }], features_position: "inline", grid_options: FULL }),
    tile(watchdog, { color: "primary" }),
    tile(command, { color: "primary", state_content: ["event_type", "last_changed"] }),
  ]);
}

/**
 * @param {Meter} meter
 * @param {any} hass
 * @param {Translate} t
 */
export function settingsSection(meter, hass, t) {
  const selects = Object.values(hass.entities).filter(
    (entity) => entity.device_id === meter.device_id && entity.entity_id.startsWith("select."),
  );
  const shown = SELECTS.map((key) => selects.find((entity) => entity.translation_key === key)?.entity_id);
  const rows = present(shown).map((entity) => ({ entity, name: OWN_NAME }));
  return section([
    heading(t("strategy.settings.title"), "mdi:cog-outline"),
    rows.length > 0 && { type: "entities", entities: rows, grid_options: FULL },
  ]);
}
