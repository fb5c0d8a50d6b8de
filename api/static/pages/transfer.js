// Sheets: one is uploaded, what its columns mean is chosen, and its import is watched.

import { say, send } from "./api.js";
import { tell } from "./frame.js";
import { showFaults } from "./forms.js";

const WATCH_EVERY = 1000;

/** Send what a form asks for, and lead on or show what is refused. */
async function sent(form, ask) {
  const buttons = [...form.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  try {
    const answer = await ask();
    if (answer.ok) return answer;
    showFaults(form, answer.body);
  } catch {
    showFaults(form, { title: say("no-connection") });
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

const upload = document.getElementById("upload");
upload?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = upload.elements.file.files[0];
  const query = new URLSearchParams({ kind: upload.elements.kind.value, name: file.name });
  document.getElementById("drop").textContent = say("uploading");
  const answer = await sent(upload, () => send("POST", `/api/v1/imports?${query}`, file));
  if (answer) location.href = `/imports/${answer.body.id}`;
});
for (const name of ["dragover", "drop"]) {
  upload?.addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "dragover" || !event.dataTransfer.files.length) return;
    upload.elements.file.files = event.dataTransfer.files;
    upload.requestSubmit();
  });
}

const mapping = document.getElementById("mapping");

function settings() {
  const [columns, constants] = [{}, {}];
  for (const choice of mapping.querySelectorAll("[data-header]")) {
    if (choice.value !== "?") columns[choice.dataset.header] = choice.value;
  }
  for (const { dataset, value } of mapping.querySelectorAll("[data-constant]")) {
    if (value.trim()) constants[dataset.constant] = value.trim();
  }
  const reason = document.getElementById("reason").value.trim();
  return { columns, constants, ...(reason && { reason }) };
}

mapping?.addEventListener("change", async ({ target }) => {
  if (!("reading" in target.dataset)) return;
  // The headers read otherwise now, so what was chosen for them counts no more.
  const changed = { ...settings(), [target.id]: target.value, columns: {} };
  if (await sent(mapping, () => send("PATCH", mapping.dataset.import, changed))) location.reload();
});
mapping?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const path = mapping.dataset.import;
  const begun = await sent(mapping, async () => {
    const answer = await send("PATCH", path, settings());
    return answer.ok ? send("POST", `${path}/${event.submitter.value}`) : answer;
  });
  if (begun) location.reload();
});

document.querySelector("[data-cancel]")?.addEventListener("click", async ({ target }) => {
  const answer = await send("POST", target.dataset.cancel);
  if (answer.ok) location.reload();
  else tell(answer.body.title);
});

const progress = document.querySelector("[data-watch]");
async function watch() {
  const answer = await send("GET", progress.dataset.watch).catch(() => null);
  if (answer?.ok) {
    if (answer.body.state !== progress.dataset.state) return location.reload();
    progress.value = answer.body.progress;
    for (const [verdict, count] of Object.entries(answer.body.verdicts)) {
      document.querySelector(`[data-verdict=${verdict}]`).textContent = count;
    }
  }
  setTimeout(watch, WATCH_EVERY);
}
if (progress) setTimeout(watch, WATCH_EVERY);
