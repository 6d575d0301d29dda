// The bytes on the wire, as they go. All of it is foreign text, and only ever inserted as text.

import { element } from "./api.js";

const LONGEST = 500;
const NAMES = { received: "from client", sent: "from meter", opened: "opened", closed: "closed", violation: "rule broken", ftp: "FTP" };
const SIGNS = { received: "→", sent: "←", opened: "●", closed: "○", violation: "!", ftp: "F" };
const NAMED = { "\x1a": "<SUB>" };

const log = document.getElementById("traffic");
const hold = document.getElementById("traffic-hold");
let begin;

hold.addEventListener("click", () => hold.setAttribute("aria-pressed", String(!isHeld())));
document.getElementById("traffic-clear").addEventListener("click", clear);

const isHeld = () => hold.getAttribute("aria-pressed") === "true";

export function clear() {
  log.replaceChildren();
  begin = undefined;
}

export function add(event) {
  if (isHeld()) return;
  begin ??= event.at;
  append(event.what, (event.at - begin).toFixed(3), event.connection, wording(event));
}

export const addDropped = (count) => append("violation", "", null, `${count} events came too fast to be shown`);

function wording(event) {
  if (event.what === "opened") return `connection ${event.connection} opened${event.text ? ` (${event.text})` : ""}`;
  if (event.what === "closed") return `connection ${event.connection} closed`;
  return event.text.split("\r\n").map(readable).join("↵\n").replace(/\n$/, "");
}

const readable = (text) => text.replace(/[\x00-\x1f\x7f-\xff]/g, (sign) => NAMED[sign] ?? `\\x${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);

function append(what, time, connection, text) {
  const follows = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
  log.append(
    element(
      "li",
      { className: what },
      element("time", { textContent: time }),
      element("span", { className: "sign", ariaHidden: "true", textContent: SIGNS[what] }),
      element("span", { className: "hidden", textContent: NAMES[what] }),
      element("span", { className: "bytes", textContent: text, title: connection === null ? "" : `connection ${connection}` }),
    ),
  );
  while (log.children.length > LONGEST) log.firstChild.remove();
  if (follows) log.scrollTop = log.scrollHeight;
}
