// @ts-check
/**
 * The link to a meter: how it is, what to do when it is lost, and what is known of the instrument.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { FULL, heading, hint, present, pressTile, rows, section, whenLinked, whenState } from "./configs.js";

/** What to do differs with what is wrong. That a link is being made is said by the trace. */
const HINTS = /** @type {const} */ ({
  timeout: "error",
  refused: "error",
  wedged: "error",
  asleep: "warning",
  standby: "info",
  power_cycling: "info",
});
const LOGBOOK_H = 24;

/**
 * What to do about the link, in words; each is only seen while it is true.
 *
 * @param {Meter} meter
 * @param {Translate} t
 */
export function linkHints(meter, t) {
  const { link, needs_person: needsPerson } = meter.entities;
  /** @typedef {"error" | "warning" | "info"} Kind */
  const say = (/** @type {string} */ word, /** @type {Kind} */ kind, seen = whenState(link, word)) =>
    hint(kind, t(`strategy.link.${word}.title`), t(`strategy.link.${word}.text`), seen);
  return present([
    ...(link ? Object.entries(HINTS).map(([word, kind]) => say(word, kind)) : []),
    needsPerson && say("person", "error", whenState(needsPerson, "on")),
    link && say("unloaded", "warning", whenState(link, "unavailable")),
  ]);
}

/**
 * @param {Meter} meter
 * @param {Translate} t
 */
export function linkSection(meter, t) {
  const { link, feed, reconnects, round_trip: roundTrip, last_loss: loss, run_state: run } = meter.entities;
  const { battery, power_source: power, card_free: card, card_free_percent: share } = meter.entities;
  const { clock_offset: clock, sync_clock: setClock } = meter.entities;
  return section([
    heading(t("strategy.link.heading"), "mdi:lan"),
    rows([link, feed, reconnects, loss]),
    rows([battery, power, share ?? card, clock, roundTrip], whenLinked(meter)),
    pressTile(setClock, undefined, { grid_options: FULL, visibility: whenState(run, "stopped") }),
  ]);
}

/**
 * What happened to the link, to commands and to the measurement.
 *
 * @param {Meter} meter
 * @param {any} hass
 * @param {Translate} t
 */
export function activitySection(meter, hass, t) {
  const { command, link, run_state: run } = meter.entities;
  const told = hass.config.components.includes("logbook") ? present([command, link, run]) : [];
  return section(
    [
      heading(t("strategy.activity.title"), "mdi:format-list-bulleted-type"),
      told.length > 0 && {
        type: "logbook",
        target: { entity_id: told },
        hours_to_show: LOGBOOK_H,
        grid_options: { columns: "full", rows: 6 },
      },
    ],
    { column_span: 2 },
  );
}
