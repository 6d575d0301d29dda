// @ts-check
/** Figures and times as the user writes them: by the language and the settings of his profile. */

/** @typedef {import("./texts.js").Translate} Translate */

const MINUTE_S = 60;
const HOUR_S = 3600;

/**
 * @param {any} hass
 * @returns {string | undefined} What `Intl` is to go by; the browser's own language if Home Assistant tells none.
 */
export function language(hass) {
  return hass?.locale?.language ?? hass?.language;
}

/**
 * @param {number | null | undefined} db
 * @param {any} hass
 * @returns {string} A level with one decimal, or a dash.
 */
export function level(db, hass) {
  if (db === null || db === undefined) {
    return "–";
  }
  return new Intl.NumberFormat(language(hass), { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(db);
}

/**
 * @param {number} t Seconds since the epoch.
 * @param {any} hass
 * @param {{seconds?: boolean}} [options]
 * @returns {string} The time of day.
 */
export function clock(t, hass, { seconds = false } = {}) {
  return new Intl.DateTimeFormat(language(hass), {
    hour: "numeric",
    minute: "2-digit",
    second: seconds ? "2-digit" : undefined,
    ...zone(hass),
  }).format(1000 * t);
}

/**
 * @param {number} t Seconds since the epoch.
 * @param {any} hass
 * @returns {string} The time, and the day unless it is today.
 */
export function dateTime(t, hass) {
  const day = new Intl.DateTimeFormat(language(hass), { day: "numeric", month: "short", ...zone(hass) });
  const [then, today] = [day.format(1000 * t), day.format(Date.now())];
  return then === today ? clock(t, hass) : `${then}, ${clock(t, hass)}`;
}

/**
 * @param {number} t Seconds since the epoch.
 * @param {any} hass
 * @returns {string} The day, with that of the week.
 */
export function day(t, hass) {
  const parts = /** @type {const} */ ({ weekday: "long", day: "numeric", month: "short" });
  return new Intl.DateTimeFormat(language(hass), { ...parts, ...zone(hass) }).format(1000 * t);
}

/**
 * @param {number} began Seconds since the epoch.
 * @param {number} ended
 * @param {any} hass
 * @returns {string} From when to when, with the day or the days.
 */
export function span(began, ended, hass) {
  const parts = /** @type {const} */ ({ day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
  return new Intl.DateTimeFormat(language(hass), { ...parts, ...zone(hass) }).formatRange(1000 * began, 1000 * ended);
}

/**
 * @param {any} hass
 * @returns {string} The date of today where Home Assistant is, as 2026-01-31.
 */
export function today(hass) {
  const parts = new Intl.DateTimeFormat("en", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    timeZone: hass?.config?.time_zone,
  }).formatToParts(Date.now());
  const of = (/** @type {string} */ wanted) => parts.find(({ type }) => type === wanted)?.value;
  return `${of("year")}-${of("month")}-${of("day")}`;
}

/**
 * @param {number} share From 0 to 1.
 * @param {any} hass
 * @returns {string} In percent, without decimals.
 */
export function percent(share, hass) {
  return new Intl.NumberFormat(language(hass), { style: "percent" }).format(share);
}

/**
 * @param {number} seconds
 * @param {Translate} t
 * @returns {string} `45 s`, `3 min`, `2 h 5 min`.
 */
export function duration(seconds, t) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 2 * MINUTE_S) {
    return t("common.seconds", { n: whole });
  }
  if (whole < HOUR_S) {
    return t("common.minutes", { n: Math.round(whole / MINUTE_S) });
  }
  const minutes = Math.round(whole / MINUTE_S);
  return t("common.hours", { n: Math.floor(minutes / 60), minutes: minutes % 60 });
}

/** @param {any} hass */
function zone(hass) {
  const { time_zone: choice, time_format: format } = hass?.locale ?? {};
  return {
    timeZone: choice === "server" ? hass?.config?.time_zone : undefined,
    hour12: format === "12" ? true : format === "24" ? false : undefined,
  };
}
