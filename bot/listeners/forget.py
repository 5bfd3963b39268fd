"""Forgetting, asked for by the author, or for a person by an admin."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot import replies, training_job
from bot.ids import Action
from bot.listeners.pressed import found, pressed
from bot.roles import Role, role_of
from bot.services import Services
from bot.store import StoredCase
from bot.views import doors as doors_view
from bot.views import forget as view

logger = logging.getLogger(__name__)
_PERSON = re.compile(r"<@([UW][A-Z0-9]+)")


def register(app: App, services: Services) -> None:
    """Bind the buttons."""
    app.action(Action.FORGET)(partial(on_forget, services))
    app.action(f"{Action.FORGET}_person")(partial(on_forget_person, services))
    app.action(Action.KEEP)(on_keep)


def on_command(
    services: Services, client: WebClient, body: dict[str, Any], rest: str, respond: Respond
) -> None:
    """`/rung forget` of one's own; an admin names somebody else."""
    team, person = body["team_id"], body["user_id"]
    named = _PERSON.search(rest)
    whom = named[1] if named else person
    if whom != person and role_of(services, client, team, person) < Role.ADMIN:
        respond(text=doors_view.NOT_ALLOWED, response_type="ephemeral")
        return
    cases = services.store.of_person(team, whom)
    reply = view.ask(whom, own=whom == person, cases=len(cases))
    respond(text=reply.text, blocks=reply.blocks, response_type="ephemeral")


def on_forget(
    services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient
) -> None:
    """Forget one case: for its author, who asked about it, or an admin."""
    press = pressed(body)
    case = found(services, press, respond, ack)
    ack()
    if case is None:
        return
    mine = press.person in (case.message.author, case.message.asker)
    if not mine and role_of(services, client, press.team, press.person) < Role.ADMIN:
        respond(text=view.NOT_YOURS, replace_original=False, response_type="ephemeral")
        return
    taught = services.forgetting.case(press.team, case.id)
    _take_down(client, case)
    _teach_anew(services, press.team, press.person, taught)
    respond(text=view.FORGOTTEN, replace_original=True)


def on_forget_person(
    services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient
) -> None:
    """Forget everything of a person, for that person or by an admin."""
    ack()
    team, person, whom = body["team"]["id"], body["user"]["id"], str(body["actions"][0]["value"])
    if whom != person and role_of(services, client, team, person) < Role.ADMIN:
        respond(text=doors_view.NOT_ALLOWED, replace_original=False, response_type="ephemeral")
        return
    cases = [services.store.case(team, case_id) for case_id in services.store.of_person(team, whom)]
    count, taught = services.forgetting.person(team, whom)
    for case in cases:
        _take_down(client, case)
    _teach_anew(services, team, person, taught)
    respond(text=view.forgotten(count), replace_original=True)


def on_keep(ack: Ack, respond: Respond) -> None:
    """Leave a case whose message was deleted."""
    ack()
    respond(text=view.KEPT, replace_original=True)


def _take_down(client: WebClient, case: StoredCase) -> None:
    """Delete the answer and the picture that quote the text; what is gone already is let be."""
    at = case.message
    try:
        if case.reply_ts:
            client.chat_delete(channel=at.channel, ts=case.reply_ts)
    except SlackApiError as error:
        logger.info("answer_stays case=%s error=%s", case.id, error.response["error"])
    if case.picture:
        replies.remove(client, case.picture)


def _teach_anew(services: Services, team: str, person: str, taught: bool) -> None:
    """A model that may have learned from the text gives way to one that has not."""
    if taught:
        services.jobs.ask(team, training_job.KIND, person, "", services.now())
