// One listener for every key of a page. Bare keys only, so that browser, system and layout keep
// theirs; none while somebody types, composes with an input method, or has switched them off.

const bound = new Map();
const isOn = document.body.hasAttribute("data-keys");
let prefix = "";

/** Bind `act` to a key: a character, a name such as Enter, `Shift+A`, or `g t` for one after another. */
export const bind = (key, act, { repeats = false } = {}) => bound.set(key, { act, repeats });
export const press = (key) => bound.get(key)?.act();

// A dialog that has just closed keeps the focus until the next frame; nobody types there any more.
const isTyping = (target) => target.checkVisibility?.() && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, dialog");

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
  prefix = name === "g" && !prefix ? "g " : "";
  const found = bound.get(chord) ?? (chord !== name ? undefined : bound.get(name));
  if (!found || (event.repeat && !found.repeats)) return;
  if (found.act(event) !== false) event.preventDefault();
});
