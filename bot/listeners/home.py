"""The Home tab: one's cases, a search, the queue, the team's picture, how things stand."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Any

from slack_bolt import Ack, App
from slack_sdk import WebClient

from bot import charts, numbers, replies, summary
from bot.ids import Action, Callback
from bot.roles import Role, role_of
from bot.services import Services
from bot.views import home as home_view
from bot.views import summary as summary_view
from bot.views.home import At
from classifier.registry import Registry


def register(app: App, services: Services) -> None:
    """Bind the tab and its buttons."""
    app.action(re.compile(rf"{Action.PAGE}_\w+"))(partial(on_page, services))
    app.action(Action.FILTER)(partial(on_filter, services))
    app.action(re.compile(rf"{Action.TEAM}_\d+"))(partial(on_team, services))
    app.action(Callback.SEARCH)(partial(on_search, services))
    app.action(re.compile(rf"{Action.RESUME}_\d+"))(partial(on_resume, services))


def show_home(services: Services, client: WebClient, team: str, person: str, at: At) -> None:
    """One's own cases, or what a search finds there and in public channels; for reviewers the queue."""
    role = role_of(services, client, team, person)
    waiting = len(services.reviews.waiting(team)) if role >= Role.REVIEWER else None
    cases, total = services.facts.page(
        team,
        person,
        search=at.search,
        mine=not at.search or role == Role.GUEST,
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
    days = services.retention_days
    kept = f"Texts are deleted after {days} days." if days else "Texts are kept without a time limit."
    return (
        f"{len(services.subscriptions.active())} summaries are subscribed, "
        f"{len(services.reviews.roles(team))} people or groups may review, "
        f"model {registry.current()} serves, "
        f"{len(services.store.unanswered(services.now()))} answers are due. "
        f"{kept}"
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
    replies.update(client, case, replies.current(services, case, asking=True))
    link = client.chat_getPermalink(channel=case.message.channel, message_ts=case.reply_ts or "")
    client.views_open(trigger_id=body["trigger_id"], view=home_view.resumed(str(link["permalink"])))
