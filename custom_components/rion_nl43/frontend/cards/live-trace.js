// @ts-check
/** The cards, as Home Assistant's card picker finds them. */

import { followTexts } from "../core/texts.js";
import { LiveTraceCard } from "./live-trace-card.js";
import { TYPE, suggestion } from "./live-trace-config.js";

/** Make the live trace known to Home Assistant; once per page. */
export function defineLiveTrace() {
  if (!customElements.get(TYPE)) {
    customElements.define(TYPE, LiveTraceCard);
  }
  // @ts-ignore
  const offered = (window.customCards ??= []);
  if (offered.some((/** @type {{type: string}} */ { type }) => type === TYPE)) {
    return;
  }
  // Its words are there in English until those of the page's language are loaded.
  const offer = {
    type: TYPE,
    name: "Rion live level",
    description: "The level of a meter as it moves, with the limits of its alert rules.",
    preview: true,
    documentationURL: "https://github.com/rion-nl43/rion-nl43",
    getEntitySuggestion: suggestion,
  };
  offered.push(offer);
  followTexts((t) => {
    offer.name = t("trace.name");
    offer.description = t("trace.description");
  });
}
