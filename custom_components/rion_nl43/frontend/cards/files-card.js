// @ts-check
/**
 * The files on the card of a meter: folders to go through, and each file to be downloaded.
 *
 * Home Assistant's media browser shows the same, but gives out what it can play alone. The meter is asked at a click
 * only: it is disturbed by nobody who just looks at a page.
 *
 * @typedef {import("../core/files.js").Item} Item
 * @typedef {import("../core/texts.js").Translate} Translate
 */

import { errorText } from "../core/actions.js";
import { el } from "../core/dom.js";
import { addressOf, folderOf, itemsIn } from "../core/files.js";
import { loadTexts } from "../core/texts.js";
import { STYLE } from "./files-style.js";

export const TYPE = "rion-nl43-files";

export class FilesCard extends HTMLElement {
  constructor() {
    super();
    /** @type {any} */
    this._hass = undefined;
    this._language = "";
    /** @type {Translate | undefined} */
    this._t = undefined;
    this._serial = "";
    /** The folders on the way, that of the meter first; none before the first click. @type {{id: string, name: string}[]} */
    this._way = [];
    /** @type {Item[]} */
    this._items = [];
    this._asked = 0;
    this._busy = false;
    this._steps = el("div", { className: "way" });
    this._said = el("p", { role: "status" });
    this._list = el("ul", { tabIndex: -1 });
    const card = el("ha-card", {}, this._steps, this._said, this._list);
    this.attachShadow({ mode: "open" }).append(el("style", {}, STYLE), card);
  }

  /** @param {any} config */
  setConfig(config) {
    if (typeof config.meter !== "string") {
      throw new Error("meter?");
    }
    if (config.meter !== this._serial) {
      this._serial = config.meter;
      this._way = [];
      this._items = [];
      this._draw();
    }
  }

  /** @param {any} hass */
  set hass(hass) {
    this._hass = hass;
    if (hass.language !== this._language) {
      this._language = hass.language;
      loadTexts(hass.language).then((t) => {
        this._t = t;
        this._draw();
      });
    }
  }

  getCardSize() {
    return 3;
  }

  getGridOptions() {
    return { columns: 12, rows: "auto", min_columns: 6 };
  }

  /**
   * Ask the meter what is in a folder, which may take until it has a quiet moment.
   *
   * @param {{id: string, name: string}[]} way
   */
  async _open(way) {
    await this._do("files.asking", async () => {
      const items = await itemsIn(this._hass, way[way.length - 1].id);
      return () => {
        this._way = way;
        this._items = items;
        this._list.focus();
      };
    });
  }

  /** @param {Item} item */
  async _download(item) {
    await this._do("files.fetching", async () => {
      const href = await addressOf(this._hass, item.media_content_id);
      return () => el("a", { href, download: item.media_content_id.split("/").at(-1) }).click();
    });
  }

  /**
   * Do one thing after the other, and say what goes on and what went wrong.
   *
   * @param {string} going
   * @param {() => Promise<() => void>} work Gives what is to be done if nothing else is wanted meanwhile.
   */
  async _do(going, work) {
    const { _t: t } = this;
    if (!t || this._busy) {
      return;
    }
    const serial = this._serial;
    this._busy = true;
    this._said.textContent = t(going);
    this._draw();
    let said = "";
    try {
      const finish = await work();
      if (serial === this._serial) {
        finish();
      }
    } catch (error) {
      said = await errorText(this._hass, error, t);
    }
    this._busy = false;
    this._said.textContent = said;
    this._draw();
  }

  _draw() {
    const { _t: t, _way: way, _items: items } = this;
    if (!t) {
      return;
    }
    const root = { id: folderOf(this._serial), name: t("files.root") };
    this._steps.replaceChildren(
      ...(way.length
        ? way.map((folder, i) => this._step(folder.name, () => this._open(way.slice(0, i + 1)), i === way.length - 1))
        : [this._key("first", "mdi:folder-open-outline", t("files.open"), () => this._open([root]))]),
    );
    this._list.replaceChildren(...items.map((item) => el("li", {}, this._entry(item, t))));
    if (way.length && !items.length) {
      this._list.replaceChildren(el("li", { className: "none" }, t("files.empty")));
    }
  }

  /**
   * @param {Item} item
   * @param {Translate} t
   */
  _entry(item, t) {
    const { title: name, media_content_id: id, can_expand: folder } = item;
    const key = folder
      ? this._key("row", "mdi:folder-outline", name, () => this._open([...this._way, { id, name }]))
      : this._key("row", "mdi:download", name, () => this._download(item));
    key.setAttribute("aria-label", t(folder ? "files.folder" : "files.download", { name }));
    return key;
  }

  /**
   * @param {string} name
   * @param {() => void} act
   * @param {boolean} last
   */
  _step(name, act, last) {
    const key = this._key("step", "", name, act);
    if (last) {
      key.setAttribute("aria-current", "page");
    }
    return key;
  }

  /**
   * @param {string} className
   * @param {string} icon
   * @param {string} name
   * @param {() => void} act
   */
  _key(className, icon, name, act) {
    const key = el(
      "button",
      { className, type: "button", "aria-disabled": String(this._busy) },
      icon !== "" && el("ha-icon", { icon, "aria-hidden": "true" }),
      el("span", {}, name),
    );
    key.addEventListener("click", act);
    return key;
  }
}

/** Make the card known to Home Assistant; once per page. */
export function defineFiles() {
  if (!customElements.get(TYPE)) {
    customElements.define(TYPE, FilesCard);
  }
}
