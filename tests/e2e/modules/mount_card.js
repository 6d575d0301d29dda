/** Puts a card on the page, in colours of Home Assistant; what it asks for is answered by tests, and kept. */

import { fakeHass } from "./fake_hass.js";

const COLOURS = `
  body { font: 14px/1.4 Roboto, sans-serif; background: #fafafa;
    --primary-text-color: #141414; --secondary-text-color: #5e5e5e; --divider-color: #e0e0e0; --primary-color: #009ac7;
    --card-background-color: #fff; }
  body.dark { background: #111; color-scheme: dark;
    --primary-text-color: #e1e1e1; --secondary-text-color: #9b9b9b; --divider-color: #383838; --card-background-color: #1c1c1c; }
  body > * { margin: 16px; }
`;
// Home Assistant's own elements have their looks from it.
const OF_HOME = `ha-card { display: block; border: 1px solid var(--divider-color); border-radius: 12px;
  background: var(--card-background-color); }
  ha-icon { display: inline-block; width: 14px; height: 14px; background: currentcolor; border-radius: 3px; }`;

/**
 * @param {(path: string) => Promise<any>} load
 * @param {string} module Where the card is made known, and `define` by which function.
 * @param {{define: string, tag: string, config: any, answers?: Record<string, any>, services?: any, locale?: any}} told
 */
export async function mountCard(load, module, { define, tag, config, answers = {}, services = {}, locale = {} }) {
  (await load(module))[define]();
  const hass = fakeHass("test", locale);
  const { callWS } = hass;
  hass.asked = [];
  hass.answers = answers;
  hass.services = services;
  const answer = async (given) => {
    const told = typeof given === "function" ? await given() : given;
    if (told?.refused) {
      throw told.refused;
    }
    return structuredClone(told);
  };
  hass.callWS = (message) => {
    hass.asked.push(message);
    return message.type in hass.answers ? answer(hass.answers[message.type]) : callWS(message);
  };
  hass.callService = (domain, name, data, target) => {
    hass.asked.push({ type: `${domain}.${name}`, data, target });
    return answer(hass.answers[`${domain}.${name}`]);
  };
  const card = document.createElement(tag);
  card.setConfig(config);
  card.hass = hass;
  const [colours, ofHome] = [COLOURS, OF_HOME].map((text) => Object.assign(document.createElement("style"), { textContent: text }));
  document.head.append(colours);
  card.shadowRoot.append(ofHome);
  document.body.append(card);
  Object.assign(window, { hass, card });
}
