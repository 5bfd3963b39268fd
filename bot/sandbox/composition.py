"""Limits of composition objects: text, option, confirm, file.

Source: docs.slack.dev/reference/block-kit/composition-objects.
Numbers as in nicklambourne/slackblocks `spec/limits.json`, where each was tested against Slack.
"""

from typing import Any

from bot.sandbox.rules import (
    Report,
    Rule,
    anything,
    array,
    boolean,
    exactly_one,
    one_of,
    shape,
    string,
    typed,
)

identifier = string(255)  # action_id, block_id, callback_id, external_id
url = string(3000)


def plain_text(most: int) -> Rule:
    """A `plain_text` object of up to `most` characters."""
    needed = {"type": one_of("plain_text"), "text": string(most)}
    return shape(needed, {"emoji": boolean})


def any_text(most: int, least: int = 1) -> Rule:
    """A `plain_text` or `mrkdwn` object; `emoji` belongs to the first, `verbatim` to the second only."""
    needed = {"type": anything, "text": string(most, least)}
    return typed(
        {"plain_text": shape(needed, {"emoji": boolean}), "mrkdwn": shape(needed, {"verbatim": boolean})}
    )


confirm = shape(
    {"title": plain_text(100), "text": any_text(300), "confirm": plain_text(30), "deny": plain_text(30)},
    {"style": one_of("primary", "danger")},
)


def option(text: Rule) -> Rule:
    """One choice; `text` differs between menus (plain) and radio buttons (also mrkdwn)."""
    return shape({"text": text, "value": string(150)}, {"description": any_text(75), "url": url})


menu_option = option(plain_text(75))
list_option = option(any_text(75))
option_group = shape({"label": plain_text(75), "options": array(menu_option, 100)})

slack_file = shape(None, {"id": string(), "url": string()}, exactly_one("id", "url"))
conversation_filter = shape(
    None,
    {
        "include": array(one_of("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
dispatch_config = shape(
    None, {"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)}
)


def initial_among_options(one: str, many: str) -> Any:
    """What is chosen at the start must be among the options, letter for letter."""

    def check(value: dict[str, Any], pointer: str, report: Report) -> None:
        chosen = [value[one]] if one in value else value.get(many, [])
        offered = list(value.get("options", []))
        for group in value.get("option_groups", []):
            offered += group.get("options", []) if isinstance(group, dict) else []
        for item in chosen if isinstance(chosen, list) else []:
            if item not in offered:
                name = one if one in value else many
                report.fault(f"{pointer}/{name}", "must match one of the provided options")

    return check
