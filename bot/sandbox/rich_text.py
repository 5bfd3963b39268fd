"""Limits of the `rich_text` block (docs.slack.dev/reference/block-kit/blocks/rich-text-block)."""

from typing import Any

from bot.sandbox.rules import Report, Rule, anything, array, boolean, integer, one_of, shape, string, typed

style = shape(
    None,
    dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), boolean
    ),
)
_kind = {"type": anything}

inline = typed(
    {
        "text": shape({**_kind, "text": string()}, {"style": style}),
        "link": shape({**_kind, "url": string(3000)}, {"text": string(), "style": style, "unsafe": boolean}),
        "emoji": shape(
            {**_kind, "name": string()}, {"unicode": string(), "skin_tone": integer(1, 6), "style": style}
        ),
        "user": shape({**_kind, "user_id": string()}, {"style": style}),
        "usergroup": shape({**_kind, "usergroup_id": string()}, {"style": style}),
        "channel": shape({**_kind, "channel_id": string()}, {"style": style}),
        "team": shape({**_kind, "team_id": string()}, {"style": style}),
        "broadcast": shape({**_kind, "range": one_of("here", "channel", "everyone")}, {"style": style}),
        "color": shape({**_kind, "value": string()}, {"style": style}),
        "date": shape(
            {**_kind, "timestamp": integer(0), "format": string()},
            {"url": string(), "fallback": string(), "style": style},
        ),
    }
)

_section: Rule = shape({**_kind, "elements": array(inline, least=0)})
_parts: dict[str, Rule] = {
    "rich_text_section": _section,
    "rich_text_quote": shape({**_kind, "elements": array(inline)}, {"border": integer(0, 1)}),
    "rich_text_preformatted": shape(
        {**_kind, "elements": array(inline)}, {"border": integer(0, 1), "language": string()}
    ),
    "rich_text_list": shape(
        {
            **_kind,
            "style": one_of("bullet", "ordered"),
            "elements": array(typed({"rich_text_section": _section})),
        },
        {"indent": integer(0, 8), "offset": integer(0), "border": integer(0, 1)},
    ),
}
parts = array(typed(_parts), least=0)


def block(value: Any, pointer: str, report: Report) -> None:
    """The block itself, also allowed as a table cell."""
    shape({**_kind, "elements": parts}, {"block_id": string(255)})(value, pointer, report)
