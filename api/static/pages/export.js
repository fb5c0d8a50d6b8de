// Customers taken out: the sheet that the server makes is saved by the browser.

import { say, send } from "./api.js";
import { tell } from "./frame.js";
import { showFaults } from "./forms.js";

const form = document.getElementById("export");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { format, reason } = form.elements;
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const asked = { format: format.value, reason: reason.value };
    const { ok, body, response } = await send("POST", form.dataset.download, asked);
    if (!ok) return showFaults(form, body);
    const href = URL.createObjectURL(await response.blob());
    Object.assign(document.createElement("a"), { href, download: `${form.dataset.name}.${format.value}` }).click();
    URL.revokeObjectURL(href);
    reason.value = "";
    tell(say("exported"));
  } catch {
    showFaults(form, { title: say("no-connection") });
  } finally {
    button.disabled = false;
  }
});
