// Today's list: one key records a contact and the next customer has the focus before it is sent.

import { say } from "./api.js";
import { read } from "./dates.js";
import { tell } from "./frame.js";
import { bind, press } from "./keys.js";
import * as outbox from "./outbox.js";
import { turnTo } from "./presence.js";
import { current, focusOn } from "./rows.js";

const list = document.getElementById("due");
const pad = document.querySelector(".pad");
const gone = new Map();
const undone = [];
let asking;

const count = (id, change) => {
  const place = document.getElementById(id);
  place.textContent = Math.max(Number(place.textContent) + change, 0);
};

/** The company's calendar date now, however long this page has been open. */
const day = () => new Intl.DateTimeFormat("en-CA", { timeZone: list.dataset.zone }).format(new Date());

/** Show what is to be said where nobody is on the list: all done, or others elsewhere. */
function showWhetherDone() {
  document.getElementById("nobody").hidden = list.childElementCount > 0;
  const isDone = document.getElementById("left").textContent === "0";
  document.getElementById("finished").hidden = !isDone;
  document.getElementById("unfinished").hidden = isDone;
}

/** Ask for what only the service knows, once it knows of what was sent. */
function askAnew() {
  clearTimeout(asking);
  asking = setTimeout(async () => {
    const answer = await fetch("/today/session").catch(() => null);
    if (!answer?.ok || answer.redirected) return; // he has been signed out
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["pace", "ahead"]) document.getElementById(id).replaceWith(fresh.getElementById(id));
  }, 500);
}

function leave(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  gone.set(row.dataset.id, { row, before: row.nextElementSibling });
  row.remove();
  focusOn(next);
  count("done", 1);
  count("left", -1);
  showWhetherDone();
}

function comeBack(id) {
  const place = gone.get(id);
  if (!place) return null;
  gone.delete(id);
  list.insertBefore(place.row, place.before?.isConnected ? place.before : null);
  count("done", -1);
  count("left", 1);
  showWhetherDone();
  return place.row;
}

function record(row, path, body, said) {
  const { id, name } = row.dataset;
  leave(row);
  undone.push(outbox.put({ path: `/api/v1/customers/${id}/${path}`, body: { ...body, contacted_on: day() }, customer: id, name, leaves: true }));
  tell(say("recorded", { who: name, ...said }), undo);
}

async function undo() {
  const entry = await undone.pop();
  if (!entry || !(await outbox.takeBack(entry))) return;
  if (entry.leaves) focusOn(comeBack(entry.customer));
  else showGrade(document.getElementById(`c-${entry.customer}`), entry.before);
  tell(say("undone"), null, 3000);
}

function showGrade(row, letter) {
  if (!row) return;
  row.dataset.grade = letter;
  const badge = row.querySelector(".grade");
  badge.className = `grade grade-${letter}`;
  badge.lastChild.textContent = letter;
  promise(row);
}

function regrade(letter) {
  const row = current();
  if (!row || row.dataset.grade === letter) return;
  const { id, name, version, grade: before } = row.dataset;
  showGrade(row, letter);
  undone.push(outbox.put({ path: `/api/v1/customers/${id}/regradings`, body: { grade: letter }, version, customer: id, name, before }));
  tell(say("regraded", { who: name, what: `${before} → ${letter}` }), undo);
}

function skip() {
  const row = current();
  if (!row || !row.nextElementSibling) return;
  const next = row.nextElementSibling;
  list.append(row);
  focusOn(next);
}

/** Show when the customer of a row would be due after each key. */
function promise(row) {
  for (const button of pad?.querySelectorAll("[data-label]") ?? []) {
    button.querySelector("output").textContent = button.getAttribute(`data-next-${row.dataset.grade.toLowerCase()}`);
  }
}

function refuse(entry, why) {
  const row = (entry.leaves ? comeBack(entry.customer) : null) ?? document.getElementById(`c-${entry.customer}`);
  const said = say("returned", { who: entry.name, why: [why.title, why.detail].filter(Boolean).join(" ") });
  if (row) {
    if (entry.before) showGrade(row, entry.before);
    row.querySelector(".fault")?.remove();
    row.querySelector(".detail").append(Object.assign(document.createElement("p"), { className: "fault", textContent: said }));
  }
  tell(said, null, 15000);
}

function start() {
  pad.addEventListener("mousedown", (event) => event.preventDefault()); // the row keeps the focus
  pad.addEventListener("click", ({ target }) => press(target.closest("[data-press]")?.dataset.press));
  for (const letter of "ABCDE") bind(`Shift+${letter}`, () => regrade(letter), { onRow: true });
  bind("skip", skip, { onRow: true });
  bind("undo", undo);
  bind("record", () => openRecord("text"), { onRow: true });
  bind("next-date", () => openRecord("next"), { onRow: true });
  // A quick note goes before a key of ours.
  for (const button of pad.querySelectorAll("[data-label]")) {
    const { press: key, label, text } = button.dataset;
    bind(key, () => {
      const row = current();
      if (row) record(row, "quick-notes", { key }, { what: label || text, day: button.querySelector("output").textContent });
    }, { onRow: true });
  }
  list.addEventListener("focusin", ({ target }) => turnTo(target.closest(".row").dataset.id));
}

const dialog = document.getElementById("record");
const form = dialog.querySelector("form");
let about;

function openRecord(field) {
  about = current();
  if (!about) return;
  form.reset();
  dialog.querySelector("h2").textContent = about.dataset.name;
  showNext();
  dialog.showModal();
  form.elements[field].focus();
}

const chosenGrade = () => form.elements.grade.value || about.dataset.grade;
const latest = () => form.querySelector(`[name=grade][value="${chosenGrade()}"]`).dataset.on;

function showNext() {
  const typed = form.elements.next.value.trim();
  const on = typed ? read(typed, day()) : latest();
  const said = on && new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "full", timeZone: "UTC" }).format(new Date(on));
  document.getElementById("record-date").textContent = on ? say("date-next", { day: said }) : say("date-unclear");
  document.getElementById("record-defer").hidden = !(typed && on && on > latest());
  form.elements.next.setAttribute("aria-invalid", !on);
  return on;
}

form.addEventListener("input", showNext);
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing && (event.target.tagName !== "TEXTAREA" || event.ctrlKey)) { event.preventDefault(); form.requestSubmit(); }
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const on = showNext();
  const { method, text, grade, next, defer_reason: why } = form.elements;
  const isDeferred = !document.getElementById("record-defer").hidden;
  if (!on || (isDeferred && !why.value.trim())) return (on ? why : next).focus();
  const body = { method: method.value };
  if (text.value.trim()) body.text = text.value;
  if (grade.value) body.grade = grade.value;
  if (next.value.trim()) body.promised_on = on;
  if (isDeferred) body.defer_reason = why.value;
  dialog.close();
  record(about, "contacts", body, { what: text.value.slice(0, 30), day: document.getElementById("record-date").textContent });
});

outbox.listen((kind, entry, answer) => {
  if (kind === "refused") return refuse(entry, answer.body), true;
  if (kind === "sent") {
    askAnew();
    gone.delete(entry.customer);
    const row = document.getElementById(`c-${entry.customer}`);
    if (row && answer.body.version) row.dataset.version = answer.body.version;
  }
  return false;
});

if (list) {
  list.addEventListener("focusin", ({ target }) => promise(target.closest(".row")));
  if (pad) start();
  for (const entry of await outbox.waiting()) {
    if (entry.refused) { refuse(entry, entry.refused); outbox.forget(entry); continue; }
    const row = entry.leaves && document.getElementById(`c-${entry.customer}`);
    if (row) leave(row);
  }
  if (!document.activeElement?.closest(".row")) focusOn(list.querySelector(".row"));
}
