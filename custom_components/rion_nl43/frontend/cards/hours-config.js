// @ts-check
/**
 * What the card of hours can be told, and the form that tells it.
 *
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {{
 *   type: string, config_entry_id?: string, device_id?: string, entity?: string, title?: string, hours?: number,
 * }} HoursConfig
 */

export const TYPE = "rion-nl43-hours";
export const USUAL_HOURS = 24;
const MOST_HOURS = 168;

/**
 * @param {HoursConfig} config
 * @returns {[string, Record<string, string | number>] | undefined} The key of the words that say what is wrong with it, and
 *   what they name.
 */
export function mistakeIn({ config_entry_id: entry, device_id: device, entity, hours }) {
  const named = [entry, device, entity].filter((id) => id !== undefined);
  if (!named.length || named.some((id) => typeof id !== "string")) {
    return ["hours.mistake.meter", {}];
  }
  if (hours !== undefined && !(Number.isInteger(hours) && hours >= 1 && hours <= MOST_HOURS)) {
    return ["hours.mistake.hours", { most: MOST_HOURS }];
  }
  return undefined;
}

/** @param {Translate} t */
export function configForm(t) {
  return {
    schema: [
      { name: "device_id", selector: { device: { filter: { integration: "rion_nl43" } } } },
      { name: "title", selector: { text: {} } },
      { name: "hours", default: USUAL_HOURS, selector: { number: { min: 1, max: MOST_HOURS, mode: "box" } } },
    ],
    computeLabel: (/** @type {{name: string}} */ { name }) => t(`hours.form.${name}`),
  };
}
