// The palette (Ctrl K): customers by any fragment, pinyin or initials, and what can be done here.

import { bind, press } from "./keys.js";

const palette = document.getElementById("palette");
const text = palette.querySelector("input");
const found = document.getElementById("palette-found");
const actions = document.getElementById("palette-actions");
const token = document.querySelector("meta[name=forgery-token]").content;
let asked = 0;
let typed;

export function open() {
  if (palette.open) return;
  text.value = "";
  offer();
  palette.showModal();
}

function offer(customers = "") {
  found.innerHTML = customers;
  const wanted = text.value.trim().toLowerCase();
  for (const action of actions.content.children) {
    if (action.textContent.toLowerCase().includes(wanted)) found.append(action.cloneNode(true));
  }
  [...found.querySelectorAll("[role=option]")].forEach((option, place) => {
    option.id = `found-${place}`;
    option.tabIndex = -1;
  });
  choose(0);
}

function choose(place) {
  const options = [...found.querySelectorAll("[role=option]")];
  options.forEach((option, each) => option.setAttribute("aria-selected", each === place));
  const chosen = options[place];
  text.setAttribute("aria-activedescendant", chosen?.id ?? "");
  chosen?.scrollIntoView({ block: "nearest" });
}

async function search() {
  const mine = ++asked;
  const body = new URLSearchParams({ text: text.value, forgery_token: token });
  // A fragment of ours: rendered, escaped and scoped by the server.
  const answer = await fetch("/search", { method: "POST", body }).catch(() => null);
  if (mine === asked && answer?.ok) offer(await answer.text());
}

text.addEventListener("input", (event) => {
  clearTimeout(typed);
  if (!event.isComposing) typed = setTimeout(search, 80);
});
text.addEventListener("compositionend", () => { typed = setTimeout(search, 80); });
text.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const options = [...found.querySelectorAll("[role=option]")];
  const place = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (way) { choose((place + way + options.length) % options.length); event.preventDefault(); }
  if (event.key === "Enter") { event.preventDefault(); options[place]?.click(); }
});
found.addEventListener("click", ({ target }) => {
  const chosen = target.closest("[data-press]");
  if (!chosen) return;
  palette.close();
  press(chosen.dataset.press);
});
palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
document.getElementById("find").addEventListener("click", open);
bind("search", open);
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.code === "KeyK") { event.preventDefault(); open(); }
});
