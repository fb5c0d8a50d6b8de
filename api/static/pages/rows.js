// Lists that are worked through with j and k: one row has the focus, Enter opens it.

import { bind } from "./keys.js";

const list = document.querySelector("[data-rows]");
const rows = () => [...(list?.querySelectorAll(".row") ?? [])];
let last;

/** Return the row that has the focus, or had it when the reader clicked beside the list. */
export const current = () => document.activeElement?.closest?.("[data-rows] .row") ?? (last?.isConnected ? last : rows()[0]);

/** Give a row the focus and remember it as the place of this list. */
export function focusOn(row) {
  if (!row) return;
  for (const other of list.querySelectorAll('.row[tabindex="0"]')) other.tabIndex = -1;
  row.tabIndex = 0;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

const step = (way) => () => {
  const all = rows();
  const from = all.indexOf(current());
  focusOn(document.activeElement?.closest?.(".row") ? all[from + way] : all[Math.max(from, 0)]);
};

if (list) {
  bind("down", step(1), { repeats: true });
  bind("up", step(-1), { repeats: true });
  bind("ArrowDown", step(1), { repeats: true });
  bind("ArrowUp", step(-1), { repeats: true });
  bind("Enter", (event) => {
    if (event?.target.closest("a, button, summary")) return false;
    current()?.querySelector(".who a, th a")?.click();
  }, { onRow: true });
  list.addEventListener("focusin", ({ target }) => {
    last = target.closest(".row");
    if (last?.id) history.replaceState({ row: last.id }, "");
  });
  // Whoever comes back finds the row that he left.
  const place = document.getElementById(history.state?.row ?? "");
  if (place) focusOn(place);
}
