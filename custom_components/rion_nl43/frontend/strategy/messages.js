// @ts-check
/**
 * Pages that say why there is nothing to see, and what to do: no meter, none of those chosen, no answer.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {import("./configs.js").Config} Config
 * @typedef {{t: Translate, meters: Meter[], all: boolean, isAdmin: boolean, outdated: boolean, message?: Config}} Known
 */

import { loadTexts } from "../core/texts.js";
import { goTo, hint, section } from "./configs.js";
import { shownMeters } from "./meters.js";

const ADD_A_METER = "/config/integrations/dashboard/add?domain=rion_nl43";
/** Home Assistant's word for a command of an integration that does not run. */
const UNKNOWN_COMMAND = "unknown_command";
const RETRY_MS = 10_000;

/** When the meters were asked for in vain, in ms since the epoch; 0 while they are known. */
let failedAt = 0;

/**
 * Ask for what a page is made of.
 *
 * @param {any} hass
 * @param {import("./meters.js").StrategyConfig} config
 * @returns {Promise<Known>} With a `message` to show as the page where there is no meter for it.
 */
export async function askMeters(hass, config) {
  const t = await loadTexts(hass.language);
  try {
    const known = { t, ...(await shownMeters(hass, config)) };
    failedAt = 0;
    if (known.meters.length) {
      return known;
    }
    return { ...known, message: config.meters?.length ? gone(t) : empty(known.isAdmin, t) };
  } catch (error) {
    console.warn(error);
    failedAt = Date.now();
    return { t, meters: [], all: true, isAdmin: false, outdated: false, message: trouble(error, t) };
  }
}

/**
 * Whether to ask anew after meters were asked for in vain; true once for each time.
 *
 * @param {any} before
 * @param {any} now
 */
export function retryDue(before, now) {
  const due = failedAt > 0 && (before.connected !== now.connected || Date.now() - failedAt > RETRY_MS);
  if (due) {
    failedAt = Date.now();
  }
  return due;
}

/** @param {Translate} t */
export function gone(t) {
  return page([hint("warning", t("strategy.gone.title"), t("strategy.gone.text"))]);
}

/**
 * @param {any} error
 * @param {Translate} t
 */
function trouble(error, t) {
  const word = error?.code === UNKNOWN_COMMAND ? "not_loaded" : "no_answer";
  return page([hint("error", t(`strategy.${word}.title`), t(`strategy.${word}.text`))]);
}

/**
 * @param {boolean} isAdmin
 * @param {Translate} t
 */
function empty(isAdmin, t) {
  const add = { text: t("strategy.empty.button"), icon: "mdi:plus", tap_action: goTo(ADD_A_METER) };
  const card = {
    type: "empty-state",
    icon: "mdi:microphone-outline",
    title: t(isAdmin ? "strategy.empty.title" : "strategy.empty.title_ask"),
    content: t(isAdmin ? "strategy.empty.text" : "strategy.empty.ask"),
    content_only: true,
    ...(isAdmin && { buttons: [add] }),
  };
  return { type: "panel", cards: [card] };
}

/** @param {Config[]} cards */
function page(cards) {
  return { type: "sections", sections: [section(cards)] };
}
