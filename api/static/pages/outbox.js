// What was recorded and is not stored yet. It waits in IndexedDB, so that neither a lost connection
// nor a closed tab loses it, and is sent under one Idempotency-Key however often that takes.

import { rep, send } from "./api.js";

/** How long a record may still be taken back: until then it has not left this device. */
export const HOLD = 8000;
const LONGEST_PAUSE = 30000;

const pending = new Map();
const listeners = [];
let pause = 1000;
let timer;

/** Call `listener` with (kind, entry, answer): kind is waiting, sent or refused. */
export const listen = (listener) => listeners.push(listener);
const tell = (...news) => listeners.map((listener) => listener(...news)).some(Boolean);

/** Keep a record and send it once its time for undoing is over. */
export async function put(entry) {
  const kept = { id: crypto.randomUUID(), rep, at: Date.now(), until: Date.now() + HOLD, ...entry };
  pending.set(kept.id, kept);
  tell("waiting", kept);
  plan(HOLD);
  return (await inStore("readwrite", (store) => store.put(kept)), kept);
}

/** Take a record back; false when it has been sent meanwhile. */
export async function takeBack(entry) {
  if (!pending.delete(entry.id)) return false;
  const found = await inStore("readwrite", (store) => change(store, entry.id, (kept) => kept.sending));
  tell("waiting");
  return found !== true;
}

/** Return what waits, oldest first. */
export async function waiting() {
  const all = await inStore("readonly", (store) => store.getAll());
  return all.filter((entry) => entry.rep === rep).sort((a, b) => a.at - b.at);
}

export const forget = (entry) => inStore("readwrite", (store) => store.delete(entry.id));

/** Send what is due; one tab at a time does it for all. */
export async function pump() {
  await navigator.locks.request("kezhi-outbox", { ifAvailable: true }, async (lock) => {
    if (!lock) return plan(pause);
    for (const entry of await waiting()) {
      if (entry.refused) continue;
      if (entry.until > Date.now()) { plan(entry.until - Date.now()); continue; }
      if (!(await deliver(entry))) { pending.set(entry.id, entry); pause = Math.min(pause * 2, LONGEST_PAUSE); return plan(pause); }
      pause = 1000;
    }
  });
  tell("waiting");
}

async function deliver(entry) {
  // Whoever takes it back from here on comes too late.
  const kept = await inStore("readwrite", (store) => change(store, entry.id, () => "send"));
  if (kept === undefined) return true;
  pending.delete(entry.id);
  try {
    const answer = await send("POST", entry.path, entry.body, { key: entry.id, version: entry.version });
    if (answer.status >= 500 || [401, 408, 429].includes(answer.status)) return false;
    if (answer.ok) { await forget(entry); tell("sent", entry, answer); return true; }
    // Whoever wrote it sees why, here or when he next comes to the list.
    const isSeen = tell("refused", entry, answer);
    await (isSeen ? forget(entry) : inStore("readwrite", (store) => store.put({ ...entry, refused: answer.body })));
    return true;
  } catch {
    return false;
  }
}

/** In one transaction: mark an entry as being sent, or delete it unless it is. */
function change(store, id, decide) {
  return new Promise((done) => {
    store.get(id).onsuccess = ({ target: { result: entry } }) => {
      const decided = entry && decide(entry);
      if (decided === "send") store.put({ ...entry, sending: true });
      else if (entry && !decided) store.delete(id);
      done(entry && decided);
    };
  });
}

const opened = new Promise((done, fail) => {
  const request = indexedDB.open("kezhi", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "id" });
  request.onsuccess = () => done(request.result);
  request.onerror = () => fail(request.error);
});

async function inStore(mode, work) {
  const transaction = (await opened).transaction("outbox", mode);
  const result = work(transaction.objectStore("outbox"));
  const value = result instanceof IDBRequest ? null : await result;
  await new Promise((done, fail) => {
    transaction.oncomplete = done;
    transaction.onerror = transaction.onabort = () => fail(transaction.error);
  });
  return result instanceof IDBRequest ? result.result : value;
}

function plan(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(pump, Math.max(milliseconds, 50));
}

addEventListener("online", () => { pause = 1000; pump(); });
addEventListener("pagehide", () => {
  // The next page sends it again under the same key, should this not arrive.
  for (const { id, path, body, version } of pending.values()) {
    send("POST", path, body, { key: id, version, keepalive: true }).catch(() => {});
  }
  pending.clear();
});
addEventListener("beforeunload", (event) => { if (pending.size && (pause > 1000 || !navigator.onLine)) event.preventDefault(); });
