// @ts-check
/** How long a rule is snoozed, and other sums with times. */

/**
 * @param {number} hour Of the day, on the clock.
 * @param {number} now Milliseconds since the epoch.
 * @param {string | undefined} timeZone Whose clock; the browser's own where none is given.
 * @returns {number} When that is tomorrow, in milliseconds since the epoch, on the days too on which clocks change.
 */
export function tomorrowAt(hour, now, timeZone) {
  const today = partsOf(now, timeZone);
  const wanted = Date.UTC(today.year, today.month - 1, today.day + 1, hour);
  // The clock says something else than UTC; where it is changed meanwhile the first sum is off by that.
  let at = wanted;
  for (let round = 0; round < 2; round += 1) {
    at -= clockOf(at, timeZone) - wanted;
  }
  return at;
}

/** @param {any} hass @returns {string | undefined} The time zone that the user wants times in. */
export function zoneOf(hass) {
  return hass.locale?.time_zone === "server" ? hass.config?.time_zone : undefined;
}

/**
 * @param {number} at
 * @param {string | undefined} timeZone
 */
function clockOf(at, timeZone) {
  const { year, month, day, hour, minute } = partsOf(at, timeZone);
  return Date.UTC(year, month - 1, day, hour, minute) + (at % 60_000);
}

/**
 * @param {number} at
 * @param {string | undefined} timeZone
 * @returns {Record<"year" | "month" | "day" | "hour" | "minute", number>}
 */
function partsOf(at, timeZone) {
  const format = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  });
  const parts = format.formatToParts(at).map(({ type, value }) => [type, Number(value)]);
  return /** @type {any} */ (Object.fromEntries(parts));
}
