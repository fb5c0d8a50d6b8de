// Tells whom a plan would go to and how its words read, while somebody writes it.

import { say, send } from "./api.js";
import { bodyOf } from "./forms.js";

const PAUSE = 250;
const form = document.querySelector("form[data-audience]");
const count = document.getElementById("audience");
const skipped = document.getElementById("audience-skipped");
const letters = document.getElementById("letters");
let asked = 0;
let timer;

/** Return what of the plan can be asked about already: words that say nothing yet are left out. */
function draft() {
  const { segment, words = [], activity_id } = bodyOf(form);
  const body = { segment: segment ?? {}, words: words.filter((each) => each.subject && each.body) };
  return activity_id ? { ...body, activity_id } : body;
}

async function ask() {
  const mine = ++asked;
  try {
    const answer = await send("POST", "/api/v1/campaigns/preview", draft());
    if (mine === asked) answer.ok ? show(answer.body) : refuse(answer.body);
  } catch {
    if (mine === asked) refuse({ title: say("no-connection") });
  }
}

function refuse({ title, errors = [] }) {
  count.textContent = [title, ...errors.map((each) => each.message)].join(" ");
  skipped.replaceChildren();
}

function show({ audience, customer_name, words }) {
  count.textContent = audience.count ? say("audience-count", { n: audience.count }) : say("audience-nobody");
  if (!letters) return; // who is only invited is told nothing yet
  if (audience.count) count.append(" ", say("audience-reachable", { n: audience.reachable, looked: audience.looked_at }));
  skipped.replaceChildren(...Object.entries(audience.skipped_for).map(([reason, n]) => made("li", `${say(reason)} ${n}`)));
  letters.replaceChildren(...(words.length ? [made("p", say("words-for-whom", { who: customer_name }), "hint")] : []), ...words.map(letter));
}

function letter({ subject, body, language }) {
  const quote = made("blockquote", "", "letter");
  quote.lang = language === "zh" ? "zh-CN" : "en";
  quote.append(made("p", subject, "subject"), made("p", body));
  return quote;
}

function made(tag, text, className = "") {
  const element = Object.assign(document.createElement(tag), { className });
  element.append(Object.assign(document.createElement("bdi"), { textContent: text }));
  return element;
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(ask, PAUSE);
});
ask();
