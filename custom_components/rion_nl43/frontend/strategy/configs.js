// @ts-check
/**
 * Configurations of Home Assistant's own cards and badges, as the views use them.
 *
 * What an entity that is not there would show is left out: every function takes `undefined` for an entity id and
 * returns nothing then; `present` throws the gaps away.
 *
 * @typedef {Record<string, any>} Config
 * @typedef {string | undefined} EntityId
 */

/** The entity's own name, without that of its meter. */
export const OWN_NAME = { type: "entity" };
export const FULL = { columns: 12 };
export const HALF = { columns: 6 };
export const THIRD = { columns: 4 };
const UNKNOWN = ["unknown", "unavailable"];

/**
 * The badge that counts meters by how they are, and offers a page of the present version.
 *
 * @param {import("../core/meters.js").Meter[]} meters
 * @param {boolean} outdated
 * @returns {Config | undefined} Nothing if there is nothing to say.
 */
export function conditionsBadge(meters, outdated) {
  return meters.length || outdated ? { type: "custom:rion-nl43-conditions", meters, outdated } : undefined;
}

/** Badges at the left, as the sections below them. */
export const HEADER = { layout: "start", badges_position: "bottom" };

/**
 * @template T
 * @param {(T | undefined | false | null)[]} cards
 * @returns {T[]}
 */
export function present(cards) {
  return /** @type {T[]} */ (cards.filter(Boolean));
}

/**
 * @param {EntityId} entity
 * @param {string | string[]} state
 * @returns {Config[]} Visible in one of these states; always where there is no entity to ask.
 */
export function whenState(entity, state) {
  return entity ? [{ condition: "state", entity, state }] : [];
}

/**
 * @param {EntityId} entity
 * @param {string | string[]} state
 * @returns {Config[]} Visible in all other states.
 */
export function unlessState(entity, state) {
  return entity ? [{ condition: "state", entity, state_not: state }] : [];
}

/**
 * @param {EntityId} entity
 * @returns {Config[]} Visible while there is something to read.
 */
export function whenKnown(entity) {
  return unlessState(entity, UNKNOWN);
}

/**
 * @param {EntityId} entity
 * @returns {Config[]} Visible while there is nothing to read; always where there is no entity to ask.
 */
export function unlessKnown(entity) {
  return whenState(entity, UNKNOWN);
}

/**
 * Visible while the meter can be reached: most of its entities are unavailable otherwise.
 *
 * @param {{entities: Record<string, string>}} meter
 */
export function whenLinked(meter) {
  return whenState(meter.entities.link, "connected");
}

/**
 * @param {EntityId} entity
 * @param {Config} [more]
 * @returns {Config | undefined}
 */
export function tile(entity, more = {}) {
  return entity ? { type: "tile", entity, name: OWN_NAME, grid_options: HALF, ...more } : undefined;
}

/**
 * A tile that presses a button when it is tapped, after a question where one is given.
 *
 * @param {EntityId} entity
 * @param {string} [question]
 * @param {Config} [more]
 * @returns {Config | undefined}
 */
export function pressTile(entity, question, more = {}) {
  const press = {
    action: "perform-action",
    perform_action: "button.press",
    target: { entity_id: entity },
    ...(question && { confirmation: { text: question } }),
  };
  return tile(entity, { color: "primary", hide_state: true, tap_action: press, icon_tap_action: press, ...more });
}

/**
 * @param {string} heading
 * @param {string} icon
 * @param {(Config | undefined | false)[]} [badges]
 * @param {Config} [more]
 * @returns {Config}
 */
export function heading(heading, icon, badges = [], more = {}) {
  return { type: "heading", heading, icon, badges: present(badges), ...more };
}

/**
 * A badge in a heading that is only seen in some states.
 *
 * @param {EntityId} entity
 * @param {string | string[]} state
 * @param {Config} [more]
 * @returns {Config | undefined}
 */
export function stateBadge(entity, state, more = {}) {
  return entity ? { type: "entity", entity, visibility: whenState(entity, state), ...more } : undefined;
}

/**
 * Words that stand out, in the colour of what they are. The text must not hold data: it is a template.
 *
 * @param {"error" | "warning" | "info"} kind
 * @param {string} title
 * @param {string} text
 * @param {Config[]} [visibility]
 * @returns {Config}
 */
export function hint(kind, title, text, visibility = []) {
  return {
    type: "markdown",
    text_only: true,
    content: `<ha-alert alert-type="${kind}" title="${title}">${text}</ha-alert>`,
    grid_options: { columns: "full" },
    visibility,
  };
}

/**
 * Several figures side by side, without icons.
 *
 * @param {EntityId[]} entities
 * @param {number} columns
 * @param {Config} [more]
 * @returns {Config | undefined}
 */
export function figures(entities, columns, more = {}) {
  const known = present(entities);
  if (!known.length) {
    return undefined;
  }
  return {
    type: "glance",
    columns: Math.min(columns, known.length),
    show_icon: false,
    entities: known.map((entity) => ({ entity, name: OWN_NAME })),
    grid_options: FULL,
    ...more,
  };
}

/**
 * Entities below one another, each with its value at the right.
 *
 * @param {EntityId[]} entities
 * @param {Config[]} [visibility]
 * @returns {Config | undefined}
 */
export function rows(entities, visibility = []) {
  const known = present(entities);
  return known.length
    ? {
        type: "entities",
        entities: known.map((entity) => ({ entity, name: OWN_NAME })),
        grid_options: FULL,
        visibility,
      }
    : undefined;
}

/**
 * Go to another page of this dashboard, or to any page of Home Assistant if it begins with a slash.
 *
 * @param {string} path
 * @returns {Config}
 */
export function goTo(path) {
  return { action: "navigate", navigation_path: path };
}

/**
 * A section with these cards.
 *
 * @param {(Config | undefined | false)[]} cards
 * @param {Config} [more]
 * @returns {Config | undefined} Nothing if there is nothing but a heading.
 */
export function section(cards, more = {}) {
  const there = present(cards);
  return there.some((card) => card.type !== "heading") ? { type: "grid", cards: there, ...more } : undefined;
}
