"""What Slack sends, by conversation: each module binds ids to functions."""

from __future__ import annotations

from slack_bolt import App

from bot.listeners import answers, paste
from bot.services import Services


def register(app: App, services: Services) -> None:
    """Bind every listener."""
    paste.register(app, services)
    answers.register(app, services)
