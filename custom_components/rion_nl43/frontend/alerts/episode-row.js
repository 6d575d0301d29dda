// @ts-check
/** One episode in a list; what is in it is changed in place, so that whoever is at it is not disturbed. */

import { el } from "../core/dom.js";
import { dateTime, duration, level } from "../core/format.js";
import { Controls } from "./controls.js";
import { thresholdOf } from "./episodes.js";
import { gradeChip, put } from "./parts.js";
import { UNREACHABLE, endText, ruleName, seconds, who } from "./words.js";

/**
 * @typedef {import("./controls.js").Page} Page
 * @typedef {import("./episodes.js").Episode} Episode
 * @typedef {{
 *   entityIds: string[], mayControl: boolean, judged: boolean, snoozedUntil: number | null, level: number | null,
 *   live: boolean, active: Episode | undefined, withMeter: boolean,
 * }} Around What is known of its rule and its meter beside the episode; `level` is in dB, and of this moment if `live`.
 */

let rows = 0;

export class EpisodeRow {
  /**
   * @param {Page} page
   * @param {boolean} folded Whether there is only a line of it until it is opened.
   */
  constructor(page, folded) {
    this.page = page;
    /** @type {Episode | undefined} */
    this.episode = undefined;
    this.controls = new Controls(page);
    this.grade = gradeChip();
    this.rule = el("span", { className: "rule" });
    this.meter = el("span", { className: "meter" });
    this.time = el("span", { className: "time" });
    this.figures = el("div", { className: "figures" });
    this.marks = el("div", { className: "marks" });
    this.end = el("p", { className: "end" });
    this.told = "";
    const id = `episode-${(rows += 1)}`;
    const words = el("span", { className: "words" }, this.grade.element, this.rule, this.meter, this.time);
    this.head = folded
      ? el(
          "button",
          { type: "button", className: "head", "aria-expanded": "false", "aria-controls": id },
          words,
          el("ha-icon", { className: "chevron", icon: "mdi:chevron-down" }),
        )
      : el("div", { className: "head", tabIndex: -1 }, words);
    const inside = [this.figures, this.end, this.marks, this.controls.element];
    this.body = el("div", { className: "all", id, hidden: folded }, ...inside);
    this.element = el("li", { role: "listitem" }, this.head, this.body);
    if (folded) {
      this.head.addEventListener("click", () => {
        this.body.hidden = !this.body.hidden;
        this.head.setAttribute("aria-expanded", String(!this.body.hidden));
      });
    }
  }

  get busy() {
    return this.controls.busy;
  }

  focus() {
    this.head.focus();
  }

  /**
   * @param {Episode} episode
   * @param {Around} around
   */
  update(episode, around) {
    this.episode = episode;
    const { t, hass } = this.page;
    const { open } = episode;
    const rule = ruleName(episode, t);
    this.element.dataset.episode = episode.episode_id;
    this.element.classList.toggle("over", !open);
    this.grade.show(open ? episode.grade : episode.worst_grade, t, open ? "" : t("alerts.over"));
    put(this.rule, rule);
    put(this.meter, around.withMeter ? episode.meter : "");
    this.meter.hidden = !around.withMeter;
    put(this.end, endText(episode, t));
    this.end.hidden = open || !episode.end_reason;
    const figures = figuresOf(episode, around, hass, t);
    const marks = marksOf(episode, around, hass, t);
    const told = JSON.stringify([figures, marks]);
    if (told !== this.told) {
      this.told = told;
      this.figures.replaceChildren(...figures.map(([label, words]) => el("span", {}, `${label} `, el("b", {}, words))));
      this.marks.replaceChildren(
        ...marks.map(({ icon, text, note = "" }) => {
          const words = el("span", {}, text, note && " ", note && el("span", { className: "note" }, note));
          return el("span", { className: "mark" }, el("ha-icon", { icon }), words);
        }),
      );
      this.figures.hidden = !figures.length;
      this.marks.hidden = !marks.length;
    }
    this.controls.update({
      deviceId: episode.device_id,
      entityId: episode.entity_id,
      entityIds: around.entityIds,
      direction: episode.direction,
      episode,
      active: around.active,
      snoozedUntil: around.snoozedUntil,
      mayControl: around.mayControl,
      judged: around.judged,
    });
    this.tick();
  }

  /** Let the time go on. */
  tick() {
    const { episode, page } = this;
    if (!episode) {
      return;
    }
    const { hass, t } = page;
    const onset = seconds(episode.onset);
    const whole = episode.open ? Math.max(0, page.now() / 1000 - onset) : episode.duration;
    const time = { time: dateTime(onset, hass), duration: duration(whole, t) };
    if (episode.open) {
      put(this.time, t("alerts.since", time));
      return;
    }
    const peak = episode.peak === null ? [] : [t("alerts.db", { level: level(episode.peak, hass) })];
    put(this.time, [t("alerts.lasted", time), ...peak].join(" · "));
  }
}

/**
 * @param {Episode} episode
 * @param {Around} around
 * @param {any} hass
 * @param {import("../core/texts.js").Translate} t
 * @returns {[string, string][]} What it is of, and how much.
 */
function figuresOf(episode, { level: last, live }, hass, t) {
  if (episode.rule_id === UNREACHABLE) {
    return [];
  }
  const db = (/** @type {number} */ value) => t("alerts.db", { level: level(value, hass) });
  const { symbol, open, peak, onset_level: onset, leq, direction } = episode;
  const extreme = t(direction === "below" ? "alerts.lowest" : "alerts.peak");
  const threshold = thresholdOf(episode);
  /** @type {[string, number | null | undefined][]} */
  const known = [
    [live ? t("alerts.now") : "", open ? last : null],
    [extreme, peak],
    [t("alerts.limit"), threshold],
    [t("alerts.onset"), open ? null : onset],
    [t("alerts.leq"), open ? null : leq],
  ];
  const figures = known.flatMap(([label, value]) => (typeof value === "number" ? [[label, db(value)]] : []));
  const [first, ...others] = figures;
  const led = first ? [[`${symbol} ${first[0]}`.trim(), first[1]], ...others] : [[symbol, ""]];
  return /** @type {[string, string][]} */ (led);
}

/**
 * @param {Episode} episode
 * @param {Around} around
 * @param {any} hass
 * @param {import("../core/texts.js").Translate} t
 * @returns {{icon: string, text: string, note?: string}[]}
 */
function marksOf(episode, { snoozedUntil }, hass, t) {
  const { acknowledged, acknowledged_at: at, note } = episode;
  const { no_data: lost, reopened, overload, open } = episode;
  const marks = [];
  if (acknowledged) {
    const time = at ? dateTime(seconds(at), hass) : "";
    const text = t("alerts.acknowledged", { time, who: who(hass, episode, t) });
    marks.push({ icon: "mdi:check", text, ...(note && { note: `“${note}”` }) });
  }
  if (open && lost) {
    marks.push({ icon: "mdi:lan-disconnect", text: t("alerts.no_data") });
  }
  if (reopened) {
    marks.push({ icon: "mdi:restart", text: t("alerts.reopened", { n: reopened }) });
  }
  if (overload) {
    marks.push({ icon: "mdi:waveform", text: t("alerts.overload") });
  }
  if (open && snoozedUntil !== null) {
    marks.push({ icon: "mdi:bell-sleep", text: t("alerts.snoozed", { time: dateTime(snoozedUntil, hass) }) });
  }
  return marks;
}
