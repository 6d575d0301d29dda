// Scene, supply, time and settings.

import { ask, attempt, element, meterPath, say } from "./api.js";

const byId = (id) => document.getElementById(id);
const CAN_TELL_OPEN = CSS.supports("selector(:open)");
let serial;
let settings = new Map();

export async function prepare() {
  const { scenes } = await ask("/api/scenes");
  byId("scene").replaceChildren(...scenes.map((name) => element("option", { value: name, textContent: capital(name) })));
}

export async function use(newSerial) {
  serial = newSerial;
  const answer = await ask(meterPath(serial, "settings"));
  settings = new Map(answer.settings.map((setting) => [setting.name, setting]));
  byId("setting-name").replaceChildren(...[...settings.keys()].map((name) => element("option", { textContent: name })));
  await showSetting();
}

export function show(face) {
  choose("scene", face.scene, capital(face.scene));
  choose("power-source", face.power_source);
  choose("battery", face.battery);
  choose("speed", String(face.speed), `${face.speed} × as fast`);
  byId("switch").setAttribute("aria-pressed", String(face.powered));
  byId("switch").textContent = face.powered ? "Switched on" : "Switched off";
}

const capital = (name) => name.charAt(0).toUpperCase() + name.slice(1);

function choose(id, value, name = value) {
  const select = byId(id);
  // Nobody is interrupted while choosing.
  if (document.activeElement === select && (!CAN_TELL_OPEN || select.matches(":open"))) return;
  if (![...select.options].some((option) => option.value === value)) select.append(element("option", { value, textContent: name }));
  if (select.value !== value) select.value = value;
}

const put = (path, body) => attempt(() => ask(path, { method: "PUT", body }));

byId("scene").addEventListener("change", (event) => put(meterPath(serial, "scene"), { scene: event.target.value }));
byId("battery").addEventListener("change", (event) => put(meterPath(serial, "supply"), { battery: event.target.value }));
byId("power-source").addEventListener("change", (event) => put(meterPath(serial, "supply"), { power_source: event.target.value }));
byId("speed").addEventListener("change", (event) => put("/api/clock", { speed: Number(event.target.value) }));
byId("switch").addEventListener("click", (event) =>
  put(meterPath(serial, "power"), { on: event.target.getAttribute("aria-pressed") !== "true" }),
);

for (const button of document.querySelectorAll("[data-step]")) {
  button.addEventListener("click", () =>
    attempt(() => ask("/api/clock/step", { method: "POST", body: { seconds: Number(button.dataset.step) } })),
  );
}

for (const key of document.querySelectorAll("[data-key]")) {
  key.addEventListener("click", () =>
    attempt(async () => {
      const { accepted } = await ask(meterPath(serial, "keys"), { method: "POST", body: { key: key.dataset.key } });
      if (!accepted) say(`${key.textContent} does nothing now.`);
    }),
  );
}

byId("setting-name").addEventListener("change", () => attempt(showSetting));

async function showSetting() {
  const name = byId("setting-name").value;
  const { value } = await ask(meterPath(serial, "settings", name));
  byId("setting-value").value = value;
  byId("setting-examples").replaceChildren(...settings.get(name).examples.map((example) => element("option", { value: example })));
}

byId("settings").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    const name = byId("setting-name").value;
    const body = { value: byId("setting-value").value };
    const { value } = await ask(meterPath(serial, "settings", name), { method: "PUT", body });
    byId("setting-value").value = value;
    say(`${name} is ${value}.`);
  });
});
