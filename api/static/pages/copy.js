// Copies the number of the customer at hand: the one of the row, or the one whose page it is.

import { say } from "./api.js";
import { tell } from "./frame.js";
import { bind } from "./keys.js";
import { current } from "./rows.js";

const list = document.getElementById("due");

async function copy() {
  const place = list ? current() : document.getElementById("main");
  const number = place?.querySelector('a[href^="tel:"]');
  if (!number) return tell(say("no-number"));
  try {
    // As it is dialled, with the country code: programs and phones abroad understand it too.
    await navigator.clipboard.writeText(number.getAttribute("href").slice(4));
    tell(say("copied", { number: number.textContent }));
  } catch {
    tell(say("not-copied"));
  }
}

bind("copy", copy, { onRow: Boolean(list) });
