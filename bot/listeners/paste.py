"""A description pasted in a direct message, or to the bot in a channel."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot.intake import decode, receive
from bot.services import Services
from bot.store import Message
from bot.views import assessment as view

# Subtypes under which a person's new text comes; everything else is an edit, a join, a bot.
_NEW_TEXT = (None, "file_share", "thread_broadcast", "me_message")


def register(app: App, services: Services) -> None:
    """Bind the two events; what they do not want is acknowledged and dropped, never answered 404."""
    app.middleware(partial(keep_first, services))
    app.event("message")(partial(on_text, services))
    app.event("app_mention")(partial(on_text, services))
    app.event(re.compile(".*"))(lambda: None)


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
    ours = event.get("type") == "app_mention" or (
        event.get("type") == "message" and event.get("channel_type") == "im"
    )
    person = event.get("user") and not event.get("bot_id") and event.get("subtype") in _NEW_TEXT
    # A reply in a direct message's thread belongs to the case above it.
    reply = event.get("type") == "message" and event.get("thread_ts") not in (None, event.get("ts"))
    if not ours or not person or reply:
        return None
    thread = event.get("thread_ts") or event["ts"]
    return Message(
        body.get("team_id") or event.get("team", ""),
        event["channel"],
        event["ts"],
        thread,
        event["user"],
        decode(event.get("text") or "").strip(),
    )


def on_text(services: Services, body: dict[str, Any], client: WebClient) -> None:
    """Answer in the thread, once for each message."""
    message = described(body)
    if message is not None:
        answer(services, message, client)


def finish_due(services: Services, client: WebClient) -> None:
    """Answer what was kept and not answered before the last stop; called at start."""
    for message in services.store.unanswered():
        answer(services, message, client)


def answer(services: Services, message: Message, client: WebClient) -> None:
    """Assess a message and post the reply, once whoever asks."""
    case = receive(services, message)
    if services.store.claim_reply(message.team_id, case.id):
        reply = view.render(services.book, case)
        client.chat_postMessage(
            channel=message.channel,
            thread_ts=message.thread_ts,
            text=reply.text,
            blocks=reply.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )
