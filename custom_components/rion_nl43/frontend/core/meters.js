// @ts-check
/**
 * The meters that there are, as Home Assistant tells them; asked for once by all cards and views drawn together.
 *
 * @typedef {{
 *   rule_id: string, name: string, enabled: boolean, metric: string, symbol: string, direction: "above" | "below",
 *   warning: number | null, alarm: number | null, entities: Record<string, string>,
 * }} Rule
 * @typedef {{limit_id: string, name: string, limit: number, entities: Record<string, string>}} Limit
 * @typedef {{
 *   config_entry_id: string, device_id: string | null, name: string, serial: string, model: string,
 *   area_id: string | null, loaded: boolean, may_control: boolean, position: [number, number] | null,
 *   entities: Record<string, string>, disabled: Record<string, string>, rules: Rule[],
 *   limits: Limit[], files: boolean,
 * }} Meter `files`: whether those on its card may be fetched.
 * @typedef {{version: string, is_admin: boolean, meters: Meter[]}} Meters
 */

const KEPT_MS = 3_000;

/** @typedef {{connection: unknown, entities: unknown, devices: unknown, at: number, answer: Promise<Meters>}} Asked */
/** @type {Asked | undefined} */
let last;

/**
 * @param {any} hass
 * @param {{fresh?: boolean}} [options] Whether something has changed of which registries do not tell.
 * @returns {Promise<Meters>} Sorted by name; asked for anew after some seconds, and when a registry has changed.
 */
export function loadMeters(hass, { fresh = false } = {}) {
  const { connection, entities, devices } = hass;
  const same = last?.connection === connection && last?.entities === entities && last?.devices === devices;
  if (!last || fresh || !same || Date.now() - last.at > KEPT_MS) {
    const answer = hass.callWS({ type: "rion_nl43/meters" });
    last = { connection, entities, devices, at: Date.now(), answer };
    answer.catch(() => {
      last = undefined;
    });
  }
  return last.answer;
}

/**
 * @param {string} version What Home Assistant serves now.
 * @returns {boolean} Whether the page is of another version, and is to be reloaded.
 */
export function reloadNeeded(version) {
  // `/rion_nl43/<version>/core/meters.js`
  return new URL(import.meta.url).pathname.split("/").at(-3) !== version;
}
