// The frame: sidebar, channel, Home tab, thread.
import { blocks } from "./blocks.js";
import { composer } from "./composer.js";
import { el, patch } from "./dom.js";
import { message } from "./message.js";
import { drawModal } from "./modal.js";
import { act, channel, dm, follow, go, person, place, readPlace, state, watch } from "./state.js";

const $ = (id) => document.getElementById(id);
const read = {}; // channel → last ts seen
let drawn = {}; // what the composers and the Home tab were drawn for
let told = null; // notices shown so far

function draw() {
  if (!state || state.me !== place.as) return;
  const here = place.at === "home" ? null : channel(place.at) ?? dm();
  document.title = here ? `${here.kind === "im" ? "" : "#"}${here.name} · Rung sandbox` : "Home · Rung sandbox";
  document.body.classList.toggle("in-place", Boolean(place.at));
  document.body.classList.toggle("in-thread", Boolean(place.thread && here));
  sidebar(here);
  header(here);
  if (here) drawChannel(here);
  else drawHome();
  drawThread(here);
  drawModal();
  notices();
}

function sidebar(here) {
  const items = [];
  const acting = el("select", { "aria-label": "Acting as", onchange: (event) => go({ as: event.target.value, thread: null }) },
    state.people.filter((one) => !one.is_bot).map((one) => el("option", { value: one.id, selected: one.id === state.me }, `${one.name} · ${one.title}`)));
  items.push({ key: "top", data: { me: state.me, team: state.team, running: state.bot_running } });
  for (const one of state.channels) {
    const last = state.messages[one.id].filter((m) => m.user !== state.me).at(-1)?.ts ?? "";
    read[one.id] ??= last;
    if (one.id === here?.id) read[one.id] = last;
    items.push({ key: one.id, data: { one, here: one.id === here?.id, unread: last > read[one.id] } });
  }
  items.push({ key: "home", data: { one: { id: "home" }, here: !here } });
  patch($("sidebar"), items, ({ one, here: active, unread, team }) => {
    if (team) {
      return el("div", { class: "top" }, el("h1", {}, team),
        el("label", {}, el("span", {}, "Acting as"), acting),
        !state.bot_running && el("p", { class: "error" }, "Rung is not connected."));
    }
    const name = one.id === "home" ? "⌂ Rung: Home" : one.kind === "im" ? `● ${one.name}` : `${one.kind === "group" ? "🔒" : "#"} ${one.name}`;
    const open = () => {
      $("view").asked = null; // the Home tab is asked for anew each time it is opened
      go({ at: one.id, thread: null });
    };
    return el("button", { type: "button", class: `channel${active ? " here" : ""}${unread ? " unread" : ""}`, "data-channel": one.id, "aria-current": active ? "page" : null, onclick: open }, name, unread && el("span", { class: "unseen" }, " (unread)"));
  });
}

function header(here) {
  const data = here ? [here.name, here.topic, here.bot_member, here.archived] : ["home"];
  patch($("header"), [{ key: "h", data: [...data, here?.id] }], () => el("div", { class: "head" },
    el("button", { type: "button", class: "back plain", "aria-label": "Back to the channels", onclick: () => go({ at: null, thread: null }) }, "‹"),
    el("div", {}, el("h2", {}, here ? (here.kind === "im" ? here.name : `# ${here.name}`) : "Rung"), here?.topic && el("p", {}, here.topic)),
    here && here.kind !== "im" && !here.bot_member && el("button", { type: "button", class: "button", onclick: () => act("join", { channel: here.id, user: state.bot }) }, `Invite ${person(state.bot).name}`)));
}

function threads(all) {
  const replies = {};
  for (const one of all) if (one.thread_ts && one.thread_ts !== one.ts && !one.only_to) (replies[one.thread_ts] ??= []).push(one.ts);
  return replies;
}

function drawChannel(here) {
  const all = state.messages[here.id];
  const replies = threads(all);
  const top = all.filter((one) => !one.thread_ts || one.thread_ts === one.ts || one.subtype === "thread_broadcast");
  const view = list($("view"), here.id);
  const items = top.map((one) => ({ key: one.ts, data: { one, channel: here.id, replies: replies[one.ts] ?? [], inThread: false } }));
  if (!items.length) items.push({ key: "hint", data: { hint: here.kind === "im" || here.bot_member ? state.hint : "Rung is not in this channel yet." } });
  fill(view, items);
  write($("composer"), here, null);
}

function drawHome() {
  const view = $("view");
  if (view.asked !== state.me) {
    view.asked = state.me;
    act("open_home");
  }
  const mark = JSON.stringify(state.home && [state.home.id, state.home.hash]);
  $("composer").replaceChildren();
  drawn = {};
  if (view.mark === mark && view.dataset.of === "home") return;
  view.dataset.of = "home";
  view.mark = mark;
  const use = (block, element, value, entered) => {
    if (element.type === "plain_text_input" && !entered) return; // Slack sends it on Enter
    act("press", { view_id: state.home.id, block_id: block.block_id, action_id: element.action_id, value });
  };
  view.replaceChildren(el("div", { class: "home" }, state.home ? blocks(state.home.blocks, use, state.home.state.values) : el("p", { class: "hint" }, "The bot has not shown anything here yet.")));
}

function drawThread(here) {
  const pane = $("thread");
  const parent = here && state.messages[here.id].find((one) => one.ts === place.thread);
  pane.hidden = !parent;
  if (!parent) {
    pane.replaceChildren();
    return;
  }
  const key = `${state.me} ${here.id} ${parent.ts}`;
  if (pane.dataset.of !== key || !pane.firstChild) {
    pane.dataset.of = key;
    pane.replaceChildren(
      el("div", { class: "head" }, el("button", { type: "button", class: "plain", "aria-label": "Close thread", onclick: () => go({ thread: null }) }, "✕"), el("h2", {}, "Thread")),
      el("div", { class: "thread-list" }), composer(here.id, parent.ts, here.name));
  }
  const all = state.messages[here.id].filter((one) => one.ts === parent.ts || one.thread_ts === parent.ts);
  fill(list(pane.querySelector(".thread-list"), key), all.map((one) => ({ key: one.ts, data: { one, channel: here.id, replies: [], inThread: true } })));
}

function list(box, of) {
  if (box.dataset.of !== of) {
    box.dataset.of = of;
    box.mark = null;
    box.replaceChildren(el("div", { class: "messages" }));
    box.atEnd = true;
  }
  return box;
}

function fill(box, items) {
  const messages = box.firstElementChild;
  const atEnd = box.atEnd || box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const before = messages.childElementCount;
  patch(messages, items, (data) => (data.hint ? el("p", { class: "hint first" }, data.hint) : message(data)));
  const last = items.at(-1)?.data.one;
  if (before && messages.childElementCount > before && last) $("live").textContent = `${person(last.user).name}: ${last.text}`;
  if (atEnd || (last?.user === state.me && messages.childElementCount > before)) box.scrollTop = box.scrollHeight;
  box.atEnd = false;
}

function write(box, here, thread) {
  const key = `${state.me} ${here.id} ${here.archived}`;
  if (drawn.composer === key) return;
  drawn = { composer: key };
  box.replaceChildren(here.archived ? el("p", { class: "hint" }, "This channel is archived.") : composer(here.id, thread, here.kind === "im" ? here.name : `#${here.name}`));
}

function notices() {
  told ??= new Set(state.notices.map((one) => one.id));
  for (const one of state.notices) {
    if (told.has(one.id)) continue;
    told.add(one.id);
    const toast = el("div", { class: "toast" }, one.text);
    $("toasts").append(toast);
    setTimeout(() => toast.remove(), 8000);
  }
}

// Pictures load later and make the list longer: stay at the end where the reader was at the end.
document.addEventListener("load", (event) => {
  const box = event.target.closest?.("#view,.thread-list");
  if (box && box.scrollHeight - box.scrollTop - box.clientHeight < event.target.clientHeight + 120) box.scrollTop = box.scrollHeight;
}, true);
window.addEventListener("hashchange", () => { readPlace(); draw(); });
readPlace();
watch(draw);
follow();
