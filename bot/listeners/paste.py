"""A description pasted in a direct message, to the bot in a channel, or above a mention of it.

Its later edits and its deletion come here as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import App
from slack_sdk import WebClient

from bot import archive_job, replies
from bot.intake import decode, keep
from bot.listeners import commands
from bot.originals import must_fetch
from bot.services import Services
from bot.store import Message
from bot.views import doors as view

# Subtypes under which a person's new text comes; everything else is an edit, a join, a bot.
_NEW_TEXT = (None, "file_share", "thread_broadcast", "me_message")
_ASIDE = 12  # words; a mention with fewer under a message is a request to read that message


def register(app: App, services: Services) -> None:
    """Bind the two events; what they do not want is acknowledged and dropped, never answered 404."""
    app.middleware(partial(keep_first, services))
    app.event("message")(partial(on_message, services))
    app.event("app_mention")(partial(on_message, services))


def keep_first(
    services: Services, body: dict[str, Any], context: dict[str, Any], next: Callable[[], Any]
) -> None:
    """Keep what was written, changed or deleted before Slack is answered.

    Bolt acknowledges an event before its listener runs, so what only the listener knows would be lost in a
    crash. If keeping fails, Slack gets no 200 and sends it again.
    """
    if body.get("type") == "event_callback":
        context["kept"] = _kept(services, body)
    next()


def _kept(services: Services, body: dict[str, Any]) -> Callable[[WebClient], object] | None:
    """Keep what an event brings; returns what is still to be said about it."""
    try:
        message, change = described(body), changed(body)
        tables = archive_job.ask(services, body) if message is not None else None
    except (TypeError, AttributeError, KeyError, ValueError):
        return None  # of no shape that Slack documents: sent again, it would be of none either
    if tables is not None:
        return tables
    if message is not None:
        return partial(replies.answer, services, message.team_id, keep(services, message))
    if change is None:
        return None
    at = (change.team, change.channel, change.ts)
    if change.gone:
        found = services.texts.delete(*at, services.now())
        if found is None:
            return None
        case_id, whole = found
        said = replies.offer_to_forget if whole else replies.reread
        return partial(said, services, change.team, case_id)
    text = None if change.text is None else services.redact(change.text)
    edited = services.texts.edit(*at, text, change.edited_ts)
    return None if edited is None else partial(replies.reread, services, change.team, edited)


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
    if direct and text in view.PROMPTS.values():
        return None
    if mention and thread != ts and len(re.findall(r"\w+", text or "")) < _ASIDE and not must_fetch(event):
        return Message(team, event["channel"], thread, thread, user, user, None)
    if must_fetch(event):
        text = None
    return Message(team, event["channel"], ts, thread, user, user, text)


@dataclass(frozen=True)
class Change:
    """An edit or a deletion of a message; `text` None: it must be fetched."""

    team: str
    channel: str
    ts: str
    text: str | None
    edited_ts: str
    gone: bool


def changed(body: dict[str, Any]) -> Change | None:
    """The edit or deletion by a person that an event tells of, or None.

    Slack sends `message_changed` also for unfurled links, for what the bot itself changes, and for a
    deleted message that has replies (it becomes a tombstone).
    """
    event = body.get("event") or {}
    subtype = event.get("subtype")
    if event.get("type") != "message" or subtype not in ("message_changed", "message_deleted"):
        return None
    now = event.get("message") or {}
    before = event.get("previous_message") or {}
    gone = subtype == "message_deleted" or now.get("subtype") == "tombstone"
    ts = event.get("deleted_ts") or now.get("ts") or before.get("ts")
    if not ts or before.get("bot_id") or (now.get("bot_id") and not gone):
        return None
    text = None if gone or must_fetch(now) else decode(now.get("text") or "").strip()
    edited = str((now.get("edited") or {}).get("ts") or event.get("event_ts") or event.get("ts") or "")
    team = body.get("team_id") or event.get("team", "")
    return Change(team, event["channel"], ts, text, edited, gone)


def on_message(services: Services, body: dict[str, Any], context: dict[str, Any], client: WebClient) -> None:
    """Answer in the thread, once for each message; bring the answer up to date after an edit."""
    said = context.get("kept")
    if said is not None:
        said(client)
        return
    event = body["event"]
    asked = decode(event.get("text") or "").strip()
    direct = event.get("channel_type") == "im" and not event.get("bot_id") and event.get("user")
    if direct and asked in view.PROMPTS.values() and services.texts.once(body["event_id"], services.now()):
        commands.on_prompt(services, body["team_id"], event, asked, client)
