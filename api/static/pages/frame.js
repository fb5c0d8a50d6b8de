// What every page does: keys of the frame, palette, toast, and sending what waits in the outbox.

import { say } from "./api.js";
import { bind } from "./keys.js";
import * as outbox from "./outbox.js";
import "./palette.js";
import "./rows.js";

const badge = document.getElementById("outbox");
const toast = document.getElementById("toast");
const undo = toast.querySelector("button");
let fading;

/** Say something in passing; with `takeBack` it can be undone while it is shown. */
export function tell(text, takeBack, shownFor = outbox.HOLD) {
  toast.querySelector("p").textContent = text;
  undo.hidden = !takeBack;
  undo.onclick = takeBack;
  toast.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(hide, shownFor);
}

function hide() {
  // Somebody is about to press its button.
  if (toast.matches(":hover, :focus-within")) fading = setTimeout(hide, 1000);
  else toast.hidden = true;
}

async function showWaiting() {
  const late = (await outbox.waiting()).filter((entry) => !entry.refused && entry.until < Date.now());
  const isOffline = !navigator.onLine;
  if (badge) {
    badge.hidden = !(late.length || isOffline);
    badge.textContent = isOffline ? say("outbox-offline", { n: late.length }) : say("outbox-waiting", { n: late.length });
  }
}

outbox.listen((kind, entry, answer) => {
  showWaiting();
  if (kind === "refused" && !document.getElementById("due")) {
    tell(`${entry.name}: ${answer.body.title ?? say("not-saved")}`);
  }
});
addEventListener("offline", showWaiting);
addEventListener("online", showWaiting);

const keys = document.getElementById("keys");
bind("keys", () => keys.showModal());
bind("new-customer", () => { location.href = "/customers/new"; });
for (const link of document.querySelectorAll("[data-go]")) bind(`go ${link.dataset.go}`, () => link.click());
for (const part of document.querySelectorAll("details[data-key]")) {
  bind(part.dataset.key, () => { part.open = true; part.querySelector("input, select, textarea")?.focus(); });
}
bind("Escape", () => {
  if (document.querySelector("details.do[open]")) document.querySelectorAll("details.do[open]").forEach((part) => { part.open = false; });
  else if (document.querySelector(".crumb") && document.referrer.startsWith(location.origin)) history.back();
});

document.addEventListener("change", ({ target }) => target.closest("form[data-submit]")?.requestSubmit());
document.addEventListener("click", ({ target }) => {
  target.closest("[data-close]")?.closest("dialog").close();
  if (target.closest("[data-print]")) print();
});

outbox.pump();
