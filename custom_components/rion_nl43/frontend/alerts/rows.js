// @ts-check
/** A list whose rows stay while what they show stays: nobody loses the focus, or what he is typing. */

import { el } from "../core/dom.js";
import { holdsFocus } from "./parts.js";

/**
 * @template T
 * @typedef {{
 *   element: HTMLElement, busy: boolean, focus: () => void, tick: () => void, update: (item: T, around: any) => void,
 * }} Row
 */

/** @template T */
export class Rows {
  /**
   * @param {string} label What the list is, for those who hear it.
   * @param {(item: T) => Row<T>} make
   */
  constructor(label, make) {
    this.make = make;
    /** @type {Map<string, {row: Row<T>, item: T}>} */
    this.rows = new Map();
    this.element = el("ul", { role: "list", "aria-label": label, tabIndex: -1, hidden: true });
    this.element.addEventListener("focusout", () => this._hideEmpty());
  }

  get size() {
    return this.rows.size;
  }

  /**
   * @param {[string, T][]} items By their keys, in order.
   * @param {(item: T) => any} around
   * @param {(key: string, item: T) => T | undefined} [keep] What becomes of one that went while somebody is at it.
   */
  show(items, around, keep) {
    const wanted = new Map(items);
    for (const [key, { row, item }] of this.rows) {
      const kept = !wanted.has(key) && row.busy ? keep?.(key, item) : undefined;
      if (kept !== undefined) {
        wanted.set(key, kept);
      } else if (!wanted.has(key)) {
        this._remove(key, row);
      }
    }
    let place = 0;
    for (const [key, item] of wanted) {
      const row = this.rows.get(key)?.row ?? this.make(item);
      this.rows.set(key, { row, item });
      this._place(row.element, place);
      row.update(item, around(item));
      place += 1;
    }
    this._hideEmpty();
  }

  /**
   * @param {HTMLElement} element
   * @param {number} place
   */
  _place(element, place) {
    const { children } = this.element;
    if (element.isConnected && holdsFocus(element)) {
      // One that is moved would lose the focus: what is to be below it goes there instead.
      while (children[place] !== element) {
        this.element.append(children[place]);
      }
    } else if (children[place] !== element) {
      this.element.insertBefore(element, children[place] ?? null);
    }
  }

  /** Nobody is to hear of a list of nothing; one that has the focus goes when the focus does. */
  _hideEmpty() {
    this.element.hidden = !this.rows.size && !holdsFocus(this.element);
  }

  tick() {
    for (const { row } of this.rows.values()) {
      row.tick();
    }
  }

  /** @param {string} key @returns {boolean} Whether there is one to focus. */
  focus(key) {
    const found = this.rows.get(key);
    found?.row.focus();
    return found !== undefined;
  }

  /** @returns {string | undefined} The key of the row that has the focus. */
  get focused() {
    return [...this.rows].find(([, { row }]) => holdsFocus(row.element))?.[0];
  }

  /**
   * @param {string} key
   * @param {Row<T>} row
   */
  _remove(key, row) {
    const focused = holdsFocus(row.element);
    row.element.remove();
    this.rows.delete(key);
    if (focused) {
      // Whoever goes through the page with keys goes on where he was.
      this.element.focus();
    }
  }
}
