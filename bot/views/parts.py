"""Blocks, within Slack's limits; the only file that knows them.

Limits: docs.slack.dev/reference/block-kit. People's text goes out as plain text or rich text alone, which
parse no markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
SECTION, BUTTON, FALLBACK, QUOTE, OPTION, ALT = 3000, 75, 3900, 600, 75, 1000


@dataclass(frozen=True)
class Reply:
    """What is posted: `text` says the whole in words (notifications, screen readers), `blocks` show it."""

    text: str
    blocks: list[Block]


def clip(text: str, limit: int) -> str:
    """Text of at most `limit` characters; a shortened one ends with an ellipsis."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def escape(text: str) -> str:
    """Text whose `&`, `<` and `>` Slack shows and does not read."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def percent(chance: float) -> str:
    """A probability in words; one that is only nearly certain never reads as certain."""
    if chance < 0.01:
        return "under 1%"
    return "over 99%" if chance > 0.99 else f"{chance:.0%}"


def fallback(text: str) -> str:
    """The `text` of a message: escaped and short enough never to be split, without a cut entity."""
    short = clip(text, FALLBACK)
    while len(escape(short)) > FALLBACK:
        short = clip(short, len(short) * 9 // 10)
    return escape(short)


def section(mrkdwn: str) -> Block:
    """Our own words, with markup."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": clip(mrkdwn, SECTION)}}


def note(words: str) -> Block:
    """A line in small print, our own words."""
    return {"type": "context", "elements": [{"type": "plain_text", "text": clip(words, 1000)}]}


def quote(words: str) -> Block:
    """People's words, as a quote in which no markup is read."""
    element = {"type": "text", "text": clip(words, QUOTE) or " "}
    return {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": [element]}]}


def button(label: str, action_id: str, value: str, style: str | None = None) -> Block:
    """A button; `value` comes back with the press."""
    made: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": clip(label, BUTTON)},
        "action_id": action_id,
        "value": value,
    }
    return made | ({"style": style} if style else {})


def actions(*elements: Block) -> Block:
    """A row of buttons; on a phone each long one takes a line of its own."""
    return {"type": "actions", "elements": list(elements)}


def select(placeholder: str, action_id: str, options: list[tuple[str, str]]) -> Block:
    """A menu of (label, value)."""
    shown = [
        {"text": {"type": "plain_text", "text": clip(label, OPTION)}, "value": value}
        for label, value in options
    ]
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": {"type": "plain_text", "text": placeholder},
        "options": shown[:100],
    }


def picture(file_id: str, alt: str) -> Block:
    """A picture that the bot uploaded; `alt` says what it shows."""
    return {"type": "image", "slack_file": {"id": file_id}, "alt_text": clip(alt, ALT)}


def plain(words: str) -> Block:
    """A text object in which no markup is read."""
    return {"type": "plain_text", "text": words}


def menu(field: str, label: str, options: list[tuple[str, str]], chosen: str | None = None) -> Block:
    """A required choice in a modal, of (label, value)."""
    shown = [{"text": plain(clip(words, OPTION)), "value": value} for words, value in options]
    element: Block = {"type": "static_select", "action_id": field, "options": shown}
    first = [option for option in shown if option["value"] == chosen]
    element |= {"initial_option": first[0]} if first else {}
    return {"type": "input", "block_id": field, "label": plain(label), "element": element}


def box(field: str, label: str, hint: str, optional: bool = False, value: str = "") -> Block:
    """A text field of several lines in a modal. Without `max_length` it takes more than 3,000 characters."""
    element: Block = {"type": "plain_text_input", "action_id": field, "multiline": True}
    element |= {"initial_value": value} if value else {}
    made = {
        "type": "input",
        "block_id": field,
        "label": plain(label),
        "hint": plain(hint),
        "element": element,
    }
    return made | {"optional": optional}


def modal(
    callback: str, title: str, blocks: list[Block], *, submit: str | None = None, context: str = ""
) -> Block:
    """A modal; `context` comes back with its submission."""
    made: Block = {
        "type": "modal",
        "callback_id": callback,
        "title": plain(title),
        "close": plain("Close"),
        "blocks": blocks,
        "private_metadata": context,
    }
    return made | ({"submit": plain(submit)} if submit else {})
