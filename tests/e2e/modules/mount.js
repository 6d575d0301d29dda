/** Puts a live trace on the page, with a meter that tests speak for, and counts how often it is drawn. */

import { fakeHass, sample, snapshot } from "./fake_hass.js";

let pictures = 0;
const { clearRect } = CanvasRenderingContext2D.prototype;
CanvasRenderingContext2D.prototype.clearRect = function (...area) {
  pictures += 1;
  return clearRect.apply(this, area);
};

/** @returns What was drawn since it was asked last. */
export function drawn() {
  const count = pictures;
  pictures = 0;
  return count;
}

export async function mount(load, config = {}, locale = {}) {
  const { defineLiveTrace } = await load("cards/live-trace.js");
  defineLiveTrace();
  const hass = fakeHass("test", locale);
  const card = document.createElement("rion-nl43-live-trace");
  card.setConfig({ type: "custom:rion-nl43-live-trace", device_id: "device", ...config });
  card.hass = hass;
  card.style.cssText = "height: 300px; width: 600px";
  document.body.append(card);
  return { hass, card };
}

/** A level now, and then so many a second. */
export function play(hass, perSecond, level = 60) {
  hass.connection.tell(snapshot(Date.now() / 1000));
  const next = () => hass.connection.tell(sample(Date.now() / 1000, level));
  next();
  return setInterval(next, 1000 / perSecond);
}
