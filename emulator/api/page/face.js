// What the instrument shows.

import { element } from "./api.js";

const LOWEST = 20;
const HIGHEST = 140;
const STATES = { stopped: "Stopped", delayed: "Starts soon", measuring: "Measuring", paused: "Paused" };
const SOURCES = { I: "Batteries", E: "External", U: "USB" };

const byId = (id) => document.getElementById(id);
const level = (value) => (value === null ? "--.-" : value.toFixed(1));
const share = (value) => `${(100 * (Math.min(Math.max(value, LOWEST), HIGHEST) - LOWEST)) / (HIGHEST - LOWEST)}%`;

for (let mark = LOWEST; mark <= HIGHEST; mark += 20) byId("bar").querySelector(".scale").append(element("li", { textContent: mark }));

export function show(face) {
  const [main, ...subs] = face.channels;
  byId("face").setAttribute("aria-busy", "false");
  byId("face").classList.toggle("off", !face.powered);
  setText("face-title", `${face.model} · ${face.serial}`);
  setText("face-clock", face.clock);
  byId("state").dataset.state = face.state ?? "off";
  setText("state", STATES[face.state] ?? "Off");
  setText("measured", duration(face.measured_s));
  setText("power", `${SOURCES[face.power_source] ?? face.power_source} · ${face.battery}`);
  setText("card", `SD ${face.card.free_percent} % free`);
  const mode = face.store.mode === "Manual" ? `address ${face.store.address}` : "";
  setText("store", `${face.store.mode} store · ${face.store.name} ${mode}${face.storable ? " · not stored yet" : ""}`);
  showLevels(main);
  byId("subs").replaceChildren(...subs.map(subRow));
  showKeys(face);
  const count = face.open_connections;
  const broken = face.violations ? ` · ${face.violations} rule${face.violations === 1 ? "" : "s"} broken` : "";
  setText("connections", (count ? `${count} connection${count === 1 ? "" : "s"}` : "No connection") + broken);
}

function showLevels(main) {
  const weighting = main ? main.frequency_weighting : "";
  const time = main ? main.time_weighting : "";
  setText("lp-name", main ? `L${weighting}${time}` : "Lp");
  setText("lp", level(main?.lp ?? null));
  const bar = byId("bar");
  bar.setAttribute("aria-valuenow", main?.lp ?? LOWEST);
  bar.setAttribute("aria-valuetext", main ? `${level(main.lp)} dB` : "off");
  bar.classList.toggle("over", Boolean(main?.over));
  bar.querySelector(".fill").style.width = share(main?.lp ?? LOWEST);
  placeMark(bar.querySelector(".min"), main?.lmin);
  placeMark(bar.querySelector(".max"), main?.lmax);
  const values = [
    [`L${weighting}eq`, main?.leq],
    [`L${weighting}E`, main?.le],
    [`L${weighting}${time}max`, main?.lmax],
    [`L${weighting}${time}min`, main?.lmin],
    ["Lpeak", main?.lpeak],
    ...(main?.ln ?? []).map((entry) => [`L${entry.percentage}`, entry.level]),
  ];
  fillList(byId("results"), values);
}

function fillList(list, values) {
  // Filled in place, so that a reader of the screen keeps the place.
  while (list.children.length > values.length) list.lastChild.remove();
  values.forEach(([name, value], index) => {
    const entry = list.children[index] ?? list.appendChild(element("div", {}, element("dt"), element("dd", { className: "mono" })));
    entry.firstChild.textContent = name;
    entry.lastChild.textContent = level(value ?? null);
  });
}

const subRow = (channel) =>
  element(
    "p",
    {},
    element("b", { textContent: channel.name }),
    ` L${channel.frequency_weighting}${channel.time_weighting} `,
    element("span", { className: "mono", textContent: level(channel.lp) }),
    ` · Leq `,
    element("span", { className: "mono", textContent: level(channel.leq) }),
  );

function showKeys(face) {
  const usable = {
    start: face.state === "stopped",
    stop: face.powered && face.state !== "stopped",
    pause: face.state === "measuring" || face.state === "paused",
    store: face.storable && face.store.mode === "Manual",
    mode: face.state === "stopped",
  };
  for (const key of document.querySelectorAll("[data-key]")) {
    // Not `disabled`: a key that is pressed by keyboard must keep the focus.
    key.setAttribute("aria-disabled", String(!usable[key.dataset.key]));
  }
  document.querySelector("[data-key=pause]").textContent = face.state === "paused" ? "Go on" : "Pause";
}

function placeMark(mark, value) {
  mark.hidden = value === null || value === undefined;
  if (!mark.hidden) mark.style.insetInlineStart = share(value);
}

function setText(id, text) {
  const place = byId(id);
  if (place.textContent !== text) place.textContent = text;
}

function duration(seconds) {
  const whole = Math.floor(seconds);
  return [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0")).join(":");
}
