"""The buttons of the follow-up: answer, confirm, go to a question, stop."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond

from bot import followup
from bot.ids import Action
from bot.services import Services
from bot.store import NotFound, StoredCase
from bot.views import followup as view
from bot.views.parts import Reply, fallback

NOT_YOURS = "Only the person who pasted this description can answer. Paste one of your own to try it."
GONE = "This description is no longer here. Paste it again to go on."


def register(app: App, services: Services) -> None:
    """Bind the presses; an id is its prefix, then what tells buttons of one block apart."""
    for action, do in (
        (Action.ANSWER, answer),
        (Action.CONFIRM, confirm),
        (Action.SHOW, show),
        (Action.STOP, stop),
    ):
        app.action(re.compile(rf"{action}(_\w+)?"))(partial(on_press, services, do))


def on_press(
    services: Services, do: Callable[..., Reply], ack: Ack, body: dict[str, Any], respond: Respond
) -> None:
    """Find the case, check whose it is, do what was pressed, and show the result in the same message."""
    ack()
    number, *rest = pressed(body["actions"][0]).split(":")
    team, person = body["team"]["id"], body["user"]["id"]
    try:
        case = services.store.case(team, int(number))
    except (NotFound, ValueError):
        respond(text=GONE, replace_original=False, response_type="ephemeral")
        return
    if case.message.author != person:
        respond(text=NOT_YOURS, replace_original=False, response_type="ephemeral")
        return
    reply = do(services, case, person, *rest)
    respond(text=reply.text, blocks=reply.blocks, replace_original=True)


def pressed(action: dict[str, Any]) -> str:
    """What a button or a menu carries."""
    chosen = action.get("selected_option") or action
    return str(chosen.get("value", ""))


def answer(services: Services, case: StoredCase, person: str, question: str, value: str) -> Reply:
    """Keep one answer and show what comes next."""
    followup.check(services.book, question, value)
    services.store.answer(case.message.team_id, case.id, {question: value}, person, services.now())
    return show(services, case, person, "next")


def confirm(services: Services, case: StoredCase, person: str, _: str) -> Reply:
    """Keep everything that the text suggests as answered."""
    given = services.store.answers(case.message.team_id, case.id)
    if case.assessment is not None:
        confirmed = followup.confirm(case.assessment, given)
        services.store.answer(case.message.team_id, case.id, confirmed, person, services.now())
    return show(services, case, person, "next")


def show(services: Services, case: StoredCase, person: str, question: str) -> Reply:
    """Show a question by name, or the next open one; at the end the score card."""
    if case.assessment is None:
        return Reply(fallback("I am still reading this."), [])
    given = services.store.answers(case.message.team_id, case.id)
    now = followup.standing(services.book, case.assessment, given)
    asked = now.question if question == "next" else question
    if asked is None:
        return stop(services, case, person)
    known = asked == followup.CONFIRM or asked in services.book.criterion or asked in services.book.settling
    before = [key for key in given if key != asked]
    if not known:
        return stop(services, case, person)
    return view.question(services.book, case, asked, now, before[-1] if before else None)


def stop(services: Services, case: StoredCase, person: str, _: str = "") -> Reply:  # noqa: ARG001
    """Show the score card as it stands."""
    given = services.store.answers(case.message.team_id, case.id)
    if case.assessment is None:
        return Reply(fallback("I am still reading this."), [])
    return view.card(services.book, case, given, followup.standing(services.book, case.assessment, given))
