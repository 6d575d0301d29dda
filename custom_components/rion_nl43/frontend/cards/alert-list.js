// @ts-check
/** The list of alerts, as Home Assistant's card picker finds it. */

import { followTexts } from "../core/texts.js";
import { AlertListCard } from "./alert-list-card.js";
import { TYPE, suggestion } from "./alert-list-config.js";

/** Make the list of alerts known to Home Assistant; once per page. */
export function defineAlertList() {
  if (!customElements.get(TYPE)) {
    customElements.define(TYPE, AlertListCard);
  }
  // @ts-ignore
  const offered = (window.customCards ??= []);
  if (offered.some((/** @type {{type: string}} */ { type }) => type === TYPE)) {
    return;
  }
  // Its words are there in English until those of the page's language are loaded.
  const offer = {
    type: TYPE,
    name: "Rion alerts",
    description: "Alerts of sound level meters as they come: acknowledge, snooze, ask why, be told.",
    preview: true,
    documentationURL: "https://github.com/rion-nl43/rion-nl43",
    getEntitySuggestion: suggestion,
  };
  offered.push(offer);
  followTexts((t) => {
    offer.name = t("alerts.card.name");
    offer.description = t("alerts.card.description");
  });
}
