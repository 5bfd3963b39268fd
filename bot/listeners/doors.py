"""Other ways in: the form for a long text, *Classify this* on a message, the Home tab."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import replies
from bot.ids import Action, Callback, Field
from bot.intake import decode
from bot.originals import is_text
from bot.roles import Role, role_of
from bot.services import Services
from bot.store import Message
from bot.views import doors as view

_NO_ENTRY = ("not_in_channel", "channel_not_found", "is_archived")


def register(app: App, services: Services) -> None:
    """Bind the doors."""
    app.action(Action.DESCRIBE)(on_describe)
    app.view(Callback.DESCRIPTION)(partial(on_description, services))
    app.shortcut(Callback.CLASSIFY_MESSAGE)(partial(on_message_shortcut, services))
    app.event("app_home_opened")(partial(on_home, services))


def on_describe(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Open the form for a text."""
    ack()
    client.views_open(trigger_id=body["trigger_id"], view=view.form())


def on_description(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Put the text into the direct message and answer it there; the form stays open until that is done."""
    text = body["view"]["state"]["values"][Field.TEXT][Field.TEXT]["value"] or ""
    team, person = body["team"]["id"], body["user"]["id"]
    shown = view.pasted(text)
    try:
        posted = client.chat_postMessage(channel=person, text=shown.text, blocks=shown.blocks)
    except SlackApiError:
        ack(response_action="errors", errors={Field.TEXT: view.NOT_TAKEN})
        return
    message = Message(team, posted["channel"], posted["ts"], posted["ts"], person, person, text.strip())
    services.store.keep(message, services.now())
    ack()
    replies.answer(services, message, client)


def on_message_shortcut(
    services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient
) -> None:
    """Read somebody's message; where Rung cannot post, say how to let it in."""
    message, person = body["message"], body["user"]["id"]
    ts = message["ts"]
    text = (
        None if any(is_text(file) for file in message.get("files", [])) else decode(message.get("text") or "")
    )
    thread = message.get("thread_ts") or ts
    author = message.get("user") or person
    case = Message(body["team"]["id"], body["channel"]["id"], ts, thread, author, person, text)
    ack()
    try:
        answered = replies.answer(services, case, client)
    except SlackApiError as error:
        if error.response["error"] not in _NO_ENTRY:
            raise
        respond(text=view.NO_ENTRY, response_type="ephemeral", replace_original=False)
        return
    words = view.READ if answered else view.READ_BEFORE
    respond(text=words, response_type="ephemeral", replace_original=False)


def on_home(services: Services, body: dict[str, Any], client: WebClient) -> None:
    """Show the Home tab; a reviewer sees the queue there too."""
    event, team = body["event"], body["team_id"]
    if event.get("tab") == "home":
        reviewer = role_of(services, client, team, event["user"]) >= Role.REVIEWER
        waiting = len(services.reviews.waiting(team)) if reviewer else None
        client.views_publish(user_id=event["user"], view=view.home(waiting))
