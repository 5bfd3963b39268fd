"""What Slack sends, by conversation: each module binds ids to functions."""

from __future__ import annotations

from slack_bolt import App

from bot.listeners import answers, commands, details, doors, forget, home, paste, rest, reviews, summaries
from bot.services import Services


def register(app: App, services: Services) -> None:
    """Bind every listener; `rest` comes last, for what no other wants."""
    for module in (paste, answers, details, doors, home, forget, commands, reviews, summaries, rest):
        module.register(app, services)
