// What can be pressed, chosen or filled in (docs.slack.dev/reference/block-kit/block-elements).
import { el } from "./dom.js";
import { state } from "./state.js";
import { plain } from "./text.js";

export function element(part, held, use, { inForm }) {
  const draw = DRAW[part.type];
  if (!draw) return el("span", { class: "unknown" }, `“${part.type}” is shown here in Slack.`);
  return draw(part, held ?? {}, use, inForm);
}

const label = (option) => plain(option.text.text);
const options = (part) => part.options ?? (part.option_groups ?? []).flatMap((group) => group.options);

const DRAW = {
  button: (part, _, use) => {
    const pressed = async () => {
      if (part.confirm && !(await confirmed(part.confirm))) return;
      if (part.url) window.open(part.url, "_blank", "noopener");
      node.disabled = true;
      await use();
      node.disabled = false;
    };
    const node = el("button", { type: "button", class: `button ${part.style ?? ""}`, onclick: pressed, "aria-label": part.accessibility_label }, plain(part.text.text));
    return node;
  },
  overflow: (part, _, use) => menu(part, null, use, false, "⋯"),
  static_select: (part, held, use, inForm) => menu(part, held.selected_option, use, inForm),
  external_select: (part, held, use, inForm) => menu(part, held.selected_option, use, inForm),
  users_select: (part, held, use, inForm) => menu(listed(part, people()), chosen(held.selected_user), use, inForm),
  conversations_select: (part, held, use, inForm) => menu(listed(part, places()), chosen(held.selected_conversation), use, inForm),
  channels_select: (part, held, use, inForm) => menu(listed(part, places()), chosen(held.selected_channel), use, inForm),
  multi_static_select: (part, held, use) => checks(part, held.selected_options, use),
  multi_users_select: (part, held, use) => checks(listed(part, people()), (held.selected_users ?? []).map(chosen), use),
  multi_channels_select: (part, held, use) => checks(listed(part, places()), (held.selected_channels ?? []).map(chosen), use),
  multi_conversations_select: (part, held, use) => checks(listed(part, places()), (held.selected_conversations ?? []).map(chosen), use),
  checkboxes: (part, held, use) => checks(part, held.selected_options, use),
  radio_buttons: (part, held, use) => {
    const name = `r${Math.random()}`;
    return el("div", { class: "choices", role: "radiogroup" }, options(part).map((option) => el("label", {},
      el("input", { type: "radio", name, checked: held.selected_option?.value === option.value, onchange: () => use(option.value) }),
      label(option))));
  },
  plain_text_input: (part, held, use) => {
    const common = { value: held.value ?? "", placeholder: part.placeholder ? plain(part.placeholder.text) : "", oninput: (event) => use(event.target.value), onkeydown: (event) => { if (event.key === "Enter" && !part.multiline) use(event.target.value, true); } };
    if (part.max_length) common.maxLength = part.max_length;
    return part.multiline ? el("textarea", { rows: 8, ...common }) : el("input", { type: "text", ...common });
  },
  rich_text_input: (part, held, use) => el("textarea", { rows: 8, value: "", oninput: (event) => use(event.target.value) }),
  email_text_input: (part, held, use) => typed("email", held.value, use),
  url_text_input: (part, held, use) => typed("url", held.value, use),
  number_input: (part, held, use) => typed("number", held.value, use),
  datepicker: (part, held, use) => typed("date", held.selected_date, use, "onchange"),
  timepicker: (part, held, use) => typed("time", held.selected_time, use, "onchange"),
  datetimepicker: (part, held, use) => typed("datetime-local", "", (value) => use(Date.parse(value) / 1000), "onchange"),
  file_input: () => el("span", { class: "unknown" }, "Files can be chosen here in Slack."),
};

function typed(type, value, use, event = "oninput") {
  return el("input", { type, value: value ?? "", [event]: (happened) => use(happened.target.value) });
}

function menu(part, held, use, inForm, face) {
  const placeholder = face ?? (part.placeholder ? plain(part.placeholder.text) : "Choose…");
  const node = el("select", { class: face ? "overflow" : "", "aria-label": placeholder, onchange: async () => {
    const value = node.value;
    if (!inForm) node.selectedIndex = 0;
    await use(value);
  } }, el("option", { value: "", disabled: true, selected: !held }, placeholder),
  options(part).map((option) => el("option", { value: option.value, selected: held?.value === option.value }, label(option))));
  return node;
}

function checks(part, held, use) {
  const values = new Set((held ?? []).map((option) => option.value ?? option));
  return el("div", { class: "choices" }, options(part).map((option) => el("label", {},
    el("input", { type: "checkbox", checked: values.has(option.value), onchange: (event) => {
      if (event.target.checked) values.add(option.value); else values.delete(option.value);
      use([...values]);
    } }), label(option), option.description && el("small", {}, ` ${plain(option.description.text)}`))));
}

const chosen = (value) => (value ? { value } : null);
const listed = (part, pairs) => ({ ...part, options: pairs.map(([value, words]) => ({ value, text: { text: words } })) });
const people = () => state.people.map((one) => [one.id, one.real_name]);
const places = () => state.channels.filter((one) => one.kind !== "im").map((one) => [one.id, `#${one.name}`]);

export function confirmed(ask) {
  return new Promise((answer) => {
    const done = (value) => { box.remove(); answer(value); };
    const box = el("dialog", { class: "confirm" },
      el("h3", {}, plain(ask.title.text)), el("p", {}, plain(ask.text.text)),
      el("div", { class: "row" },
        el("button", { type: "button", class: "button", onclick: () => done(false) }, plain(ask.deny?.text ?? "Cancel")),
        el("button", { type: "button", class: `button ${ask.style ?? "primary"}`, onclick: () => done(true) }, plain(ask.confirm?.text ?? "Yes"))));
    box.addEventListener("cancel", () => done(false));
    document.body.append(box);
    box.showModal();
  });
}
