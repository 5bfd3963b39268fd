// One message, as it stands in a channel or thread.
import { blocks } from "./blocks.js";
import { clock, el, icon } from "./dom.js";
import { act, go, person, state } from "./state.js";
import { mrkdwn } from "./text.js";

export function message(data) {
  const { one, channel, replies, inThread } = data;
  const who = person(one.user);
  const node = el("article", { class: `message${one.only_to ? " ephemeral" : ""}`, "data-ts": one.ts, tabIndex: -1 },
    avatar(who),
    el("div", { class: "said" },
      one.only_to && el("div", { class: "only" }, icon("eye"), " Only visible to you"),
      el("div", { class: "byline" }, el("b", {}, who.real_name ?? who.name), who.is_bot && el("span", { class: "badge" }, "APP"), el("time", {}, clock(one.ts))),
      content(one, channel),
      one.files.map(file),
      reactions(one, channel),
      replies.length > 0 && !inThread && el("button", { type: "button", class: "replies", onclick: () => go({ at: channel, thread: one.ts }) },
        `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`, el("small", {}, ` last at ${clock(replies.at(-1))}`))),
    one.only_to ? null : tools(one, channel, inThread));
  return node;
}

function content(one, channel) {
  const use = (block, element, value) => act("press", { channel, ts: one.ts, block_id: block.block_id, action_id: element.action_id, value });
  const edited = one.edited && !one.is_bot && el("small", { class: "edited" }, " (edited)");
  const shared = (one.attachments ?? []).map((part) => el("blockquote", {}, mrkdwn(part.text ?? part.fallback ?? "")));
  const body = one.blocks.length ? blocks(one.blocks, use) : el("div", { class: "text" }, mrkdwn(one.text));
  return [body, shared, edited];
}

function file(one) {
  if (one.mimetype.startsWith("image/")) {
    return el("figure", { class: "file" }, el("figcaption", {}, one.title),
      el("a", { class: "picture", href: one.url, target: "_blank", rel: "noopener" }, el("img", { src: one.url, alt: one.alt_txt || one.title })));
  }
  return el("a", { class: "file snippet", href: one.url, target: "_blank", rel: "noopener" },
    el("b", {}, one.title), el("small", {}, ` ${Math.ceil(one.size / 1024)} kB`), one.preview && el("pre", {}, one.preview.slice(0, 400)));
}

function reactions(one, channel) {
  const all = Object.entries(one.reactions);
  if (!all.length) return null;
  return el("div", { class: "reactions" }, all.map(([name, users]) => el("button", { type: "button", "aria-pressed": users.includes(state.me), onclick: () => act("react", { channel, ts: one.ts, name }) },
    ...mrkdwn(`:${name}:`), ` ${users.length}`)));
}

function tools(one, channel, inThread) {
  const mine = one.user === state.me;
  const offers = [
    ["thread", "Reply in thread", !inThread],
    ...state.shortcuts.filter((s) => s.kind === "message").map((s) => [`shortcut:${s.callback_id}`, s.name, true]),
    ["react", "React with 👍", true],
    ["edit", "Edit message", mine],
    ["delete", "Delete message", mine],
  ].filter(([, , offered]) => offered);
  const use = async (event) => {
    const chosen = event.target.value;
    event.target.selectedIndex = 0;
    if (chosen === "thread") go({ at: channel, thread: one.thread_ts ?? one.ts });
    if (chosen === "react") act("react", { channel, ts: one.ts, name: "+1" });
    if (chosen === "delete") act("delete", { channel, ts: one.ts });
    if (chosen === "edit") edit(event.target.closest(".message"), one, channel);
    if (chosen.startsWith("shortcut:")) act("shortcut", { callback_id: chosen.slice(9), channel, ts: one.ts });
  };
  return el("div", { class: "tools" },
    !inThread && el("button", { type: "button", class: "plain", title: "Reply in thread", "aria-label": "Reply in thread", onclick: () => go({ at: channel, thread: one.thread_ts ?? one.ts }) }, icon("reply")),
    el("select", { class: "overflow", "aria-label": "More actions", onchange: use },
      el("option", { value: "" }, "⋮"), offers.map(([value, words]) => el("option", { value }, words))));
}

function edit(node, one, channel) {
  const box = el("textarea", { rows: 6, "aria-label": "Edit message", value: one.text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&") });
  const done = () => form.remove();
  const form = el("form", { class: "edit", onsubmit: async (event) => {
    event.preventDefault();
    await act("edit", { channel, ts: one.ts, text: box.value });
    done();
  } }, box, el("div", { class: "row" }, el("button", { type: "button", class: "button", onclick: done }, "Cancel"), el("button", { type: "submit", class: "button primary" }, "Save")));
  node.querySelector(".said").append(form);
  box.focus();
}

const HUES = [210, 150, 20, 280, 340];

function avatar(who) {
  const hue = HUES[[...(who.id ?? "")].reduce((sum, c) => sum + c.charCodeAt(0), 0) % HUES.length];
  const initials = (who.real_name ?? who.name).split(" ").map((word) => word[0]).join("").slice(0, 2);
  return el("div", { class: who.is_bot ? "avatar bot" : "avatar", style: `--hue:${hue}`, "aria-hidden": "true" }, who.is_bot ? "R" : initials);
}
