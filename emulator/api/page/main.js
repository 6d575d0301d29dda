// Puts the page together: picks a meter and listens to it.

import { ask, attempt, element } from "./api.js";
import * as controls from "./controls.js";
import * as face from "./face.js";
import * as faults from "./faults.js";
import * as traffic from "./traffic.js";

const picker = document.getElementById("meter");
const online = document.getElementById("online");
let source;

function setOnline(state, text) {
  online.dataset.state = state;
  online.textContent = text;
}

async function use(serial) {
  source?.close();
  traffic.clear();
  history.replaceState(null, "", `#${encodeURIComponent(serial)}`);
  await Promise.all([controls.use(serial), faults.use(serial)]);
  listen(serial);
}

function listen(serial) {
  source = new EventSource(`/events?meter=${encodeURIComponent(serial)}`);
  const on = (kind, handle) => source.addEventListener(kind, (event) => handle(JSON.parse(event.data)));
  source.addEventListener("open", () => setOnline("live", "Live"));
  source.addEventListener("error", () => setOnline("lost", "Lost, trying again"));
  on("traffic", traffic.add);
  on("dropped", ({ events }) => traffic.addDropped(events));
  on("face", (shown) => {
    face.show(shown);
    controls.show(shown);
    document.title = `${shown.model} ${shown.serial} · emulator`;
  });
}

async function begin() {
  const [{ meters }] = await Promise.all([ask("/api/meters"), controls.prepare(), faults.prepare()]);
  picker.replaceChildren(...meters.map((meter) => element("option", { value: meter.serial, textContent: `${meter.model} ${meter.serial}` })));
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (meters.some((meter) => meter.serial === wanted)) picker.value = wanted;
  await use(picker.value);
}

picker.addEventListener("change", () => attempt(() => use(picker.value)));
attempt(begin);
