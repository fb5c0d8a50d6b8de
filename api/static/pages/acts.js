// Buttons that decide something about their row, by click or key; a dialog asks for a reason first.

import { say, send } from "./api.js";
import { tell } from "./frame.js";
import { bind } from "./keys.js";
import { current, focusOn } from "./rows.js";

const dialog = document.getElementById("why");

function ask(title) {
  const text = dialog.querySelector("input");
  dialog.querySelector("h2").textContent = title;
  dialog.returnValue = text.value = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes" ? text.value.trim() : ""), { once: true });
  });
}

async function act(button) {
  const row = button.closest(".row");
  if (row.ariaBusy) return;
  const body = button.dataset.body ? JSON.parse(button.dataset.body) : undefined;
  if (button.dataset.why) {
    body.reason = await ask(button.dataset.why);
    if (!body.reason) return;
  }
  row.ariaBusy = "true";
  try {
    const answer = await send("POST", button.dataset.act, body);
    if (!answer.ok) return tell([answer.body.title, answer.body.detail].filter(Boolean).join(" "));
    if (!button.dataset.done) return location.reload();
    row.querySelector("[data-state]").textContent = button.dataset.done.replace("{why}", body?.reason ?? "");
    for (const each of row.querySelectorAll("[data-act]")) each.remove();
    focusOn(row.nextElementSibling ?? row);
  } catch {
    tell(say("no-connection"));
  } finally {
    row.ariaBusy = null;
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-act]");
  if (button) act(button);
});
for (const key of new Set([...document.querySelectorAll("[data-act][data-key]")].map((button) => button.dataset.key))) {
  bind(key, () => current()?.querySelector(`[data-act][data-key="${key}"]`)?.click(), { onRow: true });
}
