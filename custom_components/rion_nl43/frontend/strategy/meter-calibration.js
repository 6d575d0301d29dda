// @ts-check
/**
 * The calibration of a meter: whether one is under way, the last one, and when the next is due.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { FULL, heading, hint, section, tile, whenKnown, whenState } from "./configs.js";

/**
 * @param {Meter} meter
 * @param {Translate} t
 */
export function calibrationSection(meter, t) {
  const { calibration, last_calibration: last, calibration_due: due } = meter.entities;
  const known = (/** @type {string | undefined} */ entity) => tile(entity, { color: "primary", visibility: whenKnown(entity) });
  return section([
    heading(t("strategy.calibration.title"), "mdi:tune-vertical"),
    calibration !== undefined &&
      hint("info", t("strategy.calibration.on.title"), t("strategy.calibration.on.text"), whenState(calibration, "on")),
    tile(calibration, {
      color: "amber",
      features: [{ type: "toggle" }],
      features_position: "inline",
      grid_options: FULL,
    }),
    known(last),
    known(due),
  ]);
}
