// @ts-check
/** The picture of an episode, large. */

import { el } from "../core/dom.js";
import { ruleName } from "./words.js";

/** @typedef {import("./episodes.js").Episode} Episode */

/**
 * @param {import("../core/texts.js").Translate} t
 * @returns {{element: HTMLElement, show: (episode: Episode) => void}}
 */
export function pictureDialog(t) {
  const title = el("h2", { id: "picture-title" });
  const shown = el("div");
  const close = el("button", { type: "button", className: "do" }, t("alerts.do.close"));
  const element = /** @type {HTMLDialogElement} */ (
    el("dialog", { "aria-labelledby": "picture-title" }, el("div", { className: "bar" }, title, close), shown)
  );
  close.addEventListener("click", () => element.close());
  element.addEventListener("click", (event) => {
    // What is beside it belongs to the dialog as well; all within is in its children.
    if (event.target === element) {
      element.close();
    }
  });
  // Escape is for this dialog alone, whatever is open below it.
  element.addEventListener("keydown", (event) => event.stopPropagation());
  const show = (/** @type {Episode} */ episode) => {
    const rule = ruleName(episode, t);
    const image = /** @type {HTMLImageElement} */ (
      el("img", { alt: t("alerts.picture.alt", { symbol: episode.symbol, rule }) })
    );
    image.addEventListener("error", () => {
      shown.replaceChildren(el("p", { role: "alert" }, t("alerts.picture.failed")));
    });
    // Its path has been signed, so that it needs no login.
    image.src = episode.picture;
    title.textContent = `${episode.meter}: ${rule}`;
    shown.replaceChildren(image);
    element.showModal();
  };
  return { element, show };
}
