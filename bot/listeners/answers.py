"""The buttons of the follow-up: answer, settle, confirm, go to a question, stop."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from slack_bolt import Ack, App, Respond
from slack_sdk import WebClient

from bot import charts, followup, numbers, observe, replies, review
from bot.ids import Action, Callback, Field
from bot.intake import enqueue
from bot.listeners.pressed import GONE, Press, found, pressed
from bot.services import Services
from bot.store import NotFound, StoredCase
from bot.views import assessment as labels_view
from bot.views import details as details_view
from bot.views import followup as view
from bot.views.parts import Reply

THANKS = "Thank you. Your answer is in, under your name; you may close this."
NOT_YOURS = "Only the person who asked about this description can answer. Paste one of your own to try it."


def register(app: App, services: Services) -> None:
    """Bind the presses; an id is its prefix, then what tells buttons of one block apart."""
    for action, do in (
        (Action.ANSWER, answer),
        (Action.SETTLE, settle),
        (Action.CONFIRM, confirm),
        (Action.SHOW, show),
        (Action.STOP, stop),
        (Action.AGAIN, again),
    ):
        app.action(re.compile(rf"{action}(_\w+)?"))(partial(on_press, services, do))
    app.action(Action.HAND)(partial(on_hand, services))
    app.view(Callback.HAND)(partial(on_handed, services))


def on_press(
    services: Services,
    do: Callable[..., Reply],
    ack: Ack,
    body: dict[str, Any],
    respond: Respond,
    client: WebClient,
) -> None:
    """Do what was pressed and show the result in the same message.

    What it changes is in the store before Slack hears that it came: a process that dies between the two
    leaves a press that failed for the person too, who presses again.
    """
    press = pressed(body)
    case = found(services, press, respond, ack)
    if case is None:
        return
    if press.person not in (case.message.author, case.message.asker):
        if do is answer and services.rounds.is_handed(case.id, press.rest[0], press.person):
            _colleague(services, case, press, ack, client, respond)
            return
        ack()
        if press.in_message:
            respond(text=NOT_YOURS, replace_original=False, response_type="ephemeral")
        return
    reply = do(services, case, press)
    ack()
    if press.in_message:
        if not replies.show(respond, reply):
            replies.show_anew(services, client, case, reply)
    else:
        replies.update(client, case, reply)
        _refresh(services, case, client, body)
    if do is stop or _ended(services, case):
        _draw(services, case, client)


def on_hand(services: Services, ack: Ack, body: dict[str, Any], respond: Respond, client: WebClient) -> None:
    """Open the form that hands a question on."""
    press = pressed(body)
    case = found(services, press, respond, ack)
    ack()
    if case is None:
        return
    if press.person not in (case.message.author, case.message.asker):
        respond(text=NOT_YOURS, replace_original=False, response_type="ephemeral")
        return
    client.views_open(trigger_id=body["trigger_id"], view=view.hand_form(services.book, case, press.rest[0]))


def on_handed(services: Services, ack: Ack, body: dict[str, Any], client: WebClient) -> None:
    """Ask the colleague in a direct message, once; the question stays open in the thread."""
    person, team = body["user"]["id"], body["team"]["id"]
    number, _, key = body["view"]["private_metadata"].partition(":")
    whom = body["view"]["state"]["values"][Field.PERSON][Field.PERSON]["selected_user"]
    try:
        case = services.store.case(team, int(number))
    except NotFound:
        ack(response_action="errors", errors={Field.PERSON: GONE})
        return
    if person not in (case.message.author, case.message.asker):
        ack(response_action="errors", errors={Field.PERSON: NOT_YOURS})
        return
    new = services.rounds.hand(team, case.id, key, whom, person, services.now())
    ack()
    if new:
        asked = view.handed(services.book, case, key, person)
        client.chat_postMessage(channel=whom, text=asked.text, blocks=asked.blocks, unfurl_links=False)


def _colleague(
    services: Services, case: StoredCase, press: Press, ack: Ack, client: WebClient, respond: Respond
) -> None:
    """Keep a colleague's answer, thank, and show it where the author goes on."""
    reply = answer(services, case, press)
    ack()
    question, value = press.rest
    respond(text=THANKS, replace_original=True)
    replies.update(client, case, reply)
    replies.say(client, case, view.answered(services.book, question, value, press.person))
    if _ended(services, case):
        _draw(services, case, client)


def answer(services: Services, case: StoredCase, press: Press) -> Reply:
    """Keep one answer and show what comes next."""
    question, value = press.rest
    followup.check(services.book, question, value)
    _keep(services, case, {question: value}, press.person)
    return _next(services, case)


def settle(services: Services, case: StoredCase, press: Press) -> Reply:
    """Keep the label that a pair question settled."""
    head, label = press.rest
    _keep(services, case, followup.settle(services.book, head, label), press.person)
    given = services.store.answers(case.message.team_id, case.id)
    return labels_view.render(services.book, case, given)


def confirm(services: Services, case: StoredCase, press: Press) -> Reply:
    """Keep everything that the text suggests as answered."""
    if case.assessment is not None:
        given = services.store.answers(case.message.team_id, case.id)
        _keep(services, case, followup.confirm(case.assessment, given), press.person)
    return _next(services, case)


def show(services: Services, case: StoredCase, press: Press) -> Reply:
    """Show a question by name, the next open one, or the labels again."""
    wanted = press.rest[0]
    given = services.store.answers(case.message.team_id, case.id)
    if wanted == "labels":
        return labels_view.render(services.book, case, given)
    known = wanted in services.book.criterion or wanted in services.book.settling
    return _question(services, case, wanted) if known else _next(services, case)


def stop(services: Services, case: StoredCase, _: Press) -> Reply:
    """Show the score card as it stands."""
    return _card(services, case)


def again(services: Services, case: StoredCase, _: Press) -> Reply:
    """Keep the scores as a dated round and ask the criteria anew; the labels stay."""
    now = _standing(services, case)
    if now.question is None:
        team = case.message.team_id
        services.rounds.begin(team, case.id, now.quality, services.book.criterion, services.now())
        services.facts.refresh(case)
    return _next(services, case)


def _card(services: Services, case: StoredCase) -> Reply:
    team = case.message.team_id
    given = services.store.answers(team, case.id)
    label = None
    if case.assessment is not None:
        label = followup.label_of(services.book, case.assessment, given, "engagement")
    beside = numbers.comparable(services.store, team, label, case.id) if label else None
    before = services.rounds.last(team, case.id)
    return view.card(services.book, case, given, _standing(services, case), beside, before)


def _next(services: Services, case: StoredCase) -> Reply:
    key = _standing(services, case).question
    if key is not None:
        return _question(services, case, key)
    return _card(services, case)


def _question(services: Services, case: StoredCase, key: str) -> Reply:
    given = services.store.answers(case.message.team_id, case.id)
    # Back from an answered question goes to the one answered before it, from an open one to the last.
    order = list(given)
    before = order[: order.index(key)] if key in order else order
    back = before[-1] if before else None
    return view.question(services.book, case, given, _standing(services, case), key, back)


def _keep(services: Services, case: StoredCase, given: dict[str, str], person: str) -> None:
    """Keep answers; where they do not go with the type, reviewers are asked."""
    observe.ANSWERS.inc(services.store.answer(case.message.team_id, case.id, given, person, services.now()))
    answers = services.store.answers(case.message.team_id, case.id)
    if case.assessment is not None and review.contradictions(services.book, case.assessment, answers):
        enqueue(services, case, (review.CONTRADICTED,))
    services.facts.refresh(case)


def _standing(services: Services, case: StoredCase) -> followup.Standing:
    given = services.store.answers(case.message.team_id, case.id)
    if case.assessment is None:
        raise LookupError(f"case {case.id} has buttons and no assessment")
    return followup.standing(services.book, case.assessment, given)


def _ended(services: Services, case: StoredCase) -> bool:
    return _standing(services, case).question is None


def _draw(services: Services, case: StoredCase, client: WebClient) -> None:
    """Put the picture of the score card into the thread, in place of an earlier one."""
    now = _standing(services, case)
    if now.quality.overall.score is None:
        return
    png = charts.score_card(services.book, now.quality)
    new = replies.upload(client, png, view.in_words(services.book, now), case=case)
    if new is not None:
        old = services.store.swap_picture(case.message.team_id, case.id, new)
        if old is not None:
            replies.remove(client, old)


def _refresh(services: Services, case: StoredCase, client: WebClient, body: dict[str, Any]) -> None:
    """Show in the open modal what its button did to the message behind it."""
    if case.assessment is None:
        return
    given = services.store.answers(case.message.team_id, case.id)
    now = details_view.render(services.book, case, case.assessment, given, may_settle=True)
    replies.update_view(client, body["view"]["id"], now)
