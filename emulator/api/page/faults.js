// The faults, each with a switch and what it takes.

import { ask, attempt, element, meterPath } from "./api.js";

const list = document.getElementById("faults");
const search = document.getElementById("faults-search");
const REFRESH_MS = 2000;
let serial;

export async function prepare() {
  const { faults } = await ask("/api/faults");
  list.replaceChildren(...faults.map(entry));
  setInterval(() => serial && refresh().catch(() => undefined), REFRESH_MS);
}

export async function use(newSerial) {
  serial = newSerial;
  await refresh();
}

async function refresh() {
  const { faults } = await ask(meterPath(serial, "faults"));
  const active = new Map();
  for (const fault of faults) active.set(fault.name, [...(active.get(fault.name) ?? []), fault]);
  for (const item of list.children) {
    const count = active.get(item.dataset.name)?.length ?? 0;
    const button = item.querySelector(".switch");
    button.setAttribute("aria-checked", String(count > 0));
    item.classList.toggle("active", count > 0);
    showNow(item.querySelector(".now"), active.get(item.dataset.name) ?? []);
  }
}

function showNow(place, faults) {
  const words = faults.map(({ struck, detail }) => [struck === 1 ? "struck once" : `struck ${struck} times`, detail].filter(Boolean).join(" · "));
  place.hidden = faults.length === 0;
  place.textContent = words.join("; ");
}

function entry(fault) {
  const titleId = `fault-${fault.name}`;
  const button = element("button", { type: "button", className: "switch" });
  button.setAttribute("role", "switch");
  button.setAttribute("aria-checked", "false");
  button.setAttribute("aria-labelledby", titleId);
  const form = element("form", { className: "form" }, ...[...common(fault), ...fault.parameters].map(field));
  const item = element(
    "li",
    {},
    element("div", { className: "strip" }, element("h3", { id: titleId, textContent: fault.title }), button),
    element("p", { textContent: fault.description }),
    element("p", { className: "now", hidden: true }),
    element("details", {}, element("summary", { textContent: "Options" }), form),
  );
  item.dataset.name = fault.name;
  form.addEventListener("submit", (event) => event.preventDefault());
  button.addEventListener("click", () => attempt(() => toggle(fault, item, button, form)));
  return item;
}

async function toggle(fault, item, button, form) {
  if (button.getAttribute("aria-checked") === "true") {
    await ask(meterPath(serial, "faults", fault.name), { method: "DELETE" });
  } else {
    await ask(meterPath(serial, "faults"), { method: "POST", body: order(fault, form) });
  }
  await refresh();
}

function order(fault, form) {
  const body = { name: fault.name, parameters: {} };
  for (const input of form.elements) {
    const value = valueOf(input);
    if (value === undefined) continue;
    if (input.dataset.common) body[input.name] = value;
    else body.parameters[input.name] = value;
  }
  return body;
}

// What is left empty has a meaning of its own, or is left to the emulator.
function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.value === "") return input.dataset.none ? null : undefined;
  return input.type === "number" ? Number(input.value) : input.value;
}

function common(fault) {
  const fields = [
    { name: "times", kind: "whole", default: null, description: "How often; empty: always", low: 1 },
    { name: "probability", kind: "number", default: 1, description: "Probability", low: 0, high: 1 },
    { name: "skip", kind: "whole", default: 0, description: "Passes first", low: 0 },
    { name: "for_s", kind: "number", default: null, description: "For so many seconds; empty: until switched off", low: 0 },
  ];
  const command = { name: "command", kind: "text", default: null, description: "Command, like DOD?; empty: any" };
  return [...(fault.takes_command ? [command] : []), ...fields].map((one) => ({ ...one, common: true }));
}

function field(parameter) {
  const input = parameter.kind === "choice" ? choices(parameter) : element("input", kindOf(parameter));
  input.name = parameter.name;
  if (parameter.common) input.dataset.common = "yes";
  if (parameter.none_means) input.dataset.none = "yes";
  return element("label", {}, element("span", { textContent: wording(parameter) }), input);
}

function wording({ description, none_means: none }) {
  const words = description.charAt(0).toUpperCase() + description.slice(1);
  return none ? `${words}; empty: ${none}` : words;
}

function kindOf({ kind, default: value, low, high }) {
  if (kind === "switch") return { type: "checkbox", checked: value };
  if (kind === "text") return { type: "text", value: value ?? "" };
  const numeric = { type: "number", step: kind === "whole" ? "1" : "any", value: value ?? "" };
  if (low !== undefined && low !== null) numeric.min = low;
  if (high !== undefined && high !== null) numeric.max = high;
  return numeric;
}

function choices({ choices: words, default: value }) {
  const select = element("select", {}, ...words.map((word) => element("option", { value: word, textContent: word })));
  if (value === null) select.prepend(element("option", { value: "", textContent: "–" }));
  select.value = value ?? "";
  return select;
}

search.addEventListener("input", () => {
  const wanted = search.value.trim().toLowerCase();
  for (const item of list.children) item.hidden = !`${item.dataset.name} ${item.textContent}`.toLowerCase().includes(wanted);
});

document.getElementById("faults-clear").addEventListener("click", () =>
  attempt(async () => {
    await ask(meterPath(serial, "faults"), { method: "DELETE" });
    await refresh();
  }),
);
