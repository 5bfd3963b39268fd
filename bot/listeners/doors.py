"""Other ways in: the form for a long text, *Classify this* on a message, a workflow's step, the agent pane."""

from __future__ import annotations

from functools import partial
from typing import Any

from slack_bolt import Ack, App, Complete, Fail, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import documents, originals, replies
from bot.ids import Action, Callback, Field
from bot.intake import decode, keep
from bot.listeners.home import show_home
from bot.services import Services
from bot.store import Message
from bot.views import assessment as assessment_view
from bot.views import doors as view
from bot.views.home import At

_NO_ENTRY = ("not_in_channel", "channel_not_found", "is_archived")


def register(app: App, services: Services) -> None:
    """Bind the doors."""
    app.action(Action.DESCRIBE)(on_describe)
    app.shortcut(Callback.CLASSIFY)(on_describe)
    app.view(Callback.DESCRIPTION)(partial(on_description, services))
    app.shortcut(Callback.CLASSIFY_MESSAGE)(partial(on_message_shortcut, services))
    app.function(Callback.STEP)(partial(on_workflow_step, services))
    app.event("app_home_opened")(partial(on_opened, services))
    app.event("app_context_changed")(on_context)


def on_describe(ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Open the form for a text: from the Home tab, or by the shortcut that works anywhere."""
    ack()
    client.views_open(trigger_id=body["trigger_id"], view=view.form())


def on_description(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Put the text into the direct message and answer it there; the form stays open until that is done."""
    values, team, person = body["view"]["state"]["values"], body["team"]["id"], body["user"]["id"]
    boxes = [values[field][field].get("value") or "" for field in (Field.TEXT, Field.MORE)]
    files = values[Field.FILES][Field.FILES].get("files") or []
    if not files and not "".join(boxes).strip():
        ack(response_action="errors", errors={Field.TEXT: view.NO_TEXT})
        return
    try:
        read = [originals.document(client, file) for file in files]
        text = "\n".join(part for part in (*boxes, *read) if part.strip())
        case_id = describe(services, client, team, person, text)
    except documents.Unreadable as error:
        ack(response_action="errors", errors={Field.FILES: assessment_view.PROBLEMS[f"file_{error}"]})
        return
    except SlackApiError:
        ack(response_action="errors", errors={Field.TEXT: view.NOT_TAKEN})
        return
    ack()
    replies.answer(services, team, case_id, client)


def describe(services: Services, client: WebClient, team: str, person: str, text: str) -> int:
    """Put a text into a person's direct message, so that its answer has a thread; returns its case."""
    shown = view.pasted(services.redact(text.strip()))
    posted = client.chat_postMessage(channel=person, text=shown.text, blocks=shown.blocks)
    at = (team, posted["channel"], posted["ts"], posted["ts"])
    return keep(services, Message(*at, person, person, text.strip()))


def on_message_shortcut(
    services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient
) -> None:
    """Read somebody's message; where Rung cannot post, say how to let it in."""
    message, person, team = body["message"], body["user"]["id"], body["team"]["id"]
    ts = message["ts"]
    text = None if originals.must_fetch(message) else decode(message.get("text") or "").strip()
    thread, author = message.get("thread_ts") or ts, message.get("user") or person
    case_id = keep(services, Message(team, body["channel"]["id"], ts, thread, author, person, text))
    ack()
    try:
        answered = replies.answer(services, team, case_id, client)
    except SlackApiError as error:
        if error.response["error"] not in _NO_ENTRY:
            raise
        respond(text=view.NO_ENTRY, response_type="ephemeral", replace_original=False)
        return
    words = view.READ if answered else view.READ_BEFORE
    respond(text=words, response_type="ephemeral", replace_original=False)


def on_workflow_step(
    services: Services,
    inputs: dict[str, Any],
    body: dict[str, Any],
    client: WebClient,
    complete: Complete,
    fail: Fail,
) -> None:
    """A step of Workflow Builder: read a text for a person, and hand what was found to the next step."""
    person, team = str(inputs.get("user") or ""), str(body.get("team_id") or "")
    text = decode(str(inputs.get("description") or ""))
    if not person or not text.strip():
        fail(view.STEP_NEEDS)
        return
    if not services.texts.once(str(body.get("event_id")), services.now()):
        return
    case_id = describe(services, client, team, person, text)
    replies.answer(services, team, case_id, client)
    asked = services.store.case(team, case_id)
    found = services.store.case(team, services.texts.twin(team, case_id, person) or case_id)
    complete(view.step_outputs(services.book, found, replies.link_to(client, asked)))


def on_opened(services: Services, body: dict[str, Any], client: WebClient) -> None:
    """Show the Home tab; in the agent pane, offer what one may ask."""
    event = body["event"]
    if event.get("tab") == "home":
        show_home(services, client, body["team_id"], event["user"], At())
    elif event.get("tab") == "messages" and event.get("channel"):
        _prompt(client, event["channel"])


def on_context(body: dict[str, Any], client: WebClient) -> None:
    """Offer the prompts anew where the person has moved on beside the pane."""
    channel = body["event"].get("channel") or body["event"].get("channel_id")
    if channel:
        _prompt(client, channel)


def _prompt(client: WebClient, channel: str) -> None:
    """Suggested prompts; a workspace without the pane does without."""
    prompts = [{"title": title, "message": message} for title, message in view.PROMPTS.items()]
    try:
        client.api_call(
            "assistant.threads.setSuggestedPrompts", json={"channel_id": channel, "prompts": prompts}
        )
    except SlackApiError as error:
        replies.logger.debug("no_prompts error=%s", error.response["error"])
