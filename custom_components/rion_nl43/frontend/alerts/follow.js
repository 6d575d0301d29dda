// @ts-check
/**
 * Follows the alerts of one meter or of all: what is open, what was, and the meters with their rules.
 *
 * @typedef {import("../core/meters.js").Meter} Meter
 * @typedef {import("./episodes.js").Episode} Episode
 * @typedef {import("./episodes.js").Transition} Transition
 * @typedef {{entryId?: string, deviceId?: string, past: boolean}} Wanted
 */

import { getEpisodes } from "../core/actions.js";
import { loadMeters } from "../core/meters.js";
import { keepSubscribed } from "../core/subscription.js";
import { Episodes } from "./episodes.js";

/** As many as a meter keeps. */
const MOST = 500;

export class Follower {
  /**
   * @param {() => any} hass Gives Home Assistant as it is at that moment.
   * @param {Wanted} wanted
   * @param {number} limit So many past ones.
   * @param {(called?: Transition) => void} changed Called when anything changed; with what calls for somebody.
   */
  constructor(hass, wanted, limit, changed) {
    this.hass = hass;
    this.wanted = wanted;
    this.limit = limit;
    this.changed = changed;
    this.episodes = new Episodes();
    /** @type {Meter[]} Those of the list. */
    this.meters = [];
    this.isAdmin = false;
    this.version = "";
    this.known = { meters: false, open: false, past: !wanted.past };
    /** @type {any} What was refused last. */
    this.error = undefined;
    /** Milliseconds by which Home Assistant's clock is ahead of the browser's. */
    this.ahead = 0;
    this.closed = false;
    this.asked = 0;
    /** @type {(() => void) | undefined} */
    this.end = undefined;
    void this.open();
  }

  /** Whether it is of a single meter. */
  get single() {
    return Boolean(this.wanted.entryId ?? this.wanted.deviceId);
  }

  async open() {
    await this.loadMeters();
    if (this.closed) {
      return;
    }
    const entryId = this.wanted.entryId ?? (this.wanted.deviceId ? this.meters[0]?.config_entry_id : undefined);
    if (this.single && !entryId) {
      return;
    }
    const message = { type: "rion_nl43/alerts/subscribe", ...(entryId && { config_entry_id: entryId }) };
    this.end ??= keepSubscribed(
      this.hass().connection,
      message,
      (event) => this.take(event),
      (error) => this.fail(error),
    );
  }

  close() {
    this.closed = true;
    this.end?.();
  }

  /** Ask for the meters; a card of one that was not there begins when it comes. */
  async refreshMeters() {
    await (this.end ? this.loadMeters() : this.open());
  }

  /** @param {boolean} [fresh] */
  async loadMeters(fresh = false) {
    const { entryId, deviceId } = this.wanted;
    try {
      const { meters, is_admin: isAdmin, version } = await loadMeters(this.hass(), { fresh });
      this.meters = meters.filter(
        (meter) => (!entryId || meter.config_entry_id === entryId) && (!deviceId || meter.device_id === deviceId),
      );
      Object.assign(this, { isAdmin, version });
      this.known.meters = true;
    } catch (error) {
      this.error = error;
    }
    this.tell();
  }

  /** @param {any} event */
  take({ event, at, episodes, transition }) {
    if (event === "heartbeat") {
      return;
    }
    this.error = undefined;
    this.ahead = Date.parse(at) - Date.now();
    if (event === "snapshot") {
      const again = this.known.open;
      this.episodes.takeOpen(episodes);
      this.known.open = true;
      this.tell();
      void this.catchUp(again);
    } else if (event === "transition") {
      const calls = this.episodes.takeTransition(transition);
      this.tell(calls ? transition : undefined);
    }
  }

  /** @param {any} error */
  fail(error) {
    this.error = error;
    this.tell();
  }

  /** @param {boolean} again Whether a meter or a rule was changed, or the connection was lost meanwhile. */
  async catchUp(again) {
    if (again) {
      await this.loadMeters(true);
    }
    await this.loadPast();
  }

  async loadPast() {
    if (!this.wanted.past) {
      return;
    }
    const round = (this.asked += 1);
    const devices = this.meters.filter((meter) => meter.loaded && meter.device_id);
    if (this.meters.length && !devices.length) {
      // They are told when they are set up; what is known of them stays.
      return;
    }
    try {
      const most = Math.min(MOST, this.limit + this.episodes.open.size);
      const ids = /** @type {string[]} */ (devices.map((meter) => meter.device_id));
      const answer = await getEpisodes(this.hass(), ids, most);
      if (round !== this.asked) {
        return;
      }
      this.episodes.takePast(answer, this.limit);
      this.known.past = true;
    } catch (error) {
      this.error = error;
    }
    this.tell();
  }

  /** @param {Transition} [called] */
  tell(called) {
    if (!this.closed) {
      this.changed(called);
    }
  }
}
