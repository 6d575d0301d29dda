// @ts-check
/**
 * The card of a meter: its space, what is fetched from it, and the way to its files; and reports.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { folderOf, mediaPage } from "../core/files.js";
import { FULL, goTo, heading, hint, section, tile, whenKnown } from "./configs.js";
import { METERS_PAGE } from "./meter-alerts.js";

/**
 * @param {Meter} meter
 * @param {boolean} isAdmin
 * @param {any} hass
 * @param {Translate} t
 */
export function cardSection(meter, isAdmin, hass, t) {
  const { card_free_percent: share, card_free: free, card_days_left: days, card_transfer: transfer } = meter.entities;
  const browsable = meter.files !== false && hass.config.components.includes("media_source");
  const known = (/** @type {string | undefined} */ entity, more = {}) =>
    tile(entity, { color: "primary", visibility: whenKnown(entity), ...more });
  return section([
    heading(t("strategy.card.title"), "mdi:sd"),
    known(share ?? free),
    known(days),
    known(transfer, { grid_options: FULL }),
    browsable && { type: "custom:rion-nl43-files", meter: meter.serial, grid_options: FULL },
    browsable && browse(meter, t),
    meter.files === false && noFiles(meter, isAdmin, t),
  ]);
}

/**
 * What can be played or looked at is that in Home Assistant's own way.
 *
 * @param {Meter} meter
 * @param {Translate} t
 */
function browse(meter, t) {
  return {
    type: "button",
    name: t("strategy.card.browse"),
    show_icon: false,
    tap_action: goTo(mediaPage(folderOf(meter.serial))),
    grid_options: { columns: 12, rows: 1 },
  };
}

/**
 * @param {Meter} meter
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
function noFiles(meter, isAdmin, t) {
  const page = goTo(`${METERS_PAGE}#config_entry=${meter.config_entry_id}`);
  return isAdmin
    ? {
        type: "empty-state",
        icon: "mdi:folder-off-outline",
        title: t("strategy.no_files.title"),
        content: t("strategy.no_files.text"),
        buttons: [{ text: t("strategy.no_files.button"), icon: "mdi:cog", tap_action: page }],
        grid_options: FULL,
      }
    : hint("info", t("strategy.no_files.title"), t("strategy.no_files.ask"));
}

/**
 * @param {Meter} meter
 * @param {any} hass
 * @param {Translate} t
 */
export function reportSection(meter, hass, t) {
  const { device_id: device } = meter;
  return section([
    heading(t("strategy.report.title"), "mdi:file-chart-outline"),
    device !== null &&
      "create_report" in (hass.services.rion_nl43 ?? {}) && {
        type: "custom:rion-nl43-report",
        device_id: device,
        grid_options: FULL,
      },
  ]);
}
