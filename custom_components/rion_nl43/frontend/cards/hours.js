// @ts-check
/** The levels of hours, as Home Assistant's card picker finds them. */

import { followTexts } from "../core/texts.js";
import { HoursCard } from "./hours-card.js";
import { TYPE } from "./hours-config.js";

/** Make the card of hours known to Home Assistant; once per page. */
export function defineHours() {
  if (!customElements.get(TYPE)) {
    customElements.define(TYPE, HoursCard);
  }
  // @ts-ignore
  const offered = (window.customCards ??= []);
  if (offered.some((/** @type {{type: string}} */ { type }) => type === TYPE)) {
    return;
  }
  // Its words are there in English until those of the page's language are loaded.
  const offer = {
    type: TYPE,
    name: "Rion hours",
    description: "LAeq, LAFmax and coverage of the last hours, marked where they come from the meter's card.",
    preview: true,
    documentationURL: "https://github.com/rion-nl43/rion-nl43",
  };
  offered.push(offer);
  followTexts((t) => {
    offer.name = t("hours.name");
    offer.description = t("hours.description");
  });
}
