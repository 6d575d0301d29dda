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
const USUAL_SPAN = "1min";
/** More lines than that cannot be told apart. */
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
 * @returns {TraceConfig} What is in it; forms may leave null or an empty text of what was taken out of them.
 */
export function given(config) {
  const kept = Object.entries(config).filter(([, value]) => value !== null && value !== "");
  return /** @type {TraceConfig} */ (Object.fromEntries(kept));
}

/**
 * @param {any} config As `given`.
 * @param {Translate} t
 * @returns {string} What is wrong with it, in words; empty if nothing is.
 */
export function mistakeIn(config, t) {
  const { config_entry_id: entry, device_id: device, entity, span = USUAL_SPAN, range } = config;
  if (![entry, device, entity].some((id) => typeof id === "string")) {
    return t("trace.mistake.meter");
  }
  if (!(span in SPANS)) {
    return t("trace.mistake.span", { span: String(span), spans: Object.keys(SPANS).join(", ") });
  }
  const [from, to] = Array.isArray(range) && range.length === 2 ? range : [];
  if (range !== undefined && !(Number.isFinite(from) && Number.isFinite(to) && from < to)) {
    return t("trace.mistake.range");
  }
  return mistakeInMetrics(config, t);
}

/**
 * @param {any} config
 * @param {Translate} t
 */
function mistakeInMetrics({ metrics = [] }, t) {
  if (!Array.isArray(metrics)) {
    return t("trace.mistake.metrics");
  }
  const unknown = metrics.find((key) => !METRIC.test(key));
  if (unknown !== undefined) {
    return t("trace.mistake.metric", { metric: String(unknown) });
  }
  return metrics.length > MOST_METRICS ? t("trace.mistake.most_metrics", { n: MOST_METRICS }) : "";
}

/**
 * @param {TraceConfig} config
 * @returns {keyof typeof SPANS}
 */
export function spanOf({ span }) {
  return span !== undefined && span in SPANS ? span : USUAL_SPAN;
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

/**
 * @param {any} hass
 * @returns {Promise<{device_id?: string | null}>} What a card begins with: a meter that is there, if there is one.
 */
export async function stubConfig(hass) {
  // A card that finds no meter says so itself.
  const { meters } = await loadMeters(hass).catch(() => ({ meters: [] }));
  const devices = meters.filter((meter) => meter.device_id).sort((a, b) => Number(b.loaded) - Number(a.loaded));
  return devices.length ? { device_id: devices[0].device_id } : {};
}

/** @param {Translate} t */
export function configForm(t) {
  const choice = (/** @type {Record<string, string>} */ labels) =>
    Object.entries(labels).map(([value, label]) => ({ value, label }));
  const spans = Object.fromEntries(Object.keys(SPANS).map((span) => [span, t(`trace.span.${span}`)]));
  return {
    schema: [
      { name: "device_id", selector: { device: { filter: { integration: "rion_nl43" } } } },
      { name: "title", selector: { text: {} } },
      { name: "span", default: USUAL_SPAN, selector: { select: { mode: "dropdown", options: choice(spans) } } },
      {
        name: "metrics",
        selector: { select: { multiple: true, custom_value: true, options: choice(OFFERED_METRICS) } },
      },
      { name: "rules", default: true, selector: { boolean: {} } },
    ],
    computeLabel: (/** @type {{name: string}} */ { name }) => t(`trace.form.${name}`),
    assertConfig: (/** @type {any} */ config) => {
      // The form can mend all the rest.
      if (config.metrics && !Array.isArray(config.metrics)) {
        throw new Error(t("trace.mistake.metrics"));
      }
    },
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
