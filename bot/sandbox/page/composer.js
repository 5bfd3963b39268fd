// Writing: text, commands, mentions, files, long pastes.
import { el, icon } from "./dom.js";
import { act, person, state, upload } from "./state.js";

const LONG = 12000;

export function composer(channel, thread, name) {
  const error = el("p", { class: "error", role: "alert" });
  const offer = el("div", { class: "offer" });
  const suggestions = el("ul", { class: "suggest", role: "listbox", hidden: true });
  const input = el("textarea", { rows: 1, "aria-label": thread ? "Reply" : "Message", placeholder: thread ? "Reply…" : `Message ${name}` });
  const picker = el("input", { type: "file", multiple: true, hidden: true, onchange: () => sendFiles(picker.files) });
  const grow = () => { input.style.height = "auto"; input.style.height = `${Math.min(input.scrollHeight, 260)}px`; };

  async function send() {
    const text = input.value;
    if (!text.trim()) return;
    sendButton.disabled = true;
    const slash = /^\/\w/.test(text) && !thread;
    const answer = slash ? await act("slash", { channel, text }) : await act("post", { channel, text, thread_ts: thread ?? "" });
    sendButton.disabled = false;
    error.textContent = answer.ok ? "" : `Not sent: ${answer.error}. Your text is still here.`;
    if (answer.ok) { input.value = ""; offer.replaceChildren(); grow(); }
    input.focus();
  }

  async function sendFiles(files, snippet = false) {
    const answer = await upload(channel, files, { text: snippet ? "" : input.value, thread, snippet });
    error.textContent = answer.ok ? "" : `Not sent: ${answer.error}`;
    if (answer.ok) { input.value = ""; offer.replaceChildren(); grow(); }
    picker.value = "";
  }

  function offerSnippet() {
    offer.replaceChildren();
    if (input.value.length <= LONG) return;
    const asFile = () => sendFiles([new File([input.value], "Pasted text.txt", { type: "text/plain" })], true);
    offer.append(el("span", {}, `${input.value.length.toLocaleString()} characters. `),
      el("button", { type: "button", class: "button", onclick: send }, "Send as text"),
      el("button", { type: "button", class: "button", onclick: asFile }, "Send as a text snippet"));
  }

  function suggest() {
    const found = /(^|\s)([@/])(\w*)$/.exec(input.value.slice(0, input.selectionStart));
    const wanted = found?.[3].toLowerCase() ?? "";
    const slash = found?.[2] === "/" && input.value.startsWith("/");
    const offers = !found ? [] : slash
      ? state.commands.map((one) => [one.command, `${one.command} ${one.usage_hint}`, one.description])
      : found[2] === "@" ? state.people.map((one) => [`@${one.name}`, `@${one.name}`, one.title]) : [];
    const fitting = offers.filter(([, words]) => words.slice(1).toLowerCase().startsWith(wanted)).slice(0, 5);
    suggestions.hidden = !fitting.length;
    suggestions.replaceChildren(...fitting.map(([insert, words, about]) => el("li", { role: "option" },
      el("button", { type: "button", onclick: () => {
        const at = input.selectionStart - found[3].length - 1;
        input.value = `${input.value.slice(0, at)}${insert} ${input.value.slice(input.selectionStart)}`;
        suggestions.hidden = true;
        input.focus();
      } }, el("b", {}, words), ` ${about}`))));
  }

  input.addEventListener("input", () => { grow(); offerSnippet(); suggest(); });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") suggestions.hidden = true;
    if (event.key === "Tab" && !suggestions.hidden) { event.preventDefault(); suggestions.querySelector("button").click(); }
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); suggestions.hidden = true; send(); }
  });
  const sendButton = el("button", { type: "submit", class: "button primary send", "aria-label": "Send" }, "Send");
  const shortcuts = state.shortcuts.filter((one) => one.kind === "global");
  const node = el("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); send(); } },
    error, offer, suggestions, input,
    el("div", { class: "row" },
      el("button", { type: "button", class: "plain", "aria-label": "Attach a file", title: "Attach a file", onclick: () => picker.click() }, icon("clip")),
      shortcuts.length > 0 && el("select", { "aria-label": "Shortcuts", onchange: (event) => { act("shortcut", { callback_id: event.target.value }); event.target.selectedIndex = 0; } },
        el("option", { value: "" }, "Shortcuts"), shortcuts.map((one) => el("option", { value: one.callback_id }, one.name))),
      el("span", { class: "spring" }, `${person(state.me).name}: Enter sends, Shift+Enter starts a line`), picker, sendButton));
  node.addEventListener("dragover", (event) => { event.preventDefault(); node.classList.add("over"); });
  node.addEventListener("dragleave", () => node.classList.remove("over"));
  node.addEventListener("drop", (event) => { event.preventDefault(); node.classList.remove("over"); sendFiles(event.dataTransfer.files); });
  return node;
}
