// @ts-check
/**
 * The link to a meter: how it is, what to do when it is lost, and what is known of the instrument.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {(key: string) => string} Translate
 */

import { heading, hint, present, pressTile, section, tile, unlessState, whenState } from "./configs.js";

/** What to do differs with what is wrong. */
const HINTS = /** @type {const} */ ({
  connecting: "info",
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
  const say = (/** @type {string} */ word, /** @type {"error" | "warning" | "info"} */ kind, seen = whenState(link, word)) =>
    hint(kind, t(`strategy.link.${word}.title`), t(`strategy.link.${word}.text`), seen);
  return present([
    ...(link ? Object.entries(HINTS).map(([word, kind]) => say(word, kind)) : []),
    needsPerson && say("person", "error", whenState(needsPerson, "on")),
    !meter.loaded && say("unloaded", "warning", []),
  ]);
}

/**
 * @param {Meter} meter
 * @param {Translate} t
 */
export function linkSection(meter, t) {
  const { link, feed, reconnects, round_trip: roundTrip, last_loss: loss, clock_offset: clock } = meter.entities;
  const { battery, power_source: power, card_free: card, card_free_percent: share, sync_clock: setClock } = meter.entities;
  const { command, run_state: run } = meter.entities;
  const plain = { color: "primary" };
  const events = present([command, link, run]);
  return section([
    heading(t("strategy.link.title"), "mdi:lan"),
    tile(link, { color: "green", visibility: whenState(link, "connected") }),
    tile(link, { color: "deep-orange", visibility: unlessState(link, "connected") }),
    tile(feed, plain),
    tile(loss, { ...plain, state_content: ["state", "reason"] }),
    tile(reconnects, plain),
    tile(roundTrip, plain),
    tile(clock, plain),
    pressTile(setClock, { color: "primary", visibility: whenState(run, "stopped") }),
    tile(battery, plain),
    tile(power, plain),
    tile(card, plain),
    tile(share, { ...plain, features: [{ type: "bar-gauge" }] }),
    events.length > 0 && {
      type: "logbook",
      target: { entity_id: events },
      hours_to_show: LOGBOOK_H,
      grid_options: { columns: 12, rows: 5 },
    },
  ]);
}
