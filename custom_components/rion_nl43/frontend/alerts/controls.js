// @ts-check
/**
 * What can be done about an alert or its rule: the buttons, and what they open below them.
 *
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {import("./episodes.js").Episode} Episode
 * @typedef {{
 *   hass: any, t: Translate, isAdmin: boolean, now: () => number, took: (episode: Episode) => void,
 *   showPicture: (episode: Episode) => void,
 * }} Page What all rows share; `now` gives milliseconds since the epoch by Home Assistant's clock.
 * @typedef {{
 *   deviceId: string | null, entityId: string | null, entityIds: string[], direction: string,
 *   episode: Episode | undefined, active: Episode | undefined, snoozedUntil: number | null, mayControl: boolean,
 *   judged: boolean,
 * }} About Whose buttons these are; `episode` is what is acknowledged and pictured, `active` is open. `judged` is false
 *   of a rule that is off.
 * @typedef {"acknowledge" | "why" | "notify"} Kind
 */

import { acknowledge, errorText, explain, snooze, unsnooze } from "../core/actions.js";
import { el } from "../core/dom.js";
import { noticePanel } from "./notice.js";
import { holdsFocus } from "./parts.js";
import { snoozeButtons } from "./snooze-menu.js";
import { explanationText } from "./words.js";

const NOTE_LENGTH = 500;

export class Controls {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** @type {About | undefined} */
    this.about = undefined;
    /** @type {Kind | undefined} */
    this.opened = undefined;
    const { t } = page;
    this.buttons = {
      acknowledge: this._button("acknowledge", () => this._toggle("acknowledge", () => this._form())),
      unsnooze: this._button("unsnooze", () => this._unsnooze()),
      why: this._button("why", () => this._toggle("why", () => this._why())),
      picture: this._button("picture", () => this.about?.episode && page.showPicture(this.about.episode)),
      notify: this._button("notify", () => this._toggle("notify", () => this._notify())),
    };
    this.buttons.picture.setAttribute("aria-haspopup", "dialog");
    for (const kind of /** @type {Kind[]} */ (["acknowledge", "why", "notify"])) {
      this.buttons[kind].setAttribute("aria-expanded", "false");
    }
    this.buttons.acknowledge.classList.add("first");
    this.snooze = snoozeButtons(page, (button, seconds) => this._snooze(button, seconds));
    const { acknowledge: first, unsnooze: end, why, picture, notify } = this.buttons;
    this.row = el("div", { className: "controls" }, first, this.snooze, end, why, picture, notify);
    this.panel = el("div", { className: "panel", hidden: true });
    this.failure = el("div", { role: "alert" });
    this.element = el("div", { className: "all" }, this.row, this.failure, this.panel);
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        this.close();
      }
    });
    this.t = t;
  }

  /** @param {About} about */
  update(about) {
    this.about = about;
    const { episode, active, entityId, mayControl, judged } = about;
    const snoozed = about.snoozedUntil !== null;
    const acts = mayControl && entityId !== null;
    const { acknowledge: first, unsnooze: end, why, picture, notify } = this.buttons;
    const shown = new Map([
      [first, mayControl && episode !== undefined && !episode.acknowledged],
      [this.snooze, acts && judged && !snoozed],
      [end, acts && snoozed],
      [why, entityId !== null],
      [picture, episode !== undefined],
      [notify, this.page.isAdmin && entityId !== null],
    ]);
    const focused = [...shown.keys()].find(holdsFocus);
    for (const [button, visible] of shown) {
      button.hidden = !visible;
    }
    if (focused?.hidden) {
      this.focus();
    }
    const question = this.t(active ? "alerts.do.why" : "alerts.do.why_not");
    if (why.textContent !== question) {
      why.textContent = question;
    }
    if (this.opened === "acknowledge" && first.hidden) {
      this.close();
    }
  }

  /** Whether somebody is at it: what is taken away now would be taken from under his hands. */
  get busy() {
    return this.opened === "acknowledge" || this.opened === "notify";
  }

  /** Focus the first button that there is. */
  focus() {
    /** @type {HTMLElement | null} */ (this.row.querySelector("button:not([hidden] *, [hidden])"))?.focus();
  }

  /**
   * @param {string} key
   * @param {() => void} act
   */
  _button(key, act) {
    const button = el("button", { type: "button", className: `do ${key}` }, this.page.t(`alerts.do.${key}`));
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") !== "true") {
        act();
      }
    });
    return button;
  }

  /**
   * Do something, and say in place what went wrong.
   *
   * @param {HTMLElement} button
   * @param {() => Promise<void>} act
   */
  async run(button, act) {
    this.failure.replaceChildren();
    // One that is really disabled would lose the focus.
    button.setAttribute("aria-disabled", "true");
    try {
      await act();
    } catch (error) {
      const text = await errorText(this.page.hass, error, this.t);
      this.failure.replaceChildren(el("p", { className: "error" }, el("ha-icon", { icon: "mdi:alert-circle" }), text));
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  /**
   * @param {Kind} kind
   * @param {() => void} open
   */
  _toggle(kind, open) {
    const again = this.opened === kind;
    this.close();
    if (!again) {
      this.opened = kind;
      this.buttons[kind].setAttribute("aria-expanded", "true");
      open();
    }
  }

  /** @param {...(Node | string)} content */
  _show(...content) {
    this.panel.replaceChildren(...content);
    this.panel.hidden = false;
  }

  /** Take away what is open below the buttons. */
  close() {
    const { opened } = this;
    this.failure.replaceChildren();
    if (!opened) {
      return;
    }
    this.opened = undefined;
    const button = this.buttons[opened];
    button.setAttribute("aria-expanded", "false");
    const focused = holdsFocus(this.panel);
    this.panel.hidden = true;
    this.panel.replaceChildren();
    if (focused) {
      button.hidden ? this.focus() : button.focus();
    }
  }

  _form() {
    const { t } = this;
    const note = /** @type {HTMLInputElement} */ (
      el("input", { className: "note", type: "text", maxLength: NOTE_LENGTH, autocomplete: "off", name: "note" })
    );
    const confirm = el("button", { type: "submit", className: "do first" }, t("alerts.do.acknowledge"));
    const cancel = el("button", { type: "button", className: "do" }, t("alerts.do.cancel"));
    const form = el("form", {}, el("label", {}, t("alerts.do.note"), note), confirm, cancel);
    cancel.addEventListener("click", () => this.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const id = this.about?.episode?.episode_id;
      if (id && confirm.getAttribute("aria-disabled") !== "true") {
        void this.run(confirm, async () => {
          const episode = await acknowledge(this.page.hass, id, note.value.trim());
          if (episode) {
            this.page.took(episode);
          }
          this.close();
        });
      }
    });
    this._show(form);
    note.focus();
  }

  /**
   * @param {HTMLElement} button
   * @param {number} seconds
   */
  _snooze(button, seconds) {
    const entityId = this.about?.entityId;
    if (entityId) {
      void this.run(button, () => snooze(this.page.hass, entityId, seconds));
    }
  }

  _unsnooze() {
    const entityId = this.about?.entityId;
    if (entityId) {
      void this.run(this.buttons.unsnooze, () => unsnooze(this.page.hass, entityId));
    }
  }

  _why() {
    const { about, page, t } = this;
    const entityId = about?.entityId;
    const words = el("p", { role: "status" }, t("alerts.loading"));
    this._show(words);
    if (about && entityId) {
      void this.run(this.buttons.why, async () => {
        try {
          const explained = await explain(page.hass, entityId);
          words.textContent = explanationText(explained, about.direction, this.about?.active, page.hass, t);
        } catch (error) {
          if (this.opened === "why") {
            this.close();
          }
          throw error;
        }
      });
    }
  }

  _notify() {
    const { about } = this;
    if (about) {
      this._show(noticePanel(this, about));
    }
  }
}
