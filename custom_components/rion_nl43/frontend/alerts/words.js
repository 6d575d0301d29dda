// @ts-check
/**
 * Alerts in the words of the user.
 *
 * @typedef {import("../core/actions.js").Explanation} Explanation
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {import("./episodes.js").Episode} Episode
 */

import { dateTime, duration, level } from "../core/format.js";

/** The rule that every meter has; nobody gave it a name. */
export const UNREACHABLE = "unreachable";

/** Icon and colour of each grade; the colours are Home Assistant's. */
export const LOOKS = {
  alarm: { icon: "mdi:alert-octagon", color: "var(--error-color)" },
  warning: { icon: "mdi:alert", color: "var(--warning-color)" },
  ok: { icon: "mdi:check-circle-outline", color: "var(--success-color)" },
  off: { icon: "mdi:bell-off-outline", color: "var(--secondary-text-color)" },
  unknown: { icon: "mdi:help-circle-outline", color: "var(--secondary-text-color)" },
};

/**
 * @param {{rule_id: string, rule: string}} of
 * @param {Translate} t
 */
export function ruleName({ rule_id: id, rule }, t) {
  return id === UNREACHABLE ? t("alerts.unreachable") : rule;
}

/**
 * @param {string | null} iso
 * @returns {number} Seconds since the epoch.
 */
export function seconds(iso) {
  return iso ? Date.parse(iso) / 1000 : Number.NaN;
}

/**
 * Who took notice: the user himself, a person, a user of Home Assistant, or one who is there no more.
 *
 * @param {any} hass
 * @param {{acknowledged_by: string | null, acknowledged_by_name: string | null}} episode
 * @param {Translate} t
 */
export function who(hass, { acknowledged_by: userId, acknowledged_by_name: name }, t) {
  if (userId === null) {
    return t("alerts.who.automation");
  }
  if (userId === hass.user?.id) {
    return hass.user.name;
  }
  const person = Object.values(hass.states).find(
    ({ entity_id: id, attributes }) => id.startsWith("person.") && attributes.user_id === userId,
  );
  return person?.attributes.friendly_name ?? name ?? t("alerts.who.other");
}

/**
 * Why an episode is over.
 *
 * @param {Episode} episode
 * @param {Translate} t
 */
export function endText({ end_reason: reason, rule_id: id }, t) {
  if (!reason) {
    return "";
  }
  // Nobody can switch that rule off: the meter need not be reachable in standby.
  return t(`alerts.end.${id === UNREACHABLE && reason === "disabled" ? "standby" : reason}`);
}

/**
 * Why a rule does or does not alert.
 *
 * @param {Explanation} explained
 * @param {string} direction `above` or `below`.
 * @param {{grade: string, onset: string} | undefined} active Its open episode.
 * @param {any} hass
 * @param {Translate} t
 * @returns {string}
 */
export function explanationText(explained, direction, active, hass, t) {
  const { level: db, threshold, grade, over_s: over, judged_s: judged, duration_s: whole, nearest } = explained;
  const lasting = (/** @type {number} */ s) => duration(s, t);
  const parts = [verdictText(explained, active, hass, t)];
  if (db !== null && threshold !== null) {
    const needed = explained.needed_s;
    const how = !whole ? "" : needed >= whole ? "_for" : "_share";
    parts.push(
      t("alerts.why.level", { level: level(db, hass) }),
      t(`alerts.why.${direction === "below" ? "below" : "above"}${how}`, {
        threshold: level(threshold, hass),
        grade: t(`alerts.why.a.${grade}`),
        duration: lasting(whole),
        needed: lasting(needed),
      }),
    );
  }
  if (whole && judged && over) {
    const key = explained.rule_id === UNREACHABLE ? "gone" : "beyond";
    parts.push(t(`alerts.why.${key}`, { over: lasting(over), judged: lasting(judged) }));
  }
  if (nearest && explained.verdict !== "active") {
    parts.push(
      t("alerts.why.nearest", {
        grade: t(`alerts.why.a.${nearest.grade}`),
        time: dateTime(seconds(nearest.at), hass),
        level: level(nearest.level, hass),
        over: lasting(nearest.over_s),
        dropped: t(`alerts.why.dropped.${nearest.dropped}`),
      }),
    );
  }
  return parts.join(" ");
}

/**
 * @param {Explanation} explained
 * @param {{grade: string, onset: string} | undefined} active
 * @param {any} hass
 * @param {Translate} t
 */
function verdictText({ verdict, rule_id: id, grade, snoozed_until: snoozed, last_sample: last }, active, hass, t) {
  const at = (/** @type {string | null | undefined} */ iso) => (iso ? dateTime(seconds(iso), hass) : "–");
  const kind = id === UNREACHABLE ? "unreachable" : "rule";
  if (verdict === "active") {
    // What it tells of is the grade that would be next.
    return t(`alerts.why.active.${id === UNREACHABLE ? id : (active?.grade ?? grade)}`, { time: at(active?.onset) });
  }
  if (verdict === "no_samples") {
    return t(`alerts.why.rule.${last ? verdict : "no_samples_yet"}`, { time: at(last) });
  }
  return t(`alerts.why.${kind}.${verdict}`, { time: at(snoozed) });
}
