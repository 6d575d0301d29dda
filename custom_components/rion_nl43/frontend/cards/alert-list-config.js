// @ts-check
/**
 * What the list of alerts can be told, and the form that tells it.
 *
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {(typeof SHOWN)[number]} Shown
 * @typedef {{
 *   type: string, config_entry_id?: string, device_id?: string, title?: string, show?: Shown, limit?: number,
 * }} ListConfig
 */

export const TYPE = "rion-nl43-alert-list";
export const USUAL_LIMIT = 10;
const MOST = 500;
const SHOWN = /** @type {const} */ (["open", "past", "all", "rules"]);
/** Entities of alerts and rules, by the keys of their names. */
const OF_RULES = ["breach", "grade", "alert", "rule_enabled", "acknowledge"];
const OF_METERS = ["active_alerts", "worst_grade", "unreachable", "last_episode"];

/**
 * @param {any} config As `given`.
 * @returns {[string, Record<string, string | number>] | undefined} The key of the words that say what is wrong with it, and
 *   what they name.
 */
export function mistakeIn({ config_entry_id: entry, device_id: device, show, limit }) {
  if ([entry, device].some((id) => id !== undefined && typeof id !== "string")) {
    return ["alerts.mistake.meter", {}];
  }
  if (show !== undefined && !SHOWN.includes(show)) {
    return ["alerts.mistake.show", { show: String(show), shown: SHOWN.join(", ") }];
  }
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1 && limit <= MOST)) {
    return ["alerts.mistake.limit", { most: MOST }];
  }
  return undefined;
}

/**
 * @param {any} config
 * @returns {any} A `ListConfig`: forms may leave null of what was taken out of them.
 */
export function given(config) {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}

/** @param {Translate} t */
export function configForm(t) {
  const shown = SHOWN.map((value) => ({ value, label: t(`alerts.editor.show_${value}`) }));
  return {
    schema: [
      { name: "device_id", selector: { device: { filter: { integration: "rion_nl43" } } } },
      { name: "title", selector: { text: {} } },
      { name: "show", default: "all", selector: { select: { mode: "dropdown", options: shown } } },
      { name: "limit", default: USUAL_LIMIT, selector: { number: { min: 1, max: 100, mode: "box" } } },
    ],
    computeLabel: (/** @type {{name: string}} */ { name }) => t(`alerts.editor.${name}`),
    computeHelper: (/** @type {{name: string}} */ { name }) =>
      name === "device_id" ? t("alerts.editor.device_help") : undefined,
    assertConfig: (/** @type {any} */ config) => {
      const mistake = mistakeIn(given(config));
      if (mistake) {
        throw new Error(t(...mistake));
      }
    },
  };
}

/**
 * @param {any} hass
 * @param {string} entityId
 * @returns {{config: ListConfig} | null} The card for an entity of alerts; for one of a rule the meter's rules.
 */
export function suggestion(hass, entityId) {
  const entity = hass.entities?.[entityId];
  if (entity?.platform !== "rion_nl43" || !entity.device_id) {
    return null;
  }
  const { translation_key: key, device_id } = entity;
  const show = OF_RULES.includes(key) ? "rules" : OF_METERS.includes(key) ? "all" : undefined;
  return show ? { config: { type: `custom:${TYPE}`, device_id, show } } : null;
}
