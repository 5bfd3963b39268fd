// What the server says, and what is asked of it.

export const place = { as: "U0SAM", at: null, thread: null };
export let state = null;
const watchers = [];

export function watch(watcher) {
  watchers.push(watcher);
}

let asking = new AbortController();

export function readPlace() {
  const given = new URLSearchParams(location.hash.slice(1));
  if (given.get("as") !== place.as) asking.abort();
  place.as = given.get("as") || "U0SAM";
  place.at = given.get("at");
  place.thread = given.get("thread");
}

export function go(change) {
  Object.assign(place, change);
  const kept = Object.entries(place).filter(([, value]) => value);
  location.hash = new URLSearchParams(kept).toString();
}

export async function follow() {
  let version = -1;
  let as = null;
  for (;;) {
    if (as !== place.as) [as, version] = [place.as, -1];
    try {
      asking = new AbortController();
      const answer = await fetch(`/page/state?as=${encodeURIComponent(as)}&after=${version}`, { signal: asking.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const news = await answer.json();
      document.getElementById("lost").hidden = true;
      if (as !== place.as) continue;
      // A server that started anew counts from the beginning.
      if (news.version < version) version = -1;
      else version = news.version;
      if (news.same) continue;
      state = news;
    } catch {
      if (asking.signal.aborted) continue; // somebody else is to be acted as
      document.getElementById("lost").hidden = false;
      version = -1;
      await new Promise((again) => setTimeout(again, 1000));
      continue;
    }
    for (const watcher of watchers) watcher();
  }
}

export async function act(deed, more = {}) {
  try {
    const answer = await fetch("/page/do", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: place.as, do: deed, ...more }),
    });
    return await answer.json();
  } catch {
    return { ok: false, error: "The sandbox does not answer." };
  }
}

export async function upload(channel, files, { text = "", thread = "", snippet = false } = {}) {
  const form = new FormData();
  form.set("as", place.as);
  form.set("channel", channel);
  form.set("text", text);
  if (thread) form.set("thread_ts", thread);
  if (snippet) form.set("snippet", "1");
  for (const file of files) form.append("file", file);
  try {
    const answer = await fetch("/page/upload", { method: "POST", body: form });
    return answer.ok ? await answer.json() : { ok: false, error: await answer.text() };
  } catch {
    return { ok: false, error: "The sandbox does not answer." };
  }
}

export const person = (id) => state.people.find((one) => one.id === id) ?? { name: id, real_name: id };
export const channel = (id) => state.channels.find((one) => one.id === id);
export const dm = () => state.channels.find((one) => one.kind === "im");
