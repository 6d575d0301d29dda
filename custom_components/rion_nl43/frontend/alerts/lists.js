// @ts-check
/**
 * The card's content: lists of episodes or rules, and words where there are none.
 *
 * @typedef {import("../cards/alert-list-config.js").ListConfig} ListConfig
 * @typedef {import("../core/texts.js").Translate} Translate
 * @typedef {import("./episodes.js").Episode} Episode
 * @typedef {import("./surroundings.js").RuleOf} RuleOf
 */

import { errorText } from "../core/actions.js";
import { el } from "../core/dom.js";
import { reloadNeeded } from "../core/meters.js";
import { EpisodeRow } from "./episode-row.js";
import { LiveLevels } from "./live-levels.js";
import { put } from "./parts.js";
import { pictureDialog } from "./picture.js";
import { RuleRow } from "./rule-row.js";
import { Rows } from "./rows.js";
import { STYLE } from "./style.js";
import { rulesOf, surroundings, tellingEntities } from "./surroundings.js";
import { ruleName } from "./words.js";

const RULES_PAGE = "/config/integrations/integration/rion_nl43";

export class Lists {
  /**
   * @param {ShadowRoot} root
   * @param {import("./follow.js").Follower} follower
   * @param {ListConfig & {show: string, limit: number}} config
   * @param {Translate} t
   */
  constructor(root, follower, config, t) {
    this.follower = follower;
    this.config = config;
    this.t = t;
    this.levels = new LiveLevels(() => follower.hass());
    /** @type {string[]} Whose states are shown. */
    this.entityIds = [];
    const picture = pictureDialog(t);
    const page = {
      t,
      get hass() {
        return follower.hass();
      },
      get isAdmin() {
        return follower.isAdmin;
      },
      now: () => Date.now() + follower.ahead,
      took: (/** @type {Episode} */ episode) => {
        follower.episodes.take(episode);
        this.draw();
      },
      showPicture: picture.show,
    };
    const { show } = config;
    const both = show === "all";
    this.open = show === "open" || both ? new Rows(t("alerts.open"), () => new EpisodeRow(page, false)) : undefined;
    this.past = show === "past" || both ? new Rows(t("alerts.past"), () => new EpisodeRow(page, true)) : undefined;
    /** @type {Map<string, Rows<RuleOf>>} Those of each meter. */
    this.rules = new Map();
    this.makeRules = () => new Rows(t("alerts.rules"), () => new RuleRow(page));
    this.rulesBox = el("div");
    this.noneOpen = hint("mdi:check-circle-outline", t("alerts.none_open"));
    this.nonePast = hint("mdi:history", t("alerts.none_past"));
    this.noRules = hint("mdi:bell-plus-outline", t("alerts.no_rules"));
    this.nothing = hint("mdi:information-outline", t("alerts.loading"));
    this.add = /** @type {HTMLAnchorElement} */ (el("a", { className: "do" }, t("alerts.add_rule")));
    this.addBox = el("div", { className: "foot" }, this.add);
    this.reload = el("div", { className: "foot", hidden: true }, reloadButton(t));
    this.more = el("button", { type: "button", className: "do" }, t("alerts.more"));
    this.more.addEventListener("click", () => {
      follower.limit += config.limit;
      void follower.loadPast();
    });
    this.moreBox = el("div", { className: "foot" }, this.more);
    this.failure = el("div", { role: "alert" });
    this.failed = /** @type {unknown} */ (undefined);
    this.said = el("div", { className: "said", role: "status", "aria-live": "polite" });
    this.titles = both ? [el("h3", {}, t("alerts.open")), el("h3", {}, t("alerts.past"))] : [];
    const card = el(
      "ha-card",
      {},
      config.title ? el("h2", {}, config.title) : null,
      this.reload,
      this.failure,
      this.nothing,
      this.titles[0],
      this.open?.element,
      this.noneOpen,
      this.noRules,
      this.titles[1],
      this.past?.element,
      this.nonePast,
      this.moreBox,
      this.rulesBox,
      this.addBox,
      this.said,
      picture.element,
    );
    root.replaceChildren(el("style", {}, STYLE), card);
  }

  tick() {
    if (this.levels.refresh()) {
      this.draw();
    }
    this.open?.tick();
  }

  close() {
    this.levels.close();
  }

  /**
   * Tell those who hear the page of an alert.
   *
   * @param {import("./episodes.js").Transition} called
   */
  say(called) {
    const { t } = this;
    const key = called.kind === "reopened" ? "alerts.again" : "alerts.new";
    const names = { meter: called.meter, rule: ruleName(called, t) };
    put(this.said, t(key, { grade: t(`alerts.grade.${called.grade}`), ...names }));
  }

  draw() {
    const { follower, open, past } = this;
    const { known, meters, episodes, single } = follower;
    const rules = new Map(meters.flatMap(rulesOf).map((of) => [keyOf(of.rule.rule_id, of.meter.device_id), of]));
    this.entityIds = [...rules.values()].flatMap(tellingEntities);
    const gone = known.meters && single && !meters.length;
    const words = /** @type {HTMLElement} */ (this.nothing.lastElementChild);
    put(words, this.t(gone ? "alerts.no_meter" : "alerts.loading"));
    for (const title of this.titles) {
      title.hidden = gone;
    }
    this.nothing.hidden = known.meters && known.open && !gone;
    this.reload.hidden = !follower.version || !reloadNeeded(follower.version);
    void this._fail(follower.error);
    this.levels.follow(meters, this.config.show === "past" ? [] : [...episodes.open.values()]);

    const active = new Map([...episodes.open.values()].map((each) => [keyOf(each.rule_id, each.device_id), each]));
    const around = (/** @type {Episode} */ episode) => {
      const key = keyOf(episode.rule_id, episode.device_id);
      const of = rules.get(key);
      const meter = of?.meter ?? meters.find(({ device_id: id }) => id === episode.device_id);
      const now = this._now(meter, active.get(key));
      return { ...surroundings(follower.hass(), meter, of?.rule, active.get(key), now), withMeter: !single };
    };
    const told = (/** @type {Episode} */ episode) => {
      const { peak, lost, level, live } = around(episode);
      const known = { ...episode, peak: peak ?? episode.peak, no_data: lost };
      return { ...known, peak: this.levels.extreme(known, live ? (level ?? undefined) : undefined) };
    };
    const focused = open?.focused;
    const pasts = episodes.past.slice(0, follower.limit);
    past?.show(byId(pasts), around);
    // Whoever writes a note is not to lose it when the alert ends.
    open?.show(byId([...episodes.open.values()].map(told)), around, (id, episode) =>
      past ? undefined : (episodes.past.find((each) => each.episode_id === id) ?? episode),
    );
    if (focused && open?.focused === undefined && !episodes.open.has(focused)) {
      past?.focus(focused);
    }
    const ruled = meters.some((meter) => meter.rules.length);
    this.noneOpen.hidden = !open || !known.open || open.size > 0 || gone;
    this.nonePast.hidden = !past || !known.past || past.size > 0 || gone;
    this.moreBox.hidden = !past || episodes.leftOut + episodes.past.length - pasts.length <= 0;
    this.noRules.hidden = !known.meters || ruled || gone || this.config.show !== "rules" || !meters.length;
    this._drawRules(active);
    const offered = follower.isAdmin && meters.length > 0 && this.config.show === "rules";
    this.addBox.hidden = !offered;
    const entry = meters.length === 1 ? `#config_entry=${meters[0].config_entry_id}` : "";
    this.add.href = `${RULES_PAGE}${entry}`;
  }

  /** @param {Map<string, Episode>} active */
  _drawRules(active) {
    if (this.config.show !== "rules") {
      return;
    }
    const { meters, single, known } = this.follower;
    if (known.meters && meters.map((meter) => meter.config_entry_id).join() !== [...this.rules.keys()].join()) {
      this.rules = new Map(
        meters.map(({ config_entry_id: id }) => [id, this.rules.get(id) ?? this.makeRules()]),
      );
      this.rulesBox.replaceChildren(
        ...meters.flatMap(({ config_entry_id: id, name }) => {
          const list = /** @type {Rows<RuleOf>} */ (this.rules.get(id)).element;
          return single ? [list] : [el("h3", {}, name), list];
        }),
      );
    }
    for (const meter of meters) {
      const items = rulesOf(meter).map((of) => /** @type {[string, RuleOf]} */ ([of.rule.rule_id, of]));
      this.rules.get(meter.config_entry_id)?.show(items, ({ rule }) => {
        const episode = active.get(keyOf(rule.rule_id, meter.device_id));
        return surroundings(this.follower.hass(), meter, rule, episode, this._now(meter, episode));
      });
    }
  }

  /**
   * @param {import("../core/meters.js").Meter | undefined} meter
   * @param {Episode | undefined} active
   */
  _now(meter, active) {
    return active && this.levels.level(meter?.config_entry_id, active.metric);
  }

  /** @param {unknown} error */
  async _fail(error) {
    if (error === this.failed) {
      return;
    }
    this.failed = error;
    const text = error === undefined ? "" : await errorText(this.follower.hass(), error, this.t);
    if (this.failed === error) {
      this.failure.replaceChildren(...(text ? [hint("mdi:alert-circle", text)] : []));
    }
  }
}

/**
 * All meters have a rule of the same name.
 *
 * @param {string} ruleId
 * @param {string | null} deviceId
 */
function keyOf(ruleId, deviceId) {
  return `${ruleId} ${deviceId}`;
}

/** @param {Episode[]} episodes @returns {[string, Episode][]} */
function byId(episodes) {
  return episodes.map((episode) => [episode.episode_id, episode]);
}

/**
 * Say in place of the lists what is wrong with how the card is set up.
 *
 * @param {ShadowRoot} root
 * @param {string} text
 */
export function complain(root, text) {
  const words = el("div", { role: "alert" }, hint("mdi:alert-circle", text));
  root.replaceChildren(el("style", {}, STYLE), el("ha-card", {}, words));
}

/**
 * @param {string} icon
 * @param {string} text
 */
function hint(icon, text) {
  return el("p", { className: "hint" }, el("ha-icon", { icon }), el("span", {}, text));
}

/** @param {Translate} t */
function reloadButton(t) {
  const button = el("button", { type: "button", className: "do first" }, t("alerts.reload"));
  button.addEventListener("click", () => window.location.reload());
  return button;
}
