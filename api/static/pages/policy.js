// A policy: only the fields that were changed are tried and adopted.

import { say, send } from "./api.js";
import { tell } from "./frame.js";
import "./forms.js";

const form = document.querySelector("[data-policy]");
const controls = [...form.querySelectorAll("[data-field]")];
const trial = document.getElementById("trial");

function valueOf(control) {
  if (control.type === "number") return control.value === "" ? null : Number(control.value);
  if (!("json" in control.dataset)) return control.value;
  try {
    const value = JSON.parse(control.value);
    control.setCustomValidity("");
    return value;
  } catch {
    control.setCustomValidity(say("not-json"));
    return undefined;
  }
}

/** Return what was changed: whole fields by their name. */
function changed() {
  const all = {};
  const names = new Set();
  for (const control of controls) {
    const { field, key } = control.dataset;
    if (key) (all[field] ??= {})[key] = valueOf(control);
    else all[field] = valueOf(control);
    if (control.value !== control.defaultValue) names.add(field);
  }
  return Object.fromEntries([...names].map((name) => [name, all[name]]));
}

form.addEventListener("input", () => {
  const content = changed();
  form.elements.content.value = Object.keys(content).length ? JSON.stringify(content) : "";
  trial?.replaceChildren();
});

document.getElementById("try")?.addEventListener("click", async ({ target }) => {
  const content = changed();
  if (!form.reportValidity()) return;
  if (!Object.keys(content).length) return tell(say("nothing-changed"));
  target.disabled = true;
  trial.replaceChildren(line(say("trying")));
  try {
    const ask = () => send("POST", `/api/v1/policies/${form.dataset.policy}/what-if`, { content });
    let answer = await ask();
    while (answer.status === 202) {
      const { position, until } = answer.body;
      const percent = Math.floor((100 * position) / (until || 1));
      const [read, all] = [position, until].map((count) => count.toLocaleString());
      trial.replaceChildren(line(say("trying-so-far", { percent, position: read, until: all })));
      await new Promise((goOn) => setTimeout(goOn, 1000));
      answer = await ask();
    }
    if (answer.ok) show(answer.body);
    else trial.replaceChildren(line([answer.body.title, answer.body.detail, ...(answer.body.errors ?? []).map((each) => each.message)].filter(Boolean).join(" "), "notice bad"));
  } catch {
    trial.replaceChildren(line(say("no-connection"), "notice bad"));
  } finally {
    target.disabled = false;
  }
});

function line(textContent, className = "") {
  return Object.assign(document.createElement("p"), { textContent, className });
}

function show({ now, then, months }) {
  const table = Object.assign(document.createElement("table"), { className: "list trial" });
  const head = table.createTHead().insertRow();
  for (const text of ["", say("trial-now"), say("trial-then"), "±"]) {
    const cell = document.createElement(text ? "th" : "td");
    if (text) Object.assign(cell, { scope: "col", className: "number" });
    cell.textContent = text;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const name of Object.keys(now)) {
    const row = body.insertRow();
    const label = Object.assign(document.createElement("th"), { scope: "row", textContent: say(`trial-${name}`) });
    row.append(label);
    const difference = then[name] - now[name];
    for (const figure of [now[name], then[name], difference > 0 ? `+${difference}` : difference]) {
      Object.assign(row.insertCell(), { className: "number", textContent: figure });
    }
  }
  trial.replaceChildren(line(say("trial-lead", { n: months.length })), table);
}
