// @ts-check
/** *Notify me*: makes an automation of the rule's alerts, or opens the one that there is. */

import { findNotice, navigate, notifyMe, phonesOfUser } from "../core/actions.js";
import { el } from "../core/dom.js";

/**
 * @param {import("./controls.js").Controls} controls
 * @param {import("./controls.js").About} about
 * @returns {HTMLElement} What is asked before it is made.
 */
export function noticePanel(controls, about) {
  const { page, t } = controls;
  const words = el("p", { role: "status" }, t("alerts.loading"));
  const buttons = el("div", { className: "controls" });
  const button = (/** @type {string} */ key, /** @type {boolean} */ first, /** @type {() => void} */ act) => {
    const made = el("button", { type: "button", className: first ? "do first" : "do" }, t(key));
    made.addEventListener("click", act);
    return made;
  };
  const cancel = button("alerts.do.cancel", false, () => controls.close());
  const make = (/** @type {string} */ key, /** @type {boolean} */ first) => {
    const made = button(key, first, () => {
      const { entityId } = about;
      if (entityId && made.getAttribute("aria-disabled") !== "true") {
        void controls.run(made, async () => navigate(await notifyMe(() => page.hass, entityId)));
      }
    });
    return made;
  };
  const ask = () => {
    const phones = phonesOfUser(page.hass).map(({ name }) => name);
    const where = phones.length ? t("alerts.notify.phones", { phones: phones.join(", ") }) : t("alerts.notify.home");
    words.textContent = t("alerts.notify.ask", { where });
    const made = make("alerts.notify.make", true);
    buttons.replaceChildren(made, cancel);
    made.focus();
  };
  const offer = (/** @type {{name: string, path: string}} */ found) => {
    words.textContent = t("alerts.notify.found", { name: found.name });
    const opens = button("alerts.notify.open", true, () => navigate(found.path));
    buttons.replaceChildren(opens, make("alerts.notify.another", false), cancel);
    opens.focus();
  };
  void controls.run(controls.buttons.notify, async () => {
    try {
      const found = await findNotice(page.hass, about.entityIds, about.deviceId);
      found ? offer(found) : ask();
    } catch (error) {
      controls.close();
      throw error;
    }
  });
  return el("div", { className: "panel-inside" }, words, buttons);
}
