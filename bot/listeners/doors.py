"""Other ways in: the form for a long text, *Classify this* on a message, the Home tab."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import charts, followup, numbers, replies, summary
from bot.ids import Action, Callback, Field
from bot.intake import decode
from bot.originals import is_text
from bot.roles import Role, role_of
from bot.services import Services
from bot.store import Message, StoredCase
from bot.views import doors as view
from bot.views import followup as followup_view
from bot.views import home as home_view
from bot.views import summary as summary_view
from bot.views.home import At
from bot.views.parts import Reply
from classifier.registry import Registry

_NO_ENTRY = ("not_in_channel", "channel_not_found", "is_archived")


def register(app: App, services: Services) -> None:
    """Bind the doors."""
    app.action(Action.DESCRIBE)(on_describe)
    app.view(Callback.DESCRIPTION)(partial(on_description, services))
    app.shortcut(Callback.CLASSIFY_MESSAGE)(partial(on_message_shortcut, services))
    app.action(re.compile(rf"{Action.PAGE}_\w+"))(partial(on_page, services))
    app.action(Action.FILTER)(partial(on_filter, services))
    app.action(re.compile(rf"{Action.TEAM}_\d+"))(partial(on_team, services))
    app.action(Callback.SEARCH)(partial(on_search, services))
    app.action(re.compile(rf"{Action.RESUME}_\d+"))(partial(on_resume, services))
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
    """Show the Home tab."""
    event = body["event"]
    if event.get("tab") == "home":
        show_home(services, client, body["team_id"], event["user"], At())


def show_home(services: Services, client: WebClient, team: str, person: str, at: At) -> None:
    """One's own cases, or what a search finds there and in public channels; for reviewers the queue."""
    role = role_of(services, client, team, person)
    waiting = len(services.reviews.waiting(team)) if role >= Role.REVIEWER else None
    cases, total = services.facts.page(
        team,
        person,
        search=at.search,
        mine=not at.search,
        engagement=at.engagement,
        offset=at.offset,
        count=home_view.PAGE,
    )
    admin = _admin(services, team) if role >= Role.ADMIN else ""
    shown = home_view.home(services.book, cases, total, waiting=waiting, at=at, person=person, admin=admin)
    client.views_publish(user_id=person, view=shown)


def on_page(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Turn a page of the Home tab."""
    ack()
    at = At.read(body["actions"][0]["value"])
    show_home(services, client, body["team"]["id"], body["user"]["id"], at)


def on_filter(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Show cases of one type."""
    ack()
    at = At.read(body["actions"][0]["selected_option"]["value"])
    show_home(services, client, body["team"]["id"], body["user"]["id"], at)


def on_team(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """The team's picture over some weeks; it follows when it is drawn."""
    ack()
    team, person = body["team"]["id"], body["user"]["id"]
    if role_of(services, client, team, person) < Role.REVIEWER:
        return
    weeks = int(body["actions"][0]["value"])
    today = services.now().date() + timedelta(days=1)
    span = numbers.between(today - timedelta(weeks=weeks), today, "UTC")
    found = summary.make(services.store, numbers.Scope(team), span, f"The last {weeks} weeks")
    words = summary_view.in_words(services.book, found)
    opened = client.views_open(trigger_id=body["trigger_id"], view=home_view.team(words, None))
    file = replies.upload(client, charts.week(services.book, found.numbers), words)
    if file is not None:
        replies.update_view(client, opened["view"]["id"], home_view.team(words, file))


def _admin(services: Services, team: str) -> str:
    """How things stand, in a line for admins."""
    registry = Registry(services.models)
    return (
        f"{len(services.subscriptions.active())} summaries are subscribed, "
        f"{len(services.reviews.roles(team))} people or groups may review, "
        f"model {registry.current()} serves, "
        f"{len(services.store.unanswered(services.now()))} answers are due. "
        "Texts are kept without a time limit."
    )


def on_search(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Search by the words in the Home tab's field."""
    ack()
    words = str(body["actions"][0].get("value") or "")[:200]
    show_home(services, client, body["team"]["id"], body["user"]["id"], At(search=words))


def on_resume(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Bring a case's next question to its author: in its thread, where the answer stands."""
    ack()
    team, person = body["team"]["id"], body["user"]["id"]
    case = services.store.case(team, int(body["actions"][0]["value"]))
    if case.assessment is None or person not in (case.message.author, case.message.asker):
        return
    replies.update(client, case, followup_at(services, case))
    link = client.chat_getPermalink(channel=case.message.channel, message_ts=case.reply_ts or "")
    client.views_open(trigger_id=body["trigger_id"], view=home_view.resumed(str(link["permalink"])))


def followup_at(services: Services, case: StoredCase) -> Reply:
    """The next open question of a case, or its score card."""
    given = services.store.answers(case.message.team_id, case.id)
    if case.assessment is None:
        raise LookupError(f"case {case.id} is not assessed")
    now = followup.standing(services.book, case.assessment, given)
    if now.question is None:
        return followup_view.card(services.book, case, given, now)
    return followup_view.question(services.book, case, given, now, now.question, None)
