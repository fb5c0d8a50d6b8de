// The pool: one key claims the customer of the row; somebody else may have been quicker.

import { say, send } from "./api.js";
import { tell } from "./frame.js";
import { bind } from "./keys.js";
import { current, focusOn } from "./rows.js";

async function claim(row = current()) {
  if (!row?.querySelector("[data-claim]") || row.ariaBusy) return;
  row.ariaBusy = "true";
  try {
    const answer = await send("POST", `/api/v1/pool/${row.dataset.id}/claim`);
    if (!answer.ok) return tell([answer.body.title, answer.body.detail].join(" "));
    const left = document.getElementById("claims-left");
    left.textContent = Math.max(Number(left.textContent) - 1, 0);
    focusOn(row.nextElementSibling ?? row.previousElementSibling);
    row.remove();
    document.getElementById("nobody").hidden = Boolean(document.querySelector("#pool .row"));
    tell(say("claimed", { who: answer.body.company || answer.body.name }));
  } catch {
    tell(say("no-connection"));
  } finally {
    row.ariaBusy = null;
  }
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-claim]");
  if (button) claim(button.closest(".row"));
});
bind("claim", () => claim(), { onRow: true });
