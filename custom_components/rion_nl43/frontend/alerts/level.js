// @ts-check
/** Which sensor of a meter shows the level that a rule judges. */

/** `window_leq_900_running`, `window_ln_3600_aligned_10` */
const WINDOW = /^window_(leq|lmax|lmin|ln)_(\d+)_(running|aligned)(?:_(\d+))?$/;

/**
 * @param {string} metric As `rion_nl43/meters` and episodes name it.
 * @returns {string} The key of the entity, which need not be there.
 */
export function levelKey(metric) {
  const window = WINDOW.exec(metric);
  if (!window) {
    return metric;
  }
  const [, quantity, seconds, kind, percentage] = window;
  const name = quantity === "ln" ? `l${percentage}` : quantity;
  return `${name}_${Number(seconds) / 60}min${kind === "aligned" ? "_aligned" : ""}`;
}

/**
 * @param {any} hass
 * @param {import("../core/meters.js").Meter | undefined} meter
 * @param {string} metric
 * @returns {number | null} The level in dB, if a sensor shows it; that is up to ten seconds old.
 */
export function lastLevel(hass, meter, metric) {
  const entityId = meter?.entities[levelKey(metric)];
  const state = entityId ? Number.parseFloat(hass.states[entityId]?.state) : Number.NaN;
  return Number.isFinite(state) ? state : null;
}
