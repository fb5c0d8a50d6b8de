// Tells whom we know already while a new customer is typed, whose he is, or that he can be claimed.

import { say, send } from "./api.js";

const form = document.getElementById("new");
const list = document.getElementById("alike");
let typed;
let asked = 0;

const element = (name, values = {}, ...parts) => {
  const made = Object.assign(document.createElement(name), values);
  made.append(...parts);
  return made;
};

async function check() {
  const body = {};
  for (const field of form.querySelectorAll("[data-alike]")) {
    const text = field.value.trim();
    // One phone is enough to know somebody by.
    if (text.length > 1) body[field.dataset.alike] = text.split(/[,，;；]/)[0].trim();
  }
  const mine = ++asked;
  if (!Object.keys(body).length) return show([]);
  const answer = await send("POST", "/api/v1/duplicates/check", body).catch(() => null);
  if (mine === asked && answer?.ok) show(answer.body.items);
}

function show(hits) {
  document.getElementById("alike-none").hidden = hits.length > 0;
  list.replaceChildren(...hits.map((hit) => {
    const owner = hit.is_in_pool ? say("alike-pool") : say("alike-of", { who: hit.owner_name });
    const last = say("alike-last", { day: hit.last_contact_on ?? say("never") });
    const matched = hit.matched.map((field) => say(field)).join(", ");
    const shown = element("li", {}, element("p", { className: "who" }, element("bdi", { className: "name", textContent: hit.name }), " ", element("bdi", { className: "company", textContent: hit.company })));
    shown.append(element("p", { className: "hint" }, element("bdi", { textContent: owner }), ` · ${last} · ${matched}`));
    if (hit.is_in_pool) shown.append(claim(hit.customer_id));
    else if (!hit.is_masked) shown.append(element("a", { href: `/customers/${hit.customer_id}`, textContent: say("open-it") }));
    return shown;
  }));
}

function claim(id) {
  const button = element("button", { type: "button", className: "button", textContent: say("claim") });
  button.onclick = async () => {
    const answer = await send("POST", `/api/v1/pool/${id}/claim`).catch(() => ({ body: { title: say("no-connection") } }));
    if (answer.ok) { form.reset(); location.href = `/customers/${id}`; }
    else button.after(element("p", { className: "fault", textContent: [answer.body.title, answer.body.detail].join(" ") }));
  };
  return button;
}

form.addEventListener("input", (event) => {
  clearTimeout(typed);
  if (!event.isComposing) typed = setTimeout(check, 250);
});
form.addEventListener("compositionend", () => { typed = setTimeout(check, 250); });
