// What a form says when somebody else was faster; loaded only then.

import { say } from "./api.js";
import { noticeOf, paragraph } from "./forms.js";

/** Tell who changed what meanwhile, and let the reader choose: his on top, or theirs. */
export async function showConflict(form, { body: problem, response }) {
  const notice = noticeOf(form);
  notice.append(paragraph(problem.title ?? ""), paragraph(say("conflict")));
  let version = /v(\d+)/.exec(response.headers.get("ETag") ?? "")?.[1];
  if (form.dataset.changes) {
    const answer = await fetch(form.dataset.changes);
    if (answer.ok) {
      // A fragment of ours: rendered and escaped by the server.
      const changes = Object.assign(document.createElement("div"), { innerHTML: await answer.text() });
      version = changes.querySelector("[data-version]").dataset.version;
      notice.append(changes);
    }
  }
  const actions = Object.assign(document.createElement("p"), { className: "actions" });
  const mine = Object.assign(document.createElement("button"), { className: "button", type: "button", textContent: say("keep-mine") });
  const theirs = Object.assign(document.createElement("button"), { className: "button", type: "button", textContent: say("take-theirs") });
  mine.onclick = () => { form.dataset.version = version; form.requestSubmit(); };
  theirs.onclick = () => { form.reset(); location.reload(); };
  actions.append(...(version ? [mine] : []), theirs);
  notice.append(actions);
  notice.focus();
}
