// Speaks to the JSON API in the language of the page, and words what scripts have to say.

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? "";

export const rep = meta("rep");

/** Return the text of a code, which the page brings along, about some values. */
export function say(code, values = {}) {
  for (const template of document.querySelectorAll("template[id$=words]")) {
    const found = template.content.querySelector(`[data-code="${code}"]`);
    if (found) return found.textContent.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }
  return code;
}

/** Send a request, whose body may be a file; a refusal is an answer as well, only a lost connection throws. */
export async function send(method, path, body, { key = crypto.randomUUID(), version, keepalive } = {}) {
  const headers = {
    "Accept-Language": document.documentElement.lang,
    "Kezhi-Forgery-Token": meta("forgery-token"),
    "Idempotency-Key": key,
  };
  const isFile = body instanceof Blob;
  if (body !== undefined) headers["Content-Type"] = isFile ? "application/octet-stream" : "application/json";
  if (version) headers["If-Match"] = `"v${version}"`;
  const sent = isFile || body === undefined ? body : JSON.stringify(body);
  const response = await fetch(path, { method, headers, body: sent, keepalive, redirect: "error" });
  const isJson = /json/.test(response.headers.get("Content-Type") ?? "");
  return { ok: response.ok, status: response.status, body: isJson ? await response.json() : {}, response };
}
