// One listener for every key of a page. Bare keys only, so that browser, system and layout keep
// theirs; none while somebody types, composes with an input method, or has switched them off.

const acts = new Map();
const bound = new Map();
const own = JSON.parse(document.body.dataset.keys);
const isOn = !document.body.hasAttribute("data-keys-off");
let prefix = "";

/** The key of an action, which everybody may choose; what is no action, such as Enter or 2, is itself. */
const keyOf = (name) => own[name] ?? name;

/** Bind `act` to an action, a key, `Shift+A`, or `go t` for one after another. What is done to a row */
/** is done while a row has the focus, or nothing has: never while a link or a button elsewhere has it. */
export function bind(name, act, { repeats = false, onRow = false } = {}) {
  acts.set(name, act);
  bound.set(name.split(" ").map(keyOf).join(" "), { act, repeats, onRow });
}
export const press = (name) => acts.get(name)?.();

// A dialog that has just closed keeps the focus until the next frame; nobody types there any more.
const isTyping = (target) => target.checkVisibility?.() && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog");
const isElsewhere = (target) => target.checkVisibility?.() && !target.matches("body, #main") && !target.closest("[data-rows] .row, .pad");

function nameOf(event) {
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (letter) return event.shiftKey ? `Shift+${letter}` : letter.toLowerCase();
  // The digit that is printed on the key, on the number pad too, whatever an input method makes of it.
  return (!event.shiftKey && /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1]) || event.key;
}

addEventListener("keydown", (event) => {
  const isComposing = event.isComposing || (event.keyCode === 229 && !event.key.startsWith("Arrow"));
  if (isComposing || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const name = nameOf(event);
  const isCharacter = name.length === 1 || name.startsWith("Shift+");
  if (isCharacter && !isOn) return;
  const chord = `${prefix}${name}`;
  prefix = name === keyOf("go") && !prefix ? `${name} ` : "";
  const found = bound.get(chord);
  if (!found || (event.repeat && !found.repeats) || (found.onRow && isElsewhere(event.target))) return;
  if (found.act(event) !== false) event.preventDefault();
});
