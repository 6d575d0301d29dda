// @ts-check
/**
 * Levels of whole hours, as Home Assistant keeps them of each meter: as external statistics, and over its websocket.
 *
 * @typedef {{
 *   began: number, coverage: number, leq: number | null, lmax: number | null, lmin: number | null,
 *   meter_share: number,
 * }} HourLevels `began` in seconds since the epoch; `coverage` and `meter_share`, what comes from the meter's records of
 *   what is covered, from 0 to 1.
 */

const DOMAIN = "rion_nl43";
export const HOUR_S = 3600;

/**
 * The name of a statistic of a meter.
 *
 * @param {string} serial
 * @param {"laeq" | "l10" | "l90" | "coverage" | "exposure" | "from_meter"} kind
 */
export function statisticOf(serial, kind) {
  return `${DOMAIN}:m${serial.toLowerCase()}_${kind}`;
}

/**
 * @param {any} hass
 * @param {string} entryId
 * @param {number} began In seconds since the epoch.
 * @param {number} ended
 * @returns {Promise<{hours: HourLevels[], symbols: {leq: string, lmax: string}}>} Hours of which anything is known, in
 *   their order; symbols with the meter's weighting.
 */
export async function hoursBetween(hass, entryId, began, ended) {
  const asked = { type: `${DOMAIN}/history/hours`, config_entry_id: entryId, start: began, end: ended };
  return hass.callWS(asked);
}

/**
 * @param {any} hass
 * @param {string} statisticId Of an entity or of the integration.
 * @param {number} hours
 * @returns {Promise<number>} Of how many of the last hours there are levels; none without a recorder.
 */
export async function hoursKnown(hass, statisticId, hours) {
  const start = new Date(Date.now() - 1000 * hours * HOUR_S).toISOString();
  const asked = { type: "recorder/statistics_during_period", statistic_ids: [statisticId], period: "hour" };
  try {
    const found = await hass.callWS({ ...asked, start_time: start, types: ["max"] });
    return found[statisticId]?.length ?? 0;
  } catch (error) {
    console.warn(error);
    return 0;
  }
}
