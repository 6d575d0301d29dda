// The way to the emulator. Whatever it refuses is thrown as an Error in its words.

export async function ask(path, { method = "GET", body } = {}) {
  const options = { method };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The emulator does not answer.");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export const meterPath = (serial, ...parts) => ["/api/meters", serial, ...parts].map(encodePart).join("/");

const encodePart = (part, index) => (index === 0 ? part : encodeURIComponent(part));

const message = document.getElementById("message");
let hiding;

// Runs what a person asked for; tells the person if it fails.
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    say(error.message);
    return undefined;
  }
}

export function say(text) {
  message.textContent = text;
  message.hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => (message.hidden = true), 6000);
}

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}
