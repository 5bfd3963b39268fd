"""Inputs and menus: what they hold, what a person may put in, and what Slack sends of it.

Shapes of `state.values`: docs.slack.dev/reference/interaction-payloads/view-interactions-payload.
"""

import re
from collections.abc import Iterator
from typing import Any

from bot.sandbox import emoji, reading

Json = dict[str, Any]

# element type → (key in the state, its initial key in the element)
_STATEFUL = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", ""),
}


def interactive(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element a person can use, with its block."""
    for block in blocks:
        if block["type"] == "rich_text":
            continue
        parts = [block.get("accessory"), block.get("element"), *block.get("elements", [])]
        if block["type"] == "card":
            parts += block.get("actions", [])
        for part in parts:
            if part and "action_id" in part:
                yield block, part
        yield from interactive(block.get("child_blocks", []))
        if block["type"] == "carousel":
            yield from interactive(block["elements"])


def state_key(element: Json) -> str | None:
    """Where the state keeps the value of an element; none for a button."""
    known = _STATEFUL.get(element["type"])
    return known[0] if known else None


def empty(element: Json) -> Json:
    """What an element holds before anybody touches it."""
    key, initial = _STATEFUL[element["type"]]
    nothing: Any = [] if key.endswith("s") else None
    return {"type": element["type"], key: element.get(initial, nothing)}


def state_of(blocks: list[Json], held: Json | None = None) -> Json:
    """`state.values` for blocks; what is held already stays."""
    values: Json = {}
    for block, element in interactive(blocks):
        if element["type"] in _STATEFUL:
            ids = (block["block_id"], element["action_id"])
            kept = (held or {}).get(ids[0], {}).get(ids[1])
            same = kept is not None and kept["type"] == element["type"]
            values.setdefault(ids[0], {})[ids[1]] = kept if same else empty(element)
    return values


def holding(element: Json, given: Any) -> Json:
    """The state of an element after a person gave it this: a text, an option's text or value, a list."""
    key = _STATEFUL[element["type"]][0]
    return {"type": element["type"], key: _value(element, key, given)}


def _value(element: Json, key: str, given: Any) -> Any:
    if key == "selected_option":
        return None if given is None else option(element, given)
    if key == "selected_options":
        return [option(element, one) for one in given]
    if key == "rich_text_value" and isinstance(given, str):
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": given}]}
        return {"type": "rich_text", "elements": [section]}
    if key.endswith("s"):
        return list(given)
    return given or None if isinstance(given, str) else given


def option(element: Json, wanted: Any) -> Json:
    """An option by its text or value; an option object stands for itself."""
    if isinstance(wanted, dict):
        return wanted
    for one in reading.options(element):
        if wanted in (one.get("value"), one["text"]["text"]):
            return one
    offered = [one["text"]["text"] for one in reading.options(element)]
    raise LookupError(f"no option {wanted!r}; there are {offered}")


def find(blocks: list[Json], wanted: str) -> tuple[Json, Json]:
    """An element by action id, block id, or the words on it; buttons with equal words: the first."""
    found = list(interactive(blocks))
    for named in (_by_action_id, _by_words, _by_block_id, _by_start_of_action_id):
        for block, element in found:
            if named(block, element, wanted):
                return block, element
    offered = sorted({_words(block, element) or element["action_id"] for block, element in found})
    raise LookupError(f"nothing called {wanted!r}; there are {offered}")


def _by_action_id(_block: Json, element: Json, wanted: str) -> bool:
    return bool(element["action_id"] == wanted)


def _by_words(block: Json, element: Json, wanted: str) -> bool:
    return wanted in (_words(block, element), _raw_words(block, element))


def _by_block_id(block: Json, _element: Json, wanted: str) -> bool:
    return bool(block["block_id"] == wanted)


def _by_start_of_action_id(_block: Json, element: Json, wanted: str) -> bool:
    return wanted.endswith("*") and str(element["action_id"]).startswith(wanted[:-1])


def _raw_words(block: Json, element: Json) -> str:
    label = element.get("text") or block.get("label") or element.get("placeholder") or {}
    return str(label.get("text", ""))


def _words(block: Json, element: Json) -> str:
    return emoji.to_pictures(_raw_words(block, element))


def refusals(blocks: list[Json], state: Json) -> dict[str, str]:
    """Errors under the fields that Slack's client shows without asking the bot, by block id."""
    errors = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            held = state[block["block_id"]][element["action_id"]]
            value = held[_STATEFUL[element["type"]][0]]
            problem = _problem(element, value, optional=block.get("optional", False))
            if problem:
                errors[block["block_id"]] = problem
    return errors


def _problem(element: Json, value: Any, *, optional: bool) -> str:
    if value in (None, "", []):
        return "" if optional else "Please complete this required field."
    if isinstance(value, str) and len(value) < element.get("min_length", 0):
        return f"Must be at least {element['min_length']} characters."
    if isinstance(value, str) and len(value) > element.get("max_length", len(value)):
        return f"Must be less than {element['max_length'] + 1} characters."
    if element["type"] == "number_input":
        return _number_problem(element, value)
    if element["type"] == "email_text_input" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value):
        return "Must be a valid email address."
    if element["type"] == "url_text_input" and not re.match(r"https?://", value):
        return "Must be a valid URL."
    return ""


def _number_problem(element: Json, value: str) -> str:
    whole = not element["is_decimal_allowed"]
    try:
        number = int(value) if whole else float(value)
    except ValueError:
        return "Must be a whole number." if whole else "Must be a number."
    if number < float(element.get("min_value", "-inf")):
        return f"Must be {element['min_value']} or more."
    if number > float(element.get("max_value", "inf")):
        return f"Must be {element['max_value']} or less."
    return ""
