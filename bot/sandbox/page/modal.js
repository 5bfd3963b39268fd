// The form that is open: drawn once, kept while somebody types, drawn again when the bot changes it.
import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { act, state } from "./state.js";
import { plain } from "./text.js";

let shown = null; // mark of what is drawn
let local = {}; // view id → block id → action id → what was typed or chosen
let errors = {};
let before = null; // where the focus was

const KEPT = { selected_option: (v) => ({ value: v }), selected_options: (v) => v.map((one) => ({ value: one })) };

function held(view) {
  const values = structuredClone(view.state.values);
  for (const [blockId, actions] of Object.entries(local[view.id] ?? {})) {
    for (const [actionId, raw] of Object.entries(actions)) {
      const known = values[blockId]?.[actionId];
      const key = known && Object.keys(known).find((name) => name !== "type");
      if (key) known[key] = (KEPT[key] ?? ((v) => v))(raw);
    }
  }
  return values;
}

export function drawModal() {
  const box = document.getElementById("modal");
  const view = state.modal;
  const mark = view && JSON.stringify([view.id, view.hash, errors]);
  if (mark === shown) return;
  if (view && !box.firstChild) before = document.activeElement;
  const sameView = view && box.firstChild?.dataset.viewId === view.id;
  const focused = sameView && document.activeElement?.dataset.actionId;
  const scrolled = sameView ? box.querySelector(".modal-body").scrollTop : 0;
  shown = mark;
  if (!view) {
    box.replaceChildren();
    [local, errors] = [{}, {}];
    before?.focus?.();
    return;
  }
  box.replaceChildren(dialog(view));
  box.querySelector(".modal-body").scrollTop = scrolled;
  const wrong = box.querySelector("[aria-invalid]");
  const again = focused && box.querySelector(`[data-action-id="${CSS.escape(focused)}"]`);
  (wrong || again || box.querySelector("textarea,input,select") || box.querySelector(".close")).focus();
}

function dialog(view) {
  const use = async (block, element, value, entered) => {
    if (block.type === "input") {
      ((local[view.id] ??= {})[block.block_id] ??= {})[element.action_id] = value;
      if (!block.dispatch_action || (element.type === "plain_text_input" && !entered)) return;
    }
    await act("press", { view_id: view.id, block_id: block.block_id, action_id: element.action_id, value });
  };
  const submit = async (event) => {
    event.preventDefault();
    const button = node.querySelector("button[type=submit]");
    if (!button) return;
    button.disabled = true;
    button.classList.add("busy");
    const answer = await act("submit", { view_id: view.id, values: local[view.id] ?? {} });
    button.disabled = false;
    button.classList.remove("busy");
    errors = answer.errors ?? (answer.ok ? {} : { "": answer.error });
    drawModal();
  };
  const close = () => act("close", { view_id: view.id });
  const node = el("form", { class: "modal", role: "dialog", "aria-modal": "true", "aria-label": plain(view.title.text), "data-view-id": view.id, onsubmit: submit },
    el("header", {}, el("h2", {}, plain(view.title.text)), el("button", { type: "button", class: "close", "aria-label": "Close", onclick: close }, "✕")),
    el("div", { class: "modal-body" }, errors[""] && el("p", { class: "error", role: "alert" }, errors[""]), blocks(view.blocks, use, held(view), errors)),
    el("footer", {},
      el("button", { type: "button", class: "button", onclick: close }, plain(view.close?.text ?? "Close")),
      view.submit && el("button", { type: "submit", class: "button primary" }, plain(view.submit.text))));
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
    if (event.key === "Tab") trap(event, node);
  });
  const shade = el("div", { class: "shade", "data-view-id": view.id }, node);
  return shade;
}

function trap(event, node) {
  const all = [...node.querySelectorAll("a,button,input,select,textarea")].filter((one) => !one.disabled);
  const [first, last] = [all[0], all.at(-1)];
  if (event.shiftKey && document.activeElement === first) { event.preventDefault(); last.focus(); }
  if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); first.focus(); }
}
