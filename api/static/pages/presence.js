// Shows which colleague is at which customer, and tells them where this reader is.

import { say, send } from "./api.js";

const AGAIN = 20000;
/** Whoever only passes by on the way down a list is not at work there. */
const DWELLS = 1000;
/** Whoever does nothing is not asked for any more, so that his session may end. */
const RESTS = 600000;

let active = Date.now();
let at = "";
let waiting;
let again;

/** Tell colleagues that this reader is at a customer, once he has stayed for a moment. */
export function turnTo(customer) {
  if (!customer || customer === at) return;
  clearTimeout(waiting);
  waiting = setTimeout(() => { at = customer; ask({ customer_id: customer }); }, DWELLS);
}

async function ask(body) {
  clearTimeout(again);
  again = setTimeout(ask, AGAIN);
  if (!body && (document.hidden || Date.now() > active + RESTS)) return;
  const answer = await send(body ? "POST" : "GET", "/api/v1/presence", body).catch(() => null);
  if (answer?.ok) show(answer.body.items);
}

function show(items) {
  const others = Map.groupBy(items, (each) => each.customer_id);
  for (const place of document.querySelectorAll("[data-presence]")) {
    const names = (others.get(place.dataset.presence) ?? []).map((each) => each.name);
    const who = names.join(", ");
    if ((place.querySelector("bdi")?.textContent ?? "") !== who) place.replaceChildren(...said(who));
  }
}

/** Return the sentence about colleagues, whose names may be of another script. */
function said(who) {
  if (!who) return [];
  const [before, after] = say("at-it", { who: "|" }).split("|");
  const name = document.createElement("bdi");
  name.textContent = who;
  return [before, name, after];
}

for (const kind of ["keydown", "pointermove", "focusin"]) addEventListener(kind, () => { active = Date.now(); }, { passive: true });
ask();
turnTo(document.querySelector("[data-here]")?.dataset.presence);
