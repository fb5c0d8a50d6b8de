// What somebody was told: whoever opens what it is about has seen it.

import "./acts.js";
import { say, send } from "./api.js";
import { tell } from "./frame.js";

const all = document.getElementById("read-all");

document.addEventListener("click", ({ target }) => {
  const row = target.closest("a")?.closest("[data-unread]");
  // The page is left before the answer comes.
  if (row) send("POST", row.dataset.unread, undefined, { keepalive: true }).catch(() => {});
});

all?.addEventListener("click", async () => {
  all.disabled = true;
  try {
    const answer = await send("POST", all.dataset.send, { item_ids: all.dataset.items.split(" ") });
    if (answer.ok) return location.reload();
    tell([answer.body.title, answer.body.detail].filter(Boolean).join(" "));
  } catch {
    tell(say("no-connection"));
  }
  all.disabled = false;
});
