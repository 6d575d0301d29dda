// @ts-check
/** One rule in a list: how it is, what it takes, whether it is judged. */

import { setEnabled } from "../core/actions.js";
import { el } from "../core/dom.js";
import { dateTime, level } from "../core/format.js";
import { Controls } from "./controls.js";
import { gradeChip, put } from "./parts.js";
import { ruleName } from "./words.js";

/**
 * @typedef {import("./controls.js").Page} Page
 * @typedef {import("./episodes.js").Episode} Episode
 * @typedef {import("./surroundings.js").RuleOf} RuleOf
 */

export class RuleRow {
  /** @param {Page} page */
  constructor(page) {
    this.page = page;
    /** @type {RuleOf | undefined} */
    this.of = undefined;
    this.controls = new Controls(page);
    this.grade = gradeChip();
    this.name = el("span", { className: "rule" });
    this.figures = el("div", { className: "figures" });
    this.snoozed = el("span", {});
    this.marks = el(
      "div",
      { className: "marks" },
      el("span", { className: "mark" }, el("ha-icon", { icon: "mdi:bell-sleep" }), this.snoozed),
    );
    this.switch = el("button", { type: "button", className: "switch", role: "switch" });
    this.switch.addEventListener("click", () => this._switch());
    const head = el(
      "div",
      { className: "head" },
      el("span", { className: "words" }, this.grade.element, this.name),
      this.switch,
    );
    this.element = el("li", { role: "listitem" }, head, this.figures, this.marks, this.controls.element);
    this.told = "";
  }

  get busy() {
    return this.controls.busy;
  }

  focus() {
    this.controls.focus();
  }

  tick() {}

  /**
   * @param {RuleOf} of
   * @param {import("./surroundings.js").Surroundings} around
   */
  update(of, around) {
    this.of = of;
    const { meter, rule } = of;
    const { t, hass } = this.page;
    const name = ruleName({ rule_id: rule.rule_id, rule: rule.name }, t);
    const { judged, snoozedUntil, active, level: db, live, grade, entityIds, mayControl } = around;
    this.element.dataset.rule = rule.rule_id;
    this.grade.show(judged ? grade : "off", t);
    put(this.name, name);
    const { enabled } = rule.entities;
    this.switch.hidden = !mayControl || !enabled;
    this.switch.setAttribute("aria-checked", String(judged));
    this.switch.setAttribute("aria-label", t("alerts.do.enabled", { rule: name }));
    const told = JSON.stringify([rule, db, live]);
    if (told !== this.told) {
      this.told = told;
      this.figures.replaceChildren(...this._figures(db, live));
      this.figures.hidden = !this.figures.childElementCount;
    }
    this.marks.hidden = snoozedUntil === null;
    put(this.snoozed, snoozedUntil === null ? "" : t("alerts.snoozed", { time: dateTime(snoozedUntil, hass) }));
    this.controls.update({
      deviceId: meter.device_id,
      entityId: entityIds[0] ?? null,
      entityIds,
      direction: rule.direction,
      episode: active,
      active,
      snoozedUntil,
      mayControl,
      judged,
    });
  }

  /**
   * @param {number | null} last
   * @param {boolean} live Whether that is the level at this moment.
   */
  _figures(last, live) {
    const { t, hass } = this.page;
    const { symbol, direction, warning, alarm } = /** @type {RuleOf} */ (this.of).rule;
    if (!symbol) {
      return [];
    }
    const beyond = (/** @type {number} */ db) =>
      t(direction === "below" ? "alerts.below" : "alerts.above", { level: level(db, hass) });
    const label = live ? `${symbol} ${t("alerts.now")}` : symbol;
    /** @type {[string, string | null][]} */
    const figures = [
      [label, last === null ? null : t("alerts.db", { level: level(last, hass) })],
      [t("alerts.grade.warning"), warning === null ? null : beyond(warning)],
      [t("alerts.grade.alarm"), alarm === null ? null : beyond(alarm)],
    ];
    const known = figures.flatMap(([label, words]) =>
      words === null ? [] : [el("span", {}, `${label} `, el("b", {}, words))],
    );
    return last === null ? [el("span", {}, symbol), ...known] : known;
  }

  _switch() {
    const enabled = this.of?.rule.entities.enabled;
    if (enabled && this.switch.getAttribute("aria-disabled") !== "true") {
      const wanted = this.switch.getAttribute("aria-checked") !== "true";
      void this.controls.run(this.switch, () => setEnabled(this.page.hass, enabled, wanted));
    }
  }
}
