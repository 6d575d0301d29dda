// @ts-check
/**
 * What the live trace can be told, the form that tells it, and which meter is meant.
 *
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {{
 *   type: string, config_entry_id?: string, device_id?: string, entity?: string, title?: string,
 *   span?: keyof typeof SPANS, metrics?: string[], rules?: boolean, range?: [number, number],
 * }} TraceConfig
 */

import { loadMeters } from "../core/meters.js";
import { SPANS } from "../trace/scale.js";

export const TYPE = "rion-nl43-live-trace";
const MOST_METRICS = 4;
/** Those offered in the form; whatever a rule may watch can be written in. */
const OFFERED_METRICS = {
  leq: "Leq",
  lmax: "Lmax",
  window_leq_60_running: "Leq,1min",
  window_leq_900_running: "Leq,15min",
  window_ln_900_running_10: "L10,15min",
  window_ln_900_running_90: "L90,15min",
};
const METRIC = /^(?:window_)?([a-z]+\d?)(?:_(\d+)_([a-z]+)(?:_(\d+))?)?$/;

/**
 * @param {any} config
 * @returns {TraceConfig}
 * @throws {Error} It says what is wrong; Home Assistant shows it in place of the card.
 */
export function checked(config) {
  const { config_entry_id: entry, device_id: device, entity, span, metrics, range } = config;
  if (![entry, device, entity].some((id) => typeof id === "string" && id)) {
    throw new Error("Which meter? Give one of device_id, entity and config_entry_id.");
  }
  if (span !== undefined && !(span in SPANS)) {
    throw new Error(`The span is one of ${Object.keys(SPANS).join(", ")}; it is not ${span}.`);
  }
  if (metrics !== undefined && !(Array.isArray(metrics) && metrics.every((key) => METRIC.test(key)))) {
    throw new Error("The metrics are a list such as [leq, window_leq_60_running].");
  }
  if (metrics?.length > MOST_METRICS) {
    throw new Error(`At most ${MOST_METRICS} metrics can be told apart.`);
  }
  if (range !== undefined && !(Array.isArray(range) && range.length === 2 && range[0] < range[1])) {
    throw new Error("The range is two levels in dB, the lower one first, such as [30, 100].");
  }
  return config;
}

/**
 * @param {any} hass
 * @param {TraceConfig} config
 * @returns {Promise<string | undefined>} The config entry of the meter that is meant.
 */
export async function entryOf(hass, config) {
  if (config.config_entry_id) {
    return config.config_entry_id;
  }
  const device = config.device_id ?? hass.entities[config.entity ?? ""]?.device_id;
  const { meters } = await loadMeters(hass);
  return meters.find((meter) => device && meter.device_id === device)?.config_entry_id;
}

/** @param {any} hass */
export async function stubConfig(hass) {
  const { meters } = await loadMeters(hass);
  return { device_id: meters.find((meter) => meter.device_id)?.device_id ?? "" };
}

/** @param {Translate | undefined} t Texts, if they have come by now. */
export function configForm(t) {
  const choice = (/** @type {Record<string, string>} */ labels) =>
    Object.entries(labels).map(([value, label]) => ({ value, label }));
  const spans = Object.fromEntries(Object.keys(SPANS).map((span) => [span, t?.(`trace.span.${span}`) ?? span]));
  return {
    schema: [
      { name: "device_id", selector: { device: { filter: { integration: "rion_nl43" } } } },
      { name: "title", selector: { text: {} } },
      { name: "span", default: "1min", selector: { select: { mode: "dropdown", options: choice(spans) } } },
      {
        name: "metrics",
        selector: { select: { multiple: true, custom_value: true, options: choice(OFFERED_METRICS) } },
      },
      { name: "rules", default: true, selector: { boolean: {} } },
    ],
    computeLabel: (/** @type {{name: string}} */ { name }) => t?.(`trace.form.${name}`) ?? name,
    assertConfig: checked,
  };
}

/**
 * @param {string} key Of a metric whose symbol is not known, such as `window_ln_900_running_10`.
 * @param {Translate} t
 * @returns {string} `L10, 15 min`.
 */
export function readable(key, t) {
  const [, quantity = key, length, , percentage] = METRIC.exec(key) ?? [];
  const name = `L${percentage ?? quantity.slice(1)}`;
  if (!length) {
    return name;
  }
  const seconds = Number(length);
  const over = seconds % 60 ? t("common.seconds", { n: seconds }) : t("common.minutes", { n: seconds / 60 });
  return `${name}, ${over}`;
}

/**
 * @param {any} hass
 * @param {string} entityId
 * @returns {{config: TraceConfig} | null} The card for a level of a meter, where one is looked for.
 */
export function suggestion(hass, entityId) {
  const entity = hass.entities?.[entityId];
  const unit = hass.states?.[entityId]?.attributes.unit_of_measurement;
  if (entity?.platform !== "rion_nl43" || !entity.device_id || !entityId.startsWith("sensor.") || unit !== "dB") {
    return null;
  }
  return { config: { type: `custom:${TYPE}`, device_id: entity.device_id } };
}
