// @ts-check
/** Snooze for an hour, or for as long as a menu offers. */

import { el } from "../core/dom.js";
import { clock } from "../core/format.js";
import { holdsFocus } from "./parts.js";
import { tomorrowAt, zoneOf } from "./times.js";

/** @typedef {import("./controls.js").Page} Page */

const MINUTES = [15, 60, 240];
const USUAL_S = 3600;
const MORNING_H = 7;
const GAP = 4;

/**
 * @param {Page} page
 * @param {(button: HTMLElement, seconds: number) => void} snooze
 * @returns {HTMLElement} Two buttons, the second of which opens the menu.
 */
export function snoozeButtons(page, snooze) {
  const { t } = page;
  const menu = el("div", { popover: "auto", role: "menu", "aria-label": t("alerts.do.snooze_more") });
  const usual = el("button", { type: "button", className: "do snooze" }, t("alerts.do.snooze"));
  const more = el(
    "button",
    {
      type: "button",
      className: "do",
      "aria-label": t("alerts.do.snooze_more"),
      "aria-haspopup": "menu",
      "aria-expanded": "false",
    },
    el("ha-icon", { icon: "mdi:chevron-down" }),
  );
  const offer = (/** @type {string} */ words, /** @type {() => number} */ seconds) => {
    const item = el("button", { type: "button", role: "menuitem", tabIndex: -1 }, words);
    item.addEventListener("click", () => {
      menu.hidePopover();
      more.focus();
      snooze(more, seconds());
    });
    return item;
  };
  usual.addEventListener("click", () => snooze(usual, USUAL_S));
  // The press itself closes what is open, before it is a click.
  let wasOpen = false;
  more.addEventListener("pointerdown", () => {
    wasOpen = menu.matches(":popover-open");
  });
  more.addEventListener("click", () => {
    if (wasOpen) {
      wasOpen = false;
      menu.hidePopover();
      return;
    }
    const morning = tomorrowAt(MORNING_H, page.now(), zoneOf(page.hass));
    menu.replaceChildren(
      ...MINUTES.map((minutes) => offer(t(`alerts.do.snooze_${minutes}`), () => minutes * 60)),
      offer(t("alerts.do.snooze_tomorrow", { time: clock(morning / 1000, page.hass) }), () =>
        Math.ceil((morning - page.now()) / 1000),
      ),
    );
    menu.togglePopover();
    if (menu.matches(":popover-open")) {
      place(menu, more);
      /** @type {HTMLElement} */ (menu.firstElementChild).focus();
    }
  });
  menu.addEventListener("toggle", (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    more.setAttribute("aria-expanded", String(open));
    if (open) {
      window.addEventListener("scroll", close, { capture: true, once: true });
    } else {
      window.removeEventListener("scroll", close, { capture: true });
    }
  });
  const close = () => menu.hidePopover();
  menu.addEventListener("keydown", (event) => moveBy(menu, event));
  return el("span", { className: "split" }, usual, more, menu);
}

/**
 * @param {HTMLElement} menu
 * @param {HTMLElement} button
 */
function place(menu, button) {
  const [at, size] = [button.getBoundingClientRect(), menu.getBoundingClientRect()];
  const below = at.bottom + GAP + size.height <= window.innerHeight;
  const left = Math.max(GAP, Math.min(at.right - size.width, window.innerWidth - size.width - GAP));
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - size.height)}px`;
}

/**
 * @param {HTMLElement} menu
 * @param {KeyboardEvent} event
 */
function moveBy(menu, event) {
  const items = /** @type {HTMLElement[]} */ ([...menu.children]);
  const here = items.findIndex(holdsFocus);
  /** @type {Record<string, number>} */
  const places = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1 };
  if (event.key in places) {
    event.preventDefault();
    items.at(places[event.key] % items.length)?.focus();
  } else if (event.key === "Tab") {
    menu.hidePopover();
  }
}
