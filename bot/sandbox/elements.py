"""Limits of block elements (docs.slack.dev/reference/block-kit/block-elements)."""

from typing import Any

from bot.sandbox import rich_text
from bot.sandbox.composition import (
    any_text,
    confirm,
    conversation_filter,
    dispatch_config,
    identifier,
    initial_among_options,
    list_option,
    menu_option,
    option_group,
    plain_text,
    slack_file,
    url,
)
from bot.sandbox.rules import (
    Report,
    Rule,
    anything,
    array,
    boolean,
    exactly_one,
    integer,
    one_of,
    shape,
    string,
    typed,
)

_kind = {"type": anything}
_common = {"action_id": identifier}
_asks = {**_common, "confirm": confirm, "focus_on_load": boolean}
_hint = {"placeholder": plain_text(150)}
_many = {"max_selected_items": integer(1)}
_conversations = {
    "default_to_current_conversation": boolean,
    "response_url_enabled": boolean,
    "filter": conversation_filter,
}
_days = string()

image = shape(
    {**_kind, "alt_text": string(2000)},
    {"image_url": url, "slack_file": slack_file},
    exactly_one("image_url", "slack_file"),
)
button = shape(
    {**_kind, "text": plain_text(75)},
    {
        **_common,
        "url": url,
        "value": string(2000),
        "style": one_of("primary", "danger"),
        "confirm": confirm,
        "accessibility_label": string(75),
    },
)
_feedback = shape({"text": plain_text(75), "value": string(2000)}, {"accessibility_label": string(75)})
feedback_buttons = shape({**_kind, "positive_button": _feedback, "negative_button": _feedback}, _common)
icon_button = shape(
    {**_kind, "icon": one_of("trash"), "text": plain_text(75)},
    {
        **_common,
        "value": string(2000),
        "confirm": confirm,
        "accessibility_label": string(75),
        "visible_to_user_ids": array(string(), 10),
    },
)


def _static(chosen: str, more: dict[str, Rule]) -> Rule:
    choice: Rule = menu_option if chosen == "initial_option" else array(menu_option)
    known = {
        **_asks,
        **_hint,
        "options": array(menu_option, 100),
        "option_groups": array(option_group, 100),
        chosen: choice,
    }
    among = initial_among_options("initial_option", "initial_options")
    return shape(_kind, {**known, **more}, exactly_one("options", "option_groups"), among)


def _menu(more: dict[str, Rule]) -> Rule:
    return shape(_kind, {**_asks, **_hint, **more})


def _choices(most: int, chosen: str) -> Rule:
    choice: Rule = list_option if chosen == "initial_option" else array(list_option)
    among = initial_among_options("initial_option", "initial_options")
    return shape({**_kind, "options": array(list_option, most)}, {**_asks, chosen: choice}, among)


MENUS: dict[str, Rule] = {
    "static_select": _static("initial_option", {}),
    "multi_static_select": _static("initial_options", _many),
    "external_select": _menu({"initial_option": menu_option, "min_query_length": integer(0)}),
    "multi_external_select": _menu(
        {"initial_options": array(menu_option), "min_query_length": integer(0), **_many}
    ),
    "users_select": _menu({"initial_user": string()}),
    "multi_users_select": _menu({"initial_users": array(string()), **_many}),
    "conversations_select": _menu({"initial_conversation": string(), **_conversations}),
    "multi_conversations_select": _menu(
        {"initial_conversations": array(string()), **_conversations, **_many}
    ),
    "channels_select": _menu({"initial_channel": string(), "response_url_enabled": boolean}),
    "multi_channels_select": _menu({"initial_channels": array(string()), **_many}),
}
LISTS: dict[str, Rule] = {
    "radio_buttons": _choices(10, "initial_option"),
    "checkboxes": _choices(10, "initial_options"),
}
PICKERS: dict[str, Rule] = {
    "datepicker": _menu({"initial_date": _days}),
    "timepicker": _menu({"initial_time": _days, "timezone": string()}),
    "datetimepicker": _menu({"initial_date_time": integer(0)}),
}


def _bounds(value: dict[str, Any], pointer: str, report: Report) -> None:
    low, high = value.get("min_length"), value.get("max_length")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        report.fault(f"{pointer}/min_length", "must be less than or equal to max_length")


_typing = {
    **_common,
    **_hint,
    "dispatch_action_config": dispatch_config,
    "focus_on_load": boolean,
    "initial_value": string(least=0),
}
FIELDS: dict[str, Rule] = {
    "plain_text_input": shape(
        _kind,
        {**_typing, "multiline": boolean, "min_length": integer(0, 3000), "max_length": integer(1, 3000)},
        _bounds,
    ),
    "email_text_input": shape(_kind, _typing),
    "url_text_input": shape(_kind, _typing),
    "number_input": shape(
        {**_kind, "is_decimal_allowed": boolean}, {**_typing, "min_value": string(), "max_value": string()}
    ),
    "rich_text_input": shape(
        _kind,
        {
            **_typing,
            "initial_value": rich_text.block,
            "min_lines": integer(1, 100),
            "max_lines": integer(1, 100),
        },
    ),
    "file_input": shape(_kind, {**_common, "filetypes": array(string()), "max_files": integer(1, 10)}),
}
overflow = shape({**_kind, "options": array(menu_option, 5)}, {**_common, "confirm": confirm})
workflow_button = shape(
    {**_kind, "text": plain_text(75), "workflow": anything},
    {**_common, "style": one_of("primary", "danger"), "accessibility_label": string(75)},
)
url_source = shape({**_kind, "url": url, "text": string(least=1)})

_actions = {"button": button, "overflow": overflow, "workflow_button": workflow_button}
in_actions = typed(
    {**_actions, **MENUS, **LISTS, **PICKERS, "rich_text_input": FIELDS["rich_text_input"]},
    {"rich_text_input": {"modal"}},
)
in_accessory = typed({**_actions, **MENUS, **LISTS, **PICKERS, "image": image})
in_input = typed({**MENUS, **LISTS, **PICKERS, **FIELDS})
in_context_actions = typed({"feedback_buttons": feedback_buttons, "icon_button": icon_button})
in_context = typed({"image": image, "plain_text": any_text(3000), "mrkdwn": any_text(3000)})
slack_icon = shape({**_kind, "name": string()})
