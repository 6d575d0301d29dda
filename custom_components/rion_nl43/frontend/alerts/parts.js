// @ts-check
/** What rows of alerts and rows of rules are made of. */

import { el } from "../core/dom.js";
import { LOOKS } from "./words.js";

/** @typedef {import("../core/texts.js").Translate} Translate */

/**
 * A grade as a word, an icon of its own shape and a colour.
 *
 * @returns {{element: HTMLElement, show: (grade: keyof typeof LOOKS, t: Translate, more?: string) => void}}
 */
export function gradeChip() {
  const icon = /** @type {any} */ (el("ha-icon"));
  const word = el("span");
  const element = el("span", { className: "grade" }, icon, word);
  return {
    element,
    show(grade, t, more = "") {
      const looks = LOOKS[grade] ?? LOOKS.unknown;
      if (icon.icon !== looks.icon) {
        icon.icon = looks.icon;
      }
      put(word, more ? `${t(`alerts.grade.${grade}`)}, ${more}` : t(`alerts.grade.${grade}`));
      element.closest("li")?.style.setProperty("--grade", looks.color);
    },
  };
}

/**
 * Change a text only where it is another.
 *
 * @param {HTMLElement} element
 * @param {string} text
 */
export function put(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * Whether something within has the focus, or will have it when the window has.
 *
 * @param {HTMLElement} element
 */
export function holdsFocus(element) {
  const { activeElement } = /** @type {ShadowRoot | Document} */ (element.getRootNode());
  return element.contains(activeElement ?? null);
}
