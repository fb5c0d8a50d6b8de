// Forms whose fields are the body of a request to the API. A refusal stands beside its field, and
// what somebody has typed stays where it is, whatever the answer.

import { say, send } from "./api.js";

document.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-send]");
  if (!form) return;
  event.preventDefault();
  const [method, path] = form.dataset.send.split(" ");
  const button = form.querySelector("button:not([type=button])");
  form.dataset.key ??= crypto.randomUUID();
  button.disabled = true;
  try {
    const body = "empty" in form.dataset ? undefined : bodyOf(form, method);
    const answer = await send(method, path, body, { key: form.dataset.key, version: form.dataset.version });
    if (answer.ok) return done(form, answer.body);
    // Another attempt is another request.
    delete form.dataset.key;
    if (answer.status === 412) (await import("./conflicts.js")).showConflict(form, answer);
    else showFaults(form, answer.body);
  } catch {
    showFaults(form, { title: say("no-connection") });
  } finally {
    button.disabled = false;
  }
});

/** Return what a form says; a name such as `segment/grades` is the way to a place in it. */
export function bodyOf(form, method) {
  const body = {};
  const changed = new Set([...form.elements].filter(hasChanged).map(partOf));
  for (const field of form.elements) {
    if (!field.name || field.disabled || (isBox(field) && !field.checked)) continue;
    if (method === "PATCH" && !("extra" in field.dataset) && !changed.has(partOf(field))) continue;
    const value = valueOf(field);
    if (value !== null) put(body, field, value);
    else if ("all" in form.dataset && field.name !== "reason") body[field.name] = null;
    else if (method === "PATCH" && !("extra" in field.dataset) && field.name === partOf(field)) body[field.name] = null;
  }
  return body;
}

function put(body, field, value) {
  const way = field.name.split("/");
  const last = way.pop();
  const place = way.reduce((into, step, n) => (into[step] ??= /^\d+$/.test(way[n + 1] ?? last) ? [] : {}), body);
  if (field.type === "checkbox") (place[last] ??= []).push(value);
  else place[last] = value;
}

/** Return when it is `text` in a zone, which need not be that of the browser. */
function instantOf(text, timeZone) {
  const utc = new Date(`${text}Z`);
  const there = utc.toLocaleString("sv", { timeZone }).replace(" ", "T");
  return new Date(2 * utc - new Date(`${there}Z`)).toISOString();
}

const isBox = ({ type }) => ["radio", "checkbox"].includes(type);

/** Return what a field is a part of: whatever has parts, such as `segment`, is changed as a whole. */
const partOf = ({ name }) => name.split("/")[0];

function hasChanged(field) {
  if (isBox(field)) return field.checked !== field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
  const before = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(before, 0);
}

function valueOf(field) {
  const text = field.value.trim();
  if (!text) return null;
  if (field.dataset.type === "list") return text.split(/[,，;；\n]/).map((each) => each.trim()).filter(Boolean);
  if (field.dataset.type === "json") return JSON.parse(text);
  if (field.dataset.type === "instant") return instantOf(text, field.dataset.zone);
  if (field.dataset.type === "number") return /^-?\d+$/.test(text) ? Number(text) : text;
  return field.value;
}

function done(form, body) {
  for (const field of form.elements) field.defaultValue = field.value; // nothing is unsaved any more
  const then = form.dataset.then?.replace("{id}", body.id);
  if (then) location.href = then;
  else location.reload();
}

export function noticeOf(form) {
  clear(form);
  const notice = Object.assign(document.createElement("div"), { className: "notice bad", tabIndex: -1 });
  notice.setAttribute("role", "alert");
  form.prepend(notice);
  return notice;
}

function clear(form) {
  for (const old of form.querySelectorAll(".notice, .fault")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) { field.removeAttribute("aria-invalid"); field.removeAttribute("aria-describedby"); }
}

export function showFaults(form, problem) {
  const notice = noticeOf(form);
  const title = Object.assign(document.createElement("strong"), { textContent: problem.title });
  const said = paragraph(problem.detail ?? "");
  said.prepend(title, " ");
  notice.append(said);
  const list = document.createElement("ul");
  let first;
  for (const { pointer, message } of problem.errors ?? []) {
    const field = [...form.elements].find(({ id, name }) => id && name && `${pointer}/`.startsWith(`/${name}/`));
    if (!field) { list.append(item(message)); continue; }
    first ??= field;
    const fault = Object.assign(paragraph(message), { className: "fault", id: `${field.id}-fault` });
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", fault.id);
    field.after(fault);
    const label = form.querySelector(`label[for="${field.id}"]`)?.firstChild?.textContent.trim();
    const link = Object.assign(document.createElement("a"), { href: `#${field.id}`, textContent: label });
    list.append(item(link, `: ${message}`));
  }
  if (list.childElementCount) notice.append(list);
  (first ?? notice).focus();
}

export const paragraph = (textContent) => Object.assign(document.createElement("p"), { textContent });
const item = (...parts) => { const made = document.createElement("li"); made.append(...parts); return made; };

// Whoever leaves with something typed is asked first.
addEventListener("beforeunload", (event) => {
  const typed = [...document.querySelectorAll("form[data-send] :is(input, textarea)")];
  if (typed.some((field) => field.type !== "hidden" && field.value !== field.defaultValue)) event.preventDefault();
});
