// Checks in this browser that all events of a customer are in the log that was signed, and hands
// out his evidence bundle.

import { say, send } from "./api.js";
import { showFaults } from "./forms.js";

const PREFIX = "\0kezhi-leaf-v1\0";
const encoder = new TextEncoder();
const fromHex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
const fromBase64 = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const isSame = (one, other) => one.length === other.length && one.every((each, at) => each === other[at]);

async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer()));
}

function number(value, bytes) {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(value));
  return new Uint8Array(view.buffer).slice(8 - bytes);
}

/** Return the last leaf of a stream, when every leaf names the one before it. */
async function endOf({ stream, leaves }) {
  let prior = new Uint8Array(32);
  for (const [at, leaf] of leaves.entries()) {
    const topic = encoder.encode(leaf.topic);
    if (leaf.version !== at + 1 || leaf.stream !== stream) return null;
    prior = await sha256(encoder.encode(PREFIX), fromHex(stream.replaceAll("-", "")), number(leaf.version, 8), number(topic.length, 2), topic, fromHex(leaf.state_hash), prior);
    if (!isSame(prior, fromHex(leaf.hash))) return null;
  }
  return prior;
}

/** Return the root that a proof of inclusion leads to (RFC 9162, section 2.1.3.2). */
async function rootOf(leaf, position, size, hashes) {
  let [at, last, root] = [position - 1, size - 1, leaf];
  for (const hash of hashes.map(fromBase64)) {
    if (last === 0) return null;
    if (at % 2 || at === last) {
      root = await sha256(Uint8Array.of(1), hash, root);
      while (at && at % 2 === 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else root = await sha256(Uint8Array.of(1), root, hash);
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : null;
}

/** Return what can be said about a proof. */
async function judge({ checkpoint, streams }) {
  if (!streams.length) return "not-signed-yet";
  const signed = fromBase64(checkpoint.root);
  for (const each of streams) {
    const end = await endOf(each);
    const root = end && await rootOf(end, each.position, checkpoint.size, each.hashes);
    if (!root || !isSame(root, signed)) return "not-proved";
  }
  return "proved";
}

function countsOf({ checkpoint, streams }) {
  const events = streams.reduce((sum, each) => sum + each.leaves.length, 0);
  return { events, streams: streams.length, size: checkpoint.size.toLocaleString() };
}

const verify = document.getElementById("verify");
verify.addEventListener("click", async () => {
  const verdict = document.getElementById("verdict");
  verify.disabled = true;
  try {
    const { ok, body } = await send("GET", verify.dataset.proof);
    const found = ok ? await judge(body) : "";
    verdict.textContent = found ? say(found, countsOf(body)) : `${body.title} ${body.detail ?? ""}`;
    verdict.className = `notice ${{ proved: "good", "not-proved": "bad" }[found] ?? ""}`;
  } catch {
    verdict.textContent = say("no-connection");
  } finally {
    verify.disabled = false;
  }
});

document.querySelector("form[data-download]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const { reason, sealed, since } = form.elements;
  const asked = { reason: reason.value, sealed: sealed.value === "true" };
  if (since.value) asked.since = Number(since.value);
  const { ok, body, response } = await send("POST", form.dataset.download, asked);
  if (!ok) return showFaults(form, body);
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(await response.blob()), download: form.dataset.name });
  link.click();
  URL.revokeObjectURL(link.href);
  reason.value = "";
});
