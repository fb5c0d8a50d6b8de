// Gives out a token, which is shown this once.

import { say, send } from "./api.js";
import { tell } from "./frame.js";

const DAY = 86_400_000;

document.getElementById("issue")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const days = Number(form.elements.days.value);
  const body = {
    label: form.elements.label.value,
    grants: [...form.querySelectorAll("[name=grants]:checked")].map((each) => each.value),
    expires_at: new Date(Date.now() + days * DAY).toISOString(),
  };
  try {
    const answer = await send("POST", form.dataset.address, body);
    if (!answer.ok) return tell([answer.body.title, ...(answer.body.errors ?? []).map((each) => each.message)].join(" "));
    const issued = document.getElementById("issued");
    issued.querySelector("code").textContent = answer.body.token;
    issued.hidden = false;
    form.querySelector(".actions").hidden = true;
  } catch {
    tell(say("no-connection"));
  }
});
