"""A description pasted in a direct message, to the bot in a channel, or above a mention of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot import replies
from bot.intake import decode
from bot.originals import is_text
from bot.services import Services
from bot.store import Message

# Subtypes under which a person's new text comes; everything else is an edit, a join, a bot.
_NEW_TEXT = (None, "file_share", "thread_broadcast", "me_message")
_ASIDE = 12  # words; a mention with fewer under a message is a request to read that message


def register(app: App, services: Services) -> None:
    """Bind the two events; what they do not want is acknowledged and dropped, never answered 404."""
    app.middleware(partial(keep_first, services))
    app.event("message")(partial(on_text, services))
    app.event("app_mention")(partial(on_text, services))


def keep_first(services: Services, body: dict[str, Any], next: Callable[[], Any]) -> None:
    """Keep the text before Slack is answered.

    Bolt acknowledges an event before its listener runs, so what only the listener knows would be lost in a
    crash. If keeping fails, Slack gets no 200 and sends it again.
    """
    message = described(body)
    if message is not None:
        services.store.keep(message, services.now())
    next()


def described(body: dict[str, Any]) -> Message | None:
    """The message to be classified in an event, or None where there is none for us."""
    event = body.get("event") or {}
    mention = event.get("type") == "app_mention"
    direct = event.get("type") == "message" and event.get("channel_type") == "im"
    person = event.get("user") and not event.get("bot_id") and event.get("subtype") in _NEW_TEXT
    if not (mention or direct) or not person:
        return None
    team, user, ts = body.get("team_id") or event.get("team", ""), event["user"], event["ts"]
    thread = event.get("thread_ts") or ts
    text: str | None = decode(event.get("text") or "").strip()
    if mention and thread != ts and len(re.findall(r"\w+", text or "")) < _ASIDE:
        return Message(team, event["channel"], thread, thread, user, user, None)
    if any(is_text(file) for file in event.get("files", [])):
        text = None
    return Message(team, event["channel"], ts, thread, user, user, text)


def on_text(services: Services, body: dict[str, Any], client: WebClient) -> None:
    """Answer in the thread, once for each message."""
    message = described(body)
    if message is not None:
        replies.answer(services, message, client)
