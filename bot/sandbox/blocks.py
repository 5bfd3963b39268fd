"""Limits of layout blocks (docs.slack.dev/reference/block-kit/blocks), as one table a block."""

from typing import Any

from bot.sandbox import charts, elements, rich_text
from bot.sandbox.composition import any_text, identifier, plain_text, slack_file, url
from bot.sandbox.rules import (
    Report,
    Rule,
    anything,
    array,
    at_least_one,
    boolean,
    distinct,
    exactly_one,
    integer,
    one_of,
    shape,
    string,
    typed,
)

_kind = {"type": anything}
_id = {"block_id": identifier}
_raw_text = shape({**_kind, "text": string(least=0)})
_raw_number = shape({**_kind, "value": anything}, {"text": string()})
_cell = typed({"raw_text": _raw_text, "rich_text": rich_text.block})
_data_cell = typed({"raw_text": _raw_text, "raw_number": _raw_number, "rich_text": rich_text.block})
_column = shape(None, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})


def _row(cell: Rule) -> Rule:
    return array(cell, 20)


def _column_setting(value: Any, pointer: str, report: Report) -> None:
    if value is not None:  # null skips a column (BK:blocks/table-block)
        _column(value, pointer, report)


section = shape(
    _kind,
    {
        **_id,
        "text": any_text(3000),
        "fields": array(any_text(2000), 10),
        "accessory": elements.in_accessory,
        "expand": boolean,
    },
    at_least_one("text", "fields"),
)
image = shape(
    {**_kind, "alt_text": string(2000)},
    {**_id, "title": plain_text(2000), "image_url": url, "slack_file": slack_file},
    exactly_one("image_url", "slack_file"),
)
input_block = shape(
    {**_kind, "label": plain_text(2000), "element": elements.in_input},
    {**_id, "hint": plain_text(2000), "optional": boolean, "dispatch_action": boolean},
)
_unique_actions = distinct("elements", "action_id")
actions = shape({**_kind, "elements": array(elements.in_actions, 25)}, _id, _unique_actions)
context_actions = shape({**_kind, "elements": array(elements.in_context_actions, 5)}, _id, _unique_actions)
context = shape({**_kind, "elements": array(elements.in_context, 10)}, _id)
table = shape(
    {**_kind, "rows": array(_row(_cell), 100)}, {**_id, "column_settings": array(_column_setting, 20)}
)
data_table = shape(
    {**_kind, "rows": array(_row(_data_cell), 101, least=2), "caption": string()},
    {**_id, "page_size": integer(1, 100), "row_header_column_index": integer(0)},
)
card = shape(
    _kind,
    {
        **_id,
        "hero_image": elements.image,
        "icon": elements.image,
        "slack_icon": elements.slack_icon,
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "subtext": any_text(200),
        "actions": array(elements.button, 3),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)
task_card = shape(
    {**_kind, "task_id": string(), "title": string()},
    {
        **_id,
        "status": one_of("pending", "in_progress", "complete", "error"),
        "details": rich_text.block,
        "output": rich_text.block,
        "sources": array(elements.url_source),
        "icon": elements.slack_icon,
    },
)
plan = shape({**_kind, "title": string()}, {**_id, "tasks": array(typed({"task_card": task_card}), 50)})
video = shape(
    {
        **_kind,
        "alt_text": string(2000),
        "title": plain_text(200),
        "thumbnail_url": url,
        "video_url": url,
    },
    {
        **_id,
        "author_name": string(50),
        "description": plain_text(200),
        "provider_name": string(50),
        "provider_icon_url": string(2000),
        "title_url": string(2000),
    },
)

BLOCKS: dict[str, Rule] = {
    "section": section,
    "header": shape({**_kind, "text": plain_text(150)}, _id),
    "divider": shape(_kind, _id),
    "image": image,
    "context": context,
    "actions": actions,
    "context_actions": context_actions,
    "input": input_block,
    "rich_text": rich_text.block,
    "markdown": shape({**_kind, "text": string(12_000)}, _id),
    "table": table,
    "data_table": data_table,
    "data_visualization": charts.data_visualization,
    "card": card,
    "carousel": shape({**_kind, "elements": array(typed({"card": card}), 10)}, _id),
    "alert": shape(
        {**_kind, "text": any_text(200)},
        {**_id, "level": one_of("default", "info", "warning", "error", "success")},
    ),
    "task_card": task_card,
    "plan": plan,
    "video": video,
    "file": shape({**_kind, "external_id": identifier, "source": one_of("remote")}, _id),
}
SURFACES: dict[str, set[str]] = {
    "alert": {"modal"},
    "carousel": {"message", "home"},
    "card": {"message", "home"},
    "container": {"message"},
    "context_actions": {"message"},
    "markdown": {"message"},
    "table": {"message"},
    "data_table": {"message"},
    "data_visualization": {"message"},
    "task_card": {"message"},
    "plan": {"message"},
    "file": {"message"},
}


def _container(value: Any, pointer: str, report: Report) -> None:
    shape(
        {**_kind, "child_blocks": array(typed(BLOCKS, SURFACES), 10)},
        {
            **_id,
            "title": plain_text(150),
            "rich_text_title": rich_text.block,
            "subtitle": any_text(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": elements.image,
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        exactly_one("title", "rich_text_title"),
    )(value, pointer, report)


any_block = typed({**BLOCKS, "container": _container}, SURFACES)
