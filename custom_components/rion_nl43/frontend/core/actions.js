// @ts-check
/**
 * What a page does about alerts, with the rights of its user. What fails is thrown; `errorText` says it in words.
 *
 * @typedef {import("./texts.js").Translate} Translate
 * @typedef {import("../alerts/episodes.js").Episode} Episode
 * @typedef {{
 *   rule_id: string, rule: string, meter: string, text: string, verdict: string, grade: "warning" | "alarm",
 *   level: number | null, threshold: number | null, over_s: number, judged_s: number, needed_s: number,
 *   duration_s: number, last_sample: string | null, snoozed_until: string | null,
 *   nearest: {at: string, over_s: number, grade: "warning" | "alarm", level: number, dropped: string} | null,
 * }} Explanation
 */

const DOMAIN = "rion_nl43";
const BLUEPRINT = "notify_on_alert";
/** So long Home Assistant may take to load an automation that it has stored. */
const LOADED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 200;
/** Of Home Assistant's client: the connection is lost, or was not there. */
const CONNECTION_CODES = [1, 3];
const UNAUTHORIZED = "unauthorized";
const NOT_LOADED = "notice_not_loaded";

/**
 * @param {any} hass
 * @param {string} episodeId
 * @param {string} [note]
 * @returns {Promise<Episode | undefined>} The episode afterwards.
 */
export async function acknowledge(hass, episodeId, note = "") {
  const answer = await call(hass, "acknowledge", { episode_id: episodeId, note }, undefined, true);
  return answer.episodes[0];
}

/**
 * @param {any} hass
 * @param {string} entityId Any entity of the rule.
 * @param {number} seconds
 */
export async function snooze(hass, entityId, seconds) {
  await call(hass, "snooze", { duration: { seconds } }, { entity_id: entityId });
}

/**
 * @param {any} hass
 * @param {string} entityId Any entity of the rule.
 */
export async function unsnooze(hass, entityId) {
  await call(hass, "unsnooze", {}, { entity_id: entityId });
}

/**
 * @param {any} hass
 * @param {string} entityId Any entity of the rule.
 * @returns {Promise<Explanation>} Why it does or does not alert.
 */
export async function explain(hass, entityId) {
  return (await call(hass, "explain", {}, { entity_id: entityId }, true)).rules[0];
}

/**
 * @param {any} hass
 * @param {string} entityId The switch of the rule.
 * @param {boolean} enabled
 */
export async function setEnabled(hass, entityId, enabled) {
  const action = enabled ? "turn_on" : "turn_off";
  await hass.callService("switch", action, {}, { entity_id: entityId }, false);
}

/**
 * @param {any} hass
 * @param {string[]} deviceIds Of meters that are loaded; one that is not would have all of it refused.
 * @param {number} limit
 * @returns {Promise<{episodes: Episode[], left_out: number}>} The newest first, open ones among them.
 */
export async function getEpisodes(hass, deviceIds, limit) {
  if (!deviceIds.length) {
    return { episodes: [], left_out: 0 };
  }
  return call(hass, "get_episodes", { limit }, { device_id: deviceIds }, true);
}

/**
 * @param {any} hass
 * @param {string} deviceId The meter's.
 * @param {{period: string, date: string, format: string, language: string}} wanted Any day in it, as 2026-01-31.
 * @returns {Promise<string>} The address where it is, for a while.
 */
export async function createReport(hass, deviceId, wanted) {
  return (await call(hass, "create_report", wanted, { device_id: deviceId }, true)).url;
}

/**
 * The phones of the user himself with Home Assistant's app.
 *
 * @param {any} hass
 * @returns {{id: string, name: string}[]}
 */
export function phonesOfUser(hass) {
  const own = Object.values(hass.states).filter(
    ({ entity_id: id, attributes }) => id.startsWith("person.") && attributes.user_id === hass.user?.id,
  );
  const trackers = own.flatMap(({ attributes }) => attributes.device_trackers ?? []);
  const devices = trackers
    .map((tracker) => hass.entities[tracker])
    .filter((entity) => entity?.platform === "mobile_app" && entity.device_id)
    .map((entity) => hass.devices[entity.device_id]);
  return [...new Set(devices.filter(Boolean))].map((device) => ({
    id: device.id,
    name: device.name_by_user ?? device.name,
  }));
}

/**
 * Find an automation that tells of a rule and was made of the blueprint; for administrators.
 *
 * @param {any} hass
 * @param {string[]} entityIds Those of the rule.
 * @param {string | null} deviceId The meter's.
 * @returns {Promise<{name: string, path: string} | undefined>} Its name, and the page where it is changed.
 */
export async function findNotice(hass, entityIds, deviceId) {
  const { path, installed } = await hass.callWS({ type: `${DOMAIN}/blueprint`, name: BLUEPRINT });
  if (!installed) {
    return undefined;
  }
  const search = { type: "search/related", item_type: "automation_blueprint", item_id: path };
  for (const entityId of (await hass.callWS(search)).automation ?? []) {
    const { config } = await hass.callWS({ type: "automation/config", entity_id: entityId });
    // It is told as the blueprint has it, with the rules where they were put in: as targets of triggers.
    const targets = (config?.triggers ?? []).map((/** @type {any} */ trigger) => trigger.target ?? {});
    const has = (/** @type {string} */ kind, /** @type {(string | null)[]} */ ids) =>
      targets.some((/** @type {any} */ target) => ids.some((id) => [target[kind] ?? []].flat().includes(id)));
    if (has("entity_id", entityIds) || has("device_id", [deviceId])) {
      return { name: config.alias ?? entityId, path: automationPath(hass, entityId) };
    }
  }
  return undefined;
}

/**
 * Make an automation that tells the user of the alerts of a rule; for administrators.
 *
 * It is made of the blueprint, which is imported where it is missing, by Home Assistant's own commands.
 *
 * @param {() => any} hass Gives Home Assistant as it is at that moment.
 * @param {string} entityId Any entity of the rule.
 * @returns {Promise<string>} The page where it is changed.
 */
export async function notifyMe(hass, entityId) {
  const { path, installed, yaml, source_url } = await hass().callWS({ type: `${DOMAIN}/blueprint`, name: BLUEPRINT });
  if (!installed) {
    await hass().callWS({ type: "blueprint/save", domain: "automation", path, yaml, source_url });
  }
  const phones = phonesOfUser(hass()).map(({ id }) => id);
  const inputs = phones.length ? { phones } : {};
  const { automation } = await call(
    hass(),
    "get_automation",
    { blueprint: BLUEPRINT, inputs },
    { entity_id: entityId },
    true,
  );
  // As Home Assistant's own editor names them.
  const id = String(Date.now());
  await hass().callApi("POST", `config/automation/config/${id}`, automation);
  const asked = Date.now();
  while (!Object.values(hass().states).some(({ attributes }) => attributes.id === id)) {
    if (Date.now() - asked > LOADED_WITHIN_MS) {
      throw { code: NOT_LOADED };
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return `/config/automation/edit/${id}`;
}

/** @param {string} path A page of Home Assistant. */
export function navigate(path) {
  history.pushState(null, "", path);
  const event = new CustomEvent("location-changed", { bubbles: true, composed: true, detail: { replace: false } });
  window.dispatchEvent(event);
}

/**
 * @param {any} hass
 * @param {any} error What an action has thrown.
 * @param {Translate} t
 * @returns {Promise<string>} What went wrong, in the words of the user.
 */
export async function errorText(hass, error, t) {
  const { code, message } = error ?? {};
  const { translation_domain: domain, translation_key: key, translation_placeholders: holes } = error ?? {};
  if (code === UNAUTHORIZED || error?.status_code === 401) {
    return t("alerts.error.unauthorized");
  }
  if ([error, code, error?.error?.code].some((each) => CONNECTION_CODES.includes(each))) {
    return t("alerts.error.connection");
  }
  if (code === NOT_LOADED) {
    return t(`alerts.error.${NOT_LOADED}`);
  }
  if (domain && key) {
    const localize = await hass.loadBackendTranslation("exceptions", domain);
    const text = localize(`component.${domain}.exceptions.${key}.message`, holes);
    if (text) {
      return text;
    }
  }
  const detail = error?.body?.message ?? message;
  return detail ? `${t("alerts.error.unknown")} ${sentence(detail)}` : t("alerts.error.unknown");
}

/**
 * @param {string} text What another has said, which may lack its full stop.
 */
function sentence(text) {
  const last = text.at(-1) ?? "";
  return /\p{Letter}|\p{Number}/u.test(last) ? `${text}${/[\u3000-\u9fff]/u.test(last) ? "。" : "."}` : text;
}

/**
 * @param {any} hass
 * @param {string} entityId An automation.
 */
function automationPath(hass, entityId) {
  const id = hass.states[entityId]?.attributes.id;
  return id ? `/config/automation/edit/${id}` : `/config/automation/show/${entityId}`;
}

/**
 * @param {any} hass
 * @param {string} action
 * @param {Record<string, unknown>} data
 * @param {Record<string, unknown>} [target]
 * @param {boolean} [answered] Whether it answers.
 */
async function call(hass, action, data, target, answered = false) {
  // What fails is said where it was asked for, not at the bottom of the page.
  const { response } = await hass.callService(DOMAIN, action, data, target, false, answered);
  return response;
}
