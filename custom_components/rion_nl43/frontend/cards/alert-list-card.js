// @ts-check
/**
 * Alerts as they come: those that are open and those that are over, or the rules, with what can be done about them.
 *
 * @typedef {import("../alerts/episodes.js").Transition} Transition
 * @typedef {import("./alert-list-config.js").ListConfig} ListConfig
 */

import { Follower } from "../alerts/follow.js";
import { Lists, complain } from "../alerts/lists.js";
import { loadTexts } from "../core/texts.js";
import { USUAL_LIMIT, configForm, given, mistakeIn } from "./alert-list-config.js";

const TICK_MS = 1_000;

export class AlertListCard extends HTMLElement {
  constructor() {
    super();
    this.attachShadow({ mode: "open" });
    /** @type {ListConfig} */
    this._config = { type: "" };
    /** @type {any} */
    this._hass = undefined;
    /** @type {Follower | undefined} */
    this._follower = undefined;
    /** @type {Lists | undefined} */
    this._lists = undefined;
    this._language = "";
    /** @type {ReturnType<typeof setInterval> | undefined} */
    this._ticking = undefined;
  }

  /** What a form needs to set it up; Home Assistant draws it. */
  static async getConfigForm() {
    return configForm(await loadTexts(document.documentElement.lang || "en"));
  }

  static getStubConfig() {
    return { show: "all", limit: 5 };
  }

  /** @param {any} config */
  setConfig(config) {
    this._config = given(config);
    this._end();
    this._begin();
  }

  /** @param {any} hass */
  set hass(hass) {
    const before = this._hass;
    this._hass = hass;
    if (!before || hass.language !== this._language || hass.connection !== before.connection) {
      this._end();
      this._begin();
      return;
    }
    if (!this._follower) {
      return;
    }
    if (hass.entities !== before.entities || hass.devices !== before.devices) {
      void this._follower.refreshMeters();
    }
    if (this._told(before) || hass.locale !== before.locale) {
      this._draw();
    }
  }

  get hass() {
    return this._hass;
  }

  connectedCallback() {
    this._ticking = setInterval(() => document.hidden || this._lists?.tick(), TICK_MS);
    this._begin();
  }

  disconnectedCallback() {
    clearInterval(this._ticking);
    this._end();
  }

  getCardSize() {
    return 3;
  }

  getGridOptions() {
    return { columns: 12, min_columns: 6, rows: "auto" };
  }

  async _begin() {
    const { _hass: hass, _config: config } = this;
    if (!hass || !config.type || !this.isConnected || this._follower) {
      return;
    }
    const { language } = hass;
    this._language = language;
    const mistake = mistakeIn(config);
    if (mistake) {
      const t = await loadTexts(language);
      if (this._config === config && this._language === language) {
        complain(/** @type {ShadowRoot} */ (this.shadowRoot), t(...mistake));
      }
      return;
    }
    const { config_entry_id: entryId, device_id: deviceId, limit = USUAL_LIMIT, show = "all" } = config;
    const follower = new Follower(
      () => this._hass,
      { entryId, deviceId, past: show === "past" || show === "all" },
      limit,
      (called) => this._draw(called),
    );
    this._follower = follower;
    const t = await loadTexts(language);
    if (this._follower === follower) {
      this._lists = new Lists(/** @type {ShadowRoot} */ (this.shadowRoot), follower, { ...config, show, limit }, t);
      this._draw();
    }
  }

  _end() {
    this._follower?.close();
    this._lists?.close();
    this._follower = undefined;
    this._lists = undefined;
  }

  /** @param {Transition} [called] */
  _draw(called) {
    const { _follower: follower, _lists: lists } = this;
    if (!follower || !lists) {
      return;
    }
    lists.draw();
    if (called) {
      lists.say(called);
    }
  }

  /**
   * Whether any state that is shown has changed.
   *
   * @param {any} before
   */
  _told(before) {
    const { states } = this._hass;
    return this._lists?.entityIds.some((entityId) => before.states[entityId] !== states[entityId]) ?? false;
  }
}
