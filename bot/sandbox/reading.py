"""What a person reads on the screen, as plain text: marks gone, mentions named, buttons in brackets."""

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox import emoji
from bot.sandbox.text import unescape

Json = dict[str, Any]
NameOf = Callable[[str], str]

_TOKEN = re.compile(r"<([^<>]+)>")
_MARKS = [
    re.compile(
        rf"(?<![\w{re.escape(mark)}]){re.escape(mark)}(?=\S)([^{re.escape(mark)}\n]*?\S){re.escape(mark)}(?!\w)"
    )
    for mark in "*_~"
]
_CODE = re.compile(r"```\n?(.+?)\n?```|`([^`\n]+)`", re.DOTALL)


def mrkdwn(text: str, name_of: NameOf) -> str:
    """A mrkdwn text as it is drawn."""
    drawn, start = [], 0
    for found in _CODE.finditer(text):
        drawn += [_prose(text[start : found.start()], name_of), _tokens(found[1] or found[2], name_of)]
        start = found.end()
    drawn.append(_prose(text[start:], name_of))
    return unescape("".join(drawn))


def _prose(text: str, name_of: NameOf) -> str:
    text = re.sub(r"^&gt; ?", "", _tokens(text, name_of), flags=re.MULTILINE)
    for mark in _MARKS:
        text = mark.sub(r"\1", text)
    return emoji.to_pictures(text)


def _tokens(text: str, name_of: NameOf) -> str:
    return _TOKEN.sub(lambda found: _token(found[1], name_of), text)


def _token(token: str, name_of: NameOf) -> str:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return f"@{name_of(target[1:])}"
    if target.startswith("#"):
        return f"#{label or name_of(target[1:])}"
    if target.startswith("!"):
        return label or "@" + target[1:].split("^")[0]
    return label or target


def text_object(value: Json | None, name_of: NameOf) -> str:
    """A `plain_text` or `mrkdwn` object."""
    if not value:
        return ""
    text = str(value.get("text", ""))
    return mrkdwn(text, name_of) if value.get("type") == "mrkdwn" else emoji.to_pictures(text)


def blocks_text(blocks: list[Json], name_of: NameOf) -> str:
    """All blocks, a line or more each."""
    lines = (_block(block, name_of) for block in blocks)
    return "\n".join(line for line in lines if line)


def _block(block: Json, name_of: NameOf) -> str:
    reader = _READERS.get(block["type"])
    return reader(block, name_of) if reader else ""


def _section(block: Json, name_of: NameOf) -> str:
    lines = [text_object(block.get("text"), name_of)]
    lines += [text_object(one, name_of) for one in block.get("fields", [])]
    lines.append(element_text(block.get("accessory"), name_of))
    return "\n".join(line for line in lines if line)


def _row(block: Json, name_of: NameOf) -> str:
    return " ".join(filter(None, (element_text(one, name_of) for one in block.get("elements", []))))


def _image(block: Json, name_of: NameOf) -> str:
    title = text_object(block.get("title"), name_of)
    return "\n".join(filter(None, [title, f"[image: {block['alt_text']}]"]))


def _input(block: Json, name_of: NameOf) -> str:
    parts = [
        text_object(block.get("label"), name_of),
        element_text(block.get("element"), name_of),
        text_object(block.get("hint"), name_of),
    ]
    return "\n".join(filter(None, parts))


def element_text(element: Json | None, name_of: NameOf) -> str:
    """An element as one reads it: a button as `[Label]`, a menu as `[A | B]`."""
    if not element:
        return ""
    kind = element["type"]
    if kind in ("plain_text", "mrkdwn"):
        return text_object(element, name_of)
    if kind == "image":
        return f"[image: {element['alt_text']}]"
    if kind == "feedback_buttons":
        both = (element["positive_button"], element["negative_button"])
        return " ".join(f"[{text_object(one['text'], name_of)}]" for one in both)
    if "options" in element or "option_groups" in element:
        return f"[{' | '.join(text_object(one['text'], name_of) for one in options(element))}]"
    label = text_object(element.get("text"), name_of)
    return f"[{label}]" if label else ""


def options(element: Json) -> list[Json]:
    """The options of a menu, groups or not."""
    grouped = [one for group in element.get("option_groups", []) for one in group["options"]]
    return list(element.get("options", [])) + grouped


def _rich_text(block: Json, name_of: NameOf) -> str:
    return "\n".join(_rich_part(part, name_of) for part in block["elements"])


def _rich_part(part: Json, name_of: NameOf) -> str:
    if part["type"] == "rich_text_list":
        return "\n".join(f"• {_rich_part(item, name_of)}" for item in part["elements"])
    return "".join(_inline(one, name_of) for one in part["elements"])


def _inline(one: Json, name_of: NameOf) -> str:
    kind = one["type"]
    if kind == "user":
        return f"@{name_of(one['user_id'])}"
    if kind == "channel":
        return f"#{name_of(one['channel_id'])}"
    if kind == "emoji":
        return emoji.pictures().get(one["name"], f":{one['name']}:")
    if kind == "broadcast":
        return f"@{one['range']}"
    return str(one.get("text") or one.get("url") or one.get("fallback") or "")


def _table(block: Json, name_of: NameOf) -> str:
    rows = (" | ".join(_cell(cell, name_of) for cell in row) for row in block["rows"])
    return "\n".join(rows)


def _cell(cell: Json, name_of: NameOf) -> str:
    if cell["type"] == "rich_text":
        return _rich_text(cell, name_of)
    return str(cell.get("text") or cell.get("value", ""))


def _card(block: Json, name_of: NameOf) -> str:
    lines = [text_object(block.get(part), name_of) for part in ("title", "subtitle", "body", "subtext")]
    lines += [element_text(one, name_of) for one in block.get("actions", [])]
    return "\n".join(filter(None, lines))


def _container(block: Json, name_of: NameOf) -> str:
    title = text_object(block.get("title"), name_of)
    return "\n".join(filter(None, [title, blocks_text(block["child_blocks"], name_of)]))


_READERS: dict[str, Callable[[Json, NameOf], str]] = {
    "section": _section,
    "header": lambda block, name_of: text_object(block["text"], name_of),
    "alert": lambda block, name_of: text_object(block["text"], name_of),
    "markdown": lambda block, _name_of: str(block["text"]),
    "context": _row,
    "actions": _row,
    "context_actions": _row,
    "image": _image,
    "input": _input,
    "rich_text": _rich_text,
    "table": _table,
    "data_table": _table,
    "data_visualization": lambda block, _name_of: f"[chart: {block['title']}]",
    "card": _card,
    "carousel": lambda block, name_of: blocks_text(block["elements"], name_of),
    "container": _container,
    "task_card": lambda block, _name_of: str(block["title"]),
    "plan": lambda block, name_of: "\n".join([block["title"], blocks_text(block.get("tasks", []), name_of)]),
    "video": lambda block, name_of: text_object(block["title"], name_of),
}
