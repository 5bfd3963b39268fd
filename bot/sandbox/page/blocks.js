// Layout blocks of messages, modals and the Home tab (docs.slack.dev/reference/block-kit/blocks).
import { el } from "./dom.js";
import { element } from "./elements.js";
import { mrkdwn, plain, richText, textObject } from "./text.js";

// `use(block, element, value)` is called when somebody presses or chooses; `held` are values of inputs.
export function blocks(list, use, held = {}, errors = {}) {
  return el("div", { class: "blocks" }, list.map((one) => block(one, use, held, errors)));
}

function block(one, use, held, errors) {
  const draw = DRAW[one.type];
  const inside = draw
    ? draw(one, use, held, errors)
    : el("div", { class: "unknown" }, `A “${one.type}” block is shown here in Slack.`);
  inside.classList.add("block", `b-${one.type}`);
  inside.dataset.blockId = one.block_id;
  return inside;
}

const DRAW = {
  header: (b) => el("h3", {}, plain(b.text.text)),
  divider: () => el("hr"),
  section: (b, use, held) => el("div", {},
    el("div", { class: "words" },
      b.text && el("div", {}, textObject(b.text)),
      b.fields && el("div", { class: "fields" }, b.fields.map((field) => el("div", {}, textObject(field))))),
    b.accessory && el("div", { class: "accessory" }, one(b, b.accessory, use, held))),
  context: (b) => el("div", {}, b.elements.map((part) =>
    part.type === "image" ? picture(part, "small") : el("span", {}, textObject(part)))),
  image: (b) => el("figure", {}, b.title && el("figcaption", {}, plain(b.title.text)), picture(b)),
  actions: (b, use, held) => el("div", {}, b.elements.map((part) => one(b, part, use, held))),
  context_actions: (b, use, held) => el("div", {}, b.elements.map((part) => one(b, part, use, held))),
  rich_text: (b) => el("div", {}, richText(b)),
  markdown: (b) => el("div", {}, mrkdwn(b.text)),
  alert: (b) => el("div", { class: `alert ${b.style ?? ""}` }, textObject(b.text)),
  input: (b, use, held, errors) => {
    const error = errors[b.block_id];
    return el("label", { class: error ? "field wrong" : "field" },
      el("span", { class: "label" }, plain(b.label.text), b.optional && el("small", {}, " (optional)")),
      one(b, b.element, use, held, error && `error-${b.block_id}`),
      error && el("span", { class: "error", id: `error-${b.block_id}`, role: "alert" }, error),
      b.hint && el("span", { class: "hint" }, plain(b.hint.text)));
  },
  table: (b) => el("table", {}, el("tbody", {}, b.rows.map((row, index) =>
    el("tr", {}, row.map((cell) => el(index ? "td" : "th", {}, cell.type === "rich_text" ? richText(cell) : cell.text ?? "")))))),
  card: (b, use, held) => el("div", {},
    b.title && el("strong", {}, textObject(b.title)), b.body && el("div", {}, textObject(b.body)),
    (b.actions ?? []).map((part) => one(b, part, use, held))),
};

function one(b, part, use, held, describedBy) {
  if (part.type === "image") return picture(part, "side");
  const value = held[b.block_id]?.[part.action_id];
  const node = element(part, value, (given, entered) => use(b, part, given, entered), { inForm: b.type === "input" });
  const target = node.matches("button,select,input,textarea") ? node : node.querySelector("button,select,input,textarea");
  for (const marked of new Set([node, target])) if (marked) marked.dataset.actionId = part.action_id;
  if (describedBy && target) {
    target.setAttribute("aria-describedby", describedBy);
    target.setAttribute("aria-invalid", "true");
  }
  return node;
}

function picture(part, size = "") {
  const source = part.slack_file ? `/page/file/${part.slack_file.id ?? part.slack_file.url.split("/").at(-2)}` : part.image_url;
  return el("a", { class: `picture ${size}`, href: source, target: "_blank", rel: "noopener" },
    el("img", { src: source, alt: part.alt_text ?? "" }));
}
