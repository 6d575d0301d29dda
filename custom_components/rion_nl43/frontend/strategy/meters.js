// @ts-check
/**
 * Which meters a dashboard shows, and when what it was made of has changed.
 *
 * Meters are chosen by their serial numbers, which stay when one is removed and added again.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {{type: string, meters?: string[], traces?: boolean, meter?: string}} StrategyConfig
 */

import { loadMeters, reloadNeeded } from "../core/meters.js";

const DOMAIN = "rion_nl43";

/**
 * The meters that a dashboard shows, in the order of their names.
 *
 * @param {any} hass
 * @param {StrategyConfig} config
 * @returns {Promise<{meters: Meter[], all: boolean, isAdmin: boolean, outdated: boolean}>} `all`: none is left out.
 */
export async function shownMeters(hass, config) {
  const { meters, is_admin: isAdmin, version } = await loadMeters(hass);
  const wanted = config.meters?.length ? new Set(config.meters) : undefined;
  const shown = wanted ? meters.filter((meter) => wanted.has(meter.serial)) : meters;
  return { meters: shown, all: shown.length === meters.length, isAdmin, outdated: reloadNeeded(version) };
}

/**
 * The address of a meter's page within its dashboard.
 *
 * @param {Meter} meter
 */
export function pathOf(meter) {
  return `meter-${meter.serial}`;
}

/**
 * Whether meters came or went, or have got another name or language.
 *
 * @param {any} before
 * @param {any} now
 */
export function metersChanged(before, now) {
  return before.language !== now.language || (before.devices !== now.devices && named(before) !== named(now));
}

/**
 * Whether entities of meters came or went, or have got another id.
 *
 * @param {any} before
 * @param {any} now
 */
export function entitiesChanged(before, now) {
  return before.entities !== now.entities && registered(before) !== registered(now);
}

/** @param {any} hass */
function named(hass) {
  const ours = Object.values(hass.devices).filter((device) =>
    (device.identifiers ?? []).some((/** @type {string[]} */ [domain]) => domain === DOMAIN),
  );
  return JSON.stringify(ours.map(({ id, name, name_by_user: given }) => [id, given ?? name]).sort());
}

/** @param {any} hass */
function registered(hass) {
  const ours = Object.values(hass.entities).filter((entity) => entity.platform === DOMAIN);
  return ours
    .map((entity) => entity.entity_id)
    .sort()
    .join();
}
