// Slack's mrkdwn and rich text as page elements (docs.slack.dev/messaging/formatting-message-text).
import { el } from "./dom.js";
import { channel, person, state } from "./state.js";

let emoji = {};
fetch("/page/emoji.json").then(async (answer) => { emoji = await answer.json(); });

const decode = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const pictures = (text) => text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji[name] ?? whole);

export function plain(text) {
  return pictures(text);
}

export function mrkdwn(text) {
  const out = [];
  const code = /```\n?([\s\S]+?)\n?```|`([^`\n]+)`/g;
  let from = 0;
  for (const found of text.matchAll(code)) {
    out.push(...lines(text.slice(from, found.index)));
    out.push(el(found[1] ? "pre" : "code", {}, decode(found[1] ?? found[2])));
    from = found.index + found[0].length;
  }
  out.push(...lines(text.slice(from)));
  return out;
}

function lines(text) {
  const out = [];
  let quote = null;
  text.split("\n").forEach((line, index, all) => {
    const quoted = /^&gt; ?/.exec(line);
    if (quoted) {
      quote ??= out[out.push(el("blockquote")) - 1];
      if (quote.childNodes.length) quote.append(el("br"));
      quote.append(...styled(line.slice(quoted[0].length)));
      return;
    }
    quote = null;
    out.push(...styled(line));
    if (index < all.length - 1) out.push(el("br"));
  });
  return out;
}

const MARKS = { "*": "strong", _: "em", "~": "s" };

function styled(text) {
  const found = /<([^<>]+)>|(?<![\w*])\*(?=\S)([^*\n]*?\S)\*(?!\w)|(?<![\w_])_(?=\S)([^_\n]*?\S)_(?!\w)|(?<![\w~])~(?=\S)([^~\n]*?\S)~(?!\w)/.exec(text);
  if (!found) return text ? [pictures(decode(text))] : [];
  const before = text.slice(0, found.index);
  const after = text.slice(found.index + found[0].length);
  const inside = found[1] !== undefined
    ? token(found[1])
    : el(MARKS[found[0][0]], {}, styled(found[2] ?? found[3] ?? found[4]));
  return [...(before ? [pictures(decode(before))] : []), inside, ...styled(after)];
}

function token(inside) {
  const [target, label] = inside.split("|");
  if (target.startsWith("@")) return mention(target.slice(1));
  if (target.startsWith("#")) return el("span", { class: "mention" }, `#${label ?? channel(target.slice(1))?.name ?? target.slice(1)}`);
  if (target.startsWith("!")) return el("span", { class: "mention loud" }, label ?? `@${target.slice(1).split("^")[0]}`);
  return link(decode(target), label ? decode(label) : decode(target));
}

function mention(id) {
  return el("span", { class: id === state.me ? "mention me" : "mention" }, `@${person(id).name}`);
}

function link(address, label) {
  const safe = /^(https?:|mailto:|\/)/.test(address);
  return safe ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label) : document.createTextNode(label);
}

export function textObject(value) {
  if (!value) return [];
  return value.type === "mrkdwn" ? mrkdwn(value.text) : [plain(value.text)];
}

export function richText(block) {
  return block.elements.map(part);
}

function part(piece) {
  if (piece.type === "rich_text_list") {
    const items = piece.elements.map((item) => el("li", {}, item.elements.map(inline)));
    return el(piece.style === "ordered" ? "ol" : "ul", {}, items);
  }
  const tag = { rich_text_quote: "blockquote", rich_text_preformatted: "pre" }[piece.type] ?? "div";
  return el(tag, { class: "rich" }, piece.elements.map(inline));
}

function inline(one) {
  if (one.type === "user") return mention(one.user_id);
  if (one.type === "channel") return el("span", { class: "mention" }, `#${channel(one.channel_id)?.name ?? one.channel_id}`);
  if (one.type === "usergroup") return el("span", { class: "mention" }, `@${state.groups.find((g) => g.id === one.usergroup_id)?.handle ?? one.usergroup_id}`);
  if (one.type === "broadcast") return el("span", { class: "mention loud" }, `@${one.range}`);
  if (one.type === "emoji") return document.createTextNode(emoji[one.name] ?? `:${one.name}:`);
  let node = one.type === "link" ? link(one.url, one.text ?? one.url) : document.createTextNode(one.text ?? "");
  for (const [style, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"]]) {
    if (one.style?.[style]) node = el(tag, {}, node);
  }
  return node;
}
