"""`/rung` and its words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot import replies, review, training_job
from bot.ids import Action, Callback
from bot.intake import decode
from bot.listeners import forget, summaries
from bot.listeners.doors import describe
from bot.listeners.reviews import refuse
from bot.roles import Role, role_of
from bot.services import Services
from bot.views import doors as doors_view
from bot.views import models as models_view
from bot.views import review as review_view
from bot.views import summary as summary_view
from bot.views.parts import Reply, section
from classifier.registry import Registry, RegistryError

_MEMBER = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>")


@dataclass(frozen=True)
class Asked:
    """A command: who, where, and the words after the first."""

    team: str
    person: str
    channel: str
    rest: str


def register(app: App, services: Services) -> None:
    """Bind the command and the buttons of what it shows."""
    app.command(Callback.COMMAND)(partial(on_command, services))
    app.action(re.compile(rf"{Action.PROMOTE}_.+"))(partial(on_promote, services))
    app.action(Action.CANCEL)(partial(on_cancel, services))


def on_command(
    services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient
) -> None:
    """Open the form for a text, or do what the first word says."""
    ack()
    word, _, rest = str(body.get("text") or "").strip().partition(" ")
    if not word:
        client.views_open(trigger_id=body["trigger_id"], view=doors_view.form())
        return
    if word.lower() in ("classify", "describe"):
        _describe(services, client, body, decode(rest).strip())
        return
    if word.lower() == "forget":
        forget.on_command(services, client, body, rest, respond)
        return
    role = role_of(services, client, body["team_id"], body["user_id"])
    if role == Role.GUEST and word.lower() != "help":
        respond(text=doors_view.NOT_FOR_GUESTS, response_type="ephemeral")
        return
    if word.lower() == "subscribe":
        summaries.open_form(client, body["trigger_id"], body["user_id"])
        return
    if word.lower() == "summary":
        reply = _summary(services, client, body, rest)
        respond(text=reply.text, blocks=reply.blocks, response_type="ephemeral")
        return
    known = WORDS.get(word.lower())
    if known is None:
        near = difflib.get_close_matches(
            word.lower(), [*WORDS, "classify", "forget", "subscribe", "summary"], 1
        )
        respond(text=doors_view.unknown(decode(word), near[0] if near else None), response_type="ephemeral")
        return
    least, do = known
    if role < least:
        respond(text=doors_view.NOT_ALLOWED, response_type="ephemeral")
        return
    reply = do(services, Asked(body["team_id"], body["user_id"], body["channel_id"], rest))
    respond(text=reply.text, blocks=reply.blocks, response_type="ephemeral")


def _describe(services: Services, client: WebClient, body: dict[str, Any], text: str) -> None:
    """Read the words after the command, or open the form where there are none."""
    if not text:
        client.views_open(trigger_id=body["trigger_id"], view=doors_view.form())
        return
    team = body["team_id"]
    replies.answer(services, team, describe(services, client, team, body["user_id"], text), client)


def on_prompt(services: Services, team: str, event: dict[str, Any], asked: str, client: WebClient) -> None:
    """Answer one of the prompts that the agent pane suggests."""
    person, prompt = event["user"], next(key for key, words in doors_view.PROMPTS.items() if words == asked)
    body = {"team_id": team, "user_id": person, "channel_id": event["channel"]}
    reply = {
        "What can you do?": lambda: Reply(doors_view.HELP, [section(doors_view.HELP)]),
        "Show an example": lambda: Reply(doors_view.EXAMPLE, [section(doors_view.EXAMPLE)]),
        "My open questions": lambda: doors_view.open_questions(services.facts.open_of(team, person)),
        "This week": lambda: _summary(services, client, body, "this week mine"),
    }[prompt]()
    client.chat_postMessage(
        channel=event["channel"],
        thread_ts=event.get("thread_ts") or event["ts"],
        text=reply.text,
        blocks=reply.blocks,
        unfurl_links=False,
    )


def _summary(services: Services, client: WebClient, body: dict[str, Any], rest: str) -> Reply:
    """A summary at once, with a way to share it."""
    team, person, channel = body["team_id"], body["user_id"], body["channel_id"]
    found = summaries.at_once(services, client, team, person, channel, rest)
    if found is None:
        words = "Say which time: `this week`, `last week`, `month`, or two dates as `2026-11-01 2026-11-15`."
        return Reply(words.replace("`", ""), [section(words)])
    return summary_view.post(services.book, found, {}, share=rest or "this week")


def _subscriptions(services: Services, asked: Asked) -> Reply:
    return summary_view.subscriptions(services.subscriptions.of_person(asked.team, asked.person))


def _help(_: Services, __: Asked) -> Reply:
    return Reply(doors_view.HELP, [section(doors_view.HELP)])


def _queue(services: Services, asked: Asked) -> Reply:
    ordered = review.order(services.reviews.waiting(asked.team), services.now())
    return review_view.queue(ordered, services.now())


def _mine(services: Services, asked: Asked) -> Reply:
    return review_view.mine(services.book, services.reviews.of_person(asked.team, asked.person))


def _agreement(services: Services, asked: Asked) -> Reply:
    standing = services.reviews.standing(asked.team)
    return review_view.agreement(services.book, review.agreement(standing), review.anchoring(standing))


def _retrain(services: Services, asked: Asked) -> Reply:
    job = services.jobs.ask(asked.team, training_job.KIND, asked.person, asked.channel, services.now())
    words = models_view.BUSY if job is None else "Retraining is asked for. It starts within a minute, here."
    return Reply(words, [section(words)])


def _models(services: Services, _: Asked) -> Reply:
    registry = Registry(services.models)
    return models_view.versions(registry.versions(), registry.current(), registry.promoted_by())


def _drift(services: Services, asked: Asked) -> Reply:
    return models_view.drift(training_job.trust(services, asked.team))


def _reviewers(services: Services, asked: Asked) -> Reply:
    """List members, or add and remove: `add @person [admin]`, `remove @person`."""
    found = [person or group for person, group in _MEMBER.findall(asked.rest)]
    verb = asked.rest.split(" ")[0].lower()
    if verb in ("add", "remove") and not found:
        words = f"Name somebody: `/rung reviewers {verb} @person`, or a user group."
        return Reply(words, [section(words)])
    for member in found if verb in ("add", "remove") else []:
        role = None if verb == "remove" else "admin" if asked.rest.lower().endswith(" admin") else "reviewer"
        services.reviews.set_role(asked.team, member, role, asked.person, services.now())
    roles = services.reviews.roles(asked.team)
    shown = [
        f"• {f'<!subteam^{m}>' if m.startswith('S') else f'<@{m}>'}: {role}" for m, role in roles.items()
    ]
    words = "\n".join(shown) or "No reviewers yet. Add one: `/rung reviewers add @person`."
    names = ", ".join(f"{member}: {role}" for member, role in roles.items())
    return Reply(names or words, [section(words)])


WORDS: dict[str, tuple[Role, Callable[[Services, Asked], Reply]]] = {
    "help": (Role.GUEST, _help),
    "subscriptions": (Role.STAFF, _subscriptions),
    "queue": (Role.REVIEWER, _queue),
    "reviews": (Role.REVIEWER, _mine),
    "agreement": (Role.REVIEWER, _agreement),
    "retrain": (Role.ADMIN, _retrain),
    "models": (Role.ADMIN, _models),
    "drift": (Role.ADMIN, _drift),
    "reviewers": (Role.ADMIN, _reviewers),
}


def on_promote(
    services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient
) -> None:
    """Make a version serve: a newer one that was refused, or an older one to go back to."""
    ack()
    person = body["user"]["id"]
    if role_of(services, client, body["team"]["id"], person) < Role.ADMIN:
        refuse(body, respond)
        return
    name = body["actions"][0]["value"]
    registry = Registry(services.models)
    try:
        registry.load(name)
        registry.promote(name, person)
    except RegistryError as error:
        respond(text=str(error), response_type="ephemeral", replace_original=False)
        return
    reply = models_view.versions(registry.versions(), registry.current(), registry.promoted_by())
    respond(text=reply.text, blocks=reply.blocks, replace_original=True)


def on_cancel(
    services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient
) -> None:
    """End a retraining that waits or runs."""
    ack()
    if role_of(services, client, body["team"]["id"], body["user"]["id"]) < Role.ADMIN:
        refuse(body, respond)
        return
    ended = services.jobs.end(int(body["actions"][0]["value"]), "cancelled")
    words = "Cancelled. The model is as it was." if ended else "It had ended already."
    respond(text=words, replace_original=ended, response_type="ephemeral")
